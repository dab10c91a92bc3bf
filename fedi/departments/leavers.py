"""When a person leaves: what ends at once, what stays, and what becomes of their name and words.

In one unit their sign-in, tokens, codes, links, roles and stand-ins end; what they took of a
department's questions goes back to all. What they published for a department stays, with who
pressed publish kept inside. After set times (config [retention]) «tidligere medarbeider» stands in
place of their name, and their personal posts go, if the organisation wants that.
"""

from dataclasses import dataclass, replace
from typing import Final

import msgspec

from actors import inquiries
from actors.effects import Put
from actors.errors import Invalid, NotFound
from actors.membership import Membership, Role
from actors.people import Actor, Person
from actors.relationships import RelationKind
from fedi.config import Retention
from fedi.departments import speakers
from fedi.oauth.callers import TOKENS
from fedi.oauth.renewing import end_all
from fedi.pages.language import FALLBACKS, choose, speech
from fedi.perform import Performer
from fedi.publishing import Changes, Profiles
from fedi.store import credentials, events, leavers, questions, roles
from fedi.store.engine import Tx
from fedi.store.leavers import Leaver

DAY: Final = 86_400_000
_NAME: Final = "leaver.name"


class Before(msgspec.Struct, frozen=True):
    """How a person was, as JSON: roles as (actor, role, begins, ends)."""

    roles: list[tuple[int, str, int, int | None]] = []
    locked: bool = False
    discoverable: bool = False
    indexable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is to be seen to: the departments and groups that nobody manages then, and those for
    which something waits that the person wrote for later. `at` (ms) is when they leave."""

    at: int
    alone: tuple[Actor, ...] = ()
    planned: tuple[Actor, ...] = ()


@dataclass(frozen=True, slots=True)
class Leavers:
    """Lets people leave and come back; the clockwork calls `due`, `hide` and `erase`."""

    profiles: Profiles
    retention: Retention
    language: str

    @property
    def performer(self) -> Performer:
        return self.profiles.performer

    # -- leaving

    async def leave(self, person: Person, *, on: int | None = None, by: int | None = None) -> Left:
        """Have a person leave now, or at a time ahead (ms). Invalid for who has left."""
        now = self.performer.clock.now()
        if on is not None and on > now:
            return await self._later(person, on, by)

        async def unit(tx: Tx) -> Left:
            actor, found = await self._there(tx, person)
            before = await self._end(tx, found, actor, now)
            row = Leaver(
                person_id=found.id,
                leaves=now,
                asked_by=by,
                left_at=now,
                before=msgspec.json.encode(before).decode(),
            )
            await leavers.put(tx, row)
            await events.append(tx, "actor", actor.id, actor.id, at=now, person=by)
            managed = [one[0] for one in before.roles if one[1] == Role.MANAGER.value]
            return await self._left(tx, found, actor, managed, now, now)

        left = await self.performer.engine.write(unit)
        for topic in (TOKENS, "event", "jobs"):
            self.performer.bus.wake(topic)
        # What others see of it may wait for the next round, should this one be cut off here.
        await self._close(person)
        return left

    async def _later(self, person: Person, on: int, by: int | None) -> Left:
        now = self.performer.clock.now()

        async def unit(tx: Tx) -> Left:
            actor, found = await self._there(tx, person)
            await leavers.put(tx, Leaver(person_id=found.id, leaves=on, asked_by=by))
            held = await leavers.roles_of(tx, found.id, actor.id, now)
            managed = [one.actor_id for one in held if one.role is Role.MANAGER]
            return await self._left(tx, found, actor, managed, on, now, still=1)

        return await self.performer.engine.write(unit)

    async def _there(self, tx: Tx, person: Person) -> tuple[Actor, Person]:
        """Return a person who has not left, and their own actor, held for this unit."""
        store = self.performer.open(tx)
        await tx.lock(f"person {person.id}")
        found = await store.person(person.id)
        actor = await store.actor_by_id(person.actor_id)
        if found is None or actor is None:
            raise NotFound("There is no such person.")
        if found.departed is not None:
            raise Invalid(f"{found.name} has left already.")
        return actor, found

    async def _end(self, tx: Tx, person: Person, actor: Actor, now: int) -> Before:
        """End all by which a person is here; return how it was."""
        await credentials.depart(tx, person.id, now)
        await end_all(tx, person.id, now)
        held = await leavers.roles_of(tx, person.id, actor.id, now)
        for one in held:
            ended = replace(one, starts=min(one.starts, now), ends=now)
            await speakers.put_role(tx, ended, now)
        await leavers.end_stand_ins(tx, person.id)
        for inquiry in await questions.give_back(tx, person.id):
            free = inquiries.assign(inquiry, None, None, now)
            await self.performer.apply(tx, (Put(free, replace=True),), person.id)
        return Before(
            roles=[(one.actor_id, one.role.value, one.starts, one.ends) for one in held],
            locked=actor.locked,
            discoverable=actor.discoverable,
            indexable=actor.indexable,
        )

    async def _left(
        self,
        tx: Tx,
        person: Person,
        actor: Actor,
        managed: list[int],
        at: int,
        now: int,
        *,
        still: int = 0,
    ) -> Left:
        """Return what is to be seen to; `still` is 1 while the person counts as a manager."""
        counted = await roles.managers(tx, now) if managed else []
        alone = tuple(one for one, count in counted if one.id in managed and count <= still)
        waits = await leavers.planned(tx, person.id, actor.id)
        found = await self.performer.open(tx).actors_by_id(tuple(dict.fromkeys(waits)))
        return Left(at=at, alone=alone, planned=tuple(found.values()))

    async def _close(self, person: Person) -> None:
        """Let nobody find or follow the account of one who has left."""
        actor = await self.profiles.look(lambda store: store.actor_by_id(person.actor_id))
        if actor is not None and not actor.gone:
            shut = Changes(locked=True, discoverable=False, indexable=False)
            await self.profiles.edit(actor, shut)

    async def come_back(self, person: Person, *, by: int | None = None) -> None:
        """Undo a leave, as long as the name stands: they sign in as before, with the roles they
        had. Who was yet to leave stays. Invalid where it is too late, NotFound for who is here."""
        now = self.performer.clock.now()

        async def unit(tx: Tx) -> Before | None:
            await tx.lock(f"person {person.id}")
            row = await leavers.one(tx, person.id)
            found = await self.performer.open(tx).person(person.id)
            if found is None or (row is None and found.departed is None):
                raise NotFound(f"{person.name} has not left.")
            if row is not None and row.hidden is not None:
                raise Invalid(
                    "Their name has been replaced, and what they signed in with is gone: add them"
                    " as a new person."
                )
            await leavers.drop(tx, person.id)
            if found.departed is None:
                return None
            await credentials.depart(tx, person.id, None)
            before = (
                msgspec.json.decode(row.before, type=Before) if row and row.before else Before()
            )
            await self._give_back(tx, found, before, row.left_at if row else None, now)
            await events.append(tx, "actor", person.actor_id, person.actor_id, at=now, person=by)
            return before

        before = await self.performer.engine.write(unit)
        self.performer.bus.wake("event")
        if before is not None:
            await self._open(person, before)

    async def _give_back(
        self, tx: Tx, person: Person, before: Before, left_at: int | None, now: int
    ) -> None:
        """Give back the roles that ended with the leave, and no others: somebody may have said
        otherwise since."""
        for actor_id, role, starts, ends in before.roles:
            mine = await roles.own(tx, person.id, actor_id)
            if mine is None or mine.ends != left_at or (ends is not None and ends <= now):
                continue
            await roles.put(
                tx,
                Membership(
                    person_id=person.id,
                    actor_id=actor_id,
                    role=Role(role),
                    starts=starts,
                    ends=ends,
                ),
            )

    async def _open(self, person: Person, before: Before) -> None:
        actor = await self.profiles.look(lambda store: store.actor_by_id(person.actor_id))
        if actor is not None and not actor.gone:
            flags = Changes(
                locked=before.locked,
                discoverable=before.discoverable,
                indexable=before.indexable,
            )
            await self.profiles.edit(actor, flags)

    # -- later

    async def due(self) -> int:
        """Let those leave whose day has come; return how many."""
        now, engine = self.performer.clock.now(), self.performer.engine
        found = await engine.glance(lambda tx: leavers.due(tx, now))
        for person in found:
            await self.leave(person)
        return len(found)

    async def hide(self) -> int:
        """Replace the names of those who left long enough ago; return how many."""
        before = self.performer.clock.now() - self.retention.leavers_name_days * DAY
        found = await self.performer.engine.glance(lambda tx: leavers.to_hide(tx, before))
        for row, person in found:
            await self._unfollow(person)
            await self._hide(row, person)
        return len(found)

    async def _hide(self, row: Leaver, person: Person) -> None:
        """Show «tidligere medarbeider» where the name stood; the name is kept for who must know."""
        names = {code: speech(code).text(_NAME) for code in FALLBACKS}
        name = names[choose("", self.language)]
        actor = await self.profiles.look(lambda store: store.actor_by_id(person.actor_id))
        if actor is not None and not actor.gone:
            nameless = Changes(
                name=name,
                names=names,
                summary="",
                summaries={},
                fields=(),
                attribution_domains=(),
                without=frozenset({"icon", "image"}),
                locked=True,
                discoverable=False,
                indexable=False,
            )
            await self.profiles.edit(actor, nameless)
        now = self.performer.clock.now()

        async def unit(tx: Tx) -> None:
            await leavers.put(tx, replace(row, hidden=now, name=person.name))
            await leavers.rename(tx, person.id, name)
            await credentials.drop_all(tx, person.id)
            await leavers.drop_scheduled(tx, person.actor_id)

        await self.performer.engine.write(unit)

    async def _unfollow(self, person: Person) -> None:
        """End what the person followed: nobody reads it any more, here or as a member elsewhere."""
        engine, looked = self.performer.engine, self.profiles.look
        actor = await looked(lambda store: store.actor_by_id(person.actor_id))
        while actor is not None and not actor.gone:
            some = await engine.read(lambda tx: leavers.follows(tx, person.actor_id))
            if not some:
                return
            for one in some:
                await self._end_follow(actor, one.target_id)

    async def _end_follow(self, actor: Actor, target_id: int) -> None:
        profiles = self.profiles
        target = await profiles.look(lambda store: store.actor_by_id(target_id))
        relation = await profiles.look(
            lambda store: store.relation(RelationKind.FOLLOW, actor.id, target_id)
        )
        if target is None or relation is None:
            return
        await profiles.perform(profiles.act(actor, None).unfollow(relation, target))

    async def erase(self) -> int:
        """Delete some personal posts of one who left long enough ago; 0 where all are gone."""
        days = self.retention.leavers_posts_days
        if not days:
            return 0
        before = self.performer.clock.now() - days * DAY
        engine = self.performer.engine
        found = await engine.glance(lambda tx: leavers.to_erase(tx, before))
        if found is None:
            return 0
        row, person = found
        actor = await self.profiles.look(lambda store: store.actor_by_id(person.actor_id))
        posts = []
        if actor is not None and not actor.gone:
            posts = await engine.read(lambda tx: leavers.posts_after(tx, actor.id, row.erased_to))
        for post in posts:
            if actor is not None and post.deleted is None:
                await self._delete(actor, post.id)
        now = self.performer.clock.now()
        done = replace(row, erased=now) if not posts else replace(row, erased_to=posts[-1].id)
        await engine.write(lambda tx: leavers.put(tx, done))
        return 1

    async def _delete(self, actor: Actor, id: int) -> None:
        """Delete one post as its author would have: with a Delete to whoever has it."""
        profiles = self.profiles
        post = await profiles.look(lambda store: store.post_by_id(id))
        if post is None or post.deleted is not None:
            return
        act = profiles.act(actor, None)
        if post.boost_of is not None:
            shared = post.boost_of
            original = await profiles.look(lambda store: store.post_by_id(shared))
            if original is not None:
                await profiles.perform(act.unboost(post, original.uri))
            return
        await profiles.perform(act.remove(post))
