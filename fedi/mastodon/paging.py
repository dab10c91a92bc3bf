"""Pages of a list: what was asked for, and the Link header to the neighbours.

`max_id` and `since_id` choose the newest below and above; `min_id` the nearest above, all
exclusive, shown newest first. Links are absolute, `next` first, one cursor each, other
parameters kept (client-api.md §2.4). Cursors are ids of whatever the list is ordered by.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import parse_qsl, urlencode

from actors import ids
from actors.errors import Invalid
from fedi.mastodon.asking import Ask
from fedi.net.answer import Header

T = TypeVar("T")
_CURSORS: Final = ("max_id", "min_id", "since_id")
HIGHEST: Final = (1 << 63) - 1
_NUMBER: Final = re.compile(r"\s{0,20}[+-]?[0-9]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with `above` < cursor < `below`; upward from `above` where `upward`."""

    limit: int
    below: int = HIGHEST
    above: int = -1
    upward: bool = False

    @property
    def order(self) -> str:
        """Return the direction to read an index in."""
        return "ASC" if self.upward else "DESC"

    def nearest(self, rows: Sequence[T]) -> list[T]:
        """Return of rows that are newest first those on the page."""
        kept = max(0, len(rows) - self.limit)
        return list(rows[kept:] if self.upward else rows[: self.limit])


def page_of(ask: Ask, *, default: int = 20, most: int = 40) -> Page:
    """Return the page that a request asks for; a limit beyond `most` is lowered to it."""
    below, above = _cursor(ask, "max_id"), _cursor(ask, "since_id")
    lowest = _cursor(ask, "min_id")
    return Page(
        limit=limit_of(ask, default, most),
        below=HIGHEST if below is None else below,
        above=max(-1 if above is None else above, -1 if lowest is None else lowest),
        upward=lowest is not None,
    )


def limit_of(ask: Ask, default: int, most: int) -> int:
    """Return how many are asked for, as Mastodon reads it: of what is no number none, whatever
    its sign, `most` at most."""
    text = ask.params.text("limit")
    return default if text is None else min(abs(number(text)), most)


def positive(ask: Ask) -> None:
    """Refuse a `limit` or `offset` below zero, where Mastodon does (home and search)."""
    if any(number(ask.params.text(name) or "") < 0 for name in ("limit", "offset")):
        raise Invalid(
            "Pagination values for `offset` and `limit` must be positive", code="bad_page"
        )


def number(text: str) -> int:
    """Return the whole number that a text begins with, 0 where it begins with none."""
    found = _NUMBER.match(text)
    return max(-HIGHEST, min(int(found[0]), HIGHEST)) if found is not None else 0


def _cursor(ask: Ask, name: str) -> int | None:
    text = ask.params.text(name)
    return max(-1, number(text)) if text else None


def links(ask: Ask, page: Page, cursors: Sequence[int]) -> tuple[Header, ...]:
    """Return the Link header for a page whose rows have these cursors, newest first.

    No header where the page is empty. `cursors` are those of the rows that were read, before
    anything was filtered out, so that only the real end of a list has no `next`.
    """
    if not cursors:
        return ()
    newest, oldest = max(cursors), min(cursors)
    address = f"{ask.api.urls.origin}{ask.scope['path'].rstrip('/')}?{_kept(ask)}"
    parts = []
    if len(cursors) >= page.limit or page.upward:
        parts.append(f'<{address}max_id={ids.text(oldest)}>; rel="next"')
    parts.append(f'<{address}min_id={ids.text(newest)}>; rel="prev"')
    return ((b"link", ", ".join(parts).encode("latin-1")),)


def _kept(ask: Ask) -> str:
    """Return the rest of the query, ready for another parameter."""
    raw = ask.scope["query_string"]
    if not raw:
        return ""
    kept = [
        (key, value)
        for key, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True)
        if key not in _CURSORS and key != "access_token"
    ]
    return f"{urlencode(kept)}&" if kept else ""


def offset_links(ask: Ask, offset: int, limit: int, count: int) -> tuple[Header, ...]:
    """Return the Link header of a list that is paged by offset."""
    parts = []
    raw = ask.scope["query_string"].decode("latin-1")
    kept = [(k, v) for k, v in parse_qsl(raw, keep_blank_values=True) if k != "offset"]
    base = f"{ask.api.urls.origin}{ask.scope['path'].rstrip('/')}"
    if count >= limit:
        following = urlencode([*kept, ("offset", str(offset + limit))])
        parts.append(f'<{base}?{following}>; rel="next"')
    if offset > 0:
        before = urlencode([*kept, ("offset", str(max(0, offset - limit)))])
        parts.append(f'<{base}?{before}>; rel="prev"')
    return ((b"link", ", ".join(parts).encode("latin-1")),) if parts else ()
