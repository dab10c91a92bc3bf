"""Announce: an actor shares a post on (a boost). One per actor and post.

Another's post that is not public can't be shared outside; inside, an internal one can, and the
boost is then internal too (security.md S21). What a closed group on another server announces is
no boost: its members here are shown the post (actors/elsewhere.py).
"""

from dataclasses import dataclass, replace

from actors import elsewhere, groups
from actors.access import acting
from actors.audience import addressing, narrowed
from actors.effects import (
    Decision,
    Effect,
    Need,
    Notify,
    Put,
    Recipients,
    Refusal,
    Send,
    Show,
)
from actors.elsewhere import InGroup
from actors.people import Actor
from actors.ports import Store
from actors.posts import Addressee, Post, Visibility
from actors.relationships import MarkerKind, NotificationKind
from actors.sharing import OPEN, asked, boost_of
from actors.verbs import Announce

__all__ = ["Announce", "decide", "gather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Announce
    actor: Actor
    post: Post
    author: Actor
    existing: Post | None
    may_see: bool
    blocked: bool
    undone: bool
    followed_here: bool
    id: int
    in_group: InGroup | None = None


async def gather(store: Store, activity: Announce) -> Facts | Need | Refusal:
    actor = await acting(store, activity.actor, activity.person)
    if not isinstance(actor, Actor):
        return actor
    if actor.guest:
        return groups.GUEST
    followed = actor.local or await store.local_followers(actor.id)
    post = await store.post(activity.object)
    if post is not None and post.boost_of is not None:
        post = await store.post_by_id(post.boost_of)
    if post is None:
        if store.urls.is_local(activity.object):
            return Refusal("no_such_post", "There is no such post.")
        if not followed and not activity.reader:
            return Refusal("not_for_us", "Nobody here follows the one who shares.")
        return Need((activity.object,))
    author = await store.actor_by_id(post.author_id)
    if author is None:
        return Refusal("no_such_post", "There is no such post.")
    local = store.urls.parse(activity.uri)
    return Facts(
        activity=activity,
        actor=actor,
        post=post,
        author=author,
        existing=await store.boost(actor.id, post.id),
        may_see=await store.may_see(post, actor),
        blocked=await store.blocked(author.id, actor.id),
        undone=await store.marked(activity.uri, MarkerKind.UNDONE, actor.uri),
        followed_here=followed,
        id=local.id if local is not None else store.back_dated_id(activity.published),
        in_group=await elsewhere.announced(store, actor, post),
    )


def decide(facts: Facts) -> Decision:
    post, actor = facts.post, facts.actor
    if not facts.may_see or facts.blocked or post.deleted is not None or facts.author.gone:
        return Refusal("no_such_post", "There is no such post.")
    if facts.undone or facts.existing is not None:
        return ()
    if facts.in_group is not None:
        return elsewhere.shown(facts.in_group)
    if not (facts.followed_here or post.local or facts.activity.reader):
        return Refusal("not_for_us", "Nobody here follows the one who shares.")
    visibility = _visibility(facts)
    if visibility is None:
        return Refusal("not_public", "A post that is not public can't be shared on.")
    activity = facts.activity
    if actor.local:
        to, cc = addressing(visibility, actor.followers, (facts.author.uri,))
        activity = replace(activity, object=post.uri, to=to, cc=cc)
    boost = boost_of(activity, actor, post, facts.id, visibility)
    then: list[Effect] = []
    if visibility is Visibility.FOLLOWERS and facts.author.id != actor.id:
        named = Addressee(post_id=boost.id, actor_id=facts.author.id, silent=True)
        then.append(Put(named))
    if facts.author.local and facts.author.id != actor.id:
        then.append(Notify(facts.author.id, NotificationKind.REBLOG, actor.id, post.id))
    then.append(Show(boost.id, actor.id, readers=(actor.id,) if actor.local else ()))
    if actor.local and visibility is not Visibility.INTERNAL:
        then.append(_send(facts, activity, boost))
    return (Put(boost, tuple(then)),)


def _visibility(facts: Facts) -> Visibility | None:
    """Return how far the boost goes: never wider than the post; None where it may not be."""
    post, actor, activity = facts.post, facts.actor, facts.activity
    if post.visibility in OPEN:
        wish = asked(activity, actor)
        if not actor.local:
            return wish
        if not activity.to and not activity.cc:
            wish = Visibility.PUBLIC
        return narrowed(wish, actor, (post.visibility, post.author_id))
    if post.visibility is Visibility.INTERNAL and actor.local:
        return Visibility.INTERNAL
    if post.visibility is Visibility.FOLLOWERS and post.author_id == actor.id:
        return Visibility.FOLLOWERS
    return None


def _send(facts: Facts, activity: Announce, boost: Post) -> Send:
    return Send(
        activity,
        facts.actor.id,
        Recipients(
            followers_of=facts.actor.id,
            actors=() if facts.author.local else (facts.author.id,),
        ),
        about=activity.uri,
        post_id=boost.id,
    )
