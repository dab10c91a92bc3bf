"""Timelines: which posts stand on a page, chosen by an index and filtered by who reads.

Every function returns rows (cursor, post id): the cursor is what the page's links carry. What a
reader has muted, blocked or hidden is left out here, on reading, so that it comes back with the
mute's end. Home is kept ready for active readers (home.py); rendering is fedi/mastodon's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from actors.audience import LocalActor, Viewer

from . import visibility
from .engine import Param, Tx

HIGHEST: Final = (1 << 63) - 1
_FIRST_WINDOW, _WIDEST, _LOOKED_AT = 2, 8_192, 200_000
"""Rows of an index that are looked at first for each that is wanted; in one window, each four times
as wide as the one before; and in all, where next to nothing may be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Cursors strictly between `above` and `below`, the nearest to `above` first if `upward`."""

    limit: int
    below: int = HIGHEST
    above: int = -1
    upward: bool = False


Row = tuple[int, int]


class Chosen(NamedTuple):
    """A post that was chosen for a reader who may see it, and what it shares: no need to ask
    again. `did` is what the reader did with it, or with what it shares: FAVOURITED and so on."""

    id: int
    author_id: int
    boost_of: int | None
    did: int | None = None


FAVOURITED, REBLOGGED, BOOKMARKED, PINNED = 1, 2, 4, 8

_Without = tuple[str, str]
"""Rows of the reader's that hide posts: all of them, and those that hide the post p."""
_BY_AUTHOR: Final[tuple[_Without, ...]] = (
    # Muted and blocked authors, either way, and domains one wants nothing from; `?` is the reader.
    (
        "relation WHERE kind IN ('mute', 'block') AND source_id = ?",
        "relation u WHERE u.kind IN ('mute', 'block') AND u.source_id = ?"
        " AND u.target_id = p.author_id",
    ),
    (
        "domain_mute WHERE actor_id = ?",
        "domain_mute v JOIN actor va ON va.domain = v.domain"
        " WHERE v.actor_id = ? AND va.id = p.author_id AND va.local = 0",
    ),
)
_AT_HOME: Final[tuple[_Without, ...]] = (
    # Boosts by whom one doesn't want them from, other languages than one wants of somebody, and
    # who is on a list that one reads instead; `?` is the reader.
    (
        "acquaintance WHERE owner_id = ?",
        "acquaintance q WHERE q.owner_id = ? AND q.other_id = p.author_id"
        " AND (p.boost_of IS NOT NULL AND q.hides_boosts = 1"
        " OR q.languages <> '[]' AND p.language <> ''"
        " AND replace(q.languages, '\"' || p.language || '\"', '') = q.languages)",
    ),
    (
        "list WHERE actor_id = ? AND exclusive = 1",
        "list_member em JOIN list el ON el.id = em.list_id"
        " AND el.exclusive = 1 AND el.actor_id = ? WHERE em.member_id = p.author_id",
    ),
)


def _without(rows: tuple[_Without, ...]) -> str:
    return "".join(f" AND NOT EXISTS (SELECT 1 FROM {these})" for _, these in rows)


def _without_any(rows: tuple[_Without, ...]) -> str:
    # Whether there are any is asked once for the whole statement, and then, mostly, no post is.
    return "".join(
        f" AND (NOT EXISTS (SELECT 1 FROM {any}) OR NOT EXISTS (SELECT 1 FROM {these}))"
        for any, these in rows
    )


UNWANTED: Final = _without(_BY_AUTHOR)
NOT_AT_HOME: Final = _without(_AT_HOME)
_BOOSTED: Final = (
    # What is boosted must be wanted as well; the boost itself falls where it isn't.
    " AND (p.boost_of IS NULL OR NOT EXISTS (SELECT 1 FROM post o JOIN actor oa"
    " ON oa.id = o.author_id WHERE o.id = p.boost_of AND (EXISTS (SELECT 1 FROM relation ou"
    " WHERE ou.kind IN ('mute', 'block') AND ou.source_id = ? AND ou.target_id = o.author_id)"
    " OR oa.local = 0 AND EXISTS (SELECT 1 FROM domain_mute ov WHERE ov.actor_id = ?"
    " AND ov.domain = oa.domain))))"
)


