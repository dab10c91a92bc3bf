"""Inbound policy, one file each, in the order in which they run; the first Drop is the answer."""

from collections.abc import Callable
from typing import Final

from inbox.parse import Arrived
from inbox.policies import age, allowlist, blocklist, rate, size
from inbox.verdicts import Drop, Facts, Rewrite, Verdict

POLICIES: Final[tuple[Callable[[Arrived, Facts], Verdict], ...]] = (
    size.check,
    rate.check,
    blocklist.check,
    allowlist.check,
    age.check,
)


def run(arrived: Arrived, facts: Facts) -> Arrived | Drop:
    """Return the arrival as the policies leave it, or the first Drop."""
    for check in POLICIES:
        verdict = check(arrived, facts)
        if isinstance(verdict, Drop):
            return verdict
        if isinstance(verdict, Rewrite):
            arrived = verdict.arrived
    return arrived
