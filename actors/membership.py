"""Who may speak for a department: roles, their dates, and the one question every writer asks.

`may_write` checks a loaded membership; Store.membership loads the strongest that holds, one's own
or that of a colleague one stands in for, so a rule cannot forget either.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from actors.errors import Invalid


class Role(StrEnum):
    """Ordered from least to most."""

    READER = "reader"
    CONTRIBUTOR = "contributor"  # drafts only
    AUTHOR = "author"
    APPROVER = "approver"
    MANAGER = "manager"


_RANK = {role: rank for rank, role in enumerate(Role)}

LONGEST_ABSENCE_MS: Final = 366 * 86_400_000
"""How long somebody may stand in for another; longer is a role of their own."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """`stand_in` has the role that `absent` has for an actor, from `starts` until `ends` (ms), as
    long as `absent` has it. `given_by` is the person who said so, None the house."""

    actor_id: int
    absent_id: int
    stand_in_id: int
    starts: int
    ends: int
    given_by: int | None = None
    created: int = 0

    def holds(self, now: int) -> bool:
        return self.starts <= now < self.ends


def covered(delegation: Delegation, role: Membership) -> Membership:
    """Return the role that a stand-in has: the absent one's, while both hold."""
    ends = delegation.ends if role.ends is None else min(delegation.ends, role.ends)
    return replace(
        role,
        person_id=delegation.stand_in_id,
        starts=max(delegation.starts, role.starts),
        ends=ends,
    )


def strongest(memberships: Iterable[Membership], now: int) -> Membership | None:
    """Return the membership that lets most at `now`, None where none holds."""
    holding = [one for one in memberships if one.holds(now)]
    return max(holding, key=lambda one: _RANK[one.role], default=None)


def at_least(role: Role, least: Role) -> bool:
    """Return whether a role lets do what another does."""
    return _RANK[role] >= _RANK[least]


def may_draft(membership: Membership | None, now: int) -> bool:
    """Return whether this membership lets its person write what another publishes."""
    return _may(membership, Role.CONTRIBUTOR, now)


def may_write(membership: Membership | None, now: int) -> bool:
    """Return whether this membership lets its person publish in the actor's name at `now`."""
    return _may(membership, Role.AUTHOR, now)


def writes(role: Role) -> bool:
    """Return whether a role lets its person publish at all, as long as it lasts."""
    return at_least(role, Role.AUTHOR)


def may_approve(membership: Membership | None, now: int) -> bool:
    """Return whether this membership lets its person publish what another wrote."""
    return _may(membership, Role.APPROVER, now)


def may_manage(membership: Membership | None, now: int) -> bool:
    """Return whether this membership lets its person change the actor itself at `now`."""
    return _may(membership, Role.MANAGER, now)


def _may(membership: Membership | None, least: Role, now: int) -> bool:
    return membership is not None and membership.holds(now) and at_least(membership.role, least)


def check_delegation(delegation: Delegation, role: Membership | None, now: int) -> None:
    """Raise Invalid for a delegation that can't be: no role to hand on, to oneself, no time, or
    longer than LONGEST_ABSENCE_MS. `role` is the absent one's own, never one they stand in with."""
    if role is None or (role.ends is not None and role.ends <= now):
        raise Invalid("Only who has a role of their own can be stood in for.")
    if delegation.stand_in_id == delegation.absent_id:
        raise Invalid("Nobody can stand in for themselves.")
    if delegation.ends <= max(now, delegation.starts):
        raise Invalid("The last day lies before the first, or has passed.")
    if delegation.ends - delegation.starts > LONGEST_ABSENCE_MS:
        raise Invalid("That is longer than a year: give them a role of their own instead.")
