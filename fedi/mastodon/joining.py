"""Joins what all readers see of a post (fragments.py) with what one reader adds, as bytes.

Most posts on a page are plain: nothing differs by reader but who may quote, and they are a few
texts that lie ready. rendering.py reads what a page needs and calls this; nothing is read here.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Protocol

import msgspec

from actors import ids
from fedi.mastodon.approval import Approval
from fedi.mastodon.entities import Poll, moment
from fedi.mastodon.fragments import Face, Fragment
from fedi.store.quoting import Standing
from fedi.store.timelines import BOOKMARKED, FAVOURITED, PINNED, REBLOGGED

_ENCODE: Final = msgspec.json.Encoder().encode
_BOOL: Final = {True: b"true", False: b"false"}
_NO_ANSWER: Final = b',"in_reply_to_id":null,"in_reply_to_account_id":null'
_NOTHING: Final = b'"favourited":false,"reblogged":false,"muted":false,"bookmarked":false,'
_NO_FILTERS: Final = b"[]"
_ACCOUNT: Final = b',"account":'
_NO_ANSWER_ACCOUNT: Final = _NO_ANSWER + _ACCOUNT


class Matches(Protocol):
    """The filters of one reader: those that a post meets, as FilterResult entities, and whether
    one of them hides it in the context that was asked for."""

    def __call__(self, fragment: Fragment) -> tuple[list[Any], bool]: ...


@dataclass(slots=True, kw_only=True)
class Sheet:
    """What one page needs to know of one reader, and what it quotes.

    `did` has the posts that the reader did something with (store/timelines.py has the bits);
    `context` is the filters', "" where nothing is hidden.
    """

    reader: int | None = None
    did: Mapping[int, int] = field(default_factory=dict)
    parents: Mapping[int, int] = field(default_factory=dict)
    votes: Mapping[int, list[int]] = field(default_factory=dict)
    muted: Set[str] = frozenset()
    quotes: Mapping[int, Standing] = field(default_factory=dict)
    follows: Set[int] = frozenset()
    matches: Matches | None = None
    context: str = ""


@lru_cache(maxsize=256)
def _plain_end(approval: bytes) -> bytes:
    """Return the end of a post that is no boost, asks and quotes nothing, and that the reader did
    nothing with."""
    return b"".join((
        b',"reblog":null,"poll":null,"quote":null,"quote_approval":', approval,
        b",", _NOTHING, b'"pinned":false,"filtered":[]}',
    ))  # fmt: skip


@dataclass(slots=True)
class Joining:
    """One page: fragments and faces by id, and what its reader adds to them."""

    sheet: Sheet
    faces: Mapping[int, Face]
    fragments: Mapping[int, Fragment]
    now: int
    ends: dict[int, bytes] = field(default_factory=dict)

    def page(self, wanted: Iterable[int]) -> list[bytes]:
        """Return what makes, joined, a JSON array of these posts: those that are there and that
        no filter hides."""
        made, sheet, faces, ends = [b"["], self.sheet, self.faces, self.ends
        fragments, did, reader = self.fragments, sheet.did, sheet.reader
        checked = sheet.matches is not None or bool(sheet.muted)
        for post_id in wanted:
            fragment = fragments.get(post_id)
            if fragment is None or checked or not fragment.same or post_id in did:
                made += self.parts(post_id)
                continue
            author = fragment.author_id
            end = ends.get(id(fragment.quotable)) if author != reader else None
            made += (
                fragment.head,
                _NO_ANSWER_ACCOUNT,
                faces[author].json,
                end or self._end(fragment),
                b",",
            )
        if len(made) > 1:
            made[-1] = b"]"  # in place of the last comma
        else:
            made.append(b"]")
        return made

    def one(self, id: int) -> bytes:
        """Return one post, b"" where it isn't there or a filter hides it."""
        return b"".join(self.parts(id)[:-1])

    def parts(self, id: int) -> tuple[bytes, ...]:
        """Return the texts of a post and a comma, none where it isn't there or is hidden."""
        fragment, sheet = self.fragments.get(id), self.sheet
        if fragment is None:
            return ()
        filtered = _NO_FILTERS
        if sheet.matches is not None:
            original = self._original(fragment)
            if original is None:
                return ()
            hits, hidden = sheet.matches(original)
            if hidden and sheet.context:
                return ()
            filtered = _ENCODE(hits) if hits else _NO_FILTERS
        if filtered is not _NO_FILTERS or not self._is_plain(fragment):
            return (self.status(fragment, filtered), b",") if self._original(fragment) else ()
        answers = _NO_ANSWER if fragment.parent is None else self._answers(fragment)
        face = self.faces[fragment.author_id].json
        return fragment.head, answers, _ACCOUNT, face, self._end(fragment), b","

    def status(self, fragment: Fragment, filtered: bytes, *, depth: int = 0) -> bytes:
        """Return one post; `filtered` is an array of FilterResults, `depth` counts quotes."""
        proper, reblog = fragment, b"null"
        if fragment.boost_of is not None:
            proper = self.fragments[fragment.boost_of]
            reblog = self.status(proper, filtered, depth=depth)
        return b"".join((
            fragment.head,
            self._answers(fragment),
            _ACCOUNT, self.faces[fragment.author_id].json,
            b',"reblog":', reblog,
            b',"poll":', b"null" if fragment.poll is None else self._poll(fragment),
            b',"quote":', self._quote(fragment, depth) if fragment.quote else b"null",
            b',"quote_approval":', self._approval(fragment),
            b",", self._flags(proper),
            b'"pinned":', _BOOL[bool(self.sheet.did.get(proper.id, 0) & PINNED)],
            b',"filtered":', filtered, b"}",
        ))  # fmt: skip

    def _original(self, fragment: Fragment) -> Fragment | None:
        return fragment if fragment.boost_of is None else self.fragments.get(fragment.boost_of)

    def _is_plain(self, fragment: Fragment) -> bool:
        sheet = self.sheet
        return (
            fragment.alone
            and fragment.id not in sheet.did
            and not (sheet.muted and fragment.root in sheet.muted)
        )

    def _flags(self, fragment: Fragment) -> bytes:
        muted = bool(self.sheet.muted) and fragment.root in self.sheet.muted
        did = self.sheet.did.get(fragment.id, 0)
        if not (muted or did):
            return _NOTHING
        return b"".join((
            b'"favourited":', _BOOL[bool(did & FAVOURITED)],
            b',"reblogged":', _BOOL[bool(did & REBLOGGED)],
            b',"muted":', _BOOL[muted],
            b',"bookmarked":', _BOOL[bool(did & BOOKMARKED)],
            b",",
        ))  # fmt: skip

    def _answers(self, fragment: Fragment) -> bytes:
        author = self.sheet.parents.get(fragment.parent or 0)
        if fragment.parent is None or author is None:
            return _NO_ANSWER
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
            # What hides it is told: the quote stays, and the app leaves out what is quoted.
            hits = [] if self.sheet.matches is None else self.sheet.matches(inner)[0]
            shown = self.status(inner, _ENCODE(hits) if hits else _NO_FILTERS, depth=1)
        return b'{"state":' + _ENCODE(quoted.state) + b',"quoted_status":' + shown + b"}"

    def _end(self, fragment: Fragment) -> bytes:
        """Return the end of a plain post."""
        author, sheet = fragment.author_id, self.sheet
        if author == sheet.reader or author in sheet.follows:
            return _plain_end(self._approval(fragment))
        # By identity: of the few policies there are, each is one object (approval.py).
        found = self.ends.get(id(fragment.quotable))
        if found is None:
            found = self.ends[id(fragment.quotable)] = _plain_end(self._approval(fragment))
        return found

    def _approval(self, fragment: Fragment) -> bytes:
        quotable: Approval = fragment.quotable
        return quotable.told(
            mine=fragment.author_id == self.sheet.reader,
            follows=fragment.author_id in self.sheet.follows,
            nobody=self.sheet.reader is None,
        )


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
