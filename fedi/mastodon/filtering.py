"""Which filters of a reader a post meets: for rendering.py, which puts them in `filtered`.

Words are compared folded, on their own or anywhere; a hidden post is left out of the lists of the
filter's contexts. A reader's filters are compiled once and kept until they change.
"""

import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from actors import ids
from fedi.mastodon.entities import Entity, moment_or_none
from fedi.mastodon.fragments import Fragment
from fedi.mastodon.joining import Matches
from fedi.store import filters
from fedi.store.engine import Tx
from fedi.store.filters import Filter, Keyword, Marked

_KEPT: Final = 2_000


class FilterKeyword(Entity, kw_only=True):
    id: str
    keyword: str
    whole_word: bool


class FilterStatus(Entity, kw_only=True):
    id: str
    status_id: str


class FilterEntity(Entity, kw_only=True):
    id: str
    title: str
    context: list[str]
    expires_at: str | None
    filter_action: str
    keywords: list[FilterKeyword]
    statuses: list[FilterStatus]


class FilterResult(Entity, kw_only=True):
    filter: FilterEntity
    keyword_matches: list[str] | None
    status_matches: list[str] | None


def keyword_entity(one: Keyword) -> FilterKeyword:
    """Return a word of a filter as apps read it."""
    return FilterKeyword(id=ids.text(one.id), keyword=one.keyword, whole_word=one.whole_word)


def marked_entity(one: Marked) -> FilterStatus:
    """Return a post that a filter names as apps read it."""
    return FilterStatus(id=ids.text(one.id), status_id=ids.text(one.post_id))


def filter_entity(one: Filter) -> FilterEntity:
    """Return a filter as apps read it."""
    return FilterEntity(
        id=ids.text(one.id),
        title=one.title,
        context=list(one.context),
        expires_at=moment_or_none(one.expires),
        filter_action=one.action,
        keywords=[keyword_entity(keyword) for keyword in one.keywords],
        statuses=[marked_entity(marked) for marked in one.statuses],
    )


class _Compiled:
    """One filter, ready to be held against posts."""

    def __init__(self, one: Filter) -> None:
        self.filter = one
        self.entity = filter_entity(one)
        self._posts = {marked.post_id for marked in one.statuses}
        self._words = [(keyword.keyword, _pattern(keyword)) for keyword in one.keywords]

    def result(self, fragment: Fragment) -> FilterResult | None:
        words = [word for word, pattern in self._words if pattern.search(fragment.searched.text)]
        named = fragment.id in self._posts
        if not words and not named:
            return None
        return FilterResult(
            filter=self.entity,
            keyword_matches=words or None,
            status_matches=[ids.text(fragment.id)] if named else None,
        )


def _pattern(keyword: Keyword) -> re.Pattern[str]:
    folded = keyword.keyword.strip().casefold()
    text = re.escape(folded)
    if keyword.whole_word:
        # At an end that is no letter (a hashtag's #), there is no edge to ask for.
        text = (r"\b" if re.match(r"\w", folded) else "") + text
        text += r"\b" if re.search(r"\w\Z", folded) else ""
    return re.compile(text)


class Filtering:
    """Fills rendering.Filters."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._kept: OrderedDict[int, tuple[int, list[_Compiled]]] = OrderedDict()

    async def __call__(self, tx: Tx, actor_id: int, context: str, version: int) -> Matches | None:
        compiled = await self._of(tx, actor_id, version)
        now = self._now()
        meant = [one for one in compiled if one.filter.expires is None or one.filter.expires > now]
        if not meant:
            return None

        def matches(fragment: Fragment) -> tuple[list[Any], bool]:
            if fragment.author_id == actor_id:
                return [], False
            results, hidden = [], False
            for one in meant:
                if context and context not in one.filter.context:
                    continue
                found = one.result(fragment)
                if found is not None:
                    results.append(found)
                    hidden = hidden or one.filter.action == "hide"
            return results, hidden

        return matches

    async def _of(self, tx: Tx, actor_id: int, version: int) -> list[_Compiled]:
        kept = self._kept.get(actor_id)
        if kept is not None and kept[0] == version:
            return kept[1]
        compiled = [_Compiled(one) for one in await filters.of_actor(tx, actor_id)]
        self._kept[actor_id] = (version, compiled)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return compiled
