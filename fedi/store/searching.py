"""Posts by their words: what is asked of the index, and which of it a viewer finds.

Both engines keep the same words (search_index.py) and are asked the same question, each in its own
full-text language. Newest first, in windows that bound the work: what is chosen by words is then
filtered by the table of visibility and by what may be found (docs/decisions/0015-search.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from actors.audience import LocalActor

from . import visibility
from .engine import Dialect, Param, Tx
from .timelines import UNWANTED

LATEST: Final = 1 << 62
WINDOWS: Final = (200, 2_000, 8_000)
"""How many of the newest matches are looked at, one window after the other, for one page."""

Scope = Literal["all", "library", "public"]


@dataclass(frozen=True, slots=True)
class Option:
    """Words that stand one after the other; the last one, with `prefix`, only begins so."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """What a post must have one option of; or none of, where it is `excluded`."""

    options: tuple[Option, ...]
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Posts with all terms, with ids from `since` to below `before`; at least one term is not
    excluded. Words are as fedi/search/words.py makes them, and need no quoting."""

    terms: tuple[Term, ...]
    scope: Scope = "all"
    since: int = 0
    before: int = LATEST


def _fts5(option: Option) -> str:
    return f'"{" ".join(option.words)}"{" *" if option.prefix else ""}'


def _tsquery(option: Option) -> str:
    *first, last = (f"'{word}'" for word in option.words)
    return f"({' <-> '.join([*first, last + (':*' if option.prefix else '')])})"


def match(dialect: Dialect, terms: tuple[Term, ...]) -> str:
    """Return the terms in the full-text language of an engine."""
    if dialect == "sqlite":
        wanted = [_any(term, _fts5, " OR ") for term in terms if not term.excluded]
        unwanted = [_any(term, _fts5, " OR ") for term in terms if term.excluded]
        positive = " AND ".join(wanted)
        return f"({positive}) NOT ({' OR '.join(unwanted)})" if unwanted else positive
    return " & ".join(("!" if t.excluded else "") + _any(t, _tsquery, " | ") for t in terms)


def _any(term: Term, spell: Callable[[Option], str], between: str) -> str:
    return f"({between.join(spell(option) for option in term.options)})"


_CHOSEN: Final = {
    "sqlite": (
        "SELECT rowid AS id FROM searched_index WHERE searched_index MATCH ?"
        " AND rowid >= ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"
    ),
    "postgres": (
        "SELECT s.post_id AS id FROM searched s WHERE s.vector @@ ?::tsquery"
        " AND s.post_id >= ? AND s.post_id < ? ORDER BY s.post_id DESC LIMIT ?"
    ),
}
_INTERACTED: Final = (
    "p.author_id = ?"
    " OR EXISTS (SELECT 1 FROM addressee sa WHERE sa.post_id = p.id AND sa.actor_id = ?)"
    " OR EXISTS (SELECT 1 FROM reaction sr WHERE sr.post_id = p.id AND sr.actor_id = ?)"
    " OR EXISTS (SELECT 1 FROM bookmark sk WHERE sk.actor_id = ? AND sk.post_id = p.id)"
    " OR EXISTS (SELECT 1 FROM post sb WHERE sb.boost_of = p.id AND sb.author_id = ?"
    " AND sb.deleted IS NULL)"
    " OR EXISTS (SELECT 1 FROM vote sv WHERE sv.post_id = p.id AND sv.actor_id = ?)"
)
# Whoever wants to be found says so (FEP-5feb); what is ours is the organisation's to find.
_INDEXABLE: Final = (
    "(p.visibility = 'public' AND (p.local = 1 OR EXISTS (SELECT 1 FROM actor sx"
    " WHERE sx.id = p.author_id AND sx.indexable = 1)))"
)
_HOUSE: Final = "(p.local = 1 AND p.visibility IN ('internal', 'group'))"
_SCOPES: Final[dict[Scope, str]] = {
    "public": _INDEXABLE,
    "library": f"({_INTERACTED})",
    "all": f"({_INDEXABLE} OR {_HOUSE} OR {_INTERACTED})",
}


async def posts(tx: Tx, wanted: Wanted, viewer: LocalActor, limit: int, offset: int) -> list[int]:
    """Return the ids of the posts that `viewer` finds, newest first.

    Of a word that is everywhere only the newest 10,200 matches are looked at.
    """
    visible, params = visibility.condition(viewer)
    scope = _SCOPES[wanted.scope]
    text = match(tx.dialect, wanted.terms)
    chosen = _CHOSEN[tx.dialect]
    statement = (
        f"SELECT p.id FROM ({chosen}) w CROSS JOIN post p WHERE p.id = w.id AND {scope}"
        f" AND {visible}{UNWANTED} ORDER BY p.id DESC LIMIT ?"
    )
    if tx.dialect == "postgres":
        # Whether to go by words or by time depends on the words: no plan is good for all.
        await tx.run("SET LOCAL plan_cache_mode = force_custom_plan")
    asker = [viewer.actor_id] * scope.count("?")
    found: list[int] = []
    before = wanted.before
    for size in WINDOWS:
        window: list[Param] = [text, wanted.since, before, size]
        rest = offset + limit - len(found)
        rows = await tx.rows(
            statement, [*window, *asker, *params, viewer.actor_id, viewer.actor_id, rest]
        )
        found += [row[0] for row in rows]
        if len(found) >= offset + limit:
            break
        edge = await tx.one(f"SELECT min(w.id), count(*) FROM ({chosen}) w", window)
        if edge is None or edge[1] < size:
            break
        before = edge[0]
    return found[offset : offset + limit]
