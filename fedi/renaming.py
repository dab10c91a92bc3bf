"""A new handle for one of our actors. The id stays, and the old handle leads to it for ever.

Followers are told by an Update. The old handle keeps its row, so that nobody else is ever given
it; its own actor may have it back.
"""

from dataclasses import replace

from actors.effects import Done, Refusal
from actors.errors import Invalid
from actors.handles import local_key, valid_local_username
from actors.people import Actor, HandleRow, Profile
from fedi.perform import Performer
from fedi.publishing import error_of
from fedi.resolve import HouseResolver
from fedi.store import profiles
from fedi.store.engine import Tx
from fedi.store.rows import HANDLE
from fedi.store.unit import UnitStore
from outbox.acts import Acting


async def rename(
    performer: Performer, resolver: HouseResolver, actor: Actor, new: str, name: str | None = None
) -> Actor:
    """Give `actor` the handle `new` (and a new name, if any); return it as it now is. Invalid
    where the handle can't be had."""
    new = new.removeprefix("@")
    if not valid_local_username(new):
        raise Invalid(
            f"{new!r} can't be a handle: use 1-30 of a-z, 0-9 and _, and no reserved word."
        )
    renamed = replace(
        actor,
        username=new,
        url=performer.urls.profile(new),
        name=actor.name if name is None else name,
        names=actor.names if name is None else {},
        updated=performer.clock.now(),
    )
    keys = await performer.engine.read(lambda tx: performer.open(tx).keys(actor.id))

    async def move(store: UnitStore, outcome: Done | Refusal) -> None:
        if isinstance(outcome, Done):
            await _take(store.tx, actor, renamed, store.now)

    acting = Acting(actor=actor, urls=performer.urls, id=performer.new_id())
    update = acting.change(Profile(actor=renamed, keys=tuple(k for k in keys if k.retired is None)))
    answer = await performer.perform(update, resolver, move)
    if isinstance(answer.outcome, Refusal):
        raise error_of(answer.outcome)
    return renamed


async def _take(tx: Tx, old: Actor, new: Actor, now: int) -> None:
    """Move the mark of the current handle; raises, and so undoes all, where it is another's."""
    found = await profiles.actor_by_handle(tx, new.username)
    if found is not None and found[0].id != new.id:
        raise Invalid(f"The handle {new.username} is taken, or was once: choose another.")
    before = HandleRow(
        username=local_key(old.username), actor_id=old.id, current=False, since=old.created
    )
    after = HandleRow(username=local_key(new.username), actor_id=new.id, current=True, since=now)
    for row in (before, after):
        await tx.run(HANDLE.replace, HANDLE.encode(row))
