"""The clock as the kernel sees it; what others see of us is tried in test_doctoring.py."""

from fedi.checkup import outside
from fedi.checkup.findings import State


def test_a_clock_of_long_ago_is_broken() -> None:
    assert outside.clock(0).state is State.BROKEN


def test_a_clock_of_these_days_is_looked_at() -> None:
    found = outside.clock(1_800_000_000_000)
    assert found.state in (State.OK, State.ATTENTION)
    assert found.sentence
