"""Who may quote what, and how a quote stands: FEP-044f, for Create, Update and QuoteRequest alike.

`look` gathers what a note's quote touches here. For ours `wanted` says whether it may be written
and what is to be asked; for another's `claimed` says what is believed before anybody has looked
(fedi/wanted.py looks). Consent is the quoted author's: a policy is a promise, a stamp the proof.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from actors.effects import (
    Effect,
    Effects,
    Fetch,
    Notify,
    Put,
    Recipients,
    Refusal,
    Send,
    Show,
)
from actors.people import Actor
from actors.ports import Store
from actors.posts import Note, Post, Quotable, Quote, QuoteState, Visibility
from actors.relationships import MarkerKind, NotificationKind, RelationKind, RelationState
from actors.verbs import QuoteRequest
from actors.vocabulary import PUBLIC

OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)
_ABSENT = Refusal("no_such_post", "There is no such post to quote.")
_CLOSED = Refusal("no_such_quotable", "This post can't be quoted.")
_NOT_NAMED = Refusal("not_named", "Only who is named in a direct post can be quoted in it.")


class Leave(StrEnum):
    """What an author's policy says to somebody who wants to quote."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoting:
    """What a note's quote touches here. `kept` is how it stood, `standing` what stands under the
    stamp that it names, `revoked` that this stamp was taken back before."""

    uri: str
    post: Post | None
    author: Actor | None
    visible: bool
    blocked: bool
    follows: bool
    followed: bool
    kept: Quote | None
    standing: Quote | None
    revoked: bool
    stamp_id: int
    request: str


# -- policies


def policy_of(asked: str, author: Actor) -> Quotable:
    """Return the policy of a post of ours for a word: public, followers or nobody."""
    named = {"public": PUBLIC, "followers": author.followers}.get(asked, author.uri)
    return Quotable(automatic=(named,))


def default_policy(visibility: Visibility) -> str:
    """Return who may quote a post unless its author says: all whom it is open to, or nobody."""
    return "public" if visibility in (*OPEN, Visibility.INTERNAL) else "nobody"


def said(post: Post, author: Actor) -> Quotable:
    """Return whom the author lets quote a post; one of ours that says nothing has the default."""
    if post.can_quote is not None:
        return post.can_quote
    return policy_of(default_policy(post.visibility), author) if post.local else Quotable()


def leave(post: Post, author: Actor, by: Actor, *, follows: bool, followed: bool) -> Leave:
    """Return what the policy of `author` says to `by`, who follows or is followed or neither."""
    if by.id == author.id:
        return Leave.AUTOMATIC
    mine = {PUBLIC, by.uri}
    if follows and author.followers:
        mine.add(author.followers)
    if followed and author.following:
        mine.add(author.following)
    policy = said(post, author)
    if mine.intersection(policy.automatic):
        return Leave.AUTOMATIC
    return Leave.MANUAL if mine.intersection(policy.manual) else Leave.DENIED


# -- gathering


async def look(store: Store, note: Note, author: Actor) -> Quoting | None:
    """Look up what `note` quotes; None where it quotes nothing."""
    if not note.quote:
        return None
    post = await store.post(note.quote)
    if post is not None and post.boost_of is not None:
        post = await store.post_by_id(post.boost_of)
    by = await store.actor_by_id(post.author_id) if post is not None else None
    stamp = note.stamp
    return Quoting(
        uri=note.quote,
        post=post,
        author=by,
        visible=post is not None and await store.may_see(post, author),
        blocked=by is not None and await store.blocked(by.id, author.id),
        follows=by is not None and await follows(store, author, by),
        followed=by is not None and await follows(store, by, author),
        kept=await store.quote(note.uri),
        standing=await store.quote_by_stamp(stamp) if stamp else None,
        revoked=bool(stamp and by) and await store.marked(
            stamp, MarkerKind.DELETED, by.uri if by is not None else ""
        ),
        stamp_id=store.new_id() if author.local else 0,
        request=store.urls.activity(store.new_id()) if author.local else "",
    )  # fmt: skip


async def follows(store: Store, who: Actor, whom: Actor) -> bool:
    """Return whether somebody follows another, accepted."""
    found = await store.relation(RelationKind.FOLLOW, who.id, whom.id)
    return found is not None and found.state is RelationState.ACCEPTED


# -- ours


def width(quoting: Quoting | None) -> tuple[Visibility, int] | None:
    """Return (visibility, author id) of what is quoted, which narrows the quote."""
    if quoting is None or quoting.post is None:
        return None
    return quoting.post.visibility, quoting.post.author_id


def wanted(
    quoting: Quoting, author: Actor, visibility: Visibility, named: frozenset[str]
) -> QuoteState | Refusal:
    """Return how a quote of ours begins, or why it may not be. `visibility` is the post's own,
    narrowed, and `named` those whom it reaches by name."""
    post, by = quoting.post, quoting.author
    if post is None or by is None or not quoting.visible or post.deleted is not None:
        return _ABSENT
    if by.id == author.id:
        return QuoteState.ACCEPTED
    if quoting.blocked or post.visibility not in (*OPEN, Visibility.INTERNAL):
        return _CLOSED
    if visibility is Visibility.DIRECT and by.uri not in named:
        return _NOT_NAMED
    verdict = leave(post, by, author, follows=quoting.follows, followed=quoting.followed)
    # Of what stays inside nobody outside is asked: there the author's word for all must do.
    inside = by.local or visibility is Visibility.INTERNAL
    if verdict is Leave.DENIED or (inside and verdict is Leave.MANUAL):
        return _CLOSED
    return QuoteState.ACCEPTED if inside else QuoteState.PENDING


