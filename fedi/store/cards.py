"""Previews of the pages that posts link to: which are wanted, what was found, which to show.

One row for each address, however many posts link to it; fedi/search/cards.py fetches them. Whoever
may see a post may see the card of its link, so a page of posts has its cards in one statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.posts import Post, Visibility

from . import events
from .engine import Tx

WANTED, THERE, NONE = 0, 1, 2
DAY: Final = 86_400_000
STALE: Final = 14 * DAY
"""A page that is linked to again after this long is looked at again."""
SPREAD_MS: Final = 60_000
"""Servers that got the same post ask for its link within this time, not all at once."""
TRIES: Final = 4
TOLD_MOST: Final = 100
WANTED_MOST: Final = 20_000
"""Strangers decide what is linked to; what is beyond this gets no preview."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a page says of itself, as text. `published` in Unix ms, `image` where the page has it:
    elsewhere, so it is shown through the media proxy alone."""

    url: str
    kind: str = "link"
    title: str = ""
    description: str = ""
    language: str = ""
    author: str = ""
    author_url: str = ""
    provider: str = ""
    image: str = ""
    image_description: str = ""
    width: int = 0
    height: int = 0
    published: int | None = None


_FIELDS: Final = tuple(Card.__dataclass_fields__)
_SELECTED: Final = ", ".join(f"c.{name}" for name in _FIELDS)


def may_be_previewed(post: Post) -> bool:
    """Return whether the link of a post is asked for: not where the page would learn of a letter
    (and a link that works once would be used up), nor where the post hides what it is about."""
    return post.visibility is not Visibility.DIRECT and not post.summary


async def link(
    tx: Tx, post: Post, url: str, *, now: int, jitter: float, fetch: bool = True
) -> bool:
    """Note the first link of a post ("": none); True where its page is to be fetched.

    `jitter` (0 to 1) is when within SPREAD_MS, for a post of another server's. Without `fetch`
    only a page that is known already is noted.
    """
    if not url or not (fetch or await by_url(tx, [url])):
        await tx.run("DELETE FROM card_use WHERE post_id = ?", (post.id,))
        return False
    await tx.run(
        "INSERT INTO card_use (post_id, url) VALUES (?, ?)"
        " ON CONFLICT (post_id) DO UPDATE SET url = excluded.url",
        (post.id, url),
    )
    if not fetch:
        return False
    due = now if post.local else now + int(jitter * SPREAD_MS)
    return bool(
        await tx.run(
            "INSERT INTO card (url, state, due, tries, fetched, kind, title, description, language,"
            " author, author_url, provider, image, image_description, width, height)"
            " SELECT CAST(? AS TEXT), 0, ?, 0, 0, '', '', '', '', '', '', '', '', '', 0, 0"
            " WHERE (SELECT count(*) FROM (SELECT 1 FROM card w WHERE w.state = 0 LIMIT ?) o) < ?"
            " ON CONFLICT (url) DO UPDATE SET state = 0, due = excluded.due, tries = 0"
            " WHERE card.state <> 0 AND card.fetched < ?",
            (url, due, WANTED_MOST, WANTED_MOST, now - STALE),
        )
    )


async def is_due(tx: Tx, now: int) -> bool:
    """Return whether there is a page to be fetched."""
    row = await tx.one("SELECT 1 FROM card WHERE state = 0 AND due <= ? LIMIT 1", (now,))
    return row is not None


async def lease(tx: Tx, *, now: int, until: int, limit: int) -> list[tuple[str, int]]:
    """Take what is due, for one worker until `until`: (address, tries before this one)."""
    skip = " FOR UPDATE SKIP LOCKED" if tx.dialect == "postgres" else ""
    rows = await tx.rows(
        f"SELECT url, tries FROM card WHERE state = 0 AND due <= ? ORDER BY due LIMIT ?{skip}",
        (now, limit),
    )
    await tx.many(
        "UPDATE card SET due = ?, tries = tries + 1 WHERE url = ?",
        [(until, row[0]) for row in rows],
    )
    return [(row[0], row[1]) for row in rows]


async def found(tx: Tx, card: Card, now: int) -> None:
    """Keep what a page says of itself, and tell that the newest posts with it look different."""
    changes = ", ".join(f"{name} = ?" for name in _FIELDS[1:])
    values = [getattr(card, name) for name in _FIELDS[1:]]
    await tx.run(
        f"UPDATE card SET state = {THERE}, fetched = ?, {changes} WHERE url = ?",
        (now, *values, card.url),
    )
    posts = await tx.rows(
        "SELECT u.post_id, p.author_id FROM card_use u JOIN post p ON p.id = u.post_id"
        " WHERE u.url = ? ORDER BY u.post_id DESC LIMIT ?",
        (card.url, TOLD_MOST),
    )
    for post_id, author_id in posts:
        await events.append(tx, "card", author_id, post_id, at=now)


async def not_found(tx: Tx, url: str, now: int) -> None:
    """Note that there is no preview to be had; one from before stays."""
    await tx.run(
        f"UPDATE card SET state = CASE WHEN title <> '' THEN {THERE} ELSE {NONE} END, fetched = ?"
        " WHERE url = ?",
        (now, url),
    )


async def later(tx: Tx, url: str, due: int) -> None:
    """Put off what could not be had now."""
    await tx.run("UPDATE card SET due = ? WHERE url = ? AND state = 0", (due, url))


async def of_posts(tx: Tx, ids: Sequence[int]) -> dict[int, Card]:
    """Return the cards of a page of posts, by post, in one statement. Ask only for what the reader
    may see."""
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    rows = await tx.rows(
        f"SELECT u.post_id, {_SELECTED} FROM card_use u JOIN card c ON c.url = u.url"
        f" WHERE u.post_id IN ({marks}) AND c.title <> ''",
        ids,
    )
    return {row[0]: _card(row[1:]) for row in rows}


async def by_url(tx: Tx, urls: Sequence[str]) -> dict[str, Card]:
    """Return the cards of some addresses."""
    if not urls:
        return {}
    marks = ", ".join("?" * len(urls))
    rows = await tx.rows(
        f"SELECT {_SELECTED} FROM card c WHERE c.url IN ({marks}) AND c.title <> ''", urls
    )
    return {row[0]: _card(row) for row in rows}


async def unused(tx: Tx, after: str, limit: int) -> tuple[list[str], str]:
    """Return those of the next addresses that no post links to, and the last one looked at."""
    rows = await tx.rows(
        "SELECT w.url, (SELECT 1 FROM card_use u WHERE u.url = w.url LIMIT 1)"
        " FROM (SELECT url FROM card WHERE url > ? ORDER BY url LIMIT ?) w ORDER BY w.url",
        (after, limit),
    )
    return [row[0] for row in rows if row[1] is None], rows[-1][0] if len(rows) == limit else ""


async def drop(tx: Tx, urls: Sequence[str]) -> None:
    """Forget cards, unless a post links to them by now."""
    await tx.many(
        "DELETE FROM card WHERE url = ? AND NOT EXISTS"
        " (SELECT 1 FROM card_use u WHERE u.url = card.url)",
        [(url,) for url in urls],
    )


def _card(row: Sequence[object]) -> Card:
    return Card(**dict(zip(_FIELDS, row, strict=False)))  # type: ignore[arg-type]
