"""The Store port on one open transaction: what a rule reads while its unit runs.

Every lookup goes by an index; writes are in applying.py. `now`, ids and random bits come from
the house, so that a rule that reads only from here is pure.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from actors import ids
from actors.audience import RemoteServer, viewer_of
from actors.effects import Row
from actors.grouping import Standing
from actors.inquiries import Inquiry
from actors.membership import Membership
from actors.people import Actor, Key, Person
from actors.ports import Traces
from actors.posts import Addressee, Poll, Post, Quote, Vote
from actors.relationships import MarkerKind, Reaction, Relation, RelationKind
from actors.urls import Urls

from . import abroad, drafts, groups, knowing, questions, reports, roles, rows, visibility
from .engine import Param, Tx
from .rows import Table

R = TypeVar("R")

_WAITS: Final = "in_reply_to_uri = ? AND in_reply_to IS NULL AND in_reply_to_uri <> ''"
_IS_QUOTED: Final = "quoted_uri = ? AND quoted_id IS NULL"
_IS_MARKED: Final = "uri = ? AND kind = ? AND actor_uri = ? AND until > ?"
_IS_FOLLOWED: Final = (
    "relation f WHERE f.kind = 'follow' AND f.inside = 1 AND f.target_id = ?"
    " AND f.state IN ('accepted', 'pending')"
)
_TRACES: Final = (
    "SELECT EXISTS (SELECT 1 FROM post WHERE uri = ?),"
    f" EXISTS (SELECT 1 FROM marker WHERE {_IS_MARKED}),"
    f" EXISTS (SELECT 1 FROM post WHERE {_WAITS}),"
    f" EXISTS (SELECT 1 FROM quote WHERE {_IS_QUOTED}),"
    f" EXISTS (SELECT 1 FROM {_IS_FOLLOWED})"
)


class UnitStore:
    """One unit of work, open. See actors.ports.Store."""

    def __init__(
        self,
        tx: Tx,
        *,
        now: int,
        urls: Urls,
        new_id: Callable[[], int],
        bits: Callable[[int], int],
    ) -> None:
        self.tx = tx
        self.now = now
        self.urls = urls
        self.new_id = new_id
        self.raw = b""  # how the activity came, if it came from elsewhere
        self._bits = bits
        self.put: list[Row] = []
        """What this unit has put so far, the newest last (applying.py)."""

    def back_dated_id(self, published: int) -> int:
        return ids.back_dated(published, self.now, self._bits(16))

    async def _one(self, table: Table[R], where: str, *params: Param) -> R | None:
        row = await self.tx.one(f"{table.select} WHERE {where}", params)
        return None if row is None else table.decode(row)

    async def _all(self, table: Table[R], where: str, *params: Param) -> tuple[R, ...]:
        found = await self.tx.rows(f"{table.select} WHERE {where}", params)
        return tuple(table.decode(row) for row in found)

    # -- who

    async def actor(self, uri: str) -> Actor | None:
        return await self._one(rows.ACTOR, "uri = ?", uri)

    async def actor_by_id(self, id: int) -> Actor | None:
        return await self._one(rows.ACTOR, "id = ?", id)

    async def actors_by_id(self, ids: tuple[int, ...]) -> dict[int, Actor]:
        found = await self._among(rows.ACTOR, "id", ids)
        return {actor.id: actor for actor in found}

    async def actors_by_uri(self, uris: tuple[str, ...]) -> dict[str, Actor]:
        found = await self._among(rows.ACTOR, "uri", uris)
        return {actor.uri: actor for actor in found}

    async def _among(self, table: Table[R], column: str, values: Sequence[Param]) -> list[R]:
        found: list[R] = []
        for start in range(0, len(values), 100):
            part = values[start : start + 100]
            marks = ", ".join("?" * len(part))
            found += await self._all(table, f"{column} IN ({marks})", *part)
        return found

    async def keys(self, actor_id: int) -> tuple[Key, ...]:
        return await self._all(rows.KEY, "actor_id = ? ORDER BY created, uri", actor_id)

    async def person(self, id: int) -> Person | None:
        return await self._one(rows.PERSON, "id = ?", id)

    async def membership(self, person_id: int, actor_id: int) -> Membership | None:
        return await roles.effective(self.tx, person_id, actor_id, self.now)

    async def four_eyes(self, actor_id: int) -> bool:
        return await drafts.four_eyes(self.tx, actor_id)

    # -- posts

    async def post(self, uri: str) -> Post | None:
        return await self._one(rows.POST, "uri = ?", uri)

    def post_put(self, id: int) -> Post | None:
        """Return a post as this unit has put it, None where it has not."""
        posts = (row for row in reversed(self.put) if isinstance(row, Post) and row.id == id)
        return next(posts, None)

    async def post_by_id(self, id: int) -> Post | None:
        return await self._one(rows.POST, "id = ?", id)

    async def traces(self, uri: str, author: Actor) -> Traces:
        marker = (uri, MarkerKind.DELETED.value, author.uri, self.now)
        row = await self.tx.one(_TRACES, (uri, *marker, uri, uri, author.id))
        return Traces(*map(bool, row or (False,) * 5))

    async def boost(self, actor_id: int, post_id: int) -> Post | None:
        return await self._one(
            rows.POST, "boost_of = ? AND author_id = ? AND deleted IS NULL", post_id, actor_id
        )

    async def addressees(self, post_id: int) -> tuple[Addressee, ...]:
        return await self._all(rows.ADDRESSEE, "post_id = ? ORDER BY actor_id", post_id)

    async def hashtags(self, post_id: int) -> tuple[str, ...]:
        found = await self._all(rows.HASHTAG, "post_id = ? ORDER BY name", post_id)
        return tuple(tag.shown for tag in found)

    async def poll(self, post_id: int) -> Poll | None:
        return await self._one(rows.POLL, "post_id = ?", post_id)

    async def votes(self, post_id: int, actor_id: int) -> tuple[Vote, ...]:
        return await self._all(rows.VOTE, "post_id = ? AND actor_id = ?", post_id, actor_id)

    async def pinned(self, actor_id: int) -> tuple[int, ...]:
        found = await self._all(rows.PIN, "actor_id = ? ORDER BY created DESC", actor_id)
        return tuple(pin.post_id for pin in found)

    async def waiting_replies(self, uri: str) -> tuple[Post, ...]:
        return await self._all(rows.POST, f"{_WAITS} LIMIT 500", uri)

    # -- quotes

    async def quote(self, uri: str) -> Quote | None:
        return await self._one(rows.QUOTE, "uri = ?", uri)

    async def quote_by_request(self, uri: str) -> Quote | None:
        return await self._one(rows.QUOTE, "request = ? AND request <> ''", uri)

    async def quote_by_stamp(self, uri: str) -> Quote | None:
        return await self._one(rows.QUOTE, "stamp = ? AND stamp <> ''", uri)

    async def waiting_quotes(self, uri: str) -> tuple[Quote, ...]:
        found = await self._all(rows.QUOTE, f"{_IS_QUOTED} LIMIT 500", uri)
        return tuple(sorted(found, key=lambda quote: quote.uri))

    async def quoted_here(self, post_id: int) -> tuple[tuple[int, int], ...]:
        found = await self.tx.rows(
            "SELECT p.author_id, p.id FROM quote q JOIN post p ON p.id = q.post_id"
            " AND p.local = 1 AND p.deleted IS NULL"
            " WHERE q.quoted_id = ? AND q.state = 'accepted' ORDER BY q.post_id LIMIT 500",
            (post_id,),
        )
        return tuple((row[0], row[1]) for row in found)

    # -- what holds between them

    async def relation(self, kind: RelationKind, source_id: int, target_id: int) -> Relation | None:
        return await self._one(
            rows.RELATION,
            "kind = ? AND source_id = ? AND target_id = ?",
            kind.value,
            source_id,
            target_id,
        )

    async def relation_by_uri(self, uri: str) -> Relation | None:
        return await self._one(rows.RELATION, "uri = ? AND uri <> ''", uri)

    async def reaction(self, post_id: int, actor_id: int, content: str) -> Reaction | None:
        return await self._one(
            rows.REACTION,
            "post_id = ? AND actor_id = ? AND content = ?",
            post_id,
            actor_id,
            content,
        )

    async def reaction_by_uri(self, uri: str) -> Reaction | None:
        return await self._one(rows.REACTION, "uri = ? AND uri <> ''", uri)

    async def emojis_of(self, post_id: int, actor_id: int) -> tuple[str, ...]:
        found = await self.tx.rows(
            "SELECT content FROM reaction WHERE post_id = ? AND actor_id = ? AND content <> ''",
            (post_id, actor_id),
        )
        return tuple(row[0] for row in found)

    async def open_reports(self, by_id: int, most: int) -> int:
        found = await self.tx.one(
            "SELECT count(*) FROM (SELECT 1 FROM report WHERE by_id = ? AND closed IS NULL"
            " LIMIT ?) AS waiting",
            (by_id, most),
        )
        return int(found[0]) if found is not None else 0

    async def told_of_report(self, target_id: int) -> tuple[int, ...]:
        waiting = await self.tx.one(
            "SELECT 1 FROM report WHERE target_id = ? AND closed IS NULL LIMIT 1", (target_id,)
        )
        return () if waiting is not None else await reports.keepers(self.tx)

    async def blocked(self, one: int, other: int) -> bool:
        found = await self.tx.one(
            "SELECT 1 FROM relation WHERE kind = 'block' AND source_id = ? AND target_id = ?"
            " UNION ALL"
            " SELECT 1 FROM relation WHERE kind = 'block' AND source_id = ? AND target_id = ?",
            (one, other, other, one),
        )
        return found is not None

    async def marked(self, uri: str, kind: MarkerKind, by: str) -> bool:
        found = await self.tx.one(
            f"SELECT 1 FROM marker WHERE {_IS_MARKED}",
            (uri, kind.value, by, self.now),
        )
        return found is not None

    async def inquiries_above(self, post_id: int) -> tuple[Inquiry, ...]:
        return await questions.above(self.tx, post_id)

    async def inquiries_about(self, post_id: int) -> tuple[Inquiry, ...]:
        return await questions.about(self.tx, post_id)

    async def told_of(self, inquiry_id: int, person: int | None, mark: int) -> bool:
        return await questions.was_told(self.tx, inquiry_id, person, mark, self.now)

    async def may_see(self, post: Post, actor: Actor) -> bool:
        return await visibility.may_see(self.tx, post.id, viewer_of(actor))

    async def may_know(self, actor: Actor, by: Actor | str) -> bool:
        viewer = viewer_of(by) if isinstance(by, Actor) else RemoteServer(by)
        return await knowing.may_know(self.tx, actor.id, viewer)

    # -- groups

    async def group(self, group: Actor, who: Actor) -> Standing | None:
        return await groups.standing(self.tx, group, who.id, self.now)

    async def groups_of(self, post_id: int) -> tuple[Actor, ...]:
        return await groups.of_post(self.tx, post_id)

    async def managers(self, group_id: int) -> tuple[int, ...]:
        return await groups.managers(self.tx, group_id, self.now)

    async def members_among(self, among: tuple[int, ...], ids: tuple[int, ...]) -> frozenset[int]:
        return await groups.members_among(self.tx, among, ids)

    # -- servers

    async def unasked(
        self, groups: tuple[int, ...], actor_id: int, person: int | None
    ) -> tuple[str, ...]:
        return await abroad.unasked(self.tx, groups, actor_id, person)

    async def repeated(self, uri: str) -> int:
        found = await abroad.stands_for(self.tx, uri)
        return found.group_id if found is not None else 0

    async def domain_blocked(self, domain: str) -> bool:
        labels = domain.split(".")
        suffixes = [".".join(labels[start:]) for start in range(len(labels))][-10:]
        found = await self.tx.one(
            "SELECT 1 FROM domain_rule WHERE kind = 'block'"
            f" AND domain IN ({', '.join('?' * len(suffixes))}) LIMIT 1",
            suffixes,
        )
        return found is not None

    async def domain_allowed(self, domain: str) -> bool:
        found = await self.tx.one(
            "SELECT 1 FROM domain_rule WHERE kind = 'allow' AND domain IN (?, ?) LIMIT 1",
            (domain, domain.partition(":")[0]),
        )
        return found is not None

    async def local_followers(self, actor_id: int) -> bool:
        found = await self.tx.one(f"SELECT 1 FROM {_IS_FOLLOWED} LIMIT 1", (actor_id,))
        return found is not None
