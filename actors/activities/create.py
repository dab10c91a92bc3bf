"""Create: an actor publishes a post.

From outside, only what concerns someone here is kept: its author is followed, it names or
answers one of us, it came to someone's own inbox, or we fetched it ourselves. From us, the
audience is narrowed to what the parent and the author's exposure allow before anything leaves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from actors.access import acting
from actors.audience import (
    addressing,
    leaves_the_house,
    narrowed,
    stays_inside,
    visibility_of,
)
from actors.effects import (
    Decision,
    Effect,
    Need,
    Put,
    Recipients,
    Refusal,
    Send,
    Show,
)
from actors.people import Actor, ActorKind
from actors.ports import Store
from actors.posting import Around, around, beside, row_of, thread, told
from actors.posts import Addressee, Note, Post, Visibility
from actors.relationships import MarkerKind
from actors.verbs import Create

__all__ = ["Create", "decide", "gather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`inside` are those named who may see what is answered; `groups` those it was sent to."""

    activity: Create
    author: Actor
    existing: Post | None
    around: Around
    deleted: bool
    followed_here: bool
    post_id: int
    new_context: str
    inside: frozenset[str]
    groups: tuple[Actor, ...]


async def gather(store: Store, activity: Create) -> Facts | Need | Refusal:
    author = await acting(store, activity.actor, activity.person)
    if not isinstance(author, Actor):
        return author
    note = activity.note
    local = store.urls.parse(note.uri)
    if note.attributed_to != author.uri or (local is not None) != author.local:
        return Refusal("not_yours", "A post must be its sender's own.")
    surrounding = await around(store, note, author)
    return Facts(
        activity=activity,
        author=author,
        existing=await store.post(note.uri),
        around=surrounding,
        deleted=await store.marked(note.uri, MarkerKind.DELETED, author.uri),
        followed_here=not author.local and await store.local_followers(author.id),
        post_id=local.id if local is not None else store.back_dated_id(note.published),
        new_context=store.urls.context(store.new_id()) if author.local else "",
        inside=await _inside(store, author, surrounding),
        groups=await _groups(store, author, surrounding),
    )


async def _inside(store: Store, author: Actor, around: Around) -> frozenset[str]:
    """Return whom of those named an answer of ours may name: those who may see the parent."""
    parent = around.parent
    if parent is None or not author.local or parent.author_id == author.id:
        return frozenset(around.named)
    return frozenset(
        [uri for uri, actor in around.named.items() if await store.may_see(parent, actor)]
    )


async def _groups(store: Store, author: Actor, around: Around) -> tuple[Actor, ...]:
    """Return the groups that the parent was sent to, if it was for a group alone."""
    parent = around.parent
    if parent is None or not author.local or parent.visibility is not Visibility.GROUP:
        return ()
    rows = await store.addressees(parent.id)
    found = await store.actors_by_id(tuple(row.actor_id for row in rows))
    return tuple(actor for actor in found.values() if actor.kind is ActorKind.GROUP)


def decide(facts: Facts) -> Decision:
    if facts.deleted:
        return ()
    if facts.existing is not None:
        return _known(facts, facts.existing)
    if facts.author.local:
        return _ours(facts)
    return _theirs(facts)


def _known(facts: Facts, post: Post) -> Decision:
    """A known post: one more reader perhaps, and what a fetch before its arrival left undone."""
    activity, author = facts.activity, facts.author
    if post.author_id != author.id or post.deleted is not None or post.boost_of is not None:
        return ()
    if author.local or activity.fetched:
        return ()
    effects: list[Effect] = _reader(facts, post.id)
    effects += told(activity.note, post, author, facts.around)
    effects.append(Show(post.id, author.id, "late"))
    return tuple(effects)


def _reader(facts: Facts, post_id: int) -> list[Effect]:
    """The person at whose own inbox it came in is one of its readers."""
    reader = facts.activity.reader
    if not reader or any(actor.id == reader for actor in facts.around.named.values()):
        return []
    return [Put(Addressee(post_id=post_id, actor_id=reader, silent=True))]


