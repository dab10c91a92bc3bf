"""Who sees what: to/cc <-> visibility, the narrowing rule, and TWO tables of conditions.

`TABLE` says, for each kind of viewer, when a post is theirs to see, as a tree over atoms; `SEES`
when they may know that an actor exists. fedi/store/visibility.py and knowing.py render the same
trees to SQL, `holds` evaluates them here, and laws in tests/laws check that the verdicts agree
over every combination. That a viewer is a guest is an atom of both, so that nobody forgets it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from actors.people import Actor, Exposure
from actors.posts import Visibility
from actors.vocabulary import PUBLIC

# -- viewers


@dataclass(frozen=True, slots=True)
class Nobody:
    """Anyone on the open web."""


@dataclass(frozen=True, slots=True)
class LocalActor:
    """One of ours: a person's actor, or a department somebody speaks for."""

    actor_id: int


@dataclass(frozen=True, slots=True)
class RemoteActor:
    """An actor of another server, known by a signature or token of its own."""

    actor_id: int
    host: str


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """Another server as a whole, known by the signature of its application or any actor."""

    host: str


Viewer = Nobody | LocalActor | RemoteActor | RemoteServer


def viewer_of(actor: Actor) -> Viewer:
    """Return with whose eyes an actor reads."""
    return LocalActor(actor.id) if actor.local else RemoteActor(actor.id, actor.host)


# -- the table


class Atom(StrEnum):
    """Facts about one post and one viewer, from which every verdict is made."""

    DELETED = "deleted"
    AUTHOR_GONE = "author_gone"
    AUTHOR_INSIDE = "author_inside"  # exposure internal
    AUTHOR_LIMITED = "author_limited"  # exposure allow-listed servers only
    OPEN = "open"  # visibility public or unlisted
    IS_FOLLOWERS = "is_followers"
    IS_INTERNAL = "is_internal"
    IS_GROUP = "is_group"
    OWN = "own"  # the viewer (or an actor of the viewing server) wrote it
    ADDRESSED = "addressed"
    FOLLOWS = "follows"  # accepted, of the author
    MEMBER = "member"  # follows, accepted, a group that the post is addressed to
    GUEST = "guest"  # the viewer is from outside the organisation, and here for a group
    BLOCKED = "blocked"  # the author blocks the viewer (for a server: its application's host)
    HOST_BLOCKED = "host_blocked"  # the house blocks the viewer's domain
    HOST_ALLOWED = "host_allowed"  # the viewer's domain is on the allow-list


class Trait(StrEnum):
    """Facts about one actor and one viewer: whether the viewer may know that the actor exists."""

    LOCAL = "local"
    IS_OPEN = "is_open"  # exposure open web
    IS_LIMITED = "is_limited"  # exposure allow-listed servers
    GONE = "gone"  # suspended; deleted ones answer for themselves
    HIDDEN = "hidden"  # a secret group
    ITSELF = "itself"
    BELONGS = "belongs"  # the viewer follows it, accepted, is invited to it, or speaks for it
    GUEST = "guest"  # the viewer is a guest
    MEETS = "meets"  # shares a group with the viewer, follows them, or has written to them
    HOST_ALLOWED = "host_allowed"


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


Node = Atom | Trait | All | Some | Not

_THERE: Final = All((Not(Atom.DELETED), Not(Atom.AUTHOR_GONE)))
_TO_THE_GROUP: Final = All((Atom.IS_GROUP, Atom.MEMBER))
_SHARED: Final = (
    Atom.OPEN,
    Atom.ADDRESSED,
    All((Atom.IS_FOLLOWERS, Atom.FOLLOWS)),
    _TO_THE_GROUP,
)
_OF_THE_HOUSE: Final = Some((Atom.OPEN, Atom.IS_INTERNAL, All((Atom.IS_FOLLOWERS, Atom.FOLLOWS))))
_INSIDE: Final = (
    All((Not(Atom.GUEST), _OF_THE_HOUSE)),
    Atom.ADDRESSED,
    # A guest has of an open group what is posted in it, and of the house nothing else.
    All((Some((Atom.IS_GROUP, Atom.GUEST)), Atom.MEMBER)),
)
_OUTSIDE: Final = All(
    (
        _THERE,
        Not(Atom.HOST_BLOCKED),
        Not(Atom.IS_INTERNAL),
        Not(Atom.AUTHOR_INSIDE),
        Some((Not(Atom.AUTHOR_LIMITED), Atom.HOST_ALLOWED)),
        Some((Atom.OWN, All((Not(Atom.BLOCKED), Some(_SHARED))))),
    )
)
TABLE: Final[Mapping[type[Viewer], Node]] = {
    Nobody: All((_THERE, Atom.OPEN, Not(Atom.AUTHOR_INSIDE), Not(Atom.AUTHOR_LIMITED))),
    LocalActor: All(
        (
            _THERE,
            Some((Atom.OWN, All((Not(Atom.BLOCKED), Some(_INSIDE))))),
        )
    ),
    RemoteActor: _OUTSIDE,
    RemoteServer: _OUTSIDE,
}
_ABROAD: Final = Some(
    (
        Not(Trait.LOCAL),
        All(
            (
                Not(Trait.GONE),
                Some((Trait.IS_OPEN, All((Trait.IS_LIMITED, Trait.HOST_ALLOWED)))),
                Some((Not(Trait.HIDDEN), Trait.BELONGS)),
            )
        ),
    )
)
SEES: Final[Mapping[type[Viewer], Node]] = {
    Nobody: Some((Not(Trait.LOCAL), All((Trait.IS_OPEN, Not(Trait.HIDDEN))))),
    LocalActor: Some(
        (
            All((Not(Trait.GUEST), Not(Trait.HIDDEN))),
            Trait.ITSELF,
            Trait.BELONGS,
            # One who shares a group with a guest may still be in a secret one that the guest isn't.
            All((Trait.GUEST, Trait.MEETS, Not(Trait.HIDDEN))),
        )
    ),
    RemoteActor: _ABROAD,
    RemoteServer: _ABROAD,
}


