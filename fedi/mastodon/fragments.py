"""A process' memory of rendered posts and accounts: the bytes that are the same for all readers.

Kept until the event table names the post or the account (fedi/store/events.py): each page first
looks how far the table has come, which costs one look-up, and forgets what was named since. So a
page is never older than what was committed when it was asked for.
"""

from collections import OrderedDict
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
    `boost_of` are ids of posts, whether the reader may see them or not.
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
    def __init__(self, most: int) -> None:
        self._most = most
        self._rows: OrderedDict[int, V] = OrderedDict()  # ~id: as those outside see it

    def find(self, id: int, inside: bool) -> V | None:
        return self.some((id,), inside)[0].get(id)

    def some(self, ids: Iterable[int], inside: bool) -> tuple[dict[int, V], list[int]]:
        """Return what there is of these, and the ids of the others; each once."""
        rows, found, missing = self._rows, dict[int, V](), list[int]()
        last = rows.move_to_end
        for id in dict.fromkeys(ids):
            key = id if inside else ~id
            one = rows.get(key)
            if one is None:
                missing.append(id)
            else:
                last(key)
                found[id] = one
        return found, missing

    def keep(self, id: int, inside: bool, value: V) -> None:
        self._rows[id if inside else ~id] = value
        if len(self._rows) > self._most:
            self._rows.popitem(last=False)

    def forget(self, id: int) -> None:
        self._rows.pop(id, None)
        self._rows.pop(~id, None)

    def clear(self) -> None:
        self._rows.clear()


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
