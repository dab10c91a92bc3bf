"""The roles of a person in one cell of a table: `it=manager, leaders=author@2026-01-01/2026-12-31`.

A department is named by its handle. Dates are moments in UTC, or whole days. See sheets.py.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from actors.errors import Invalid
from actors.handles import local_key
from actors.membership import Membership, Role

_ROLE: Final = re.compile(r"@?([^=\s@]+)\s*=\s*([a-z]+)\s*(?:@\s*([^/\s]*)/([^/\s]*))?")


@dataclass(frozen=True, slots=True, order=True)
class Given:
    """A role that a person has for a department (by its handle), with its dates in ms."""

    handle: str
    role: Role
    starts: int = 0
    ends: int | None = None


def roles_of(text: str) -> tuple[Given, ...]:
    """Read roles: `it=manager, leaders=author@2026-01-01/2026-12-31`, whole days in UTC, of which
    either may be left out. Invalid for what is none, and for one department twice."""
    found: list[Given] = []
    for part in re.split(r"[,\n]", text):
        if not part.strip():
            continue
        match = _ROLE.fullmatch(part.strip())
        if match is None:
            raise Invalid(f"{part.strip()!r} is no role: write it as it=author.")
        handle, role, first, last = match.groups()
        if role not in {one.value for one in Role}:
            words = ", ".join(one.value for one in Role)
            raise Invalid(f"{role!r} is no role: there are {words}.")
        starts = _moment(first) if first else 0
        ends = _moment(last, after=True) if last else None
        if ends is not None and ends <= starts:
            raise Invalid(f"{part.strip()!r} ends before it begins.")
        found.append(Given(local_key(handle), Role(role), starts, ends))
    if len({one.handle for one in found}) < len(found):
        raise Invalid("One department is named twice.")
    return tuple(sorted(found))


def roles_text(roles: Iterable[Given]) -> str:
    """Write roles as `roles_of` reads them."""
    return ", ".join(
        f"{one.handle}={one.role.value}{_dates(one.starts, one.ends)}" for one in sorted(roles)
    )


def given_of(role: Membership, handle: str) -> Given:
    """Return a membership as a role in a cell."""
    return Given(handle, role.role, role.starts, role.ends)


def _moment(text: str, *, after: bool = False) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is no day: write it as 2026-12-31.") from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    if after and len(text) == len("2026-12-31"):
        at += timedelta(days=1)
    return round(at.timestamp() * 1000)


def _dates(starts: int, ends: int | None) -> str:
    if not starts and ends is None:
        return ""
    first = _iso(starts) if starts else ""
    last = _iso(ends) if ends is not None else ""
    return f"@{first}/{last}"


def _iso(ms: int) -> str:
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