def unwanted(viewer: Viewer) -> tuple[str, list[Param]]:
    """Return (SQL over post alias p, parameters): true where the reader wants to see the author."""
    if not isinstance(viewer, LocalActor):
        return "", []
    text = UNWANTED + _BOOSTED
    return text, [viewer.actor_id] * text.count("?")


async def home(tx: Tx, reader_id: int, span: Span) -> list[Chosen]:
    """Return a page of a reader's home timeline, newest first; the cursor is the post's id.

    It is of the kept rows (home.py), whose authors or hashtags the reader still follows, merged
    with what those authors wrote who have no rows, since too many here follow them.
    """
    kept, by_author, in_group, _, of = _home("ASC" if span.upward else "DESC")
    mine = [[reader_id] * count for count in of]
    rows = await tx.rows(
        kept,
        [*mine[0], reader_id, span.above, span.below, *mine[1], *mine[2], span.limit, reader_id],
    )
    found = [Chosen._make(row) for row in rows if row[0]]
    wide = [row for row in rows if not row[0]] if len(found) < len(rows) else []
    if wide:
        authors, groups = [row[1] for row in wide], [row[1] for row in wide if row[3]]
        found = await merged(tx, authors, (by_author, mine[0], mine[2]), span, found)
        found = await merged(tx, groups, (in_group, mine[0], mine[2]), span, found)
        found.sort(reverse=True)
    elif span.upward:
        found.reverse()
    return found


_DID: Final = " + ".join(
    f"CASE WHEN EXISTS (SELECT 1 FROM {rows}) THEN {bit} ELSE 0 END"
    for bit, rows in (
        (FAVOURITED, "reaction fr WHERE fr.post_id = coalesce(p.boost_of, p.id)"
                     " AND fr.actor_id = ? AND fr.content = ''"),
        (REBLOGGED, "post fb WHERE fb.boost_of = coalesce(p.boost_of, p.id)"
                    " AND fb.author_id = ? AND fb.deleted IS NULL"),
        # Whether one has any of these at all is asked once for the statement.
        (BOOKMARKED, "bookmark WHERE actor_id = ?) AND EXISTS (SELECT 1 FROM bookmark fk"
                     " WHERE fk.actor_id = ? AND fk.post_id = coalesce(p.boost_of, p.id)"),
        (PINNED, "pin WHERE actor_id = ?) AND EXISTS (SELECT 1 FROM pin fp"
                 " WHERE fp.actor_id = ? AND fp.post_id = coalesce(p.boost_of, p.id)"),
    )
)  # fmt: skip
_STILL_FOLLOWED: Final = (
    "(p.author_id = ? OR EXISTS (SELECT 1 FROM relation k WHERE k.kind = 'follow'"
    " AND k.source_id = ? AND k.target_id = p.author_id AND k.state = 'accepted')"
    " OR EXISTS (SELECT 1 FROM hashtag t JOIN followed_tag s ON s.actor_id = ?"
    " AND s.name = t.name WHERE t.post_id = p.id) OR EXISTS (SELECT 1 FROM addressee e"
    " JOIN actor eg ON eg.id = e.actor_id AND eg.kind = 'Group' JOIN relation j"
    " ON j.kind = 'follow' AND j.source_id = ? AND j.target_id = eg.id"
    " AND j.state = 'accepted' WHERE e.post_id = p.id))"
)
_WIDE: Final = (
    # CROSS JOIN: those whom many follow are few, and each is looked up among whom one follows.
    "SELECT 0, w.actor_id, NULL, CASE WHEN wa.kind = 'Group' THEN 1 ELSE 0 END"
    " FROM widely_followed w CROSS JOIN relation f CROSS JOIN actor wa WHERE f.kind = 'follow'"
    " AND f.source_id = ? AND f.target_id = w.actor_id AND f.state = 'accepted'"
    " AND wa.id = w.actor_id"
)
BEGUN: Final = "p.in_reply_to IS NULL AND p.in_reply_to_uri = '' AND p.visibility <> 'direct'"
"""What of a group's posts comes to its members' home timelines: what begins something."""


async def wanted_among(tx: Tx, reader_id: int, ids: Sequence[int]) -> list[Chosen]:
    """Return those of these posts that a reader wants at home, newest first."""
    if not ids:
        return []
    *_, among, of = _home("DESC")
    places = ", ".join("?" * len(ids))
    params = [*[reader_id] * of[0], *ids, *[reader_id] * of[2]]
    return [Chosen._make(row) for row in await tx.rows(among.format(places), params)]


