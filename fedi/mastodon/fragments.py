"""A process' memory of rendered posts and accounts: the bytes that are the same for all readers.

Kept until the event table names the post or the account (fedi/store/events.py): each page first
looks how far the table has come, which costs one look-up, and forgets what was named since. So a
page is never older than what was committed when it was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from actors.html import plain
from actors.people import Actor
from fedi.mastodon.approval import NOBODY, Approval
from fedi.mastodon.entities import Poll
from fedi.store import events
from fedi.store.engine import Tx
from fedi.store.events import BEGINNING, Place
from fedi.store.kept import Preferences

V = TypeVar("V")
_MOST_STATUSES: Final = 4_096
_MOST_ACCOUNTS: Final = 4_096
_MOST_OWN: Final = 1_024
_AT_ONCE: Final = 2_000
"""When more events than this came since the last look, everything is forgotten."""


class Searched:
    """The text of a post that filters look at, made and folded when the first one does."""

    __slots__ = ("_html", "_text")

    def __init__(self, html: str = "", *others: str) -> None:
        self._html = html
        self._text: str | tuple[str, ...] = others

    @property
    def text(self) -> str:
        if isinstance(self._text, tuple):
            parts = (*self._text, plain(self._html))
            self._text, self._html = "\n".join(part for part in parts if part).casefold(), ""
        return self._text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A rendered post without its end: `head` is JSON up to where what differs by reader begins.

    `searched` is the text that filters look at; `root` names the conversation; `parent` and
    `boost_of` are ids of posts, whether the reader may see them or not. `alone` is what shares,
    asks and quotes nothing, `same` what besides answers nothing and whose policy knows no
    followers: only who wrote it, and what its reader did with it, makes a difference.
    """

    id: int
    head: bytes
    author_id: int
    open: bool
    parent: int | None = None
    boost_of: int | None = None
    poll: Poll | None = None
    quote: str = ""
    quotable: Approval = NOBODY
    root: str = ""
    searched: Searched = field(default_factory=Searched)
    alone: bool = False
    same: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A rendered account."""

    actor: Actor
    json: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A rendered account as its owner sees it, with the preferences that it tells."""

    chosen: Preferences
    json: bytes


class _Kept(Generic[V]):
    """What those inside see, and what those outside see.

    Each has two halves: what is asked for goes over into the young one, and when that is full it
    becomes the old one, whose rest is forgotten. So finding costs no more than a look-up.
    """

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._young: dict[bool, dict[int, V]] = {True: {}, False: {}}
        self._old: dict[bool, dict[int, V]] = {True: {}, False: {}}

    def find(self, id: int, inside: bool) -> V | None:
        return self.some((id,), inside)[0].get(id)

    def some(self, ids: Sequence[int], inside: bool) -> tuple[dict[int, V], list[int]]:
        """Return what there is of these, and the ids of the others; each once."""
        get = self._young[inside].get
        found = {id: one for id in ids if (one := get(id)) is not None}
        if len(found) == len(ids):
            return found, []
        missing: list[int] = []
        for id in dict.fromkeys(ids):
            if id not in found:
                one = self._old[inside].get(id)
                if one is None:
                    missing.append(id)
                else:
                    found[id] = one
                    self.keep(id, inside, one)
        return found, missing

    def keep(self, id: int, inside: bool, value: V) -> None:
        young = self._young[inside]
        if len(young) >= self._half:
            self._old[inside] = young
            young = self._young[inside] = {}
        young[id] = value

    def forget(self, id: int) -> None:
        for half in (self._young, self._old):
            half[True].pop(id, None)
            half[False].pop(id, None)

    def clear(self) -> None:
        self._young = {True: {}, False: {}}
        self._old = {True: {}, False: {}}


class Fragments:
    """The memory of one process."""

    def __init__(self) -> None:
        self.statuses: _Kept[Fragment] = _Kept(_MOST_STATUSES)
        self.faces: _Kept[Face] = _Kept(_MOST_ACCOUNTS)
        self.own: _Kept[Own] = _Kept(_MOST_OWN)
        self._place: Place = BEGINNING
        self._begun = False

    async def refresh(self, tx: Tx, newest: Place | None = None) -> Place:
        """Forget what has changed since the last page, as far as this snapshot tells; return the
        place of its newest event, which is `newest` if that is known."""
        newest = await events.newest(tx) if newest is None else newest
        since, begun = self._place, self._begun
        if begun and newest <= since:
            return newest
        self._begun, self._place = True, newest
        if not begun:
            return newest
        came = await events.read(tx, since, _AT_ONCE)
        if len(came) == _AT_ONCE:
            self.clear()
        for event in came:
            self.statuses.forget(event.subject_id)
            for accounts in (self.faces, self.own):
                accounts.forget(event.subject_id)
                accounts.forget(event.actor_id)
        return newest

    def remember(self, kept: _Kept[V], id: int, inside: bool, value: V, seen: Place) -> None:
        """Keep what a snapshot shows whose newest event is at `seen`, unless a newer page, on
        another thread, has forgotten meanwhile what that one does not know to be old."""
        kept.keep(id, inside, value)
        if self._place > seen:  # in this order: refresh moves on first, and then forgets
            kept.forget(id)

    def clear(self) -> None:
        self.statuses.clear()
        self.faces.clear()
        self.own.clear()
