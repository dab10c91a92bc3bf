"""Groups that live on other servers, of our kind and of others: what a post means for them.

A server like ours (`shares_groups`) may have closed groups. What is posted there goes to the group
alone, which tells its members' servers by id; they fetch it from its author's server and show it
to members. Whatever is in such a group is what the group itself announces. In every other group
of another server a post is what it would be without it, sent to the group as well (FEP-1b12).
Groups of ours: actors/groups.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from actors.effects import Effect, Effects, Notify, Put, Recipients, Send, Show
from actors.people import Actor, ActorKind
from actors.ports import Store
from actors.posts import Addressee, Post, Visibility
from actors.relationships import NotificationKind, RelationKind, RelationState
from actors.verbs import Create, Delete, Update

Groups = tuple[Actor, ...]
Named = Mapping[str, Actor]
_FOR_ALL = (Visibility.PUBLIC, Visibility.UNLISTED)
_FOR_MEMBERS = (Visibility.DIRECT, Visibility.GROUP)


def is_elsewhere(actor: Actor) -> bool:
    """Return whether an actor is a group of another server."""
    return not actor.local and actor.kind is ActorKind.GROUP


def is_closed(group: Actor) -> bool:
    """Return whether a group of another server keeps what is posted there to its members."""
    return group.shares_groups and group.locked


# -- what is said in one


async def boards(store: Store, author: Actor, parent: Post | None, named: Named) -> Groups:
    """Return the groups elsewhere, not closed ones, that a post of ours is for: those it names,
    and those in which what it answers is."""
    if not author.local:
        return ()
    found = [one for one in named.values() if is_elsewhere(one) and not is_closed(one)]
    if parent is not None and parent.visibility in _FOR_ALL:
        rows = await store.addressees(parent.id)
        there = await store.actors_by_id(tuple(row.actor_id for row in rows))
        found += [one for one in there.values() if is_elsewhere(one) and not is_closed(one)]
    return tuple({one.id: one for one in found if not one.gone}.values())


async def placed(store: Store, post: Post | None) -> Groups:
    """Return the groups that a post of ours is in, of ours and of other servers."""
    if post is None or not post.local or post.visibility is Visibility.DIRECT:
        return ()
    rows = await store.addressees(post.id)
    found = await store.actors_by_id(tuple(row.actor_id for row in rows))
    return tuple(one for one in found.values() if one.kind is ActorKind.GROUP and not one.gone)


def to_groups(
    to: tuple[str, ...], cc: tuple[str, ...], groups: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (to, cc) of a post that is in these groups: it is to them that it is addressed."""
    more = tuple(uri for uri in groups if uri not in to)
    return (*to, *more), tuple(uri for uri in cc if uri not in groups)


def sent(groups: Groups, said: Create | Update | Delete, author: Actor, post: Post) -> Effects:
    """Return what sends a post, or what becomes of it, to the closed groups elsewhere that it is in
    and to nobody else: they tell the members."""
    ids = tuple(one.id for one in groups if is_elsewhere(one))
    if post.visibility is not Visibility.GROUP or not ids:
        return ()
    recipients = Recipients(actors=ids)
    return (Send(said, author.id, recipients, about=post.uri, post_id=post.id),)


# -- what a group announces


@dataclass(frozen=True, slots=True, kw_only=True)
class InGroup:
    """A post that a closed group elsewhere has announced, and whom of ours it tells."""

    group: Actor
    post: Post
    mentioned: tuple[int, ...]


async def announced(store: Store, group: Actor, post: Post) -> InGroup | None:
    """Return the post as one in the group, if that is what the group's Announce says."""
    if not (is_elsewhere(group) and group.shares_groups) or post.visibility not in _FOR_MEMBERS:
        return None
    addressed = await store.addressees(post.id)
    if post.author_id != group.id and all(one.actor_id != group.id for one in addressed):
        return None
    named = {one.actor_id for one in addressed if not one.silent}
    answered = await store.post_by_id(post.in_reply_to) if post.in_reply_to else None
    if answered is not None:
        named.add(answered.author_id)
    told = [
        actor.id
        for actor in (await store.actors_by_id(tuple(sorted(named)))).values()
        if actor.local and actor.id != post.author_id and await member_of(store, actor, group)
    ]
    return InGroup(group=group, post=post, mentioned=tuple(sorted(told)))


def shown(found: InGroup) -> Effects:
    """Return what a closed group's Announce causes: its members here have the post from now on.

    That it is in the group only the group can say: until then it was for those it named.
    """
    post, effects = found.post, list[Effect]()
    groups = () if post.in_reply_to_uri else (found.group.id,)  # as at home: actors/groups.py
    if post.visibility is not Visibility.GROUP:
        effects.append(Put(replace(post, visibility=Visibility.GROUP), replace=True))
    effects.append(Put(Addressee(post_id=post.id, actor_id=found.group.id, silent=True)))
    effects.append(Show(post.id, post.author_id, "late", groups=groups))
    effects += [
        Notify(one, NotificationKind.MENTION, post.author_id, post.id) for one in found.mentioned
    ]
    return tuple(effects)


# -- on which servers it has members


def hosts_of(group: str) -> str:
    """Return the collection in which a group like ours lists the servers that have members."""
    return f"{group}/hosts"


def listed(group: Actor, target: str) -> bool:
    """Return whether it is of the list of servers of a closed group elsewhere that it speaks."""
    return is_elsewhere(group) and group.shares_groups and target == hosts_of(group.uri)


def in_outbox(group: Actor, target: str) -> bool:
    """Return whether it is of its own posts that a closed group elsewhere speaks."""
    return is_elsewhere(group) and group.shares_groups and bool(target) and target == group.outbox


async def member_of(store: Store, actor: Actor, group: Actor) -> bool:
    """Return whether one of ours is a member: the group has let them in."""
    relation = await store.relation(RelationKind.FOLLOW, actor.id, group.id)
    return relation is not None and relation.state is RelationState.ACCEPTED
