"""Access tokens: who a bearer is; making, listing and revoking them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.membership import Membership
from actors.people import Actor, Person, Token

from . import roles
from .engine import Tx
from .rows import ACTOR, PERSON, TOKEN

_BEARER: Final = (
    f"SELECT {TOKEN.selected('t')}, {PERSON.selected('p')}, {ACTOR.selected('a')} FROM token t"
    " LEFT JOIN person p ON p.id = t.person_id LEFT JOIN actor a ON a.id = t.actor_id"
)
_PERSON_AT: Final = len(TOKEN.columns)
_ACTOR_AT: Final = _PERSON_AT + len(PERSON.columns)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token, and whom and what it stands for now; None where there is no such row, or no role
    that holds."""

    token: Token
    person: Person | None
    actor: Actor | None
    membership: Membership | None


async def by_hash(tx: Tx, hash: bytes, now: int) -> Bearer | None:
    """Return what holds at `now` (ms) for the token with this hash, revoked or not."""
    row = await tx.one(f"{_BEARER} WHERE t.hash = ?", (hash,))
    return await _bearer(tx, row, now) if row is not None else None


async def by_id(tx: Tx, id: int, now: int) -> Bearer | None:
    """Return what holds at `now` (ms) for the token with this id, revoked or not."""
    row = await tx.one(f"{_BEARER} WHERE t.id = ?", (id,))
    return await _bearer(tx, row, now) if row is not None else None


async def _bearer(tx: Tx, row: Sequence[object], now: int) -> Bearer:
    token = TOKEN.decode(row)
    role = None
    if token.person_id is not None and token.actor_id is not None:
        role = await roles.effective(tx, token.person_id, token.actor_id, now)
    return Bearer(
        token,
        PERSON.decode(row[_PERSON_AT:]) if row[_PERSON_AT] is not None else None,
        ACTOR.decode(row[_ACTOR_AT:]) if row[_ACTOR_AT] is not None else None,
        role,
    )


async def used(tx: Tx, id: int, now: int) -> None:
    """Note that a token was used."""
    await tx.run("UPDATE token SET last_used = ? WHERE id = ?", (now, id))


async def revoke(tx: Tx, id: int, now: int) -> bool:
    """Take a token back; False where it was taken back before, or never was."""
    changed = await tx.run(
        "UPDATE token SET revoked = ? WHERE id = ? AND revoked IS NULL", (now, id)
    )
    return changed > 0


async def revoke_of_person(tx: Tx, person_id: int, now: int) -> int:
    """Take back every token of a person; return how many."""
    return await tx.run(
        "UPDATE token SET revoked = ? WHERE person_id = ? AND revoked IS NULL", (now, person_id)
    )


async def revoke_between(tx: Tx, person_id: int, actor_id: int, now: int) -> int:
    """Take back every token with which a person speaks as an actor; return how many."""
    return await tx.run(
        "UPDATE token SET revoked = ? WHERE person_id = ? AND actor_id = ? AND revoked IS NULL",
        (now, person_id, actor_id),
    )
