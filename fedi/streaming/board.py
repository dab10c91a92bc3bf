"""What changes without an event of its own, looked at once a second: filters and announcements.

Both are small, and few statements tell what is different from the last look. A process that begins
to look takes what it finds for known; an actor's filters are known from when it begins to listen.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

import msgspec

from actors import ids
from fedi.mastodon.announcements import entity
from fedi.store import announcements, streaming
from fedi.store.announcements import Announcement, Reaction
from fedi.store.engine import Tx

NOBODY: Final = 0
"""As nobody reads an announcement: nothing is put away, and no reaction is one's own."""


@dataclass(slots=True)
class _Seen:
    actors: frozenset[int] = frozenset()
    filters: dict[int, int] = field(default_factory=dict)
    announced: dict[int, Announcement] = field(default_factory=dict)
    reactions: dict[int, list[Reaction]] = field(default_factory=dict)


class Board:
    """Remembers the last look."""

    def __init__(self) -> None:
        self._seen: _Seen | None = None
        self._begun: dict[int, int] = {}  # filters of those whom no look has found yet

    def forget(self) -> None:
        """Take what is found next for known: nobody has looked for a while."""
        self._seen = None

    async def begin(self, tx: Tx, actor: int) -> None:
        """Take an actor's filters for known as they are now: it begins to listen."""
        if actor in self._begun or (self._seen is not None and actor in self._seen.actors):
            return
        versions = await streaming.filter_versions(tx, [actor])
        self._begun.setdefault(actor, versions.get(actor, 0))

    async def look(self, tx: Tx, actors: Collection[int], now: int) -> "News":
        """Return what has changed since the last look."""
        standing = await announcements.current(tx, NOBODY, now, dismissed=True)
        found = _Seen(
            frozenset(actors),
            await streaming.filter_versions(tx, actors),
            {one.id: one for one in standing},
            await announcements.reactions(tx, [one.id for one in standing], NOBODY),
        )
        before, self._seen = self._seen, found
        known = {actor: self._begun.pop(actor) for actor in found.actors & self._begun.keys()}
        if before is not None:
            known |= {actor: before.filters.get(actor, 0) for actor in before.actors}
        changed = frozenset(
            actor for actor in found.actors & known.keys()
            if found.filters.get(actor, 0) != known[actor]
        )  # fmt: skip
        return News(changed, () if before is None else _between(before, found))


@dataclass(frozen=True, slots=True)
class News:
    """Whose filters changed, and what everybody is told of announcements: (event, payload)."""

    filters: frozenset[int] = frozenset()
    announced: tuple[tuple[str, bytes], ...] = ()


def _between(before: _Seen, after: _Seen) -> tuple[tuple[str, bytes], ...]:
    told: list[tuple[str, bytes]] = []
    for id, one in after.announced.items():
        old = before.announced.get(id)
        if old is None or old.updated != one.updated:
            text = msgspec.json.encode(entity(one, after.reactions[id]))
            told.append(("announcement", text))
        else:
            told += _reactions(id, before.reactions[id], after.reactions[id])
    gone = [id for id in before.announced if id not in after.announced]
    told += [("announcement.delete", ids.text(id).encode()) for id in gone]
    return tuple(told)


def _reactions(id: int, before: list[Reaction], after: list[Reaction]) -> list[tuple[str, bytes]]:
    was = {one.name: one.count for one in before}
    now = {one.name: one.count for one in after}
    return [
        (
            "announcement.reaction",
            msgspec.json.encode(
                {"name": name, "count": now.get(name, 0), "announcement_id": ids.text(id)}
            ),
        )
        for name in {**was, **now}
        if was.get(name) != now.get(name)
    ]
