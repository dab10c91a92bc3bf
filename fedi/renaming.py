"""A new handle for one of our actors. The id stays, and the old handle leads to it for ever.

Followers are told by an Update. The old handle keeps its row, so that nobody else is ever given
it; its own actor may have it back.
"""

from dataclasses import replace

from actors.effects import Done, Refusal
from actors.errors import Invalid
from actors.faces import with_faces
from actors.handles import local_key, valid_local_username
from actors.people import Actor, HandleRow, Profile
from fedi.config import Limits
from fedi.perform import Performer
from fedi.publishing import error_of
from fedi.resolve import HouseResolver
from fedi.store import departments, profiles
from fedi.store.keys import OwnKeys
from fedi.store.rows import ACTOR, HANDLE
from fedi.store.unit import UnitStore
from outbox.acts import Acting


async def rename(
    performer: Performer,
    resolver: HouseResolver,
    actor: Actor,
    new: str,
    name: str | None = None,
    limits: Limits | None = None,
) -> Actor:
    """Give `actor` the handle `new` (and a new name, if any); return it as it now is. Invalid
    where the handle can't be had or the name is too long."""
    limits = limits or Limits()
    limits.check("The name", len(name or ""), limits.name_characters, "characters")
    new = new.removeprefix("@")
    if not valid_local_username(new):
        raise Invalid(
            f"{new!r} can't be a handle: use 1-30 of a-z, 0-9 and _, and no reserved word."
            " Write æ as ae, ø as o or oe, å as a or aa; the name itself takes every letter."
        )
    renamed = replace(
        actor,
        username=new,
        url=performer.urls.profile(new),
        name=actor.name if name is None else name,
        names=actor.names if name is None else {},
        updated=performer.clock.now(),
    )
    color = await performer.engine.glance(lambda tx: departments.color(tx, actor.id))
    renamed = with_faces(renamed, color, performer.urls)
    keys = await OwnKeys(performer.engine).of(actor)

    async def move(store: UnitStore, outcome: Done | Refusal) -> None:
        if isinstance(outcome, Done):
            await _take(store, actor, renamed)

    acting = Acting(actor=actor, urls=performer.urls, id=performer.new_id())
    update = acting.change(Profile(actor=renamed, keys=tuple(k for k in keys if k.retired is None)))
    answer = await performer.perform(update, resolver, move)
    if isinstance(answer.outcome, Refusal):
        raise error_of(answer.outcome)
    return renamed


async def _take(store: UnitStore, old: Actor, new: Actor) -> None:
    """Give the actor its new name and the handle's row; raises, and so undoes all, where the
    handle is another's. No Update changes a handle by itself (actors/activities/update.py)."""
    tx = store.tx
    found = await profiles.actor_by_handle(tx, new.username)
    if found is not None and found[0].id != new.id:
        raise Invalid(f"The handle {new.username} is taken, or was once: choose another.")
    stored = await store.actor_by_id(old.id) or old
    named = replace(stored, username=new.username, url=new.url)
    await tx.run(ACTOR.replace, ACTOR.encode(named))
    before = HandleRow(
        username=local_key(old.username), actor_id=old.id, current=False, since=old.created
    )
    after = HandleRow(
        username=local_key(new.username), actor_id=new.id, current=True, since=store.now
    )
    for row in (before, after):
        await tx.run(HANDLE.replace, HANDLE.encode(row))