@lru_cache(maxsize=2)
def _home(order: str) -> tuple[str, str, str, str, tuple[int, int, int]]:
    """Return (of the kept rows and who is read by author, of one author, of one group, of some
    posts, how many parameters its columns and its conditions take); each of these is the reader's.

    What a boost shares must be theirs to see, and wanted, as well.
    """
    seen, _ = visibility.condition(LocalActor(0))
    wants = seen + _without_any(_BY_AUTHOR)
    shared = visibility.named(wants, "o")
    boosted = f"EXISTS (SELECT 1 FROM post o WHERE o.id = p.boost_of AND {shared})"
    wants += f"{_without_any(_AT_HOME)} AND (p.boost_of IS NULL OR {boosted})"
    columns = f"p.id, p.author_id, p.boost_of, {_DID}"
    kept = (
        f"SELECT * FROM (SELECT {columns} FROM home h JOIN post p ON p.id = h.post_id"
        " WHERE h.reader_id = ? AND h.post_id > ? AND h.post_id < ?"
        f" AND {_STILL_FOLLOWED} AND {wants} ORDER BY h.post_id {order} LIMIT ?) kept"
        f" UNION ALL {_WIDE}"
    )
    by_author = (
        f"SELECT {columns} FROM post p WHERE p.author_id = ? AND p.id > ? AND p.id < ?"
        f" AND {wants} ORDER BY p.id {order} LIMIT ?"
    )
    in_group = (
        f"SELECT {columns} FROM addressee ig CROSS JOIN post p WHERE ig.actor_id = ?"
        f" AND ig.post_id > ? AND ig.post_id < ? AND p.id = ig.post_id AND {BEGUN}"
        f" AND {wants} ORDER BY ig.post_id {order} LIMIT ?"
    )
    among = f"SELECT {columns} FROM post p WHERE p.id IN ({{}}) AND {wants} ORDER BY p.id {order}"
    return (
        kept,
        by_author,
        in_group,
        among,
        (columns.count("?"), _STILL_FOLLOWED.count("?"), wants.count("?")),
    )


