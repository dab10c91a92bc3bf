"""A manager of one of our groups who lives on another server: whose word is the group's.

They send it to the group, signed: the answer to who asks to join, that somebody is a member no
longer, that a post is taken out. Who manages a group is ours to say (GroupKeeper); to servers of
other kinds the list is published, and nothing there is obeyed. Our own act as the group.
"""

from dataclasses import replace
from typing import TypeVar

from actors.effects import Refusal
from actors.groups import groups_of, has_rules
from actors.people import Actor
from actors.ports import Store
from actors.posts import Post
from actors.verbs import Accept, Reject

A = TypeVar("A", Accept, Reject)

_NOT_A_MANAGER = Refusal("not_yours", "Only those who manage the group may do that.")


async def answers_for(store: Store, answer: A, actor: Actor) -> tuple[A, Actor] | Refusal:
    """Return a yes or no to who asked to join as the group's, where a manager of it says so."""
    if not answer.followed or answer.followed == actor.uri:
        return answer, actor
    group = await store.actor(answer.followed)
    if group is None or not group.local or group.gone or not has_rules(group):
        return _NOT_A_MANAGER
    standing = await store.group(group, actor)
    if standing is None or not standing.manager or not _may(actor):
        return _NOT_A_MANAGER
    uri = store.urls.activity(store.new_id())
    return replace(answer, uri=uri, actor=group.uri, followed=""), group


async def takes_out(store: Store, actor: Actor, post: Post | None) -> Actor | None:
    """Return the group of ours out of which a manager elsewhere takes a post; None for nobody who
    may, or whose own post it is."""
    if post is None or post.author_id == actor.id or not _may(actor):
        return None
    found = await groups_of(store, post, actor)
    return next((one.group for one in found if one.manager and one.group.local), None)


def _may(actor: Actor) -> bool:
    return not actor.local and actor.shares_groups
