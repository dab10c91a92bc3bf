"""Groups of ours: who gets in, who posts there, and where what is said in one goes.

A member is who follows the group, accepted. What a post means for groups is asked by Create alone
(`place`), so that apps, the command line and other servers all get the same answer. Who may know
that a secret one exists stands in actors/audience.py (SEES).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from actors.effects import Effects, Put, Refusal
from actors.elsewhere import is_closed, is_elsewhere
from actors.errors import Invalid
from actors.grouping import Access, Posting, Standing
from actors.people import Actor, ActorKind, Exposure
from actors.ports import Store
from actors.posting import Around
from actors.posts import Addressee, Post, Visibility
from actors.quoting import Quoting

CODES: Final = frozenset({"another_group", "guest", "managers_only", "not_a_member", "one_group"})
"""Refusals of what may not be said in a group, or by a guest."""
GUEST: Final = Refusal("guest", "As a guest you write in the groups that you are a member of.")


def welcome(standing: Standing) -> bool:
    """Return whether an actor that asks to join is let in at once."""
    return standing.rules.access is Access.OPEN or standing.manager or standing.invited


# -- posting

_WIDE: Final = (Visibility.PUBLIC, Visibility.UNLISTED)
_NARROW: Final = (Visibility.FOLLOWERS, Visibility.DIRECT, Visibility.GROUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a post of ours goes: its groups, and how wide. With `begins` it is put before all
    members at home; an answer is read in its thread and in the group."""

    groups: tuple[Actor, ...]
    visibility: Visibility
    begins: bool

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(group.id for group in self.groups)

    @property
    def for_members(self) -> bool:
        return self.visibility is Visibility.GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The groups that a post touches: those that it `names`, those that what it answers
    (`parent`) or quotes (`quoted`) was posted in, and `itself` where a group speaks."""

    names: tuple[Standing, ...] = ()
    parent: tuple[Standing, ...] = ()
    quoted: tuple[Standing, ...] = ()
    itself: Standing | None = None

    @property
    def actors(self) -> tuple[Actor, ...]:
        """Return every group that is touched, once."""
        itself = (self.itself,) if self.itself is not None else ()
        every = (*self.names, *self.parent, *self.quoted, *itself)
        return tuple({one.group.id: one.group for one in every}.values())

    @property
    def any(self) -> bool:
        return bool(self.names or self.parent or self.quoted or self.itself)

    @property
    def ids(self) -> tuple[int, ...]:
        all_ = (*self.names, *self.parent, *self.quoted, *([self.itself] if self.itself else []))
        return tuple(sorted({one.group.id for one in all_}))


NOWHERE: Final = Surroundings()


def place(
    around: Surroundings,
    asked: Visibility,
    parent: Post | None,
    quoted: Post | None,
    *,
    guest: bool = False,
) -> Placed | Refusal | None:
    """Return where a post of ours goes that was asked to be `asked`; None where groups have no
    say in it, a Refusal where it may not be said there. A guest answers who wrote to them alone,
    and says all else in groups."""
    found = _place(around, asked, parent, quoted)
    alone = parent is not None and parent.visibility is Visibility.DIRECT
    return GUEST if guest and found is None and not alone else found


def _place(
    around: Surroundings, asked: Visibility, parent: Post | None, quoted: Post | None
) -> Placed | Refusal | None:
    if parent is not None and around.parent:
        return _answer(around, asked, parent)
    known = [one for one in around.names if one.knows]
    if quoted is not None and quoted.visibility is Visibility.GROUP and around.quoted:
        return _quote(around.quoted, known)
    if around.itself is not None and asked is not Visibility.DIRECT:
        known = [around.itself, *(one for one in known if one.group.id != around.itself.group.id)]
    if not known:
        return None
    refusal = _refusal(known, parent)
    if refusal is not None:
        return refusal
    return Placed(groups=_actors(known), visibility=_width(known, asked), begins=parent is None)


def _answer(around: Surroundings, asked: Visibility, parent: Post) -> Placed | Refusal | None:
    """An answer stays in the groups of what it answers, whichever it names; a word to those named
    alone stays that."""
    there = {one.group.id for one in around.parent}
    for one in around.names:
        if one.knows and one.group.id not in there and (one.rules.for_members or not one.member):
            return _elsewhere(one)
    if asked is Visibility.DIRECT:
        return None
    if parent.visibility is Visibility.GROUP:
        return Placed(groups=_actors(around.parent), visibility=Visibility.GROUP, begins=False)
    # A group that was open then and is closed now has nothing new that is not for its members.
    if asked is Visibility.FOLLOWERS or any(one.rules.for_members for one in around.parent):
        return None
    return Placed(groups=_actors(around.parent), visibility=asked, begins=False)


def _quote(quoted: Sequence[Standing], named: Sequence[Standing]) -> Placed | Refusal:
    """What quotes a group's own talk stays in the group."""
    there = {one.group.id for one in quoted}
    other = next((one for one in named if one.group.id not in there), None)
    if other is not None:
        return _elsewhere(other)
    outside = next((one for one in quoted if not one.member and not one.manager), None)
    if outside is not None:
        return _not_a_member(outside)
    return Placed(groups=_actors(quoted), visibility=Visibility.GROUP, begins=True)


def _refusal(named: Sequence[Standing], parent: Post | None) -> Refusal | None:
    for one in named:
        if not (one.member or one.manager):
            return _not_a_member(one)
        if one.rules.posting is Posting.MANAGERS and not one.manager:
            return Refusal(
                "managers_only", f"Only those who manage {shown(one.group)} begin something there."
            )
        if parent is not None and one.rules.for_members and parent.visibility not in _WIDE:
            return _elsewhere(one)
    if len(named) > 1 and any(one.rules.for_members for one in named):
        return Refusal(
            "one_group", "What is posted in a closed group is for that group alone: name one group."
        )
    return None


