"""Actors and their keys as a whole: storing what was fetched, and finding ours.

A fetched profile keeps the id it was given when first met. Handles of ours live in their own
table: a handle once given answers for ever and is never given to another actor.
"""

from dataclasses import replace

from actors.people import Actor, HandleRow, Key, KeyKind, Profile

from . import events
from .engine import Tx
from .rows import ACTOR, HANDLE, KEY
from .unit import UnitStore


async def save_profile(store: UnitStore, profile: Profile) -> Actor:
    """Store a fetched remote profile and return the actor as it now stands."""
    old = await store.actor(profile.actor.uri)
    if old is not None and old.local:
        return old
    new = replace(profile.actor, local=False, fetched=store.now)
    if old is None:
        actor = replace(new, id=store.new_id())
        if not await store.tx.run(ACTOR.insert, ACTOR.encode(actor)):
            found = await store.actor(profile.actor.uri)
            actor = found if found is not None else actor
        await events.append(store.tx, "actor", actor.id, actor.id, at=store.now)
    else:
        actor = replace(
            new,
            id=old.id,
            moved_at=old.moved_at,
            created=old.created or new.created,
            suspended=old.suspended,
            deleted=None,
        )
        await store.tx.run(ACTOR.replace, ACTOR.encode(actor))
        if replace(actor, fetched=old.fetched) != old:
            await events.append(store.tx, "actor", actor.id, actor.id, at=store.now)
    await _save_keys(store, actor, profile.keys)
    return actor


async def _save_keys(store: UnitStore, actor: Actor, keys: tuple[Key, ...]) -> None:
    kept = {key.uri for key in keys}
    for old in await store.keys(actor.id):
        if old.uri not in kept:
            await store.tx.run(KEY.delete, (old.uri,))
    for key in keys:
        # Nobody takes a neighbour's key id (security.md S35).
        taken = await store.tx.one("SELECT actor_id FROM actor_key WHERE uri = ?", (key.uri,))
        if taken is None or taken[0] == actor.id:
            await store.tx.run(KEY.replace, KEY.encode(replace(key, actor_id=actor.id)))


async def mark_gone(tx: Tx, uri: str, now: int) -> None:
    """Note that a remote actor's own server says it is gone (410)."""
    where = "uri = ? AND local = 0 AND deleted IS NULL"
    await events.append_each(tx, "actor", "id", "id", f"FROM actor WHERE {where}", (uri,), at=now)
    await tx.run(f"UPDATE actor SET deleted = ? WHERE {where}", (now, uri))


async def key_with_owner(tx: Tx, key_uri: str) -> tuple[Key, Actor] | None:
    """Return a known key and its actor by the exact key id."""
    row = await tx.one(
        f"SELECT {KEY.selected('k')}, {ACTOR.selected('a')} FROM actor_key k"
        " JOIN actor a ON a.id = k.actor_id WHERE k.uri = ?",
        (key_uri,),
    )
    if row is None:
        return None
    return KEY.decode(row), ACTOR.decode(row[len(KEY.columns) :])


async def signing_key(tx: Tx, actor_id: int, kind: KeyKind, now: int) -> Key | None:
    """Return the newest of an actor's own keys that is in use at `now`."""
    row = await tx.one(
        f"{KEY.select} WHERE actor_id = ? AND kind = ? AND private IS NOT NULL"
        " AND retired IS NULL AND active_from <= ? ORDER BY active_from DESC LIMIT 1",
        (actor_id, kind.value, now),
    )
    return KEY.decode(row) if row is not None else None


async def actor_by_handle(tx: Tx, username: str) -> tuple[Actor, HandleRow] | None:
    """Return our actor that has, or once had, this handle, and that handle's row."""
    row = await tx.one(
        f"SELECT {HANDLE.selected('h')}, {ACTOR.selected('a')} FROM handle h"
        " JOIN actor a ON a.id = h.actor_id WHERE h.username = ?",
        (username.lower(),),
    )
    if row is None:
        return None
    return ACTOR.decode(row[len(HANDLE.columns) :]), HANDLE.decode(row)


async def application(tx: Tx) -> Actor | None:
    """Return the server's own actor."""
    row = await tx.one(f"{ACTOR.select} WHERE local = 1 AND kind = 'Application' LIMIT 1")
    return ACTOR.decode(row) if row is not None else None
