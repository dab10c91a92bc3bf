"""What those who keep order see of accounts, and closing or opening them again.

A suspended account of ours can't sign in and is shown to nobody; a remote one is heard no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.people import Actor, Person

from . import events
from .engine import Param, Tx
from .rows import ACTOR, PERSON
from .timelines import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An account, and the person whose personal account it is."""

    actor: Actor
    person: Person | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which accounts: texts are beginnings; None where it doesn't matter."""

    local: bool | None = None
    suspended: bool | None = None
    staff: bool | None = None
    username: str = ""
    name: str = ""
    domain: str = ""
    email: str = ""

    def condition(self) -> tuple[str, list[Param]]:
        """Return (SQL over actor alias a and person alias o, parameters)."""
        parts = ["a.kind <> 'Application'"]
        params: list[Param] = []
        if self.local is not None:
            parts.append(f"a.local = {int(self.local)}")
        if self.suspended is not None:
            parts.append(f"a.suspended IS {'NOT ' if self.suspended else ''}NULL")
        if self.staff is not None:
            parts.append(f"coalesce(o.admin, 0) = {int(self.staff)}")
        for column, text in (
            ("a.username", self.username),
            ("a.name", self.name),
            ("a.domain", self.domain),
            ("o.email", self.email),
        ):
            if text:
                parts.append(f"lower({column}) LIKE ? ESCAPE '\\'")
                escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%")
                params.append(escaped.replace("_", "\\_") + "%")
        return " AND ".join(parts), params


_CASE: Final = (
    f"SELECT {ACTOR.selected('a')}, {PERSON.selected('o')} FROM actor a"
    " LEFT JOIN person o ON o.actor_id = a.id AND a.local = 1"
)


def _case(row: Sequence[Any]) -> Case:
    width = len(ACTOR.columns)
    person = PERSON.decode(row[width:]) if row[width] is not None else None
    return Case(actor=ACTOR.decode(row), person=person)


async def accounts(tx: Tx, sought: Sought, span: Span) -> list[Case]:
    """Return a page of accounts, newest first."""
    where, params = sought.condition()
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        f"{_CASE} WHERE a.id > ? AND a.id < ? AND {where} ORDER BY a.id {order} LIMIT ?",
        [span.above, span.below, *params, span.limit],
    )
    found = [_case(row) for row in rows]
    return found[::-1] if span.upward else found


async def by_ids(tx: Tx, ids: Sequence[int]) -> dict[int, Case]:
    """Return accounts by their ids."""
    if not ids:
        return {}
    rows = await tx.rows(f"{_CASE} WHERE a.id IN ({', '.join('?' * len(ids))})", ids)
    return {row[0]: _case(row) for row in rows}


async def suspend(tx: Tx, actor_id: int, now: int, by: int, person: int) -> bool:
    """Close an account until it is opened again; return whether it was open."""
    changed = await tx.run(
        "UPDATE actor SET suspended = ? WHERE id = ? AND suspended IS NULL", (now, actor_id)
    )
    if changed:
        await events.append(tx, "actor", by, actor_id, at=now, person=person)
    return bool(changed)


async def unsuspend(tx: Tx, actor_id: int, now: int, by: int, person: int) -> bool:
    """Open an account again; return whether it was closed."""
    changed = await tx.run(
        "UPDATE actor SET suspended = NULL WHERE id = ? AND suspended IS NOT NULL", (actor_id,)
    )
    if changed:
        await events.append(tx, "actor", by, actor_id, at=now, person=person)
    return bool(changed)
