"""Flag: an actor reports somebody, and perhaps some of their posts, to those who keep order.

From outside it is about one of ours. From inside it may be about anyone; what is about someone
elsewhere goes to their server as well if that is asked for, from the house itself (the
Application actor) under an id of its own, so that nobody is exposed by it.
"""

from dataclasses import dataclass, replace

from actors.access import acting
from actors.effects import Decision, Effect, Need, Notify, Put, Recipients, Refusal, Send
from actors.people import Actor
from actors.ports import Store
from actors.relationships import NotificationKind, Report
from actors.verbs import Flag

__all__ = ["Flag", "decide", "gather"]

MAX_POSTS = 50
MAX_COMMENT = 3_000
MAX_OPEN = 100
"""Reports of one reporter that nobody has closed yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Flag
    by: Actor
    target: Actor | None
    house: Actor | None
    post_ids: tuple[int, ...]
    open_reports: int
    report_id: int
    forwarded_uri: str
    told: tuple[int, ...]
    now: int


async def gather(store: Store, activity: Flag) -> Facts | Need | Refusal:
    by = await acting(store, activity.actor, activity.person)
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
        house=await store.actor(store.urls.application()) if activity.forward else None,
        post_ids=tuple(p.id for p in posts if target is not None and p.author_id == target.id),
        open_reports=await store.open_reports(by.id, MAX_OPEN),
        report_id=store.new_id(),
        forwarded_uri=store.urls.activity(store.new_id()),
        told=await store.told_of_report(target.id) if target is not None else (),
        now=store.now,
    )


def decide(facts: Facts) -> Decision:
    if facts.target is None:
        return Refusal("not_ours", "The report is about nobody here.")
    if facts.open_reports >= MAX_OPEN:
        return Refusal(
            "too_many_reports", f"{MAX_OPEN} reports of the same reporter wait to be looked at."
        )
    report = Report(
        id=facts.report_id,
        uri=facts.activity.uri,
        by_id=facts.by.id,
        target_id=facts.target.id,
        post_ids=facts.post_ids,
        comment=facts.activity.content[:MAX_COMMENT],
        created=facts.now,
        category=facts.activity.category,
        collection_ids=facts.activity.collection_ids,
    )
    there = _told_there(facts, facts.target)
    return (Put(replace(report, forwarded=bool(there)), (*_told_here(facts), *there)),)


def _told_here(facts: Facts) -> tuple[Effect, ...]:
    """Tell those who keep order, but for the one who reports."""
    kind, by = NotificationKind.REPORT, facts.by.id
    return tuple(Notify(one, kind, by, facts.report_id) for one in facts.told if one != by)


def _told_there(facts: Facts, target: Actor) -> tuple[Effect, ...]:
    """Tell the server of whoever is reported, in the name of the house."""
    house = facts.house
    if target.local or not facts.by.local or house is None:
        return ()
    flag = replace(facts.activity, uri=facts.forwarded_uri, actor=house.uri, person=None)
    return (Send(flag, house.id, Recipients(actors=(target.id,)), about=target.uri),)
