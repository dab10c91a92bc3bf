"""Who may speak for a department: roles, their dates, and the one question every writer asks.

`may_write` checks a loaded membership; Store.membership loads it, so a rule cannot forget either.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Ordered from least to most."""

    READER = "reader"
    CONTRIBUTOR = "contributor"  # drafts only
    AUTHOR = "author"
    APPROVER = "approver"
    MANAGER = "manager"


_RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """`person` may act as `actor` in a role, from `starts` (ms) until `ends` (None: no end)."""

    person_id: int
    actor_id: int
    role: Role
    starts: int = 0
    ends: int | None = None

    def holds(self, now: int) -> bool:
        return self.starts <= now and (self.ends is None or now < self.ends)


def may_write(membership: Membership | None, now: int) -> bool:
    """Return whether this membership lets its person publish in the actor's name at `now`."""
    return membership is not None and membership.holds(now) and writes(membership.role)


def writes(role: Role) -> bool:
    """Return whether a role lets its person publish at all, as long as it lasts."""
    return _RANK[role] >= _RANK[Role.AUTHOR]


def may_manage(membership: Membership | None, now: int) -> bool:
    """Return whether this membership lets its person change the actor itself at `now`."""
    return membership is not None and membership.holds(now) and membership.role is Role.MANAGER
