"""Takes down every statement that real code runs, and asks the engine how it would find the rows.

`Noting` is an engine that passes everything on and keeps each SQL text once. `faults` explains one
text: on SQLite as production has it, without statistics; on PostgreSQL the plan that is kept for
all values, after ANALYZE. A fault is a walk through a table that grows.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, TypeVar

from fedi.store.engine import Engine, Param, Tx
from fedi.store.placeholders import numbered

T = TypeVar("T")

SMALL = frozenset(
    {
        "slot",
        "setting",
        "meta",
        "migration",
        "domain_rule",
        "fanout",
        "spread",
        "person",
        "media",
        "announcement",
        "announcement_read",
        "announcement_reaction",
        "widely_followed",
    }
)
"""Tables that stay small, or empty themselves at once: walking them is how they are read."""
BROAD = frozenset({"kind", "local", "state"})
"""Columns that say too little: an index that is entered by these alone is walked for the most."""
OURS = "actor_local"
"""The index of our own actors by kind: so few that they may be walked."""
SECRET = "actor_secret"
"""The index of secret groups alone."""

_NAMED = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?", re.IGNORECASE)
_WORDS = frozenset({"where", "on", "set", "join", "left", "order", "group", "limit", "values"})


class NotingTx:
    """A transaction that keeps the text of each statement."""

    def __init__(self, tx: Tx, texts: dict[str, tuple[Param, ...]]) -> None:
        self._tx = tx
        self._texts = texts
        self.dialect = tx.dialect
        self.after_commit = tx.after_commit
        self.lock = tx.lock

    def _note(self, sql: str, params: Sequence[Param]) -> None:
        self._texts.setdefault(sql, tuple(params))

    async def rows(self, sql: str, params: Sequence[Param] = ()) -> list[tuple[Any, ...]]:
        self._note(sql, params)
        return await self._tx.rows(sql, params)

    async def one(self, sql: str, params: Sequence[Param] = ()) -> tuple[Any, ...] | None:
        self._note(sql, params)
        return await self._tx.one(sql, params)

    async def run(self, sql: str, params: Sequence[Param] = ()) -> int:
        self._note(sql, params)
        return await self._tx.run(sql, params)

    async def last(self, sql: str, params: Sequence[Param] = ()) -> None:
        self._note(sql, params)
        await self._tx.last(sql, params)

    async def many(self, sql: str, rows: Sequence[Sequence[Param]]) -> None:
        if rows:
            self._note(sql, rows[0])
        await self._tx.many(sql, rows)


class Noting:
    """An engine whose statements are kept in `texts`, each with the parameters it first had."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dialect = engine.dialect
        self.backlog = 0
        self.texts: dict[str, tuple[Param, ...]] = {}

    def _noted(self, unit: Callable[[Tx], Awaitable[T]]) -> Callable[[Tx], Awaitable[T]]:
        async def noted(tx: Tx) -> T:
            return await unit(NotingTx(tx, self.texts))

        return noted

    async def write(self, unit: Callable[[Tx], Awaitable[T]]) -> T:
        return await self.engine.write(self._noted(unit))

    async def read(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        return await self.engine.read(self._noted(query))

    async def glance(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        return await self.engine.glance(self._noted(query))

    async def close(self) -> None:
        await self.engine.close()


async def faults(tx: Tx, sql: str, params: Sequence[Param]) -> list[str]:
    """Return what is wrong with how the engine would run this statement, in its own words."""
    if tx.dialect == "sqlite":
        return await _faults_of_sqlite(tx, sql, params)
    return await _faults_of_postgres(tx, sql, params)


def _tables(sql: str) -> dict[str, str]:
    """Return the table behind each name that a statement uses."""
    found: dict[str, str] = {}
    for table, alias in _NAMED.findall(sql):
        found[table] = table
        if alias and alias.lower() not in _WORDS:
            found[alias] = table
    return found


async def _faults_of_sqlite(tx: Tx, sql: str, params: Sequence[Param]) -> list[str]:
    tables = _tables(sql)
    grown = {row[0] for row in await tx.rows("SELECT name FROM sqlite_master")} - SMALL
    found = []
    for row in await tx.rows(f"EXPLAIN QUERY PLAN {sql}", params):
        step = str(row[3])
        if step.startswith("SCAN "):
            name = step.split()[1]
            if tables.get(name, name) in grown:
                found.append(step)
        elif "TEMP B-TREE FOR ORDER BY" in step or _is_broad(step, step.rpartition(" (")[2]):
            found.append(step)
    return found


def _is_broad(index: str, condition: str) -> bool:
    """Return whether an index is entered by columns that nearly all rows share."""
    names = set(re.findall(r"(\w+) ?(?:[=<>]|IS )", condition))
    return bool(names) and names <= BROAD and OURS not in index


async def _faults_of_postgres(tx: Tx, sql: str, params: Sequence[Param]) -> list[str]:
    kinds = tuple(type(value) for value in params)
    text = numbered(sql, kinds)
    given = sum(kind is not type(None) for kind in kinds)
    await tx.run(f"PREPARE explained AS {text}")
    nulls = f"({', '.join(['NULL'] * given)})" if given else ""
    row = await tx.one(f"EXPLAIN (FORMAT JSON) EXECUTE explained{nulls}")
    await tx.run("DEALLOCATE explained")
    assert row is not None
    plan = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    return [fault for node, limited in _nodes(plan[0]["Plan"]) for fault in _judged(node, limited)]


def _nodes(node: dict[str, Any], limited: bool = False) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield every node of a plan, and whether it ends as soon as a LIMIT is filled."""
    yield node, limited
    kind = node["Node Type"]
    for place, child in enumerate(node.get("Plans", ())):
        drives = kind in ("Nested Loop", "LockRows", "Subquery Scan") and place == 0
        yield from _nodes(child, kind == "Limit" or (limited and drives))


def _judged(node: dict[str, Any], limited: bool) -> Iterator[str]:
    table = node.get("Relation Name")
    kind = node["Node Type"]
    if table is None or table in SMALL:
        return
    if kind == "Seq Scan":
        yield f"Seq Scan on {table}"
    elif kind in ("Index Scan", "Index Only Scan"):
        index, condition = node["Index Name"], node.get("Index Cond", "")
        walked = not condition and not limited and index not in (OURS, SECRET)
        if walked or _is_broad(index, condition):
            yield f"{kind} on {table} by {index}: {condition or 'all of it'}"
