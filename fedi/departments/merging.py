"""One department made of several, and several of one: followers, roles and what stands below move,
posts stay where they are, and old links go on working.

A merge is a Move for each that goes (both name one another), after which its page says where it
went. A Move takes all followers along, so that a split can't be one: those of ours come to follow
both, those elsewhere are told by a post. Neither can be undone. See docs/decisions/0021.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from actors.effects import Put, Spread
from actors.errors import Invalid, NotFound
from actors.membership import Role
from actors.people import Actor, ActorKind, Person
from fedi.departments.speakers import put_role
from fedi.perform import Performer
from fedi.publishing import Changes, Profiles
from fedi.store import departments, merging, roles
from fedi.store.engine import Tx
from fedi.store.merging import Figures


@dataclass(frozen=True, slots=True)
class Part:
    """A department that is to be merged or split, and what hangs on it."""

    actor: Actor
    figures: Figures

    def told(self) -> str:
        """Say in one line what there is."""
        found = self.figures
        return (
            f"{self.actor.username}: {found.here} followers here and {found.elsewhere} elsewhere, "
            f"{found.roles} roles, {found.below} departments below, {found.posts} posts, in "
            f"{found.lists} lists"
        )


@dataclass(frozen=True, slots=True)
class Merging:
    """Merges and splits departments, for those who look after the house."""

    profiles: Profiles

    @property
    def performer(self) -> Performer:
        return self.profiles.performer

    # -- merging

    async def survey(self, sources: Sequence[Actor], target: Actor) -> list[Part]:
        """Return what hangs on the departments that are to be merged into another. Invalid, with
        what to do first, where they can't be."""
        now = self.performer.clock.now()
        _check_kinds((*sources, target))
        if len({one.id for one in (*sources, target)}) <= len(sources):
            raise Invalid("A department can't be merged into itself, or named twice.")
        if target.moved_to:
            raise Invalid(f"{target.name} has moved itself.")

        async def query(tx: Tx) -> list[Part]:
            return [Part(one, await merging.figures(tx, one.id, now)) for one in sources]

        parts = await self.performer.engine.read(query)
        for part in parts:
            _check_waiting(part)
            if part.actor.moved_to not in ("", target.uri):
                raise Invalid(f"{part.actor.name} has moved elsewhere already.")
        return parts

    async def merge(
        self, sources: Sequence[Actor], target: Actor, *, by: int | None = None
    ) -> list[Part]:
        """Merge departments into another; begun twice, it goes on. Followers of ours follow on
        within seconds, those elsewhere as soon as their servers have heard of it."""
        parts = await self.survey(sources, target)
        known = (*target.also_known_as, *(one.uri for one in sources))
        target = await self.profiles.edit(
            target, Changes(also_known_as=tuple(dict.fromkeys(known))), person=by
        )
        for source in sources:
            await self._hand_over(source, target, by)
            if not source.moved_to:
                await self.profiles.move(source, target, person=by)
            # After the Move: an Update right before it would be what others hold for the newest
            # word of whether the old one names the new one (actors/activities/move.py).
            named = tuple(dict.fromkeys((*source.also_known_as, target.uri)))
            changes = Changes(also_known_as=named, discoverable=False)
            await self.profiles.edit(source, changes, person=by)
        return parts

    async def _hand_over(self, source: Actor, target: Actor, by: int | None) -> None:
        """Give the target what hung on the source but followers: roles, what stands below, lists.
        Who manages the source keeps that, to correct what stands there."""
        now = self.performer.clock.now()

        async def unit(tx: Tx) -> None:
            await tx.lock("tree")
            await self._make_room(tx, source, target, by)
            for child in await departments.children(tx, source.id):
                if child.kind is ActorKind.ORGANIZATION and child.id != target.id:
                    below = replace(child, parent_id=target.id)
                    await self.performer.apply(tx, (Put(below, replace=True),), by)
            for role in await roles.of_actor(tx, source.id, now):
                await merging.carry_role(tx, role.person_id, source.id, target.id, now)
            await merging.carry_stand_ins(tx, source.id, target.id)
            for role in await roles.of_actor(tx, source.id, now):
                if role.role is not Role.MANAGER:
                    over = replace(role, starts=min(role.starts, now), ends=now)
                    await put_role(tx, over, now)
            await merging.keep_in_lists(tx, source.id, target.id)
            await merging.copy_wishes(tx, source.id, target.id)

        await self.performer.engine.write(unit)

    async def _make_room(self, tx: Tx, source: Actor, target: Actor, by: int | None) -> None:
        """Let a target below the source stand where that does, so that no circle comes of it."""
        if source.id not in await departments.above(tx, target.id):
            return
        store = self.performer.open(tx)
        stands, above = await store.actor_by_id(target.id), await store.actor_by_id(source.id)
        if stands is not None and above is not None:
            risen = replace(stands, parent_id=above.parent_id)
            await self.performer.apply(tx, (Put(risen, replace=True),), by)

    # -- splitting

    async def split(
        self,
        source: Actor,
        target: Actor,
        *,
        follow: bool = False,
        people: Sequence[Person] = (),
        units: Sequence[Actor] = (),
        by: int | None = None,
    ) -> Part:
        """Let a department that is there already take over a part of another: `people` get their
        roles there and lose them here, `units` stand below it, and with `follow` those of ours who
        follow the one come to follow the other as well. Invalid for a unit that stands elsewhere,
        NotFound for who has no role."""
        _check_kinds((source, target, *units))
        if source.id == target.id:
            raise Invalid("A department can't be split off from itself.")
        now = self.performer.clock.now()

        async def unit(tx: Tx) -> Part:
            await tx.lock("tree")
            part = Part(source, await merging.figures(tx, source.id, now))
            for one in units:
                await self._set_below(tx, one, source, target, by)
            for person in people:
                await _transfer(tx, person, source, target, now)
            if follow:
                spread = Spread("copy-followers", source.id, target.id)
                await self.performer.apply(tx, (spread,), by)
            return part

        return await self.performer.engine.write(unit)

    async def _set_below(
        self, tx: Tx, unit: Actor, source: Actor, target: Actor, by: int | None
    ) -> None:
        stored = await self.performer.open(tx).actor_by_id(unit.id)
        if stored is None or source.id not in await departments.above(tx, unit.id):
            raise Invalid(f"{unit.name} does not stand below {source.name}.")
        if unit.id == target.id or unit.id in await departments.above(tx, target.id):
            raise Invalid(f"{unit.name} can't stand below {target.name}, which stands below it.")
        moved = replace(stored, parent_id=target.id)
        await self.performer.apply(tx, (Put(moved, replace=True),), by)


