"""Create: an actor publishes a post.

From outside, only what concerns someone here is kept: its author is followed, it names or
answers one of us, it came to someone's own inbox, or we fetched it ourselves. From us, the
audience is narrowed to what the parent and the author's exposure allow before anything leaves.
"""

from dataclasses import dataclass, replace

from actors.access import acting
from actors.audience import addressing, leaves_the_house, narrowed, visibility_of
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
from actors.people import Actor
from actors.ports import Store
from actors.posting import Around, around, beside, row_of, thread, told
from actors.posts import Addressee, Note, Post, Visibility
from actors.relationships import MarkerKind
from actors.verbs import Create

__all__ = ["Create", "decide", "gather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Create
    author: Actor
    existing: Post | None
    around: Around
    deleted: bool
    followed_here: bool
    post_id: int
    new_context: str


async def gather(store: Store, activity: Create) -> Facts | Need | Refusal:
    author = await acting(store, activity.actor, activity.person)
    if not isinstance(author, Actor):
        return author
    note = activity.note
    if note.attributed_to != author.uri:
        return Refusal("not_yours", "A post must be its sender's own.")
    local = store.urls.parse(note.uri)
    if (local is not None) != author.local:
        return Refusal("not_yours", "A post must be its sender's own.")
    marker = await store.marker(note.uri, MarkerKind.DELETED)
    return Facts(
        activity=activity,
        author=author,
        existing=await store.post(note.uri),
        around=await around(store, note, author),
        deleted=marker is not None and marker.actor_uri == author.uri,
        followed_here=not author.local and await store.local_followers(author.id),
        post_id=local.id if local is not None else store.back_dated_id(note.published),
        new_context=store.urls.context(store.new_id()) if author.local else "",
    )


def decide(facts: Facts) -> Decision:
    if facts.deleted:
        return ()
    if facts.existing is not None:
        return _one_more_reader(facts)
    if facts.author.local:
        return _ours(facts)
    return _theirs(facts)


def _one_more_reader(facts: Facts) -> Decision:
    post, reader = facts.existing, facts.activity.reader
    if post is None or not reader or post.author_id != facts.author.id or post.deleted:
        return ()
    named = {actor.id for actor in facts.around.named.values()}
    if reader in named:
        return ()
    return (Put(Addressee(post_id=post.id, actor_id=reader, silent=True)),)


def _theirs(facts: Facts) -> Decision:
    note, author = facts.activity.note, facts.author
    if not _concerns_us(facts):
        return Refusal("not_for_us", "Nobody here follows the author or is named.")
    parent_author = facts.around.parent_author
    if parent_author is not None and parent_author.local and not facts.around.parent_visible:
        return Refusal("no_such_post", "There is no such post to answer.")
    visibility = visibility_of(note.to, note.cc, author.followers)
    post = row_of(note, author, facts.post_id, visibility, facts.around)
    then: list[Effect] = [*beside(note, post.id, author, facts.around)]
    reader = facts.activity.reader
    named = {actor.id for actor in facts.around.named.values()}
    if reader and reader not in named:
        then.append(Put(Addressee(post_id=post.id, actor_id=reader, silent=True)))
    if not facts.activity.fetched:
        then += told(note, post.id, author, facts.around)
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
    note = _addressed(facts, visibility)
    post = replace(
        row_of(note, author, facts.post_id, visibility, facts.around),
        source=activity.source,
        acting_person=activity.person,
    )
    then: list[Effect] = [*beside(note, post.id, author, facts.around)]
    then += told(note, post.id, author, facts.around)
    then.append(Show(post.id, author.id, readers=(author.id,)))
    if leaves_the_house(visibility) and visibility is not Visibility.GROUP:
        then.append(_send(facts, replace(activity, note=note), post))
    return (Put(post, tuple(then)),)


def _addressed(facts: Facts, visibility: Visibility) -> Note:
    """Return the note with the to/cc its narrowed audience means, parent's author included."""
    note, parent_author = facts.activity.note, facts.around.parent_author
    named = [mention.href for mention in note.mentions]
    if visibility is Visibility.INTERNAL:
        named = []
    elif parent_author is not None and parent_author.id != facts.author.id:
        named = list(dict.fromkeys([*named, parent_author.uri]))
    to, cc = addressing(visibility, facts.author.followers, tuple(named))
    parent = facts.around.parent
    context = parent.context if parent is not None and parent.context else facts.new_context
    return replace(note, to=to, cc=cc, context=note.context or context)


def _send(facts: Facts, activity: Create, post: Post) -> Send:
    addressed = {*activity.note.to, *activity.note.cc}
    named = {
        actor.id
        for actor in facts.around.named.values()
        if not actor.local and actor.uri in addressed
    }
    answered = facts.around.parent_author
    if answered is not None and not answered.local:
        named.add(answered.id)
    followers = post.visibility is not Visibility.DIRECT
    return Send(
        activity,
        facts.author.id,
        Recipients(
            followers_of=facts.author.id if followers else None, actors=tuple(sorted(named))
        ),
        about=post.uri,
        post_id=post.id,
    )
