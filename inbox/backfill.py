"""What else to ask for because of one arrival, within a budget: parents, replies, strangers.

Pure decisions over what is known so far; the house fetches, one step at a time, and calls again.
Collections may loop, lie about their totals or never end (security.md trials 36, 37): pages are
counted, never believed. The budgets stand in inbox/limits.py.
"""

from collections.abc import Collection as Group
from dataclasses import dataclass, field, replace

from actors.effects import Fetch
from actors.posts import Note
from actors.urls import Urls, same_host
from inbox import limits
from inbox.parse_collection import Collection


def parent(note: Note, *, known: bool, depth: int, urls: Urls) -> tuple[Fetch, ...]:
    """Return the Fetch of what a note answers, one step up; none if known, ours, or too deep.

    `depth` counts the steps from the note that arrived (0).
    """
    uri = note.in_reply_to
    if not uri or known or urls.is_local(uri) or uri == note.uri:
        return ()
    if depth >= limits.ANCESTORS.size:
        return ()
    return (Fetch(uri, "parent", depth + 1),)


def begin(note: Note, *, depth: int) -> tuple[Fetch, ...]:
    """Return the Fetch of a note's replies collection; replies to fetched replies are left out."""
    return (Fetch(note.replies, "replies", depth),) if note.replies and depth == 0 else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far the replies of `note` have been read: pages seen, replies asked for."""

    note: str
    pages: frozenset[str] = field(default_factory=frozenset)
    asked: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Step:
    """The replies to fetch now, and the page to read after them ("": the walk is over)."""

    walk: Walk
    replies: tuple[Fetch, ...]
    page: str


def walk(so_far: Walk, page: Collection, *, page_uri: str, known: Group[str], urls: Urls) -> Step:
    """Return the next step after reading the page served at `page_uri`.

    `known` are those of its items that need no fetching. Every page must be on the note's host,
    is read once, and `limits.PAGES` and `limits.REPLIES` end the walk whatever the totals say.
    """
    pages = so_far.pages | {page_uri}
    left = limits.REPLIES.size - len(so_far.asked)
    wanted = [
        uri
        for uri in page.uris
        if uri not in known
        and uri not in so_far.asked
        and uri != so_far.note
        and not urls.is_local(uri)
    ][: max(0, left)]
    asked = so_far.asked | set(wanted)
    following = page.next or (page.first if not page.items else "")
    ends = (
        following in pages
        or len(pages) >= limits.PAGES.size
        or len(asked) >= limits.REPLIES.size
        or not same_host(following, so_far.note)
    )
    return Step(
        walk=replace(so_far, pages=pages, asked=asked),
        replies=tuple(Fetch(uri, "replies", 1) for uri in wanted),
        page="" if ends else following,
    )


def strangers(note: Note, *, known: Group[str], urls: Urls) -> tuple[Fetch, ...]:
    """Return Fetches of the actors a note mentions that are neither known nor ours, capped."""
    mentioned = dict.fromkeys(mention.href for mention in note.mentions)
    unknown = [uri for uri in mentioned if uri not in known and not urls.is_local(uri)]
    return tuple(Fetch(uri, "actor", 1) for uri in unknown[: limits.STRANGERS.size])