async def _transfer(tx: Tx, person: Person, source: Actor, target: Actor, now: int) -> None:
    """Give a person their role for one department in another, and end it in the first."""
    held = await roles.own(tx, person.id, source.id)
    if held is None or (held.ends is not None and held.ends <= now):
        raise NotFound(f"{person.name} has no role for {source.name}.")
    await merging.carry_role(tx, person.id, source.id, target.id, now)
    await put_role(tx, replace(held, starts=min(held.starts, now), ends=now), now)


def _check_kinds(actors: Sequence[Actor]) -> None:
    for one in actors:
        if one.kind is not ActorKind.ORGANIZATION or not one.local or one.gone:
            raise Invalid(f"{one.name or one.username} is no department of this house.")


def _check_waiting(part: Part) -> None:
    """Refuse what is about to speak: a post of the past would come from a department that is no
    more, and pictures and approvals belong to whoever was to publish them."""
    name, found = part.actor.username, part.figures
    if found.scheduled:
        raise Invalid(
            f"{found.scheduled} posts of {name} wait for their time: publish or delete them first "
            "(`fedi calendar` lists them)."
        )
    if found.drafts:
        raise Invalid(
            f"{found.drafts} drafts of {name} are not done: publish or withdraw them first "
            "(`fedi drafts list` lists them)."
        )
