"""QuoteRequest: somebody elsewhere asks to quote a post of ours (FEP-044f).

Answered at once by the policy of the post: an Accept with the address of the stamp that others can
look at, or a Reject. What was taken back once is not given again. Who may not see the post gets no
answer at all, as if there were none.
"""

from dataclasses import dataclass, replace

from actors.access import acting
from actors.effects import (
    Decision,
    Effect,
    Fetch,
    Need,
    Notify,
    Put,
    Recipients,
    Refusal,
    Send,
    Show,
)
from actors.people import Actor
from actors.ports import Store
from actors.posts import Post, Quote, QuoteState
from actors.quoting import OPEN, Leave, follows, leave
from actors.relationships import NotificationKind
from actors.verbs import Accept, QuoteRequest, Reject

__all__ = ["QuoteRequest", "decide", "gather"]

_ABSENT = Refusal("no_such_post", "There is no such post.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`quoting` is the post that quotes, where it is here already; `kept` how it stood."""

    activity: QuoteRequest
    actor: Actor
    post: Post
    author: Actor
    blocked: bool
    leave: Leave
    quoting: Post | None
    kept: Quote | None
    stamp: str
    answer: str
    now: int


async def gather(store: Store, activity: QuoteRequest) -> Facts | Need | Refusal:
    actor = await acting(store, activity.actor, activity.person)
    if not isinstance(actor, Actor):
        return actor
    if actor.local:
        return Refusal("not_here", "Only other servers ask; ours decide when they publish.")
    post = await store.post(activity.object)
    if post is None or not post.local or post.boost_of is not None:
        return _ABSENT
    author = await store.actor_by_id(post.author_id)
    if author is None or author.gone or not await store.may_see(post, actor):
        return _ABSENT
    policy = leave(
        post,
        author,
        actor,
        follows=await follows(store, actor, author),
        followed=await follows(store, author, actor),
    )
    return Facts(
        activity=activity,
        actor=actor,
        post=post,
        author=author,
        blocked=await store.blocked(author.id, actor.id),
        leave=policy,
        quoting=await store.post(activity.instrument),
        kept=await store.quote(activity.instrument),
        stamp=store.urls.stamp(store.new_id()),
        answer=store.urls.activity(store.new_id()),
        now=store.now,
    )


def decide(facts: Facts) -> Decision:
    quoting, kept = facts.quoting, facts.kept
    if quoting is not None and quoting.author_id != facts.actor.id:
        return Refusal("not_owner", "The actor did not write the post that quotes.")
    if quoting is not None and quoting.quote not in ("", facts.post.uri):
        return Refusal("other_object", "The post quotes another one.")
    if kept is not None and kept.quoted_uri != facts.post.uri:
        kept = None
    if kept is not None and kept.state is QuoteState.ACCEPTED and kept.stamp:
        return (_yes(facts, kept),)
    taken_back = kept is not None and kept.state is QuoteState.REVOKED
    may = facts.leave is Leave.AUTOMATIC and facts.post.visibility in OPEN and not facts.blocked
    if taken_back or not may:
        return _no(facts, kept)
    return _stamped(facts)


def _stamped(facts: Facts) -> Decision:
    row = replace(_row(facts), state=QuoteState.ACCEPTED, stamp=facts.stamp)
    then: list[Effect] = [_yes(facts, row)]
    if facts.quoting is None:
        then.append(Fetch(facts.activity.instrument, "reply"))
    else:
        told = NotificationKind.QUOTE
        then.append(Notify(facts.author.id, told, facts.actor.id, facts.quoting.id))
        then.append(Show(facts.quoting.id, facts.actor.id, "edit"))
    return (Put(row, tuple(then), replace=True),)


def _no(facts: Facts, kept: Quote | None) -> Decision:
    request = facts.activity
    answer = Reject(
        uri=facts.answer,
        actor=facts.author.uri,
        object=request.uri,
        follower=facts.actor.uri,
        quoted=facts.post.uri,
        instrument=request.instrument,
    )
    sent = Send(answer, facts.author.id, Recipients(actors=(facts.actor.id,)), about=request.uri)
    if kept is not None and kept.state is QuoteState.REVOKED:
        return (sent,)
    return (Put(replace(_row(facts), state=QuoteState.REJECTED), (sent,), replace=True),)


def _yes(facts: Facts, row: Quote) -> Send:
    request = facts.activity
    answer = Accept(
        uri=facts.answer,
        actor=facts.author.uri,
        object=request.uri,
        follower=facts.actor.uri,
        quoted=facts.post.uri,
        instrument=request.instrument,
        stamp=row.stamp,
    )
    return Send(answer, facts.author.id, Recipients(actors=(facts.actor.id,)), about=request.uri)


def _row(facts: Facts) -> Quote:
    return Quote(
        uri=facts.activity.instrument,
        quoted_uri=facts.post.uri,
        post_id=facts.quoting.id if facts.quoting is not None else None,
        quoted_id=facts.post.id,
        author_id=facts.author.id,
        request=facts.activity.uri,
        created=facts.now,
    )
