"""SQL as written here, with `?`, turned into what PostgreSQL reads: `$1::bigint`, `$2::text`.

A parameter carries the type of its Python value, so that it never depends on where it stands
(`CASE`, `COALESCE`, the list of a SELECT), and None is NULL. What is quoted or commented is
left alone. migrate.py uses the same pieces to turn table definitions over.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from fedi.store.engine import Param

_QUOTED = re.compile(
    r"""
      '(?:[^']|'')*'              # a string
    | "(?:[^"]|"")*"              # a quoted name
    | --[^\n]*                    # a comment to the end of the line
    | /\*.*?\*/                   # a comment in between
    | \$(\w*)\$.*?\$\1\$          # a PostgreSQL string in dollars
    """,
    re.VERBOSE | re.DOTALL,
)

_CASTS: dict[type, str] = {
    bool: "::bigint",
    int: "::bigint",
    float: "::double precision",
    str: "::text",
    bytes: "::bytea",
}


def pieces(sql: str) -> Iterator[tuple[bool, str]]:
    """Yield (quoted, text) in order: what is quoted or commented, and the SQL between."""
    at = 0
    for match in _QUOTED.finditer(sql):
        if match.start() > at:
            yield False, sql[at : match.start()]
        yield True, match.group()
        at = match.end()
    if at < len(sql):
        yield False, sql[at:]


@lru_cache(maxsize=4_096)
def numbered(sql: str, kinds: tuple[type, ...] | None = None) -> str:
    """Return `sql` with $1, $2, … for its `?`; with the types of the values, cast to them."""
    out: list[str] = []
    number = place = 0
    for quoted, text in pieces(sql):
        if quoted:
            out.append(text)
            continue
        first, *rest = text.split("?")
        out.append(first)
        for after in rest:
            kind = kinds[place] if kinds is not None and place < len(kinds) else None
            place += 1
            if kind is type(None):
                out.append("NULL" + after)
                continue
            number += 1
            out.append(f"${number}{_cast(kind) if kind else ''}{after}")
    if kinds is not None and place != len(kinds):
        raise ValueError(f"{place} parameters in the SQL, {len(kinds)} given: {sql}")
    return "".join(out)


def _cast(kind: type) -> str:
    return next((_CASTS[base] for base in kind.__mro__ if base in _CASTS), "")


def bound(sql: str, params: Sequence[Param]) -> tuple[str, list[Param]]:
    """Return the statement and its arguments as asyncpg takes them."""
    if not params:
        return numbered(sql, ()), []
    kinds = tuple(map(type, params))
    return numbered(sql, kinds), [value for value in params if value is not None]
