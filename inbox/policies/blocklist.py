"""Blocked servers are not heard, and their posts don't come in through others' boosts (S17).

A block covers the subdomains. Delete and Undo pass: what they take back must go from here too.
"""

from typing import Final

from inbox.parse import Arrived
from inbox.verdicts import PASS, Drop, Facts, Verdict, domains, without_port

_TAKES_BACK: Final = frozenset({"Delete", "Undo"})


def check(arrived: Arrived, facts: Facts) -> Verdict:
    """Drop what comes from, or brings in a post from, a blocked server."""
    if not facts.blocked or arrived.type in _TAKES_BACK:
        return PASS
    for domain in domains(arrived):
        found = covering(domain, facts.blocked)
        if found:
            return Drop("blocked", f"{found} is blocked.")
    return PASS


def covering(domain: str, blocked: frozenset[str]) -> str:
    """Return the blocked domain that covers this one (itself or a parent), or ""."""
    if domain in blocked:
        return domain
    labels = without_port(domain).split(".")
    for start in range(len(labels)):
        parent = ".".join(labels[start:])
        if parent in blocked:
            return parent
    return ""
