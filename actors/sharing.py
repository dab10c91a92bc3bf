"""A boost as rows, for an Announce and for a Create that a group has handed on (FEP-1b12).

Groups of Lemmy's kind announce the activity and not the post. What begins a thread there is shown
as the group's boost of it, as Mastodon's users see such groups; an answer joins its thread.
"""

from dataclasses import dataclass

from actors.audience import visibility_of
from actors.effects import Effects, Notify, Put, Show
from actors.people import Actor, ActorKind
from actors.ports import Store
from actors.posts import Post, Visibility
from actors.relationships import MarkerKind, NotificationKind
from actors.verbs import Announce

OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOn:
    """How a group handed a post on: `boost_id` is for the boost, `done` that it is one already
    or was taken back. `followed` says whether anyone here follows the group."""

    announce: Announce
    group: Actor
    done: bool
    followed: bool
    boost_id: int


async def look(store: Store, announce: Announce | None, post: Post | None) -> HandedOn | None:
    """Look who handed a post on; None for nobody, and for whom nobody here has ever met."""
    group = await store.actor(announce.actor) if announce is not None else None
    if announce is None or group is None or group.kind is not ActorKind.GROUP:
        return None
    if group.gone or group.local:
        return None
    known = await store.boost(group.id, post.id) if post is not None else None
    undone = await store.marked(announce.uri, MarkerKind.UNDONE, group.uri)
    return HandedOn(
        announce=announce,
        group=group,
        done=known is not None or undone,
        followed=await store.local_followers(group.id),
        boost_id=store.back_dated_id(announce.published),
    )


def boosted(handed: HandedOn | None, post: Post, author: Actor) -> Effects:
    """Return the group's boost of a post that it handed on, if it is one to show."""
    if handed is None or handed.done or not handed.followed:
        return ()
    if post.visibility not in OPEN or post.in_reply_to_uri:
        return ()
    boost = boost_of(
        handed.announce, handed.group, post, handed.boost_id, asked(handed.announce, handed.group)
    )
    then: Effects = (Show(boost.id, handed.group.id),)
    if author.local:
        told = Notify(author.id, NotificationKind.REBLOG, handed.group.id, post.id)
        then = (told, *then)
    return (Put(boost, then),)


def boost_of(announce: Announce, actor: Actor, post: Post, id: int, visibility: Visibility) -> Post:
    """Return the row of a boost."""
    return Post(
        id=id,
        uri=announce.uri,
        author_id=actor.id,
        kind="Announce",
        visibility=visibility,
        local=actor.local,
        published=announce.published,
        boost_of=post.id,
        acting_person=announce.person,
    )


def asked(announce: Announce, actor: Actor) -> Visibility:
    """Return how far a boost of an open post was meant to go."""
    found = visibility_of(announce.to, announce.cc, actor.followers)
    return found if found in OPEN else Visibility.FOLLOWERS
