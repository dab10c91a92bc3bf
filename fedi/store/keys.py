"""Keys of ours: which there are, those made when first needed, and those that have had their time.

An actor may have none until somebody reads its document or it signs: of the thousands that an
import brings most never do, and an RSA key takes 75 ms. First written, first kept: the ids of the
first pair follow from the actor, so that two processes that make it at once end with one.
"""

import asyncio

from actors.people import Actor, Key, KeyKind
from actors.signatures import pairs

from .engine import Engine, Tx
from .rows import ACTOR, KEY


class OwnKeys:
    """Gives the keys of our actors; one for each process that needs them often."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._making: dict[int, asyncio.Task[tuple[Key, ...]]] = {}
        self._one = asyncio.Lock()

    async def of(self, actor: Actor) -> tuple[Key, ...]:
        """Return all keys of an actor of ours, retired ones too; the first pair is made now where
        nobody has needed it so far."""
        return await self.by_id(actor.id)

    async def by_id(self, actor_id: int) -> tuple[Key, ...]:
        """Return all keys of one of our actors (`of`); none for an id that is nobody's here."""
        found = await self._engine.glance(lambda tx: held(tx, actor_id))
        if _complete(found):
            return found
        actor = await self._engine.glance(lambda tx: _ours(tx, actor_id))
        return found if actor is None else await self.completed(actor)

    async def completed(self, actor: Actor) -> tuple[Key, ...]:
        """Make the pair of an actor that lacks it, once however many ask, and return its keys."""
        making = self._making.get(actor.id)
        if making is None:
            making = asyncio.ensure_future(self._make(actor))
            self._making[actor.id] = making
            making.add_done_callback(lambda _: self._making.pop(actor.id, None))
        return await asyncio.shield(making)

    async def _make(self, actor: Actor) -> tuple[Key, ...]:
        async with self._one:  # one at a time: pages go on while somebody walks through us all
            rsa = await asyncio.to_thread(pairs.rsa, actor, actor.created)

        async def unit(tx: Tx) -> tuple[Key, ...]:
            await tx.run(KEY.insert, KEY.encode(rsa))
            await first_proof_key(tx, actor)
            return await held(tx, actor.id)

        return await self._engine.write(unit)


async def first_proof_key(tx: Tx, actor: Actor) -> Key:
    """Return the Ed25519 key of an actor of ours that has the first one or none: the one that is
    there, else a new one."""
    new = pairs.ed25519(actor, actor.created)
    if await tx.run(KEY.insert, KEY.encode(new)):
        return new
    row = await tx.one(f"{KEY.select} WHERE uri = ?", (new.uri,))
    return new if row is None else KEY.decode(row)


async def has_none(tx: Tx, actor_id: int) -> bool:
    """Return whether an actor of ours has never needed a key: nobody elsewhere knows it."""
    row = await tx.one("SELECT 1 FROM actor_key WHERE actor_id = ? LIMIT 1", (actor_id,))
    return row is None


async def held(tx: Tx, actor_id: int) -> tuple[Key, ...]:
    """Return the keys that an actor has, oldest first."""
    rows = await tx.rows(f"{KEY.select} WHERE actor_id = ? ORDER BY created, uri", (actor_id,))
    return tuple(KEY.decode(row) for row in rows)


async def _ours(tx: Tx, actor_id: int) -> Actor | None:
    row = await tx.one(f"{ACTOR.select} WHERE id = ? AND local = 1", (actor_id,))
    return None if row is None else ACTOR.decode(row)


def _complete(found: tuple[Key, ...]) -> bool:
    return {key.kind for key in found} >= {KeyKind.RSA, KeyKind.ED25519}


async def of_ours(tx: Tx, actor_id: int | None = None) -> list[tuple[str, Key]]:
    """Return the keys that our actors (or one of them) sign with or have signed with, each with
    its actor's user name; retired ones last."""
    one = " AND k.actor_id = ?" if actor_id is not None else ""
    rows = await tx.rows(
        f"SELECT {KEY.selected('k')}, a.username FROM actor a JOIN actor_key k ON k.actor_id = a.id"
        f" WHERE a.local = 1 AND k.private IS NOT NULL{one}"
        " ORDER BY a.username, k.retired IS NOT NULL, k.created, k.uri",
        () if actor_id is None else (actor_id,),
    )
    return [(row[-1], KEY.decode(row)) for row in rows]


async def retire_superseded(tx: Tx, now: int, grace: int) -> int:
    """Retire each key of ours that a newer one has replaced for at least `grace` ms; return how
    many. A retired key is listed no more and signs nothing, but its id is never used again."""
    return await tx.run(
        "UPDATE actor_key SET retired = ? WHERE private IS NOT NULL AND retired IS NULL"
        " AND EXISTS (SELECT 1 FROM actor_key n WHERE n.actor_id = actor_key.actor_id"
        " AND n.kind = actor_key.kind AND n.private IS NOT NULL AND n.retired IS NULL"
        " AND n.created > actor_key.created AND n.active_from <= ?)",
        (now, now - grace),
    )
