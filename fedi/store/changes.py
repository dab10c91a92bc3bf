"""Which event a row means that was put or dropped: what changed about the look of what, by whom.

The one list behind events.py's kinds that rules don't name themselves (Show, Notify): whatever
rule puts or drops such a row, the event is written in the same transaction.
"""

from typing import Final, NamedTuple

from actors.effects import Row
from actors.inquiries import Inquiry
from actors.people import Actor
from actors.posts import Pin, Poll, Post, Quote, QuoteState
from actors.relationships import Reaction, Relation, RelationKind, RelationState, Report


class Change(NamedTuple):
    """An event to be: its kind, who did it, and the post, actor or report that it is about."""

    kind: str
    actor_id: int
    subject_id: int


_BEGINS: Final = {
    RelationKind.FOLLOW: "follow",
    RelationKind.BLOCK: "block",
    RelationKind.MUTE: "mute",
}


def put(row: Row, *, replaced: bool) -> tuple[Change, ...]:
    """Return what a row means that was written; `replaced` where it may have been there."""
    match row:
        case Post():
            return _post(row, replaced=replaced)
        case Reaction():
            return (Change("like", row.actor_id, row.post_id),)
        case Poll() if replaced:
            return (Change("poll", 0, row.post_id),)
        case Quote():
            return _quote(row)
        case Pin():
            return (Change("pin", row.actor_id, row.post_id),)
        case Actor():
            return (Change("actor", row.id, row.id),)
        case Relation():
            asks = "" if row.state is RelationState.ACCEPTED else "_request"
            return (Change(f"{_BEGINS[row.kind]}{asks}", row.source_id, row.target_id),)
        case Report():
            return (Change("report", row.by_id, row.id),)
        case Inquiry():
            return (Change("question", row.department_id, row.id),)
    return ()


def dropped(row: Row) -> tuple[Change, ...]:
    """Return what a row means that was there and is gone."""
    match row:
        case Post(boost_of=int(shared), author_id=author_id):
            return (Change("unboost", author_id, shared),)
        case Reaction():
            return (Change("unlike", row.actor_id, row.post_id),)
        case Quote(quoted_id=int(quoted)):
            return (Change("quote", 0, quoted),)
        case Pin():
            return (Change("unpin", row.actor_id, row.post_id),)
        case Relation():
            return (Change(f"un{_BEGINS[row.kind]}", row.source_id, row.target_id),)
        case Inquiry():
            return (Change("question", row.department_id, row.id),)
    return ()


def _quote(quote: Quote) -> tuple[Change, ...]:
    """Return what a quote means for what it quotes, which counts those that are allowed."""
    if quote.quoted_id is None or quote.state is QuoteState.PENDING:
        return ()
    return (Change("quote", 0, quote.quoted_id),)


def _post(post: Post, *, replaced: bool) -> tuple[Change, ...]:
    """Return what a post means for what it shares or answers; how it fares itself, Show tells."""
    if post.boost_of is not None:
        if not replaced:
            return (Change("boost", post.author_id, post.boost_of),)
        gone = post.deleted is not None
        return (Change("unboost", post.author_id, post.boost_of),) if gone else ()
    if post.in_reply_to is not None:
        return (Change("reply", post.author_id, post.in_reply_to),)
    return ()
