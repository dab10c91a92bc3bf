"""A post that came from another server, in a group of ours: who may say it there, and who has it.

Members on servers that share groups as ours do send it to the group alone, which tells the rest.
What a member on another kind of server says to the group (an answer to its note, a direct post)
is said inside by the group, which names who wrote it. Members of our own: actors/groups.py.
"""

from dataclasses import dataclass, replace
from typing import Final

from actors.effects import Effects, Put, Refusal, Show, Spread
from actors.grouping import Posting, Standing
from actors.groups import Surroundings, shown
from actors.people import Actor
from actors.ports import Store
from actors.posting import Around
from actors.posts import Addressee, Note, Post, Visibility
from actors.relaying import Voices, posted
from actors.sharing import OPEN

REPEAT: Final = "group-repeat"
"""The Spread that has a group say inside what a member told it (fedi/groups/notes.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """How far a post goes that came from elsewhere, the groups of ours that it is in, and the one
    that is to say it inside."""

    visibility: Visibility
    groups: tuple[Actor, ...] = ()
    repeats: Actor | None = None
    begins: bool = False

    def put(self, post_id: int) -> Effects:
        """Return what puts a post in its groups."""
        return tuple(
            Put(Addressee(post_id=post_id, actor_id=group.id, silent=True)) for group in self.groups
        )

    def home(self) -> tuple[int, ...]:
        """Return the groups whose members have it at home: what begins something."""
        return tuple(group.id for group in self.groups) if self.begins else ()

    def named(self, around: Around, members: frozenset[int]) -> Around:
        """Return whom it names: of what is for members, only members, and whom of them it
        answers."""
        if self.visibility is not Visibility.GROUP:
            return around
        there = members | {group.id for group in self.groups}
        named = {uri: actor for uri, actor in around.named.items() if actor.id in there}
        answered = around.parent_author
        if answered is not None and answered.id in members:
            named[answered.uri] = answered
        return replace(around, named=named)

    def told(self, voices: Voices, post: Post, create: str, author: Actor) -> Effects:
        """Return what the groups tell others of it, or are to say inside."""
        if self.repeats is not None:
            return (Spread(REPEAT, self.repeats.id, post.id),)
        there = {group.id for group in self.groups}
        speaking = tuple(voice for voice in voices if voice.group.id in there)
        return posted(speaking, post, create, author)


def admit(
    touched: Surroundings, visibility: Visibility, author: Actor, note: Note
) -> Admitted | Refusal:
    """Return where a post from elsewhere goes that was addressed so far, or why it may not be said
    in the group of ours that it was sent to."""
    there = {one.group.id: one for one in (*touched.names, *touched.parent) if one.group.local}
    closed = [one for one in there.values() if one.rules.for_members]
    if visibility is Visibility.DIRECT and closed:
        return _among_members(closed, author, note)
    if visibility in OPEN:
        found = [one for one in there.values() if not one.rules.for_members and _may(one, note)]
        groups = tuple(one.group for one in found)
        return Admitted(visibility=visibility, groups=groups, begins=not note.in_reply_to)
    return Admitted(visibility=visibility)


def _among_members(closed: list[Standing], author: Actor, note: Note) -> Admitted | Refusal:
    outside = next((one for one in closed if not (one.member or one.manager)), None)
    if outside is not None:
        if not outside.knows:
            return Admitted(visibility=Visibility.DIRECT)
        return Refusal("not_a_member", f"Only members post in {shown(outside.group)}.")
    if len(closed) > 1:
        return Refusal("one_group", "What is posted in a closed group is for that group alone.")
    if not _may(closed[0], note):
        return Refusal("managers_only", "Only those who manage the group begin something there.")
    group = closed[0].group
    if not author.shares_groups:
        return Admitted(visibility=Visibility.DIRECT, repeats=group)
    return Admitted(visibility=Visibility.GROUP, groups=(group,), begins=not note.in_reply_to)


def _may(one: Standing, note: Note) -> bool:
    if not (one.member or one.manager):
        return False
    return bool(note.in_reply_to) or one.manager or one.rules.posting is Posting.MEMBERS


def known(admitted: Admitted, post: Post, voices: Voices, create: str, author: Actor) -> Effects:
    """Return what is left to do for a post that was here before it was sent to the group."""
    if admitted.visibility is not Visibility.GROUP or post.visibility is not Visibility.DIRECT:
        return ()
    grown = replace(post, visibility=Visibility.GROUP)
    return (
        Put(grown, replace=True),
        *admitted.put(post.id),
        Show(post.id, author.id, "late", groups=admitted.home()),
        *admitted.told(voices, grown, create, author),
    )


async def repeats(store: Store, post: Post | None) -> Effects:
    """Return what has a group say inside what a member elsewhere changed or took back."""
    if post is None or post.local or post.visibility is not Visibility.DIRECT:
        return ()
    group = await store.repeated(post.uri)
    return (Spread(REPEAT, group, post.id),) if group else ()
