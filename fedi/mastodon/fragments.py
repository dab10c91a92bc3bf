"""A process' memory of rendered posts and accounts: the bytes that are the same for all readers.

Kept until the event table names the post or the account (fedi/store/events.py): each page first
looks how far the table has come, which costs one look-up, and forgets what was named since. So a
page is never older than what was committed when it was asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A rendered post without its end: `head` is JSON up to where what differs by reader begins.

    `plain` is the folded text that filters look at; `root` names the conversation; `parent` and
    `boost_of` are ids of posts, whether the reader may see them or not. `alone` is what shares,
    asks and quotes nothing.
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
    plain: str = ""
    alone: bool = False


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
    """Two halves: what is asked for goes over into the young one, and when that is full it
    becomes the old one, whose rest is forgotten. So finding costs no more than a look-up."""

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._young: dict[int, V] = {}  # ~id: as those outside see it
        self._old: dict[int, V] = {}

    def find(self, id: int, inside: bool) -> V | None:
        return self.some((id,), inside)[0].get(id)

    def some(self, ids: Iterable[int], inside: bool) -> tuple[dict[int, V], list[int]]:
        """Return what there is of these, and the ids of the others; each once."""
        found, missing, young = dict[int, V](), list[int](), self._young.get
        for id in ids:
            if id in found:
                continue
            one = young(id if inside else ~id) or self._from_old(id if inside else ~id)
            if one is not None:
                found[id] = one
            elif id not in missing:
                missing.append(id)
        return found, missing

    def _from_old(self, key: int) -> V | None:
        one = self._old.get(key)
        if one is not None:
            self._put(key, one)
        return one

    def keep(self, id: int, inside: bool, value: V) -> None:
        self._put(id if inside else ~id, value)

    def _put(self, key: int, value: V) -> None:
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[key] = value

    def forget(self, id: int) -> None:
        for rows in (self._young, self._old):
            rows.pop(id, None)
            rows.pop(~id, None)

    def clear(self) -> None:
        self._young, self._old = {}, {}


class Fragments:
    """The memory of one process."""

    def __init__(self) -> None:
        self.statuses: _Kept[Fragment] = _Kept(_MOST_STATUSES)
        self.faces: _Kept[Face] = _Kept(_MOST_ACCOUNTS)
        self.own: _Kept[Own] = _Kept(_MOST_OWN)
        self._place: Place = BEGINNING
        self._begun = False

    async def refresh(self, tx: Tx) -> None:
        """Forget what has changed since the last page, as far as this snapshot tells."""
        if not self._begun:
            self._place, self._begun = await events.newest(tx), True
            return
        came = await events.read(tx, self._place, _AT_ONCE)
        if not came:
            return
        self._place = came[-1].place
        if len(came) == _AT_ONCE:
            self.clear()
            self._place = await events.newest(tx)
            return
        for event in came:
            self.statuses.forget(event.subject_id)
            for accounts in (self.faces, self.own):
                accounts.forget(event.subject_id)
                accounts.forget(event.actor_id)

    def clear(self) -> None:
        self.statuses.clear()
        self.faces.clear()
        self.own.clear()