def _width(named: Sequence[Standing], asked: Visibility) -> Visibility:
    """Return how wide a post in these groups is: never wider than the group, nor than was asked."""
    if any(one.rules.for_members for one in named) or asked in _NARROW:
        return Visibility.GROUP
    if asked in _WIDE and all(one.group.exposure is Exposure.OPEN for one in named):
        return asked
    return Visibility.INTERNAL


def _elsewhere(one: Standing) -> Refusal:
    return Refusal(
        "another_group",
        f"This does not belong to {shown(one.group)}. Write a new post to say it there.",
    )


def _not_a_member(one: Standing) -> Refusal:
    return Refusal(
        "not_a_member", f"Only members post in {shown(one.group)}. Follow it to become one."
    )


def shown(group: Actor) -> str:
    """Return a group as it is named in a sentence."""
    return f"{group.name} (@{group.username})" if group.name else f"@{group.username}"


def _actors(some: Sequence[Standing]) -> tuple[Actor, ...]:
    return tuple(one.group for one in some)


# -- what comes of it

WIDER: Final = Refusal(
    "another_group", "What is quoted does not belong in this group: name the page it is on instead."
)


def put(placed: Placed | None, post_id: int) -> Effects:
    """Return what puts a post in its groups, whether or not it names them."""
    if placed is None:
        return ()
    return tuple(
        Put(Addressee(post_id=post_id, actor_id=group.id, silent=True)) for group in placed.groups
    )


def telling(placed: Placed | None, around: Around, members: frozenset[int]) -> Around:
    """Return whom a post may tell: no group of what is posted in it, and of what is for members
    whom it answers only while they are one."""
    if placed is None:
        return around
    there = {group.uri for group in placed.groups}
    named = {uri: actor for uri, actor in around.named.items() if uri not in there}
    answered = around.parent_author
    if placed.for_members and answered is not None and answered.id in members:
        named[answered.uri] = answered
    return replace(around, named=named)


def at_home(placed: Placed | None) -> tuple[int, ...]:
    """Return the groups whose members have a post at home: what begins something there."""
    return placed.ids if placed is not None and placed.begins else ()


# -- gathering


async def touched(
    store: Store, author: Actor, around: Around, quoting: Quoting | None
) -> Surroundings:
    """Look up the groups that a post touches by its words, parent or quote; most touch none. To
    one of ours a closed group of another server is as one of ours."""
    quoted = quoting.post if quoting is not None and quoting.visible else None
    parent = around.parent if around.parent_visible else None
    names = [one for one in around.named.values() if has_rules(one) and one.id != author.id]
    return Surroundings(
        names=await _standings(store, names, author),
        parent=await groups_of(store, parent, author),
        quoted=await groups_of(store, quoted, author),
        itself=await store.group(author, author) if is_ours(author) else None,
    )


def has_rules(actor: Actor) -> bool:
    """Return whether it may be a group whose rules hold for what is said here."""
    return is_ours(actor) or (is_elsewhere(actor) and is_closed(actor))


async def members(store: Store, around: Around, touched: Surroundings) -> frozenset[int]:
    """Return those whom a post names or answers who are members of a group that it touches."""
    if not touched.any:
        return frozenset()
    asked = {actor.id for actor in (*around.named.values(), around.parent_author) if actor}
    return await store.members_among(touched.ids, tuple(sorted(asked)))


def is_ours(actor: Actor) -> bool:
    """Return whether an actor is a group of this house."""
    return actor.local and actor.kind is ActorKind.GROUP


async def groups_of(store: Store, post: Post | None, who: Actor) -> tuple[Standing, ...]:
    """Return the groups of ours that a post was posted in, and how `who` stands to them."""
    if post is None or post.visibility is Visibility.DIRECT:
        return ()
    found = await store.groups_of(post.id)
    return await _standings(store, found, who)


async def has(store: Store, group: Actor, post: Post) -> bool:
    """Return whether a post was posted in this group of ours."""
    if not is_ours(group) or post.visibility is Visibility.DIRECT:
        return False
    return any(one.id == group.id for one in await store.groups_of(post.id))


async def after(store: Store, post: Post | None, around: Around) -> Around:
    """Return whom a post of ours names once it has new words: no group that it was not posted in,
    and where it is for the members of one, only members."""
    if post is None or not post.local or not around.named:
        return around
    there = {one.id for one in await store.groups_of(post.id)}
    named = {uri: one for uri, one in around.named.items() if not is_ours(one) or one.id in there}
    if there and post.visibility is Visibility.GROUP:
        asked = tuple(sorted(one.id for one in named.values()))
        among = await store.members_among(tuple(sorted(there)), asked)
        named = {uri: one for uri, one in named.items() if one.id in among or one.id in there}
    return replace(around, named=named)


async def _standings(store: Store, groups: Sequence[Actor], who: Actor) -> tuple[Standing, ...]:
    found = [await store.group(group, who) for group in groups]
    return tuple(one for one in found if one is not None)


# -- changing a group


def check_access(old: Access, new: Access) -> None:
    """Raise Invalid for a change that would break what was promised of what is there: an open
    group can't be made secret, since everybody has seen it, nor a closed one open."""
    if old is Access.OPEN and new is Access.SECRET:
        raise Invalid("Everybody has seen an open group: make a new one that is secret.")
    if old is not Access.OPEN and new is Access.OPEN:
        raise Invalid("What was said among members stays so: make a new group that is open.")
