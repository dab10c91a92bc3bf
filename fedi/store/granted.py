"""Which apps act for a person, and as whom: as they, and whoever runs the house, read it."""

from dataclasses import dataclass

from .engine import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A token that holds, as its owner knows it; `app` is "" for one without. Times in ms."""

    id: int
    app: str
    website: str
    label: str
    person: str
    actor: str
    actor_name: str
    scopes: str
    created: int
    last_used: int | None


_SELECT = (
    "SELECT t.id, coalesce(p.name, ''), coalesce(p.website, ''), t.label,"
    " coalesce(w.username, ''), coalesce(a.username, ''), coalesce(a.name, ''), t.scopes,"
    " t.created, t.last_used FROM token t LEFT JOIN app p ON p.id = t.app_id"
    " LEFT JOIN person w ON w.id = t.person_id LEFT JOIN actor a ON a.id = t.actor_id"
    " WHERE t.revoked IS NULL"
)


async def of_person(tx: Tx, person_id: int, limit: int = 200) -> list[Granted]:
    """Return the tokens that act for a person, the newest first."""
    return await _found(tx, f"{_SELECT} AND t.person_id = ? ORDER BY t.id DESC LIMIT ?",
                        person_id, limit)  # fmt: skip


async def newest(tx: Tx, limit: int) -> list[Granted]:
    """Return all tokens that hold, the newest first."""
    return await _found(tx, f"{_SELECT} ORDER BY t.id DESC LIMIT ?", limit)


async def is_of(tx: Tx, id: int, person_id: int) -> bool:
    """Return whether a token acts for this person."""
    row = await tx.one("SELECT 1 FROM token WHERE id = ? AND person_id = ?", (id, person_id))
    return row is not None


async def _found(tx: Tx, sql: str, *params: int) -> list[Granted]:
    return [
        Granted(
            id=row[0],
            app=row[1],
            website=row[2],
            label=row[3],
            person=row[4],
            actor=row[5],
            actor_name=row[6],
            scopes=row[7],
            created=row[8],
            last_used=row[9],
        )
        for row in await tx.rows(sql, params)
    ]
