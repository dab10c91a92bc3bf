"""What changes without an event of its own, looked at once a second: filters and announcements.

Both are small, and few statements tell what is different from the last look. A process that begins
to look takes what it finds for known.
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

    def forget(self) -> None:
        """Take what is found next for known: nobody has looked for a while."""
        self._seen = None

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
        return News() if before is None else _between(before, found)


@dataclass(frozen=True, slots=True)
class News:
    """Whose filters changed, and what everybody is told of announcements: (event, payload)."""

    filters: frozenset[int] = frozenset()
    announced: tuple[tuple[str, bytes], ...] = ()


def _between(before: _Seen, after: _Seen) -> News:
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
    changed = {
        actor
        for actor, version in after.filters.items()
        if actor in before.actors and before.filters.get(actor, 0) != version
    }
    return News(frozenset(changed), tuple(told))


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
