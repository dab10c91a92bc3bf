"""Making groups and keeping them: rules, managers, members, invitations, what is said there.

For command line, client API and our own API alike. `person` is who does it and must manage the
group (or look after the house); None is the house itself. Joining and leaving are Follow and Undo,
as in every app, and posting is Create: nothing here goes another way than the rules of the verbs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from actors.audience import viewer_of
from actors.effects import Drop, Put
from actors.errors import Forbidden, Invalid, NotFound
from actors.grouping import Access, Grouping, Invitation, Posting, Standing
from actors.groups import check_access, is_ours
from actors.membership import Membership, Role
from actors.people import Actor, ActorKind, Exposure, Person
from actors.posts import Post, Visibility
from actors.relationships import Relation, RelationKind, RelationState
from actors.verbs import Delete
from fedi import organisation
from fedi.groups.telling import words
from fedi.publishing import Changes, Doing, Draft, Interacting, Profiles, Writing
from fedi.store import groups, knowing, roles, tokens
from fedi.store.engine import Tx
from fedi.store.groups import Entry

_GONE: Final = "There is no such group."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """What is asked for when a group is made; texts are plain, not HTML."""

    username: str
    name: str
    access: Access = Access.OPEN
    posting: Posting = Posting.MEMBERS
    summary: str = ""
    names: Mapping[str, str] | None = None
    exposure: Exposure = Exposure.INTERNAL
    listed: bool = True
    language: str = "nb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is to change about a group; None leaves a thing as it is."""

    access: Access | None = None
    posting: Posting | None = None
    listed: bool | None = None
    looks: Changes | None = None


