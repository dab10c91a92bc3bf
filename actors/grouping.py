"""Groups of ours as they are kept: the rules of each, who is invited, who manages one.

Which actor is a group stands with the actor (ActorKind.GROUP); a member is who follows it,
accepted. What the rules mean is in groups.py; who may know of a secret one in audience.py (SEES).
"""

from dataclasses import dataclass
from enum import StrEnum

from actors.people import Actor


class Access(StrEnum):
    OPEN = "open"  # anyone inside may join, all inside see what is posted
    CLOSED = "closed"  # a manager lets in, members see
    SECRET = "secret"  # noqa: S105 - the same, and only members and invited ones know that it exists


class Posting(StrEnum):
    """Who begins something new in a group; members may always answer."""

    MEMBERS = "members"
    MANAGERS = "managers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """The rules of a group (`actor_id`); `created_by` is a person, None the house."""

    actor_id: int
    access: Access
    posting: Posting = Posting.MEMBERS
    created: int = 0
    created_by: int | None = None

    @property
    def for_members(self) -> bool:
        return self.access is not Access.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """`actor_id` may join a group, and know of it, without being let in; `by_id` asked them."""

    group_id: int
    actor_id: int
    by_id: int
    created: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupKeeper:
    """An actor of another server that manages a group. Who of ours does has a role for it, as for
    a department (membership.py)."""

    group_id: int
    actor_id: int
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an actor stands to a group with rules of ours. `knows` is that they may know of it."""

    group: Actor
    rules: Grouping
    member: bool = False
    manager: bool = False
    invited: bool = False

    @property
    def knows(self) -> bool:
        secret = self.rules.access is Access.SECRET
        return self.member or self.manager or self.invited or not secret
