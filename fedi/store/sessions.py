"""Browsers that are signed in, known, or half-way in: sessions, devices, steps."""

from dataclasses import dataclass
from typing import Final

from actors.people import Person

from .engine import Tx
from .rows import PERSON, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that is signed in. `way` is password, passkey or link; `agent` and `address` help
    its owner to know it again. `proven` is when they last showed more than the cookie (ms)."""

    id: int
    hash: bytes
    person_id: int
    way: str
    agent: str
    address: str
    created: int
    last_used: int
    proven: int
    expires: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What goes on between two pages. `kind` is second, link, passkey or passkey-add; `data` is
    its own."""

    hash: bytes
    kind: str
    person_id: int | None = None
    data: str = ""
    tries: int = 0
    expires: int


SESSION: Final = Table("session", Session, ["id"])
STEP: Final = Table("sign_in_step", Step, ["hash"])


async def add(tx: Tx, session: Session) -> None:
    """Store a new session."""
    await tx.run(SESSION.insert, SESSION.encode(session))


async def by_hash(tx: Tx, hash: bytes, now: int) -> tuple[Session, Person] | None:
    """Return the session of a cookie and its person, if it holds at `now` (ms)."""
    row = await tx.one(
        f"SELECT {SESSION.selected('s')}, {PERSON.selected('p')} FROM session s"
        " JOIN person p ON p.id = s.person_id AND p.departed IS NULL"
        " WHERE s.hash = ? AND s.expires > ?",
        (hash, now),
    )
    if row is None:
        return None
    return SESSION.decode(row), PERSON.decode(row[len(SESSION.columns) :])


async def of_person(tx: Tx, person_id: int, now: int) -> list[Session]:
    """Return where a person is signed in, the newest first."""
    found = await tx.rows(
        f"{SESSION.select} WHERE person_id = ? AND expires > ? ORDER BY last_used DESC, id DESC",
        (person_id, now),
    )
    return [SESSION.decode(row) for row in found]


async def used(tx: Tx, id: int, now: int, expires: int) -> None:
    """Note that a session was used, and how long it holds from now."""
    await tx.run("UPDATE session SET last_used = ?, expires = ? WHERE id = ?", (now, expires, id))


async def end(tx: Tx, id: int, person_id: int) -> bool:
    """End one session of a person; False where it is none of theirs."""
    return await tx.run("DELETE FROM session WHERE id = ? AND person_id = ?", (id, person_id)) > 0


async def end_others(tx: Tx, person_id: int, but: int | None) -> int:
    """End the sessions of a person, all but one."""
    return await tx.run(
        "DELETE FROM session WHERE person_id = ? AND id <> ?", (person_id, but or 0)
    )


# -- steps


async def add_step(tx: Tx, step: Step) -> None:
    """Store a step."""
    await tx.run(STEP.replace, STEP.encode(step))


async def find_step(tx: Tx, hash: bytes, kind: str, now: int) -> Step | None:
    """Return a step that is under way."""
    row = await tx.one(
        f"{STEP.select} WHERE hash = ? AND kind = ? AND expires > ?", (hash, kind, now)
    )
    return STEP.decode(row) if row is not None else None


async def count_try(tx: Tx, hash: bytes) -> None:
    """Count a wrong try."""
    await tx.run("UPDATE sign_in_step SET tries = tries + 1 WHERE hash = ?", (hash,))


async def take_step(tx: Tx, hash: bytes) -> bool:
    """End a step; False where another has ended it."""
    return await tx.run("DELETE FROM sign_in_step WHERE hash = ?", (hash,)) > 0


async def drop_steps(tx: Tx, person_id: int) -> None:
    """End what a person, or somebody with their password, has begun and not ended."""
    await tx.run("DELETE FROM sign_in_step WHERE person_id = ?", (person_id,))


# -- devices


async def know_device(tx: Tx, hash: bytes, person_id: int, now: int) -> None:
    """Remember that a person has signed in with this browser."""
    await tx.run(
        "INSERT INTO known_device (hash, person_id, created, last_used) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (hash) DO UPDATE SET last_used = excluded.last_used",
        (hash, person_id, now, now),
    )


async def knows_device(tx: Tx, hash: bytes, person_id: int) -> bool:
    """Return whether a person has signed in with this browser before."""
    row = await tx.one(
        "SELECT 1 FROM known_device WHERE hash = ? AND person_id = ?", (hash, person_id)
    )
    return row is not None


async def forget_devices(tx: Tx, person_id: int) -> None:
    """Forget every browser a person has signed in with."""
    await tx.run("DELETE FROM known_device WHERE person_id = ?", (person_id,))


async def forget_old(tx: Tx, now: int, device_before: int) -> int:
    """Delete sessions and steps that have ended, and devices unused since `device_before` (ms)."""
    gone = await tx.run("DELETE FROM session WHERE expires <= ?", (now,))
    gone += await tx.run("DELETE FROM sign_in_step WHERE expires <= ?", (now,))
    gone += await tx.run("DELETE FROM known_device WHERE last_used < ?", (device_before,))
    return gone