def holds(node: Node, facts: Mapping[Any, bool]) -> bool:
    """Return the verdict of a condition over the facts of one post, or actor, and viewer."""
    match node:
        case Atom() | Trait():
            return facts[node]
        case All(parts):
            return all(holds(part, facts) for part in parts)
        case Some(parts):
            return any(holds(part, facts) for part in parts)
        case Not(part):
            return not holds(part, facts)


def atoms(node: Node) -> frozenset[Any]:
    """Return every atom or trait a condition asks about."""
    match node:
        case Atom() | Trait():
            return frozenset({node})
        case All(parts) | Some(parts):
            return frozenset().union(*(atoms(part) for part in parts))
        case Not(part):
            return atoms(part)


# -- to/cc


def visibility_of(to: tuple[str, ...], cc: tuple[str, ...], followers: str) -> Visibility:
    """Return the visibility that an arriving object's addressing means.

    `followers` is the author's own followers collection; another's counts for nothing.
    """
    if PUBLIC in to:
        return Visibility.PUBLIC
    if PUBLIC in cc:
        return Visibility.UNLISTED
    if followers and (followers in to or followers in cc):
        return Visibility.FOLLOWERS
    return Visibility.DIRECT


def addressing(
    visibility: Visibility, followers: str, named: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (to, cc) for a post of ours; `named` are the URIs of whom it names."""
    match visibility:
        case Visibility.PUBLIC:
            return (PUBLIC,), (followers, *named)
        case Visibility.UNLISTED:
            return (followers,), (PUBLIC, *named)
        case Visibility.FOLLOWERS:
            return (followers,), named
        case Visibility.DIRECT | Visibility.GROUP:
            return named, ()
        case Visibility.INTERNAL:
            return (), ()


def leaves_the_house(visibility: Visibility) -> bool:
    """Return whether a post of this visibility may be sent to other servers at all."""
    return visibility is not Visibility.INTERNAL


def stays_inside(asked: Visibility, author: Actor) -> bool:
    """Return whether a post must reach nobody outside, however narrow it becomes: an internal
    one that answers someone's followers is for those inside whom it names, and no others."""
    return asked is Visibility.INTERNAL or author.exposure is Exposure.INTERNAL


# -- narrowing

_OPEN: Final = (Visibility.PUBLIC, Visibility.UNLISTED)
_WIDTH: Final = (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT)


def narrowed(asked: Visibility, author: Actor, parent: tuple[Visibility, int] | None) -> Visibility:
    """Return what a post may be: the narrowest of what was asked, its parent and the exposure.

    `parent` is (visibility, author id) of what it answers. Where neither audience contains the
    other, only the parent's author and those mentioned who may see the parent get it (DIRECT).
    """
    if author.exposure is Exposure.INTERNAL and asked is not Visibility.DIRECT:
        asked = Visibility.INTERNAL if asked is not Visibility.GROUP else asked
    if parent is None:
        return asked
    width, parent_author = parent
    if asked is Visibility.DIRECT or width is Visibility.PUBLIC:
        return asked
    if width is Visibility.INTERNAL:
        return width
    if width is Visibility.GROUP:
        wider = asked in (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.GROUP)
        return Visibility.GROUP if wider else Visibility.DIRECT
    if asked in (Visibility.INTERNAL, Visibility.GROUP):
        return asked if width is Visibility.UNLISTED else Visibility.DIRECT
    if width is Visibility.FOLLOWERS:
        return Visibility.FOLLOWERS if parent_author == author.id else Visibility.DIRECT
    return max(asked, width, key=_WIDTH.index)


def asked_of_group(asked: Visibility, parent: Visibility) -> Visibility:
    """Return what an app means that answers what is for a group: the group, whatever word it has
    for it, unless it speaks to those named alone."""
    if parent is Visibility.GROUP and asked is not Visibility.DIRECT:
        return Visibility.GROUP
    return asked


def narrowed_by_quote(
    asked: Visibility, author: Actor, quoted: tuple[Visibility, int] | None
) -> Visibility:
    """Return what a post may be that quotes (visibility, author id): what is open to all may be
    quoted anywhere, of anything else a quote is no wider than an answer would be."""
    if quoted is None or quoted[0] in _OPEN:
        return asked
    return narrowed(asked, author, quoted)
