"""What a newer activity does to older ones that still wait: the rows behind outbox/supersede.py.

Runs while the newer one is queued. Rows in a worker's hands are left alone, for nobody can tell
whether they have been sent: there both go, in order.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from actors.people import KeyKind
from actors.signatures.keys import load_private
from actors.signatures.proofs import add_proof
from outbox.anew import created_anew, undone
from outbox.supersede import Change, Queued, supersedes

from .engine import Tx
from .profiles import signing_key
from .recipients import Fanout, Target

_SUPERSEDING: Final = frozenset({"Update", "Delete", "Undo"})
_COLUMNS: Final = (
    "SELECT d.id, d.activity_id, d.inbox, d.uncertain, a.uri, a.kind,"
    " CASE WHEN d.id <= h.taken THEN 1 ELSE 0 END FROM delivery d"
    " JOIN activity a ON a.id = d.activity_id JOIN host h ON h.name = d.host"
)


async def make_room(
    tx: Tx, fanout: Fanout, chunk: Sequence[Target], about: int, now: int
) -> set[str]:
    """Apply a newer activity to what waits for the same inboxes; return those that need no row."""
    if fanout.kind not in _SUPERSEDING or not chunk:
        return set()
    await _hold_hosts(tx, chunk)
    newer = Queued(uri=fanout.uri, kind=fanout.kind, about=fanout.about)
    if fanout.kind == "Undo":
        newer = Queued(
            uri=fanout.uri,
            kind="Undo",
            about=fanout.about,
            undoes=await undoes(tx, fanout.activity_id),
        )
    inboxes = {target.inbox for target in chunk}
    drop: list[tuple[int, int]] = []
    unneeded: set[str] = set()
    anew: dict[int, set[str]] = {}
    for row in await _older(tx, newer, chunk, about):
        id, activity_id, inbox, uncertain, uri, kind, in_hand = row
        if inbox not in inboxes or in_hand:
            continue
        older = Queued(uri=uri, kind=kind, about=fanout.about, tried=bool(uncertain))
        match supersedes(older, newer):
            case Change.DROP_OLDER:
                drop.append((id, activity_id))
            case Change.DROP_BOTH:
                drop.append((id, activity_id))
                unneeded.add(inbox)
            case Change.BECOME_CREATE:
                anew.setdefault(activity_id, set()).add(inbox)
    for activity_id, waiting in anew.items():
        if await _give_newer_words(tx, fanout, activity_id, now):
            unneeded |= waiting
    await _drop(tx, drop)
    return unneeded


async def _older(
    tx: Tx, newer: Queued, chunk: Sequence[Target], about: int
) -> list[tuple[Any, ...]]:
    first, last = chunk[0].host, chunk[-1].host
    if newer.kind == "Undo":
        return await tx.rows(
            f"{_COLUMNS} WHERE a.uri = ? AND a.actor_id IN (SELECT actor_id FROM activity"
            " WHERE uri = ?) AND d.state = 0 AND d.host >= ? AND d.host <= ? ORDER BY d.id",
            (newer.undoes, newer.uri, first, last),
        )
    return await tx.rows(
        f"{_COLUMNS} WHERE d.about = ? AND d.state = 0 AND d.host >= ? AND d.host <= ?"
        " ORDER BY d.id",
        (about, first, last),
    )


async def _hold_hosts(tx: Tx, chunk: Sequence[Target]) -> None:
    """Keep workers from leasing these hosts until this unit ends (SQLite: they can't anyway)."""
    if tx.dialect == "postgres":
        names = sorted({target.host for target in chunk})
        await tx.rows(
            f"SELECT name FROM host WHERE name IN ({', '.join('?' * len(names))})"
            " ORDER BY name FOR UPDATE",
            names,
        )


async def _give_newer_words(tx: Tx, fanout: Fanout, create_id: int, now: int) -> bool:
    """Put the Update's content into the stored Create; False if that can't be done."""
    create = await _body(tx, create_id)
    document = created_anew(create, await _body(tx, fanout.activity_id))
    if document is None:
        return False
    if b'"proof"' in create:
        key = await signing_key(tx, fanout.actor_id, KeyKind.ED25519, now)
        private = load_private(key.private) if key is not None and key.private else None
        if key is not None and isinstance(private, Ed25519PrivateKey):
            document = add_proof(document, private, key.uri, now)
    await tx.run(
        "UPDATE activity SET body = ? WHERE id = ?", (msgspec.json.encode(document), create_id)
    )
    return True


async def undoes(tx: Tx, activity_id: int) -> str:
    """Return the uri of the activity that this Undo takes back, or ""."""
    return undone(await _body(tx, activity_id))


async def _body(tx: Tx, activity_id: int) -> bytes:
    row = await tx.one("SELECT body FROM activity WHERE id = ?", (activity_id,))
    return bytes(row[0]) if row is not None else b"{}"


async def _drop(tx: Tx, rows: Sequence[tuple[int, int]]) -> None:
    await tx.many("DELETE FROM delivery WHERE id = ?", [(id,) for id, _ in rows])
    fewer: dict[int, int] = {}
    for _, activity_id in rows:
        fewer[activity_id] = fewer.get(activity_id, 0) + 1
    await tx.many(
        "UPDATE activity SET total = total - ? WHERE id = ?",
        [(count, id) for id, count in sorted(fewer.items())],
    )
