"""Accept: the one who was asked to be followed, or quoted, says yes.

A yes to what nobody here asks any more (a block came between, and went) is answered with an Undo,
so that the other server doesn't count a follower who isn't one.
"""

from dataclasses import dataclass, replace

from actors import ids
from actors.access import acting
from actors.answering import Asked, answered, asked_to_quote
from actors.asked import asked, to_answer
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
from actors.elsewhere import hosts_of, is_elsewhere
from actors.managing import answers_for
from actors.people import Actor
from actors.ports import Store
from actors.posts import QuoteState
from actors.relationships import NotificationKind, Relation, RelationState
from actors.verbs import Accept, Undo

__all__ = ["Accept", "decide", "gather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Accept
    followed: Actor
    follower: Actor | None
    relation: Relation | None
    asked_here: bool
    undo_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The facts where the answer is about a quote."""

    activity: Accept
    asked: Asked


async def gather(store: Store, activity: Accept) -> Facts | Asking | Need | Refusal:
    followed = await acting(store, activity.actor, activity.person)
    if not isinstance(followed, Actor):
        return followed
    speaking = await answers_for(store, activity, followed)
    if isinstance(speaking, Refusal):
        return speaking
    activity, followed = speaking
    quote = await asked_to_quote(store, activity, followed)
    if quote is not None:
        return Asking(activity=activity, asked=quote)
    if activity.quoted:
        return Refusal("no_such_quote", "Nobody here asked to quote that.")
    relation, follower = await asked(store, activity, followed)
    named = store.urls.parse(activity.object)
    return Facts(
        activity=activity,
        followed=followed,
        follower=follower,
        relation=relation,
        asked_here=named is not None and named.kind == "activity",
        undo_uri=store.urls.activity(store.new_id()),
    )


def decide(facts: Facts | Asking) -> Decision:
    if isinstance(facts, Asking):
        if not facts.activity.stamp:
            return Refusal("no_stamp", "It doesn't say where the leave to quote can be read.")
        return answered(facts.asked, QuoteState.ACCEPTED, facts.activity.stamp)
    if facts.relation is None and facts.follower is not None and facts.asked_here:
        return _not_any_more(facts, facts.follower)
    answering = to_answer(facts.relation, facts.follower, facts.followed)
    if isinstance(answering, Refusal):
        return answering
    relation, follower = answering
    if relation.state is RelationState.ACCEPTED:
        return ()
    then: list[Effect] = []
    if facts.followed.local:
        then.append(Notify(facts.followed.id, NotificationKind.FOLLOW, follower.id))
        if not follower.local:
            then.append(_tell(facts, follower, relation))
    else:
        # What was sent between their yes and its coming here.
        since = Show(ids.at(relation.created), facts.followed.id, "since", (follower.id,))
        then.append(since)
        if is_elsewhere(facts.followed) and facts.followed.shares_groups:
            then.append(Fetch(hosts_of(facts.followed.uri), "hosts"))
        if facts.followed.featured:
            then.append(Fetch(facts.followed.featured, "featured"))
    accepted = replace(relation, state=RelationState.ACCEPTED)
    return (Put(accepted, tuple(then), replace=True),)


def _not_any_more(facts: Facts, follower: Actor) -> Decision:
    if not follower.local or facts.followed.local:
        return Refusal("no_such_follow", "There is no such request to follow.")
    undo = Undo(
        uri=facts.undo_uri,
        actor=follower.uri,
        object=facts.activity.object,
        kind="Follow",
        target=facts.followed.uri,
    )
    recipients = Recipients(actors=(facts.followed.id,))
    return (Send(undo, follower.id, recipients, about=facts.followed.uri),)


def _tell(facts: Facts, follower: Actor, relation: Relation) -> Send:
    answer = replace(facts.activity, object=relation.uri, follower=follower.uri)
    return Send(answer, facts.followed.id, Recipients(actors=(follower.id,)), about=follower.uri)