def row_of_ours(
    quoting: Quoting, post: Post, author: Actor, state: QuoteState, stamp: str, now: int
) -> Quote:
    """Return the quote of a new post of ours; `stamp` is for one of another author of ours."""
    quoted, by = quoting.post, quoting.author
    stamped = by is not None and by.local and by.id != author.id
    return Quote(
        uri=post.uri,
        quoted_uri=post.quote,
        post_id=post.id,
        quoted_id=quoted.id if quoted is not None else None,
        author_id=by.id if by is not None else None,
        state=state,
        request=quoting.request if state is QuoteState.PENDING else "",
        stamp=stamp if state is QuoteState.ACCEPTED and stamped else "",
        created=now,
    )


# -- another's


def claimed(quoting: Quoting, note: Note, author: Actor, post_id: int, now: int) -> Quote:
    """Return what is believed of the quote in another server's note, before anybody has looked.

    Oneself may always be quoted. Of a post of ours only what we have allowed counts; of others'
    the stamp is yet to be seen. What was refused or taken back stays so under the same stamp.
    """
    by, kept, quoted = quoting.author, quoting.kept, quoting.post
    if kept is not None and kept.quoted_uri not in (note.quote, quoted.uri if quoted else ""):
        kept = None
    row = Quote(
        uri=note.uri,
        quoted_uri=quoted.uri if quoted is not None else note.quote,
        post_id=post_id,
        quoted_id=quoted.id if quoted is not None else None,
        author_id=by.id if by is not None else None,
        request=kept.request if kept is not None else "",
        stamp=note.stamp,
        created=kept.created if kept is not None and kept.created else now,
    )
    if by is not None and by.id == author.id:
        return replace(row, state=QuoteState.ACCEPTED, stamp="")
    if quoting.revoked:
        return replace(row, state=QuoteState.REVOKED)
    if by is not None and by.local:
        if kept is None or kept.author_id != by.id:
            return replace(row, stamp="")
        barred = kept.state is QuoteState.ACCEPTED and (quoting.blocked or not quoting.visible)
        return replace(row, state=QuoteState.PENDING if barred else kept.state, stamp=kept.stamp)
    if kept is not None and (kept.stamp == note.stamp or not note.stamp):
        return replace(row, state=kept.state, stamp=kept.stamp)
    return row


def keep(quoting: Quoting, row: Quote, author: Actor, *, depth: int) -> Effects:
    """Return what puts the quote of another's post: the row, a look where one is needed, and the
    news for the one of ours who is quoted. `depth` is 1 for a post that was itself fetched."""
    by = quoting.author
    if row == quoting.kept:
        return ()
    then: list[Effect] = []
    asks = row.state is QuoteState.PENDING and (by is None or (not by.local and bool(row.stamp)))
    if asks:
        then.append(Fetch(row.uri, "quote", depth))
    told = row.state is QuoteState.ACCEPTED and by is not None and by.local
    if told and by is not None and row.post_id and by.id != author.id and not quoting.blocked:
        then.append(Notify(by.id, NotificationKind.QUOTE, author.id, row.post_id))
    return (Put(row, tuple(then), replace=True),)


def found(waiting: tuple[Quote, ...], post: Post) -> Effects:
    """Return what ties quotes that waited for `post` to it; each is then looked at anew."""
    effects: list[Effect] = []
    for one in waiting:
        tied = replace(one, quoted_id=post.id, author_id=post.author_id)
        looks = (Fetch(one.uri, "quote"),) if one.post_id is not None else ()
        effects.append(Put(tied, looks, replace=True))
    return tuple(effects)


def settled(row: Quote, state: QuoteState, stamp: str, post: Post | None) -> Effects:
    """Return what a new state of a quote means: the row, and the post shown as it now is."""
    shown = (Show(post.id, post.author_id, "edit"),) if post is not None else ()
    return (Put(replace(row, state=state, stamp=stamp), shown, replace=True),)


def asked(
    quoting: Quoting,
    row: Quote,
    author: Actor,
    note: Note,
    post_id: int,
    person: int | None,
    *,
    leaves: bool,
) -> Effects:
    """Return what quoting causes besides the post: the row, and the author quoted told or asked.

    Somebody elsewhere is shown the post with the question only if it is theirs to read.
    """
    by = quoting.author
    if by is None or by.id == author.id:
        return (Put(row, replace=True),)
    if row.state is QuoteState.ACCEPTED:
        told = Notify(by.id, NotificationKind.QUOTE, author.id, post_id)
        return (Put(row, (told,) if by.local else (), replace=True),)
    if not leaves:
        return (Put(row, replace=True),)
    is_theirs = not {PUBLIC, by.uri}.isdisjoint((*note.to, *note.cc))
    request = QuoteRequest(
        uri=row.request,
        actor=author.uri,
        object=row.quoted_uri,
        instrument=note.uri,
        note=note if is_theirs else None,
        person=person,
    )
    send = Send(request, author.id, Recipients(actors=(by.id,)), about=note.uri)
    return (Put(row, (send,), replace=True),)
