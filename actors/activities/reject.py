"""Reject: the one who is followed says no or ends a follow, or somebody will not be quoted."""

from dataclasses import dataclass, replace

from actors.access import acting
from actors.answering import Asked, answered, asked_to_quote
from actors.asked import asked, to_answer
from actors.effects import Decision, Drop, Effect, Need, Recipients, Refusal, Send
from actors.grouping import Invitation
from actors.groups import is_ours
from actors.managing import answers_for
from actors.people import Actor
from actors.ports import Store
from actors.posts import QuoteState
from actors.relationships import Relation
from actors.verbs import Reject

__all__ = ["Reject", "decide", "gather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Reject
    followed: Actor
    follower: Actor | None
    relation: Relation | None


async def gather(store: Store, activity: Reject) -> Facts | Asked | Need | Refusal:
    followed = await acting(store, activity.actor, activity.person)
    if not isinstance(followed, Actor):
        return followed
    speaking = await answers_for(store, activity, followed)
    if isinstance(speaking, Refusal):
        return speaking
    activity, followed = speaking
    quote = await asked_to_quote(store, activity, followed)
    if quote is not None:
        return quote
    if activity.quoted:
        return Refusal("no_such_quote", "Nobody here asked to quote that.")
    relation, follower = await asked(store, activity, followed)
    return Facts(activity=activity, followed=followed, follower=follower, relation=relation)


def decide(facts: Facts | Asked) -> Decision:
    if isinstance(facts, Asked):
        return answered(facts, QuoteState.REJECTED)
    answering = to_answer(facts.relation, facts.follower, facts.followed)
    if isinstance(answering, Refusal):
        return answering
    relation, follower = answering
    then: tuple[Effect, ...] = ()
    uninvited: tuple[Effect, ...] = ()
    if is_ours(facts.followed):  # whom a group lets go is invited no more
        group = facts.followed.id
        uninvited = (Drop(Invitation(group_id=group, actor_id=follower.id, by_id=0, created=0)),)
    if facts.followed.local and not follower.local:
        answer = replace(facts.activity, object=relation.uri, follower=follower.uri)
        then = (
            Send(answer, facts.followed.id, Recipients(actors=(follower.id,)), about=follower.uri),
        )
    return (Drop(relation, then), *uninvited)
