"""What arrives: saved before it is answered, leased by workers, gone when it is done.

`seen` outlives the arrival itself, so that the same activity at the same inbox has one effect
for as long as a replay is possible. `refused` is what an administrator reads.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .engine import Param, Tx

_INSERT: Final = (
    "INSERT INTO arrival (id, activity_uri, inbox_owner, signer, body, received, due,"
    " lease_until, tries, problem) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, '')"
)
TRIES: Final = 12
_BACKOFF_MS: Final = (0, 5_000, 30_000, 120_000, 600_000, 3_600_000)
KEPT_REFUSALS: Final = 20_000
PRUNED: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Raw bytes as they came. `inbox_owner` is the local actor's id, 0 for the shared inbox.

    `same` is what it is known by when it comes again; without it, its id is.
    """

    id: int
    activity_uri: str
    inbox_owner: int
    signer: str
    body: bytes
    received: int
    tries: int = 0
    same: str = ""


def fingerprint(arrival: Arrival) -> int:
    """Return the 63-bit key of `seen`; the signer is in it, so nobody can use up another's ids."""
    same = arrival.same or arrival.activity_uri
    digest = hashlib.sha256(f"{arrival.signer}\0{same}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


async def save(tx: Tx, arrival: Arrival) -> bool:
    """Save an arrival; False if this inbox has had it. Answer 202 only after the commit."""
    new = await tx.run(
        "INSERT INTO seen (activity_hash, inbox_owner, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (
            fingerprint(arrival),
            arrival.inbox_owner,
            arrival.received,
        ),
    )
    if not new:
        return False
    await tx.run(_INSERT, _row(arrival))
    return True


async def save_all(tx: Tx, several: Sequence[Arrival]) -> frozenset[int]:
    """Save arrivals as `save` does, in few statements; return the ids of those that are new."""
    by_key = {(fingerprint(one), one.inbox_owner): one for one in reversed(several)}
    keys, new = list(by_key), list[Arrival]()
    while keys:
        # Powers of two, so that there are few statements to prepare.
        size = 1 << (len(keys).bit_length() - 1)
        part, keys = keys[:size], keys[size:]
        found = await tx.rows(
            f"INSERT INTO seen (activity_hash, inbox_owner, at) VALUES {_places(3, size)}"
            " ON CONFLICT DO NOTHING RETURNING activity_hash, inbox_owner",
            [value for key in part for value in (*key, by_key[key].received)],
        )
        new += [by_key[row[0], row[1]] for row in found]
    await tx.many(_INSERT, [_row(one) for one in new])
    return frozenset(one.id for one in new)


def _places(columns: int, rows: int) -> str:
    return ", ".join([f"({', '.join('?' * columns)})"] * rows)


def _row(arrival: Arrival) -> tuple[Param, ...]:
    return (
        arrival.id,
        arrival.activity_uri,
        arrival.inbox_owner,
        arrival.signer,
        arrival.body,
        arrival.received,
        arrival.received,
    )


async def lease(tx: Tx, *, now: int, until: int, limit: int) -> list[Arrival]:
    """Take up to `limit` due arrivals, oldest first, for this worker until `until` (ms)."""
    skip = " FOR UPDATE SKIP LOCKED" if tx.dialect == "postgres" else ""
    found = await tx.rows(
        "SELECT id, activity_uri, inbox_owner, signer, body, received, tries FROM arrival"
        f" WHERE due <= ? AND lease_until <= ? ORDER BY due, id LIMIT ?{skip}",
        (now, now, limit),
    )
    if found:
        await tx.many(
            "UPDATE arrival SET lease_until = ? WHERE id = ?", [(until, row[0]) for row in found]
        )
    return [
        Arrival(
            id=row[0],
            activity_uri=row[1],
            inbox_owner=row[2],
            signer=row[3],
            body=row[4],
            received=row[5],
            tries=row[6],
        )
        for row in found
    ]


async def done(tx: Tx, id: int) -> None:
    """Forget an arrival whose effects are in this same transaction."""
    await tx.last("DELETE FROM arrival WHERE id = ?", (id,))


async def release(tx: Tx, ids: Sequence[int]) -> None:
    """Give arrivals back that were leased and not tried."""
    await tx.many("UPDATE arrival SET lease_until = 0 WHERE id = ?", [(id,) for id in ids])


