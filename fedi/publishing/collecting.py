"""What an actor does with its collections: make, change, fill and empty them; and how somebody
who is listed takes themselves off. Collections stay on this server: nothing of this leaves it.

Who may write for the actor may do this (actors/access.py). Whoever is listed has said, by being
discoverable, that they want to be found, and is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from actors.access import acting
from actors.audience import LocalActor
from actors.effects import Notify, Refusal
from actors.errors import Forbidden, Invalid, NotFound
from actors.people import Actor
from actors.relationships import NotificationKind
from fedi.perform import Performer
from fedi.publishing.doing import error_of
from fedi.store import collections
from fedi.store.collections import COLLECTIONS_MAX, ITEMS_MAX, Collection, Item
from fedi.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Collecting:
    """Changes collections in the name of our actors."""

    performer: Performer

    async def make(
        self, actor: Actor, new: Collection, accounts: Sequence[int], *, person: int | None = None
    ) -> Collection:
        """Make a collection with these accounts in it; `new` says what it is called. Invalid
        where the actor has too many, or one of the accounts may not be listed."""
        id, now = self.performer.new_id(), self.performer.clock.now()
        made = replace(new, id=id, actor_id=actor.id, created=now, updated=now)

        async def unit(tx: Tx) -> None:
            await self._may(tx, actor, person)
            if await collections.count(tx, actor.id) >= COLLECTIONS_MAX:
                raise Invalid(f"Validation failed: No more than {COLLECTIONS_MAX} collections")
            await collections.keep(tx, made)
            await self._fill(tx, made, accounts, person)

        await self.performer.engine.write(unit)
        return made

    async def change(
        self, actor: Actor, new: Collection, *, person: int | None = None
    ) -> Collection:
        """Change a collection of the actor's; those who are in it are told of a new name or
        description."""

        async def unit(tx: Tx) -> Collection:
            await self._may(tx, actor, person)
            old = await self._own(tx, actor, new.id)
            if replace(new, created=old.created, updated=old.updated) == old:
                return old
            changed = replace(new, created=old.created, updated=self.performer.clock.now())
            await collections.keep(tx, changed)
            if (old.name, old.description) != (new.name, new.description):
                await self._tell_change(tx, changed, person)
            return changed

        return await self.performer.engine.write(unit)

    async def drop(self, actor: Actor, id: int, *, person: int | None = None) -> None:
        """Remove a collection of the actor's."""

        async def unit(tx: Tx) -> None:
            await self._may(tx, actor, person)
            await collections.drop(tx, await self._own(tx, actor, id))

        await self.performer.engine.write(unit)

    async def add(self, actor: Actor, id: int, account: int, *, person: int | None = None) -> Item:
        """Put an account into a collection of the actor's. Invalid where there is no place, or
        the account may not be listed."""

        async def unit(tx: Tx) -> Item:
            await self._may(tx, actor, person)
            return (await self._fill(tx, await self._own(tx, actor, id), [account], person))[0]

        return await self.performer.engine.write(unit)

    async def remove(self, actor: Actor, id: int, item: int, *, person: int | None = None) -> None:
        """Take an account out of a collection of the actor's."""

        async def unit(tx: Tx) -> None:
            await self._may(tx, actor, person)
            own = await self._own(tx, actor, id)
            found = await collections.item(tx, own.id, item)
            if found is None:
                raise NotFound("Record not found")
            await collections.take_out(tx, found, actor.id)

        await self.performer.engine.write(unit)

    async def revoke(self, actor: Actor, id: int, item: int, *, person: int | None = None) -> None:
        """Take the actor itself off somebody's collection; it can't be put back."""

        async def unit(tx: Tx) -> None:
            await self._may(tx, actor, person)
            of = await self._there(tx, actor, id)
            found = await collections.item(tx, of.id, item)
            if found is None:
                raise NotFound("Record not found")
            if found.account_id != actor.id:
                raise Forbidden("This action is not allowed")
            await collections.revoke(tx, found, of.actor_id)

        await self.performer.engine.write(unit)

    async def _may(self, tx: Tx, actor: Actor, person: int | None) -> None:
        await tx.lock(actor.uri)
        found = await acting(self.performer.open(tx), actor.uri, person)
        if isinstance(found, Refusal):
            raise error_of(found)

    async def _there(self, tx: Tx, actor: Actor, id: int) -> Collection:
        found = (await collections.seen(tx, [id], LocalActor(actor.id))).get(id)
        if found is None:
            raise NotFound("Record not found")
        return found

    async def _own(self, tx: Tx, actor: Actor, id: int) -> Collection:
        found = await self._there(tx, actor, id)
        if found.actor_id != actor.id:
            raise Forbidden("This action is not allowed")
        return found

    async def _fill(
        self, tx: Tx, of: Collection, accounts: Sequence[int], person: int | None
    ) -> list[Item]:
        """Put accounts into a collection, in this order, and tell those that are ours."""
        may = await collections.featurable(tx, of.actor_id, accounts)
        if any(account not in may for account in accounts):
            raise Invalid("This account cannot be added to collections")
        known = await collections.every_item(tx, of.id)
        held = sum(one.state in ("accepted", "pending") for one in known)
        if held + len(accounts) > ITEMS_MAX:
            raise Invalid(f"Validation failed: No more than {ITEMS_MAX} accounts in a collection")
        last = max((one.position for one in known), default=0)
        added = [
            Item(
                id=self.performer.new_id(),
                collection_id=of.id,
                account_id=account,
                position=last + place,
                state="accepted",
                created=self.performer.clock.now(),
            )
            for place, account in enumerate(accounts, 1)
        ]
        for one in added:
            if not await collections.put(tx, one):
                raise Invalid("Validation failed: Account has already been taken")
        told = [one.account_id for one in added if may[one.account_id]]
        await self._tell(tx, NotificationKind.ADDED_TO_COLLECTION, of, told, person)
        return added

    async def _tell_change(self, tx: Tx, of: Collection, person: int | None) -> None:
        """Tell those in a collection that it says something else, in place of any earlier time."""
        kind, told = NotificationKind.COLLECTION_UPDATE, await collections.ours_in(tx, of.id)
        await collections.forget_notices(tx, of.id, of.actor_id, told, [kind.value])
        await self._tell(tx, kind, of, told, person)

    async def _tell(
        self,
        tx: Tx,
        kind: NotificationKind,
        of: Collection,
        accounts: Sequence[int],
        person: int | None,
    ) -> None:
        news = tuple(Notify(id, kind, of.actor_id, of.id) for id in accounts if id != of.actor_id)
        await self.performer.apply(tx, news, person)
