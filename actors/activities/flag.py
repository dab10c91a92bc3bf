"""Flag: an actor reports somebody, and perhaps some of their posts, to those who keep order.

From outside it is about one of ours. From inside it may be about anyone; what is about someone
elsewhere goes to their server as well, from the house itself, so that nobody is exposed by it.
"""

from dataclasses import dataclass

from actors.access import acting
from actors.effects import Decision, Effect, Need, Put, Recipients, Refusal, Send
from actors.people import Actor, ActorKind
from actors.ports import Store
from actors.relationships import Report
from actors.verbs import Flag

__all__ = ["Flag", "decide", "gather"]

MAX_POSTS = 50
MAX_COMMENT = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Flag
    by: Actor
    target: Actor | None
    post_ids: tuple[int, ...]
    report_id: int
    now: int


async def gather(store: Store, activity: Flag) -> Facts | Need | Refusal:
    by = await acting(store, activity.actor)
    if not isinstance(by, Actor):
        return by
    target: Actor | None = None
    posts = []
    for uri in activity.objects[: MAX_POSTS + 1]:
        actor = await store.actor(uri)
        if actor is not None:
            target = target or (actor if actor.local or by.local else None)
            continue
        post = await store.post(uri)
        if post is not None and (post.local or by.local):
            posts.append(post)
    if target is None and posts:
        target = await store.actor_by_id(posts[0].author_id)
    return Facts(
        activity=activity,
        by=by,
        target=target,
        post_ids=tuple(p.id for p in posts if target is not None and p.author_id == target.id),
        report_id=store.new_id(),
        now=store.now,
    )


def decide(facts: Facts) -> Decision:
    if facts.target is None:
        return Refusal("not_ours", "The report is about nobody here.")
    report = Report(
        id=facts.report_id,
        uri=facts.activity.uri,
        by_id=facts.by.id,
        target_id=facts.target.id,
        post_ids=facts.post_ids,
        comment=facts.activity.content[:MAX_COMMENT],
        created=facts.now,
    )
    return (Put(report, _told_there(facts, facts.target)),)


def _told_there(facts: Facts, target: Actor) -> tuple[Effect, ...]:
    by = facts.by
    if target.local or not by.local or by.kind is not ActorKind.APPLICATION:
        return ()
    recipients = Recipients(actors=(target.id,))
    return (Send(facts.activity, by.id, recipients, about=target.uri),)
