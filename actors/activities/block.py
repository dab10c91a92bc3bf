"""Block: an actor blocks another. Follows between the two end, whoever blocks whom."""

from dataclasses import dataclass

from actors.access import acting
from actors.effects import Decision, Drop, Effect, Need, Put, Recipients, Refusal, Send
from actors.people import Actor
from actors.ports import Store
from actors.relationships import MarkerKind, Relation, RelationKind
from actors.verbs import Block, Reject, Undo

__all__ = ["Block", "decide", "gather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Block
    blocker: Actor
    blocked: Actor
    follow: Relation | None
    followed_back: Relation | None
    undone: bool
    reject_uri: str
    undo_uri: str
    now: int


async def gather(store: Store, activity: Block) -> Facts | Need | Refusal:
    blocker = await acting(store, activity.actor, activity.person)
    if not isinstance(blocker, Actor):
        return blocker
    blocked = await store.actor(activity.object)
    if blocked is None:
        return (
            Need((activity.object,))
            if blocker.local and not store.urls.is_local(activity.object)
            else Refusal("no_such_actor", "There is no such actor here.")
        )
    return Facts(
        activity=activity,
        blocker=blocker,
        blocked=blocked,
        follow=await store.relation(RelationKind.FOLLOW, blocked.id, blocker.id),
        followed_back=await store.relation(RelationKind.FOLLOW, blocker.id, blocked.id),
        undone=await store.marked(activity.uri, MarkerKind.UNDONE, blocker.uri),
        reject_uri=store.urls.activity(store.new_id()),
        undo_uri=store.urls.activity(store.new_id()),
        now=store.now,
    )


def decide(facts: Facts) -> Decision:
    blocker, blocked = facts.blocker, facts.blocked
    if not blocker.local and not blocked.local:
        return Refusal("not_ours", "Neither of the two lives here.")
    if blocker.id == blocked.id:
        return Refusal("self", "Nobody blocks themselves.")
    if facts.undone:
        return ()
    then: list[Effect] = []
    if facts.follow is not None:
        then.append(Drop(facts.follow, _reject(facts, facts.follow)))
    if facts.followed_back is not None:
        then.append(Drop(facts.followed_back, _undo(facts, facts.followed_back)))
    if blocker.local and not blocked.local:
        then.append(
            Send(
                facts.activity,
                blocker.id,
                Recipients(actors=(blocked.id,)),
                about=blocked.uri,
            )
        )
    relation = Relation(
        kind=RelationKind.BLOCK,
        source_id=blocker.id,
        target_id=blocked.id,
        uri=facts.activity.uri,
        created=facts.now,
    )
    return (Put(relation, tuple(then)),)


def _reject(facts: Facts, follow: Relation) -> tuple[Effect, ...]:
    """Tell a remote follower that the follow has ended: not every server reads Block."""
    if not facts.blocker.local or facts.blocked.local:
        return ()
    answer = Reject(
        uri=facts.reject_uri,
        actor=facts.blocker.uri,
        object=follow.uri,
        follower=facts.blocked.uri,
    )
    return (
        Send(
            answer,
            facts.blocker.id,
            Recipients(actors=(facts.blocked.id,)),
            about=facts.blocked.uri,
        ),
    )


def _undo(facts: Facts, follow: Relation) -> tuple[Effect, ...]:
    """Take back a follow of a remote actor: the Block may be undone before it is ever sent."""
    if not facts.blocker.local or facts.blocked.local:
        return ()
    taken_back = Undo(
        uri=facts.undo_uri,
        actor=facts.blocker.uri,
        object=follow.uri,
        kind="Follow",
        target=facts.blocked.uri,
    )
    recipients = Recipients(actors=(facts.blocked.id,))
    return (Send(taken_back, facts.blocker.id, recipients, about=facts.blocked.uri),)
