"""Records to the JSON of accounts and posts: a page in a constant number of statements.

What is the same for every reader of one kind comes from fragments.py, or is made by making.py and
kept there; what differs (flags, votes, filters, what a reply or a quote may name) is asked for the
whole page and joined to it as bytes. Everything here runs in one open transaction of the caller's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Protocol

import msgspec

from actors import ids
from actors.audience import LocalActor, Viewer
from actors.people import Actor
from fedi.mastodon.approval import FOLLOWERS
from fedi.mastodon.entities import Account, Poll, moment
from fedi.mastodon.fragments import Face, Fragment, Fragments
from fedi.mastodon.making import Making
from fedi.store import hydrating, quoting
from fedi.store.engine import Tx
from fedi.store.hydrating import Flags
from fedi.store.quoting import Standing
from fedi.store.timelines import Chosen

_ENCODE: Final = msgspec.json.Encoder().encode
_BOOL: Final = {True: b"true", False: b"false"}
_NO_FLAGS: Final = Flags(set(), set(), set(), set())
_NO_POSTS: Final[frozenset[int]] = frozenset()


class Matches(Protocol):
    """The filters of one reader: those that a post meets, as FilterResult entities, and whether
    one of them hides it in the context that was asked for."""

    def __call__(self, fragment: Fragment) -> tuple[list[Any], bool]: ...


class Filters(Protocol):
    """Finds the filters of a reader for a context ("" for none); None where there are none."""

    async def __call__(
        self, tx: Tx, actor_id: int, context: str, version: int
    ) -> Matches | None: ...


@dataclass(slots=True, kw_only=True)
class _Sheet:
    """What one page needs to know of one reader, and what it quotes."""

    reader: int | None
    flags: Flags
    noted: Set[int]
    parents: Mapping[int, int]
    votes: Mapping[int, list[int]]
    muted: frozenset[str]
    quotes: Mapping[int, Standing]
    follows: set[int]


@dataclass(slots=True)
class Renderer:
    """Makes JSON of records. One for a process."""

    making: Making
    now: Callable[[], int]
    fragments: Fragments = field(default_factory=Fragments)
    filters: Filters | None = None

    # -- accounts

    async def accounts(self, tx: Tx, ids: Sequence[int], viewer: Viewer) -> list[bytes]:
        """Return accounts as JSON, in the order of their ids; unknown ones are passed over."""
        await self.fragments.refresh(tx)
        faces = await self._faces(tx, ids, hydrating.is_inside(viewer))
        return [faces[id].json for id in ids if id in faces]

    async def faces(self, tx: Tx, ids: Sequence[int], viewer: Viewer) -> dict[int, bytes]:
        """Return accounts as JSON by id."""
        await self.fragments.refresh(tx)
        faces = await self._faces(tx, ids, hydrating.is_inside(viewer))
        return {id: faces[id].json for id in ids if id in faces}

    async def account(self, tx: Tx, id: int, viewer: Viewer) -> bytes | None:
        found = await self.accounts(tx, [id], viewer)
        return found[0] if found else None

    async def account_entities(
        self, tx: Tx, ids: Sequence[int], viewer: Viewer
    ) -> dict[int, Account]:
        """Return accounts as structs, for answers that change or extend them."""
        found = await hydrating.accounts(tx, list(ids), inside=hydrating.is_inside(viewer))
        return {one.actor.id: self.making.account(one) for one in found}

    async def _faces(self, tx: Tx, ids: Iterable[int], inside: bool) -> dict[int, Face]:
        faces, missing = self.fragments.faces.some(ids, inside)
        for counted in await hydrating.accounts(tx, missing, inside=inside):
            entity = self.making.account(counted)
            if counted.actor.moved_to:
                entity.moved = await self._moved(tx, counted.actor, inside)
            face = Face(actor=counted.actor, json=_ENCODE(entity))
            self.fragments.faces.keep(counted.actor.id, inside, face)
            faces[counted.actor.id] = face
        return faces

    async def _moved(self, tx: Tx, actor: Actor, inside: bool) -> Account | None:
        target = await hydrating.by_uri(tx, actor.moved_to)
        if target is None or target == actor.id:
            return None
        found = await hydrating.accounts(tx, [target], inside=inside)
        return self.making.account(found[0]) if found else None

    # -- posts

    async def statuses(
        self, tx: Tx, post_ids: Sequence[int], viewer: Viewer, *, context: str = ""
    ) -> list[bytes]:
        """Return those of these posts that the viewer may see, as JSON, in the order given.

        `context` names the filter context (home, notifications, public, thread, account); posts
        that a filter hides in it are left out.
        """
        found = await self.statuses_by_id(tx, post_ids, viewer, context=context)
        return [found[id] for id in post_ids if id in found]

    async def status(self, tx: Tx, id: int, viewer: Viewer) -> bytes | None:
        """Return one post as JSON, None where it isn't there for this viewer."""
        return (await self.statuses_by_id(tx, [id], viewer)).get(id)

    async def statuses_by_id(
        self, tx: Tx, post_ids: Sequence[int], viewer: Viewer, *, context: str = ""
    ) -> dict[int, bytes]:
        """Return the same as `statuses`, by id."""
        if not post_ids:
            return {}
        chosen = await hydrating.seen(tx, list(dict.fromkeys(post_ids)), viewer)
        return await self._shown(tx, chosen, viewer, context)

    async def chosen(
        self, tx: Tx, chosen: Sequence[Chosen], viewer: Viewer, *, context: str = ""
    ) -> list[bytes]:
        """Return posts that were chosen by what the viewer may see, as JSON, in that order."""
        made = await self._shown(tx, chosen, viewer, context)
        return [made[one.id] for one in chosen if one.id in made]

    async def _shown(
        self, tx: Tx, chosen: Sequence[Chosen], viewer: Viewer, context: str
    ) -> dict[int, bytes]:
        await self.fragments.refresh(tx)
        boosted = [one.boost_of for one in chosen if one.boost_of is not None]
        visible = {one.id for one in await hydrating.seen(tx, boosted, viewer)}
        wanted = [one.id for one in chosen if one.boost_of is None or one.boost_of in visible]
        fragments = await self._fragments(tx, [*wanted, *visible], hydrating.is_inside(viewer))
        muted, matches = await self._settings(tx, viewer, context)
        written = await self._written(tx, fragments, viewer, muted)
        made: dict[int, bytes] = {}
        for id in wanted:
            fragment = fragments.get(id)
            original = fragment if fragment is None or fragment.boost_of is None else None
            if fragment is not None and fragment.boost_of is not None:
                original = fragments.get(fragment.boost_of)
            if fragment is None or original is None:
                continue
            if matches is None:
                made[id] = written.status(fragment, _NO_FILTERS)
                continue
            hits, hidden = matches(original)
            if not (hidden and context):
                made[id] = written.status(fragment, _ENCODE(hits) if hits else _NO_FILTERS)
        return made

    async def _settings(
        self, tx: Tx, viewer: Viewer, context: str
    ) -> tuple[frozenset[str], Matches | None]:
        """Return the conversations that the reader hears no more of, and their filters."""
        if not isinstance(viewer, LocalActor):
            return frozenset(), None
        muted, version = await hydrating.settings(tx, viewer.actor_id)
        if self.filters is None or not version:
            return muted, None
        return muted, await self.filters(tx, viewer.actor_id, context, version)

    async def _fragments(self, tx: Tx, ids: Iterable[int], inside: bool) -> dict[int, Fragment]:
        found, missing = self.fragments.statuses.some(ids, inside)
        if missing:
            for whole in await hydrating.wholes(tx, missing, inside=inside):
                fragment = self.making.fragment(whole)
                self.fragments.statuses.keep(fragment.id, inside, fragment)
                found[fragment.id] = fragment
        return found

    async def _written(
        self, tx: Tx, fragments: dict[int, Fragment], viewer: Viewer, muted: frozenset[str]
    ) -> "_Written":
        inside = hydrating.is_inside(viewer)
        fragments, quotes = await self._quoted(tx, fragments, viewer)
        sheet = await self._sheet(tx, fragments, viewer, quotes)
        sheet.muted = muted
        faces = await self._faces(tx, (one.author_id for one in fragments.values()), inside)
        return _Written(sheet, faces, fragments, self.now())

    async def _quoted(
        self, tx: Tx, fragments: dict[int, Fragment], viewer: Viewer
    ) -> tuple[dict[int, Fragment], dict[int, Standing]]:
        """Return the posts with those that they quote, and how each quote stands for the reader;
        of what a quoted post quotes itself only that."""
        quotes: dict[int, Standing] = {}
        for _ in range(2):
            asked = [one.id for one in fragments.values() if one.quote and one.id not in quotes]
            if not asked:
                break
            found = await quoting.standing(tx, asked, viewer)
            deeper, quotes = bool(quotes), quotes | found
            shown = [one.quoted_id for one in found.values() if one.quoted_id is not None]
            if shown and not deeper:
                inside = hydrating.is_inside(viewer)
                fragments = {**await self._fragments(tx, shown, inside), **fragments}
        return fragments, quotes

    async def _sheet(
        self,
        tx: Tx,
        fragments: Mapping[int, Fragment],
        viewer: Viewer,
        quotes: Mapping[int, Standing],
    ) -> _Sheet:
        every = list(fragments.values())
        parents = [one.parent for one in every if one.parent is not None]
        sheet = _Sheet(
            reader=None,
            flags=_NO_FLAGS,
            noted=_NO_POSTS,
            parents=await hydrating.parents(tx, parents, viewer) if parents else {},
            votes={},
            muted=frozenset(),
            quotes=quotes,
            follows=set(),
        )
        if not isinstance(viewer, LocalActor):
            return sheet
        me = sheet.reader = viewer.actor_id
        sheet.flags = await hydrating.flags(
            tx, me, [one.id for one in every if one.boost_of is None]
        )
        did = sheet.flags
        sheet.noted = did.favourited | did.reblogged | did.bookmarked | did.pinned
        polls = [one.id for one in every if one.poll is not None]
        if polls:
            sheet.votes = await hydrating.own_votes(tx, me, polls)
        asks = {one.author_id for one in every if FOLLOWERS in one.quotable}
        if asks:
            sheet.follows = await hydrating.following_among(tx, me, asks)
        return sheet


