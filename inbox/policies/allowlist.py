"""In allow-list mode only listed servers are heard, and only their posts are taken in."""

from inbox.parse import Arrived
from inbox.verdicts import PASS, Drop, Facts, Verdict, domains, without_port


def check(arrived: Arrived, facts: Facts) -> Verdict:
    """Drop what comes from, or brings in a post from, a server that is not listed."""
    if facts.allowed is None:
        return PASS
    for domain in domains(arrived):
        if not is_listed(domain, facts.allowed):
            return Drop("not_allowed", f"{domain} is not on the list of allowed servers.")
    return PASS


def is_listed(domain: str, allowed: frozenset[str]) -> bool:
    """Return whether a list of allowed servers names this domain, with its port or without."""
    return domain in allowed or without_port(domain) in allowed