class Groups(Doing):
    """Makes and keeps the groups of the house."""

    __slots__ = ()

    # -- the group itself

    async def add(self, new: NewGroup, creator: Person | None = None) -> Actor:
        """Make a group; whoever makes it manages it and is its first member. Forbidden for guests,
        Invalid for a handle that can't be had."""
        own = await self._own(creator) if creator is not None else None
        if own is not None and own.guest:
            raise Forbidden("As a guest you make no groups.")
        secret = new.access is Access.SECRET
        actor = await organisation.add_actor(
            self.performer,
            organisation.NewActor(
                kind=ActorKind.GROUP,
                username=new.username,
                name=new.name,
                summary=new.summary,
                names=new.names or {},
                exposure=new.exposure,
                default_audience="internal",
                discoverable=new.listed and not secret,
                locked=new.access is not Access.OPEN,
                language=new.language,
                secret=secret,
            ),
            self.limits,
        )
        rules = Grouping(
            actor_id=actor.id,
            access=new.access,
            posting=new.posting,
            created=actor.created,
            created_by=creator.id if creator is not None else None,
        )

        async def unit(tx: Tx) -> None:
            await self.performer.apply(tx, (Put(rules),), rules.created_by)
            if creator is not None and own is not None:
                await self._manage(tx, actor, creator, own)

        await self.performer.engine.write(unit)
        return actor

    async def change(self, group: Actor, rules: Rules, *, person: int | None = None) -> Actor:
        """Change a group's rules and how it looks. Invalid for what would break a promise."""

        async def unit(tx: Tx) -> Grouping:
            now = await self._managed(tx, group, person)
            new = replace(
                now, access=rules.access or now.access, posting=rules.posting or now.posting
            )
            check_access(now.access, new.access)
            await self.performer.apply(tx, (Put(new, replace=True),), person)
            secret = new.access is Access.SECRET
            store = self.performer.open(tx)
            kept = await store.actor_by_id(group.id)
            if kept is not None and kept.secret is not secret:
                hidden = replace(kept, secret=secret, discoverable=kept.discoverable and not secret)
                await self.performer.apply(tx, (Put(hidden, replace=True),), person)
            return new

        new = await self.performer.engine.write(unit)
        looks = replace(
            rules.looks or Changes(),
            locked=new.for_members,
            discoverable=rules.listed if new.access is not Access.SECRET else False,
        )
        fresh = await self.look(lambda store: store.actor_by_id(group.id)) or group
        return await Profiles(self.performer, self.resolver, self.limits).edit(
            fresh, looks, person=person
        )

    async def entries(self, who: Actor | None, *, joined: bool = False) -> list[Entry]:
        """Return the groups that somebody may know of; all of them for the house itself."""
        known = ("1 = 1", []) if who is None else knowing.known_to(viewer_of(who))
        id = who.id if who is not None else 0
        return await self.performer.engine.read(
            lambda tx: groups.listed(tx, known, id, joined=joined)
        )

    async def entry(self, who: Actor | None, group_id: int) -> Entry:
        """Return one group; NotFound where there is none that `who` may know of."""
        known = ("1 = 1", []) if who is None else knowing.known_to(viewer_of(who))
        id = who.id if who is not None else 0
        found = await self.performer.engine.glance(
            lambda tx: groups.listed(tx, known, id, id=group_id)
        )
        if not found:
            raise NotFound(_GONE)
        return found[0]

    # -- who is in it

    async def join(self, actor: Actor, group: Actor, *, person: int | None = None) -> Relation:
        """Ask to be in a group; the relation says whether one is already."""
        return await self._acts().follow(actor, group, person=person)

    async def leave(self, actor: Actor, group: Actor, *, person: int | None = None) -> None:
        """Be in a group no more, or take back the request."""
        await self._acts().unfollow(actor, group, person=person)

    async def let_in(self, group: Actor, actor: Actor, *, person: int | None = None) -> Relation:
        """Let somebody in who has asked. NotFound where they have not."""
        await self._check(group, person)
        return await self._acts().accept(group, actor)

    async def remove(self, group: Actor, actor: Actor, *, person: int | None = None) -> bool:
        """Turn down who has asked, or let a member go; return whether there was one. Whoever
        manages the group does so no more."""
        await self._check(group, person)

        async def unit(tx: Tx) -> None:
            gone = Invitation(group_id=group.id, actor_id=actor.id, by_id=0, created=0)
            await self.performer.apply(tx, (Drop(gone),), person)
            await self._let_manage_no_more(tx, group, actor)

        await self.performer.engine.write(unit)
        return await self._acts().reject(group, actor) is not None

    async def let_know(self, group: Actor, actor: Actor, by: Actor) -> None:
        """Let somebody join who needs not be let in, and say nothing: who makes a house tells its
        people in another way."""
        made = Invitation(
            group_id=group.id, actor_id=actor.id, by_id=by.id, created=self.performer.clock.now()
        )

        async def unit(tx: Tx) -> None:
            await self.performer.apply(tx, (Put(made),))

        await self.performer.engine.write(unit)

    async def invite(
        self, group: Actor, actor: Actor, by: Actor, *, person: int | None = None
    ) -> None:
        """Let somebody join who needs not be let in, and tell them. In an open group every member
        may invite, in others those who manage it. Invalid for members."""

        async def unit(tx: Tx) -> bool:
            store = self.performer.open(tx)
            standing = await self._inviting(tx, group, by, person)
            asked = await store.group(group, actor)
            if asked is not None and asked.member:
                raise Invalid(f"{actor.name or actor.username} is a member already.")
            made = Invitation(group_id=group.id, actor_id=actor.id, by_id=by.id, created=store.now)
            fresh = asked is None or not asked.invited
            await self.performer.apply(tx, (Put(made),), person)
            return fresh and standing is not None

        if await self.performer.engine.write(unit):
            name = by.name or by.username
            await self._say(group, actor, "invited", by=name)
        waiting = await self.look(
            lambda store: store.relation(RelationKind.FOLLOW, actor.id, group.id)
        )
        if waiting is not None and waiting.state is RelationState.PENDING:
            await self._acts().accept(group, actor)

    async def take_back(self, group: Actor, actor: Actor, *, person: int | None = None) -> bool:
        """Take an invitation back; return whether there was one."""

        async def unit(tx: Tx) -> bool:
            await self._managed(tx, group, person)
            found = await groups.invitation(tx, group.id, actor.id)
            if found is not None:
                await self.performer.apply(tx, (Drop(found),), person)
            return found is not None

        return await self.performer.engine.write(unit)

    async def let_manage(self, group: Actor, who: Person, *, person: int | None = None) -> None:
        """Let a person manage a group, which makes them a member. Forbidden for guests."""
        own = await self._own(who)
        if own is None or own.guest:
            raise Forbidden("A guest manages no groups.")

        async def unit(tx: Tx) -> None:
            await self._managed(tx, group, person)
            await self._manage(tx, group, who, own)

        await self.performer.engine.write(unit)

    async def end_managing(self, group: Actor, who: Person, *, person: int | None = None) -> None:
        """Let a person manage a group no more; they stay a member. Invalid for the last one."""

        async def unit(tx: Tx) -> None:
            await self._managed(tx, group, person)
            store = self.performer.open(tx)
            left = set(await store.managers(group.id)) - {who.actor_id}
            if not left:
                raise Invalid("A group needs somebody who manages it: let another do so first.")
            own = await store.actor_by_id(who.actor_id)
            if own is not None:
                await self._let_manage_no_more(tx, group, own)

        await self.performer.engine.write(unit)

    # -- what is said there

    async def take_out(self, group: Actor, post: Post, *, person: int | None = None) -> None:
        """Delete a post in a group whose author is another, and tell the author."""
        await self._check(group, person)
        await self.perform(
            Delete(
                uri=self.performer.urls.activity(self.performer.new_id()),
                actor=group.uri,
                object=post.uri,
            )
        )
        author = await self.look(lambda store: store.actor_by_id(post.author_id))
        if author is not None and author.local and author.id != group.id:
            await self._say(group, author, "removed")

    async def _say(self, group: Actor, to: Actor, what: str, **names: str) -> None:
        """Have the group say something to somebody alone."""
        person = await self.look(lambda store: groups.person_of(store.tx, to.id))
        language = person.language if person is not None else group.language
        handle = to.username if to.local else f"{to.username}@{to.domain}"
        text, spoken = words(
            language,
            what,
            to=handle,
            group=group.name or group.username,
            handle=group.username,
            **names,
        )
        draft = Draft(text=text, visibility=Visibility.DIRECT, language=spoken, looked_at=True)
        await Writing(self.performer, self.resolver, self.limits).publish(group, draft)

    # -- who may

    async def manages(self, group: Actor, person: int | None) -> bool:
        """Return whether a person manages a group."""
        try:
            await self._check(group, person)
        except (Forbidden, NotFound):
            return False
        return True

    async def _check(self, group: Actor, person: int | None) -> None:
        await self.performer.engine.read(lambda tx: self._managed(tx, group, person))

    async def _managed(self, tx: Tx, group: Actor, person: int | None) -> Grouping:
        """Return the rules of a group that a person manages; NotFound where they may not know of
        it, Forbidden where they don't manage it. Those who look after the house may."""
        store = self.performer.open(tx)
        rules = await groups.rules(tx, group.id) if is_ours(group) and not group.gone else None
        if rules is None:
            raise NotFound(_GONE)
        if person is None:
            return rules
        who = await store.person(person)
        own = await store.actor_by_id(who.actor_id) if who is not None else None
        if who is None or who.departed is not None or own is None:
            raise NotFound(_GONE)
        role = await store.membership(person, group.id)
        if who.admin or (role is not None and role.role is Role.MANAGER):
            return rules
        if not await knowing.may_know(tx, group.id, viewer_of(own)):
            raise NotFound(_GONE)
        raise Forbidden("Only those who manage this group may do that.")

    async def _inviting(
        self, tx: Tx, group: Actor, by: Actor, person: int | None
    ) -> Standing | None:
        standing = await self.performer.open(tx).group(group, by)
        if standing is None or not (standing.knows or person is None):
            raise NotFound(_GONE)
        if standing.rules.access is Access.OPEN and standing.member:
            return standing
        await self._managed(tx, group, person)
        return standing

    async def _manage(self, tx: Tx, group: Actor, who: Person, own: Actor) -> None:
        role = Membership(person_id=who.id, actor_id=group.id, role=Role.MANAGER)
        now = self.performer.clock.now()
        await roles.put(tx, role)
        store = self.performer.open(tx)
        if await store.relation(RelationKind.FOLLOW, own.id, group.id) is None:
            member = Relation(
                kind=RelationKind.FOLLOW,
                source_id=own.id,
                target_id=group.id,
                uri=self.performer.urls.activity(store.new_id()),
                created=now,
            )
            await self.performer.apply(tx, (Put(member),), who.id)

    async def _let_manage_no_more(self, tx: Tx, group: Actor, actor: Actor) -> None:
        person = await groups.person_of(tx, actor.id)
        if person is None:
            return
        now = self.performer.clock.now()
        role = await roles.own(tx, person.id, group.id)
        if role is not None and role.holds(now):
            await roles.put(tx, replace(role, starts=min(role.starts, now), ends=now))
            if await roles.effective(tx, person.id, group.id, now) is None:
                await tokens.revoke_between(tx, person.id, group.id, now)

    async def _own(self, person: Person) -> Actor | None:
        return await self.look(lambda store: store.actor_by_id(person.actor_id))

    def _acts(self) -> Interacting:
        return Interacting(self.performer, self.resolver, self.limits)
