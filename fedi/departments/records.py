"""What a department is beside its actor, changed: number, contact, colour, and where it stands.

The number and the place in the tree are for those who look after the house, for it is the house
that vouches for them; the rest is for those who manage the department. `by` is the person who
asks, None the house itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from actors.departments import CONTACT, Department, checked
from actors.effects import Put
from actors.errors import Forbidden, Invalid, NotFound
from actors.people import Actor, ActorKind
from fedi.departments.speakers import Speakers
from fedi.publishing import Profiles
from fedi.store import departments
from fedi.store.engine import Tx

ENTRIES: Final = ("number", *CONTACT, "color")


@dataclass(frozen=True, slots=True)
class Records:
    """Changes the records of departments."""

    profiles: Profiles

    async def change(
        self, actor: Actor, entries: Mapping[str, str], *, by: int | None = None
    ) -> Department:
        """Set some of ENTRIES of a department, "" to take one away, and return its record; the
        profile shows it and followers are told. Invalid for what can't be, and for a number that
        is another's."""
        new: dict[str, Any] = {name: checked(name, text) for name, text in entries.items()}
        performer = self.profiles.performer
        await self.profiles.see_keys(actor)
        now = performer.clock.now()

        async def unit(tx: Tx) -> Department:
            await self._may(tx, actor, by, "number" in new)
            old = await departments.record(tx, actor.id)
            if old is None:
                old = Department(actor_id=actor.id, created=now)
            record = replace(old, **new)
            if record.number != old.number:
                await _free(tx, record)
                record = replace(record, verified=now if record.number else None)
            if record != old:
                await departments.put(tx, replace(record, updated=now))
                await self.profiles.follow_record(tx, actor.id, by)
            return record

        return await performer.engine.write(unit)

    async def place(self, actor: Actor, parent: Actor | None, *, by: int | None = None) -> None:
        """Let a department stand under another, or at the top. Invalid where that would be below
        itself."""
        performer = self.profiles.performer

        async def unit(tx: Tx) -> None:
            await self._may(tx, actor, by, True)
            if parent is not None:
                await _check_parent(tx, actor, parent)
            old = await performer.open(tx).actor_by_id(actor.id)
            if old is None:
                raise NotFound("There is no such department here.")
            moved = replace(old, parent_id=parent.id if parent is not None else None)
            if moved != old:
                await performer.apply(tx, (Put(moved, replace=True),), by)

        await performer.engine.write(unit)

    async def _may(self, tx: Tx, actor: Actor, by: int | None, house: bool) -> None:
        """Raise Forbidden where a person may not change this; `house` where it is for those alone
        who look after the house."""
        performer = self.profiles.performer
        await Speakers(performer).managed(tx, actor.id, by)
        if actor.kind is not ActorKind.ORGANIZATION:
            raise Invalid(f"{actor.name} is no department.")
        who = await performer.open(tx).person(by) if house and by is not None else None
        if who is not None and not who.admin:
            raise Forbidden("Only those who look after this server may change that.")


async def _free(tx: Tx, record: Department) -> None:
    """Raise Invalid where a number is another department's already."""
    await tx.lock(f"number {record.number}")
    holder = await departments.by_number(tx, record.number)
    if holder is not None and holder != record.actor_id:
        raise Invalid(f"{record.number} is another department's number.")


async def _check_parent(tx: Tx, actor: Actor, parent: Actor) -> None:
    if parent.kind is not ActorKind.ORGANIZATION:
        raise Invalid(f"{parent.name} is no department.")
    await tx.lock("tree")
    if parent.id == actor.id or actor.id in await departments.above(tx, parent.id):
        raise Invalid(f"{actor.name} can't stand under {parent.name}, which stands under it.")