def _theirs(facts: Facts) -> Decision:
    note, author = facts.activity.note, facts.author
    if not _concerns_us(facts):
        return Refusal("not_for_us", "Nobody here follows the author or is named.")
    visibility = visibility_of(note.to, note.cc, author.followers)
    post = row_of(note, author, facts.post_id, visibility, facts.around)
    then: list[Effect] = [*beside(note, post.id, author, facts.around)]
    then += _reader(facts, post.id)
    if not facts.activity.fetched:
        then += told(note, post, author, facts.around)
        then.append(Show(post.id, author.id))
    # What we fetched ourselves asks for its own parent within a budget (fedi/wanted.py).
    then += thread(note, post, facts.around, ask=not facts.activity.fetched)
    return (Put(post, tuple(then)),)


def _concerns_us(facts: Facts) -> bool:
    if facts.activity.fetched or facts.activity.reader or facts.followed_here:
        return True
    if facts.around.parent is not None or facts.around.waiting:
        return True
    return any(actor.local for actor in facts.around.named.values())


def _ours(facts: Facts) -> Decision:
    activity, author = facts.activity, facts.author
    parent = facts.around.parent
    if activity.note.in_reply_to and (parent is None or not facts.around.parent_visible):
        return Refusal("no_such_post", "There is no such post to answer.")
    asked = activity.visibility or visibility_of(
        activity.note.to, activity.note.cc, author.followers
    )
    width = (parent.visibility, parent.author_id) if parent is not None else None
    visibility = narrowed(asked, author, width)
    named = _named(facts, asked, visibility)
    around = replace(facts.around, named=named)
    note = _addressed(facts, visibility, named)
    post = replace(
        row_of(note, author, facts.post_id, visibility, around),
        source=activity.source,
        acting_person=activity.person,
    )
    then: list[Effect] = [*beside(note, post.id, author, around)]
    then += told(note, post, author, around)
    then.append(Show(post.id, author.id, readers=(author.id,)))
    if leaves_the_house(visibility) and visibility is not Visibility.GROUP:
        then.append(_send(replace(activity, note=note), post, author, named))
    return (Put(post, tuple(then)),)


def _named(facts: Facts, asked: Visibility, visibility: Visibility) -> dict[str, Actor]:
    """Return whom the post may name: of a narrow one, only who may see what it answers."""
    kept = dict(facts.around.named)
    if visibility not in (Visibility.PUBLIC, Visibility.UNLISTED):
        kept = {uri: actor for uri, actor in kept.items() if uri in facts.inside}
    if not leaves_the_house(visibility) or stays_inside(asked, facts.author):
        kept = {uri: actor for uri, actor in kept.items() if actor.local}
    if visibility is Visibility.GROUP:
        kept |= {group.uri: group for group in facts.groups}
    return kept


def _addressed(facts: Facts, visibility: Visibility, named: Mapping[str, Actor]) -> Note:
    """Return the note with the to/cc its narrowed audience means, and no other mentions."""
    note, parent = facts.activity.note, facts.around.parent
    others = tuple(uri for uri in named if uri != facts.author.uri)
    to, cc = addressing(visibility, facts.author.followers, others)
    known = set(facts.around.named) - set(named)
    mentions = tuple(mention for mention in note.mentions if mention.href not in known)
    context = parent.context if parent is not None and parent.context else facts.new_context
    return replace(
        note,
        to=to,
        cc=cc,
        mentions=mentions,
        # Whoever answers a boost answers the post.
        in_reply_to=parent.uri if parent is not None else "",
        context=note.context or context,
    )


def _send(activity: Create, post: Post, author: Actor, named: Mapping[str, Actor]) -> Send:
    followers = post.visibility is not Visibility.DIRECT
    outside = tuple(sorted(actor.id for actor in named.values() if not actor.local))
    return Send(
        activity,
        author.id,
        Recipients(followers_of=author.id if followers else None, actors=outside),
        about=post.uri,
        post_id=post.id,
    )