async def merged(
    tx: Tx,
    authors: Sequence[int],
    statement: tuple[str, Sequence[Param], Sequence[Param]],
    span: Span,
    found: Sequence[Chosen] = (),
) -> list[Chosen]:
    """Return a page (in the order of `span`) of what authors wrote and of what was found before.

    Each author's nearest within the span are taken by (author, id), and only what can still be on
    the page: the cost is of the page and the authors, not of what lies between. The statement
    takes parameters of its own, author, above, below, more of its own and a limit.
    """
    sql, first, params = statement
    page = {one.id: one for one in found}
    above, below = span.above, span.below
    for author in authors if span.limit else ():
        rows = await tx.rows(sql, [*first, author, above, below, *params, span.limit])
        page |= {row[0]: Chosen(*row) for row in rows}
        if len(page) >= span.limit:
            nearest = sorted(page, reverse=not span.upward)[: span.limit]
            page = {id: page[id] for id in nearest}
            above, below = (above, nearest[-1]) if span.upward else (nearest[-1], below)
    return list(page.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which posts of a public timeline: `local` ones, `remote` ones, those with media."""

    local: bool = False
    remote: bool = False
    media: bool = False


async def public(tx: Tx, viewer: Viewer, wanted: Wanted, span: Span) -> list[Row]:
    """Return a page of the federated or local timeline: public posts and, for those inside, the
    internal ones; no boosts, no replies to others."""
    where = "p.boost_of IS NULL AND p.in_reply_to IS NULL AND p.in_reply_to_uri = ''"
    shown = "('public', 'internal')" if isinstance(viewer, LocalActor) else "('public')"
    where += f" AND p.visibility IN {shown}"
    if wanted.media:
        where += " AND p.media <> '[]'"
    column = " w.local = 1 AND" if wanted.local else " w.local = 0 AND" if wanted.remote else ""
    if column and not isinstance(viewer, LocalActor):
        # An index of its own, so that what is internal is not walked through for those outside.
        column = f" w.visibility = 'public' AND{column}"
    index = _Index(f"SELECT w.id AS id FROM post w WHERE{column}", "w.id")
    return await _windowed(tx, index, (where, []), viewer, span)


async def tagged(
    tx: Tx, viewer: Viewer, name: str, wanted: Wanted, span: Span, *, rest: "Tags | None" = None
) -> list[Row]:
    """Return a page of the posts with a hashtag (folded), public ones and those one may see."""
    # What is internal is passed over first where that is all there is to know of it.
    inside = "'internal', " if isinstance(viewer, LocalActor) else ""
    where = f"p.visibility IN ({inside}'public', 'unlisted') AND p.boost_of IS NULL"
    params: list[Param] = []
    if wanted.media:
        where += " AND p.media <> '[]'"
    if wanted.local or wanted.remote:
        where += f" AND p.local = {int(wanted.local)}"
    if rest is not None:
        more, params = rest.condition()
        where += more
    index = _Index("SELECT w.post_id AS id FROM hashtag w WHERE w.name = ? AND", "w.post_id", name)
    return await _windowed(tx, index, (where, params), viewer, span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """Further hashtags (folded): all of `every` and none of `none`."""

    every: tuple[str, ...] = ()
    none: tuple[str, ...] = ()

    def condition(self) -> tuple[str, list[Param]]:
        has = "EXISTS (SELECT 1 FROM hashtag t WHERE t.post_id = p.id AND t.name = ?)"
        parts = [f" AND {has}"] * len(self.every) + [f" AND NOT {has}"] * len(self.none)
        return "".join(parts), [*self.every, *self.none]


async def linking(tx: Tx, viewer: Viewer, url: str, span: Span) -> list[Row]:
    """Return a page of the public posts that link to a page."""
    index = _Index("SELECT w.post_id AS id FROM card_use w WHERE w.url = ? AND", "w.post_id", url)
    where = "p.visibility IN ('public', 'internal') AND p.boost_of IS NULL"
    return await _windowed(tx, index, (where, []), viewer, span)


@dataclass(frozen=True, slots=True)
class _Index:
    """A statement that walks an index, open for the span of its cursor; `key` is its parameter."""

    select: str
    cursor: str
    key: str | None = None

    def window(self, span: Span) -> str:
        order = "ASC" if span.upward else "DESC"
        return (
            f"{self.select} {self.cursor} > ? AND {self.cursor} < ?"
            f" ORDER BY {self.cursor} {order} LIMIT ?"
        )


async def _windowed(
    tx: Tx, index: _Index, where: tuple[str, list[Param]], viewer: Viewer, span: Span
) -> list[Row]:
    """Walk an index in windows until the page is full or the index ends, however much isn't shown:
    to apps a short page is the end of a list."""
    condition, seen = visibility.condition(viewer)
    without, readers = unwanted(viewer)
    order = "ASC" if span.upward else "DESC"
    window = index.window(span)
    statement = (
        f"SELECT p.id, p.id FROM ({window}) x JOIN post p ON p.id = x.id"
        f" WHERE {where[0]} AND {condition}{without} ORDER BY p.id {order} LIMIT ?"
    )
    edge = f"SELECT min(x.id), max(x.id), count(*) FROM ({window}) x"
    first: list[Param] = [] if index.key is None else [index.key]
    above, below = span.above, span.below
    found: list[tuple[Any, ...]] = []
    window_rows, left = span.limit * _FIRST_WINDOW, _LOOKED_AT
    while left > 0:
        room = span.limit - len(found)
        walked: list[Param] = [*first, above, below, window_rows]
        found += await tx.rows(statement, [*walked, *where[1], *seen, *readers, room])
        if len(found) >= span.limit:
            break
        end = await tx.one(edge, walked)
        if end is None or end[2] < window_rows:
            break
        above, below = (end[1], below) if span.upward else (above, end[0])
        left, window_rows = left - window_rows, min(4 * window_rows, max(_WIDEST, window_rows))
    return newest_first(found, span)


def newest_first(rows: Sequence[tuple[Any, ...]], span: Span) -> list[Row]:
    """Return rows (cursor, post) as a page has them, whichever way they were read."""
    found = [(int(row[0]), int(row[1])) for row in rows]
    return found[::-1] if span.upward else found
