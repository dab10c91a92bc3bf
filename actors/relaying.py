"""What a group of ours tells its followers elsewhere of what is said and done in it.

Of what is for members it names the post, to servers that share groups as ours do: they fetch it as
a member's server may. Members on other servers get a note of the group's own (NOTES). Of what is
open to all it hands on the activity, as FEP-1b12 has it, and shares what begins something, for
those who know only boosts. Groups of other servers: actors/elsewhere.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from actors.audience import addressing
from actors.effects import Effect, Effects, Put, Recipients, Send, Spread
from actors.people import Actor, Exposure
from actors.ports import Store
from actors.posts import Post, Visibility
from actors.sharing import OPEN, boost_of
from actors.verbs import Announce, Remove, Undo, Wrapped

NOTES: Final = "group-notes"
"""The Spread that tells members on servers of another kind (fedi/groups/notes.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A group of ours that speaks of a post: `ids` and `uris` are for two things that it says,
    `boost` is its boost of the post if there is one."""

    group: Actor
    ids: tuple[int, int]
    uris: tuple[str, str]
    boost: Post | None
    now: int

    def names(self, post: Post, wrapped: Wrapped | None = None) -> Send:
        """Name a post, or what was done to it, to those who share groups as we do."""
        announce = Announce(
            uri=self.uris[0],
            actor=self.group.uri,
            object=wrapped.uri if wrapped is not None else post.uri,
            published=self.now,
            to=(self.group.followers,),
            wrapped=wrapped,
        )
        recipients = Recipients(followers_of=self.group.id, alike=True, by_name=True)
        return Send(announce, self.group.id, recipients, about=post.uri, post_id=post.id)

    def hands_on(self, post: Post, wrapped: Wrapped) -> Send:
        """Hand on what somebody did, whole (FEP-1b12)."""
        to, cc = addressing(Visibility.PUBLIC, self.group.followers, ())
        announce = Announce(
            uri=self.uris[0],
            actor=self.group.uri,
            object=wrapped.uri,
            published=self.now,
            to=to,
            cc=cc,
            wrapped=wrapped,
        )
        recipients = Recipients(followers_of=self.group.id)
        return Send(announce, self.group.id, recipients, about=post.uri, post_id=post.id)

    def shares(self, post: Post) -> Put:
        """Share a post as well, for those who know only boosts."""
        to, cc = addressing(post.visibility, self.group.followers, ())
        announce = Announce(
            uri=self.uris[1],
            actor=self.group.uri,
            object=post.uri,
            published=self.now,
            to=to,
            cc=cc,
        )
        boost = boost_of(announce, self.group, post, self.ids[1], post.visibility)
        recipients = Recipients(followers_of=self.group.id)
        send = Send(announce, self.group.id, recipients, about=announce.uri, post_id=boost.id)
        return Put(boost, (send,))

    def unshares(self, post: Post) -> Effects:
        """Take the boost of a post back that is gone."""
        if self.boost is None:
            return ()
        undo = Undo(
            uri=self.uris[1],
            actor=self.group.uri,
            object=self.boost.uri,
            kind="Announce",
            target=post.uri,
        )
        recipients = Recipients(followers_of=self.group.id)
        return (Send(undo, self.group.id, recipients, about=self.boost.uri),)

    def notes(self, post: Post) -> Spread:
        return Spread(NOTES, self.group.id, post.id)

    def is_open(self, post: Post) -> bool:
        return post.visibility in OPEN and self.group.exposure is Exposure.OPEN


Voices = tuple[Voice, ...]


async def voices(store: Store, groups: Iterable[Actor], post: Post | None = None) -> Voices:
    """Return these groups as they speak of a post; most posts are in none."""
    found = []
    for group in groups:
        if group.local and not group.gone:
            ids = (store.new_id(), store.new_id())
            boost = await store.boost(group.id, post.id) if post is not None else None
            first, second = (store.urls.activity(id) for id in ids)
            found.append(
                Voice(group=group, ids=ids, uris=(first, second), boost=boost, now=store.now)
            )
    return tuple(found)


async def of_post(store: Store, post: Post | None) -> Voices:
    """Return the groups that a post is in, as they speak of it."""
    if post is None or post.boost_of is not None or post.visibility is Visibility.DIRECT:
        return ()
    return await voices(store, await store.groups_of(post.id), post)


def posted(speaking: Voices, post: Post, create: str, author: Actor) -> Effects:
    """Return what tells that a post is in these groups; `create` is the URI of its Create."""
    effects: list[Effect] = []
    for voice in speaking:
        if post.visibility is Visibility.GROUP:
            effects += [voice.names(post), voice.notes(post)]
        elif voice.is_open(post):
            wrapped = Wrapped(kind="Create", uri=create, actor=author.uri, object=post.uri)
            effects.append(voice.hands_on(post, wrapped))
            if not post.in_reply_to_uri and voice.boost is None:
                effects.append(voice.shares(post))
    return tuple(effects)


def changed(speaking: Voices, post: Post, kind: str, activity: str, by: Actor) -> Effects:
    """Return what tells that somebody edited or deleted a post (`kind` Update, Delete), or reacted
    to it, by the activity with this URI."""
    effects: list[Effect] = []
    wrapped = Wrapped(kind=kind, uri=activity, actor=by.uri, object=post.uri)
    for voice in speaking:
        if post.visibility is Visibility.GROUP and kind in ("Update", "Delete"):
            effects += [voice.names(post, wrapped), voice.notes(post)]
        elif voice.is_open(post):
            effects.append(voice.hands_on(post, wrapped))
            if kind == "Delete":
                effects += voice.unshares(post)
    return tuple(effects)


def removed(speaking: Voices, post: Post) -> Effects:
    """Return what tells that those who manage a group took a post out of it."""
    effects: list[Effect] = []
    for voice in speaking:
        if post.visibility is Visibility.GROUP:
            group = voice.group
            remove = Remove(
                uri=voice.uris[0], actor=group.uri, object=post.uri, target=group.outbox
            )
            recipients = Recipients(followers_of=group.id, alike=True, by_name=True)
            effects.append(Send(remove, group.id, recipients, about=post.uri))
            effects.append(voice.notes(post))
        effects += voice.unshares(post)
    return tuple(effects)