async def renew(tx: Tx, ids: Sequence[int], until: int) -> None:
    """Keep what is leased until `until` (ms); what was put off or given back meanwhile is not."""
    await tx.many(
        "UPDATE arrival SET lease_until = ? WHERE id = ? AND lease_until > 0",
        [(until, id) for id in sorted(ids)],
    )


async def later(tx: Tx, arrival: Arrival, *, now: int, problem: str) -> bool:
    """Put an arrival off; False when it has had its tries and must be refused."""
    tries = arrival.tries + 1
    if tries >= TRIES:
        return False
    wait = _BACKOFF_MS[min(tries, len(_BACKOFF_MS) - 1)]
    await tx.run(
        "UPDATE arrival SET due = ?, lease_until = 0, tries = ?, problem = ? WHERE id = ?",
        (now + wait, tries, problem[:500], arrival.id),
    )
    return True


async def postpone(tx: Tx, id: int, due: int) -> None:
    """Put an arrival off without counting a try: it is not its fault that it must wait."""
    await tx.run("UPDATE arrival SET due = ?, lease_until = 0 WHERE id = ?", (due, id))


async def at_least(tx: Tx, most: int) -> int:
    """Return how many arrivals wait, counted up to `most`."""
    row = await tx.one("SELECT count(*) FROM (SELECT 1 FROM arrival LIMIT ?) AS counted", (most,))
    return int(row[0]) if row is not None else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One line of what was not taken, and why, for the administrator."""

    id: int
    at: int
    host: str
    actor_uri: str
    activity_uri: str = ""
    kind: str = ""
    code: str
    sentence: str


async def note_refusal(tx: Tx, refused: Refused) -> None:
    """Keep why something was not taken."""
    await tx.run(
        "INSERT INTO refused (id, at, host, actor_uri, activity_uri, kind, code, sentence)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            refused.id,
            refused.at,
            refused.host,
            refused.actor_uri[:2000],
            refused.activity_uri[:2000],
            refused.kind[:100],
            refused.code,
            refused.sentence,
        ),
    )


async def refusals(tx: Tx, *, limit: int, host: str | None = None) -> list[Refused]:
    """Return the newest refusals, of one host or all."""
    where, params = ("WHERE host = ?", [host]) if host is not None else ("", [])
    found = await tx.rows(
        "SELECT id, at, host, actor_uri, activity_uri, kind, code, sentence FROM refused"
        f" {where} ORDER BY id DESC LIMIT ?",
        [*params, limit],
    )
    return [
        Refused(
            id=row[0],
            at=row[1],
            host=row[2],
            actor_uri=row[3],
            activity_uri=row[4],
            kind=row[5],
            code=row[6],
            sentence=row[7],
        )
        for row in found
    ]


async def waiting(tx: Tx) -> tuple[int, int | None]:
    """Return how many arrivals wait and when the oldest came (ms)."""
    row = await tx.one("SELECT count(*), min(received) FROM arrival")
    return (row[0], row[1]) if row is not None else (0, None)


async def prune(tx: Tx, *, now: int, seen_days: int) -> int:
    """Forget some of what is older than a replay can be, old markers, and refusals beyond the
    cap: PRUNED rows of each at most. Return whether there may be more, as 1 or 0."""
    seen = await tx.rows(
        "SELECT activity_hash, inbox_owner FROM seen WHERE at < ? ORDER BY at LIMIT ?",
        (now - seen_days * 86_400_000, PRUNED),
    )
    await tx.many("DELETE FROM seen WHERE activity_hash = ? AND inbox_owner = ?", seen)
    markers = await tx.rows(
        "SELECT uri, kind, actor_uri FROM marker WHERE until < ? ORDER BY until LIMIT ?",
        (now, PRUNED),
    )
    await tx.many("DELETE FROM marker WHERE uri = ? AND kind = ? AND actor_uri = ?", markers)
    refusals = await tx.rows(
        "SELECT id FROM refused WHERE id <= (SELECT id FROM refused ORDER BY id DESC LIMIT 1"
        " OFFSET ?) ORDER BY id LIMIT ?",
        (KEPT_REFUSALS, PRUNED),
    )
    await tx.many("DELETE FROM refused WHERE id = ?", refusals)
    return int(PRUNED in (len(seen), len(markers), len(refusals)))
