"""What the house tells of itself: who answers for it, how many live in it, its rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from actors.html import plain

from .engine import Tx
from .settings import put_setting

_OURS = "local = 1 AND kind <> 'Application' AND deleted IS NULL"


@dataclass(frozen=True, slots=True)
class Counts:
    people: int
    posts: int
    domains: int


async def counts(tx: Tx) -> Counts:
    """Return how many people, posts of ours and known servers there are."""
    people = await _number(tx, "SELECT count(*) FROM person WHERE departed IS NULL")
    posts = await _number(
        tx,
        "SELECT count(*) FROM (SELECT 1 FROM post WHERE local = 1"
        " AND visibility IN ('public', 'unlisted') LIMIT 100000) n",
    )
    domains = await _number(tx, "SELECT count(*) FROM (SELECT 1 FROM host LIMIT 100000) n")
    return Counts(people, posts, domains)


async def contact(tx: Tx) -> int | None:
    """Return the actor to write to about the house: the organisation's first, open one."""
    row = await tx.one(
        f"SELECT id FROM actor WHERE {_OURS} AND kind = 'Organization' AND exposure = 'open'"
        " ORDER BY id LIMIT 1"
    )
    return None if row is None else int(row[0])


async def description(tx: Tx) -> str:
    """Return what the house says of itself, plain: what the account to write to says."""
    first = await contact(tx)
    row = await tx.one("SELECT summary FROM actor WHERE id = ?", (first or 0,))
    return "" if row is None else plain(row[0])


async def founded(tx: Tx) -> int:
    """Return when the house was founded (ms)."""
    row = await tx.one("SELECT created FROM actor WHERE local = 1 AND kind = 'Application'")
    return 0 if row is None else int(row[0])


async def rules(tx: Tx) -> list[dict[str, Any]]:
    """Return the rules of the house as Mastodon's Rule entities."""
    row = await tx.one("SELECT value FROM setting WHERE name = 'rules'")
    texts = [] if row is None else msgspec.json.decode(row[0], type=list[str])
    return [
        {"id": str(number), "text": text, "hint": "", "translations": {}}
        for number, text in enumerate(texts, start=1)
    ]


async def set_rules(tx: Tx, texts: Sequence[str]) -> None:
    """Replace the rules of the house."""
    await put_setting(tx, "rules", msgspec.json.encode(list(texts)).decode())


async def active(tx: Tx, since: int) -> int:
    """Return how many readers were here since a time (ms)."""
    return await _number(tx, "SELECT count(*) FROM reader WHERE seen > ?", since)


async def active_between(tx: Tx, begin: int, end: int) -> int:
    """Return how many readers were last here in a time (ms)."""
    return await _number(tx, "SELECT count(*) FROM reader WHERE seen >= ? AND seen < ?", begin, end)


async def arrived_between(tx: Tx, begin: int, end: int) -> int:
    """Return how many people came to the house in a time (ms)."""
    return await _number(
        tx, "SELECT count(*) FROM person WHERE created >= ? AND created < ?", begin, end
    )


async def posts_between(tx: Tx, first: int, last: int) -> int:
    """Return how many open posts of ours have ids in a range."""
    return await _number(
        tx,
        "SELECT count(*) FROM post WHERE local = 1 AND id >= ? AND id < ?"
        " AND visibility IN ('public', 'unlisted') AND deleted IS NULL",
        first,
        last,
    )


async def blocked_domains(tx: Tx) -> list[tuple[str, str]]:
    """Return (domain, public comment) of those the house has nothing to do with."""
    rows = await tx.rows(
        "SELECT domain, public_comment FROM domain_rule WHERE kind = 'block' ORDER BY domain"
        " LIMIT 5000"
    )
    return [(row[0], row[1]) for row in rows]


async def _number(tx: Tx, sql: str, *params: int) -> int:
    row = await tx.one(sql, params)
    return 0 if row is None else int(row[0])