# -- the end of a post, which differs by reader

_NOTHING: Final = b'"favourited":false,"reblogged":false,"muted":false,"bookmarked":false,'
_NO_FILTERS: Final = b"[]"


@lru_cache(maxsize=256)
def _plain_end(approval: bytes) -> bytes:
    """Return the end of a post that is no boost, asks and quotes nothing, and that the reader did
    nothing with."""
    return b"".join((
        b',"reblog":null,"poll":null,"quote":null,"quote_approval":', approval,
        b",", _NOTHING, b'"pinned":false,"filtered":[]}',
    ))  # fmt: skip


@dataclass(slots=True)
class _Written:
    """Joins fragments and what one reader adds to them."""

    sheet: _Sheet
    faces: Mapping[int, Face]
    fragments: Mapping[int, Fragment]
    now: int
    approvals: dict[tuple[int, bool, bool], bytes] = field(default_factory=dict)

    def status(self, fragment: Fragment, filtered: bytes, *, depth: int = 0) -> bytes:
        """Return one post; `filtered` is an array of FilterResults, `depth` counts quotes."""
        if filtered == _NO_FILTERS and self._is_plain(fragment):
            return b"".join((
                fragment.head,
                self._answers(fragment),
                b',"account":', self.faces[fragment.author_id].json,
                _plain_end(self._approval(fragment)),
            ))  # fmt: skip
        proper, reblog = fragment, b"null"
        if fragment.boost_of is not None:
            proper = self.fragments[fragment.boost_of]
            reblog = self.status(proper, filtered, depth=depth)
        return b"".join((
            fragment.head,
            self._answers(fragment),
            b',"account":', self.faces[fragment.author_id].json,
            b',"reblog":', reblog,
            b',"poll":', b"null" if fragment.poll is None else self._poll(fragment),
            b',"quote":', self._quote(fragment, depth) if fragment.quote else b"null",
            b',"quote_approval":', self._approval(fragment),
            b",", self._flags(proper),
            b'"pinned":', _BOOL[proper.id in self.sheet.flags.pinned],
            b',"filtered":', filtered, b"}",
        ))  # fmt: skip

    def _is_plain(self, fragment: Fragment) -> bool:
        own = fragment.boost_of is None and fragment.poll is None and not fragment.quote
        return own and fragment.id not in self.sheet.noted and fragment.root not in self.sheet.muted

    def _flags(self, fragment: Fragment) -> bytes:
        flags, id = self.sheet.flags, fragment.id
        muted = bool(self.sheet.muted) and fragment.root in self.sheet.muted
        if not (muted or id in flags.favourited or id in flags.reblogged or id in flags.bookmarked):
            return _NOTHING
        return b"".join((
            b'"favourited":', _BOOL[id in flags.favourited],
            b',"reblogged":', _BOOL[id in flags.reblogged],
            b',"muted":', _BOOL[muted],
            b',"bookmarked":', _BOOL[id in flags.bookmarked],
            b",",
        ))  # fmt: skip

    def _answers(self, fragment: Fragment) -> bytes:
        author = self.sheet.parents.get(fragment.parent or 0)
        if fragment.parent is None or author is None:
            return b',"in_reply_to_id":null,"in_reply_to_account_id":null'
        parent = ids.text(fragment.parent)
        return (
            f',"in_reply_to_id":"{parent}","in_reply_to_account_id":"{ids.text(author)}"'.encode()
        )

    def _poll(self, fragment: Fragment) -> bytes:
        poll = fragment.poll
        if poll is None:
            return b"null"
        return _ENCODE(told_poll(poll, fragment, self.sheet.reader, self.sheet.votes, self.now))

    def _quote(self, fragment: Fragment, depth: int) -> bytes:
        quoted = self.sheet.quotes.get(fragment.id)
        if quoted is None:
            return b"null"
        if depth:
            named = None if quoted.quoted_id is None else ids.text(quoted.quoted_id)
            return _ENCODE({"state": quoted.state, "quoted_status_id": named})
        inner = self.fragments.get(quoted.quoted_id or 0)
        shown = b"null"
        if inner is not None and inner.author_id in self.faces:
            shown = self.status(inner, b"[]", depth=1)
        return b'{"state":' + _ENCODE(quoted.state) + b',"quoted_status":' + shown + b"}"

    def _approval(self, fragment: Fragment) -> bytes:
        mine = fragment.author_id == self.sheet.reader
        follows = fragment.author_id in self.sheet.follows
        # By identity: of the few policies there are, each is one object (approval.py).
        key = (id(fragment.quotable), mine, follows)
        found = self.approvals.get(key)
        if found is None:
            nobody = self.sheet.reader is None
            found = fragment.quotable.told(mine=mine, follows=follows, nobody=nobody)
            self.approvals[key] = found
        return found


def told_poll(
    poll: Poll,
    fragment: Fragment,
    reader: int | None,
    votes: Mapping[int, list[int]],
    now: int,
) -> Poll:
    """Return a poll as one reader sees it: whether it is over, and what they chose."""
    own = votes.get(fragment.id, [])
    over = poll.expired or (poll.expires_at is not None and poll.expires_at <= moment(now))
    return msgspec.structs.replace(
        poll, expired=over, own_votes=own, voted=bool(own) or fragment.author_id == reader
    )
