"""A finding of a check-up: what was looked at, how it is, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Ordered from well to worst."""

    OK = "ok"
    ATTENTION = "attention"
    BROKEN = "broken"


_ORDER = tuple(State)


@dataclass(frozen=True, slots=True)
class Finding:
    """`sentence` says how it is and, where it isn't well, what to do."""

    what: str
    state: State
    sentence: str


def ok(what: str, sentence: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(what, State.OK, sentence)


def attention(what: str, sentence: str) -> Finding:
    """Return a finding that somebody should look at."""
    return Finding(what, State.ATTENTION, sentence)


def broken(what: str, sentence: str) -> Finding:
    """Return a finding of something that does not work."""
    return Finding(what, State.BROKEN, sentence)


def worst(findings: Iterable[Finding]) -> State:
    """Return the state of the worst finding."""
    return max((one.state for one in findings), key=_ORDER.index, default=State.OK)
