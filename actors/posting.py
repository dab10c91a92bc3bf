"""From a travelling Note to rows: what Create, and an Update that came before it, both put.

`around` gathers whom and what a note touches here; `rows_of` gives the row and what stands
beside it. Narrowing (a reply is never wider than its parent) happens in Create, for ours only:
what another server addressed stays as it was addressed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from actors.effects import Effect, Effects, Fetch, Notify, Put, Show
from actors.hashtags import hashtag_key
from actors.people import Actor
from actors.ports import Store
from actors.posts import Addressee, Hashtag, Note, Poll, Post, Visibility
from actors.relationships import NotificationKind
from actors.vocabulary import PUBLIC

_FOR_ALL_HERE = (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.INTERNAL)
MAX_NAMED = 500
"""Actors beyond this many in to, cc and mentions of one note are not looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a note touches here: its parent, the actors it names, replies that waited for it.

    A post of ours that a stranger answers without being able to see it (or any more) is to them
    as one that never was: no parent. `asks` says whether an unknown parent is another's to fetch.
    """

    parent: Post | None
    parent_author: Actor | None
    parent_visible: bool
    named: Mapping[str, Actor]
    blocking: frozenset[int]
    waiting: tuple[Post, ...]
    asks: bool = True


async def around(store: Store, note: Note, author: Actor, *, answered: bool = True) -> Around:
    """Look up what `note` touches; unknown remote actors are passed over. `answered` is False
    where it is known that nothing here answers it."""
    parent = await store.post(note.in_reply_to) if note.in_reply_to else None
    if parent is not None and parent.boost_of is not None:
        parent = await store.post_by_id(parent.boost_of)
    uris = dict.fromkeys((*(m.href for m in note.mentions), *note.to, *note.cc, *note.audience))
    for nobody in (PUBLIC, author.followers):  # of most posts the only ones
        uris.pop(nobody, None)
    named = await store.actors_by_uri(tuple(uris)[:MAX_NAMED])
    asked = await store.actor_by_id(parent.author_id) if parent is not None else None
    visible = parent is not None and await store.may_see(parent, author)
    if asked is not None and asked.local and not author.local and not visible:
        parent = asked = None
    ours = [actor.id for actor in named.values() if actor.local and actor.id != author.id]
    blocking = [id for id in ours if await store.blocked(id, author.id)]
    return Around(
        parent=parent,
        parent_author=asked,
        parent_visible=visible,
        named=named,
        blocking=frozenset(blocking),
        waiting=await store.waiting_replies(note.uri) if answered else (),
        asks=not store.urls.is_local(note.in_reply_to),
    )


def row_of(note: Note, author: Actor, id: int, visibility: Visibility, around: Around) -> Post:
    """Return the post row of a note; counts, tags and addressees stand beside it."""
    parent = around.parent
    return Post(
        id=id,
        uri=note.uri,
        author_id=author.id,
        kind=note.kind,
        visibility=visibility,
        local=author.local,
        content=note.content,
        content_map=note.content_map,
        language=note.language,
        summary=note.summary,
        sensitive=note.sensitive,
        name=note.name,
        url=note.url,
        published=note.published,
        edited=note.updated,
        in_reply_to=parent.id if parent is not None else None,
        in_reply_to_uri=note.in_reply_to,
        context=note.context or (parent.context if parent is not None else ""),
        emojis=note.emojis,
        media=note.media,
        quote=note.quote,
        can_quote=note.can_quote,
    )


def beside(note: Note, post_id: int, author: Actor, around: Around) -> Effects:
    """Return what is put under a new post's row: addressees, tags, its poll."""
    mentioned = {mention.href for mention in note.mentions}
    effects: list[Effect] = [
        Put(Addressee(post_id=post_id, actor_id=actor.id, silent=uri not in mentioned))
        for uri, actor in around.named.items()
        if actor.id != author.id
    ]
    effects += [Put(tag) for tag in hashtags_of(note, post_id)]
    poll = poll_of(note, post_id)
    if poll is not None:
        effects.append(Put(poll))
    return tuple(effects)


def hashtags_of(note: Note, post_id: int) -> tuple[Hashtag, ...]:
    """Return one row per distinct hashtag, folded for finding."""
    folded = {hashtag_key(tag): tag for tag in reversed(note.hashtags)}
    return tuple(Hashtag(post_id=post_id, name=name, shown=tag) for name, tag in folded.items())


def poll_of(note: Note, post_id: int) -> Poll | None:
    """Return the poll row of a note, or None."""
    question = note.question
    if question is None:
        return None
    return Poll(
        post_id=post_id,
        options=question.options,
        multiple=question.multiple,
        ends=question.ends,
        closed=question.closed,
        voters=question.voters,
    )


def told(note: Note, post: Post, author: Actor, around: Around) -> tuple[Notify, ...]:
    """Return the notifications of a new post: those it mentions, and whom it answers if it is
    theirs to see."""
    mentioned = {mention.href for mention in note.mentions}
    tell = {
        actor.id
        for uri, actor in around.named.items()
        if actor.local and uri in mentioned and actor.id not in around.blocking
    }
    answered = around.parent_author
    if answered is not None and answered.local:
        theirs = post.visibility in _FOR_ALL_HERE or answered.uri in around.named
        if theirs and answered.id not in around.blocking:
            tell.add(answered.id)
    tell.discard(author.id)
    return tuple(
        Notify(recipient, NotificationKind.MENTION, author.id, post.id)
        for recipient in sorted(tell)
    )


def thread(note: Note, post: Post, around: Around, *, ask: bool = True) -> Effects:
    """Return what joins a post to its thread: an unknown parent is asked for, replies that
    waited for this one are tied to it."""
    effects: list[Effect] = []
    if ask and around.asks and note.in_reply_to and around.parent is None:
        effects.append(Fetch(note.in_reply_to, "parent", 1))
    for reply in around.waiting:
        shown = Show(reply.id, reply.author_id, "thread")
        effects.append(Put(_tied(reply, post), (shown,), replace=True))
    return tuple(effects)


def _tied(reply: Post, parent: Post) -> Post:
    return replace(reply, in_reply_to=parent.id, context=reply.context or parent.context)
