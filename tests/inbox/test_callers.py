"""What an address may send before it has proven to be anybody."""

import pytest

from actors.errors import TooMany
from inbox.callers import FREE_BYTES, Callers, network_of
from inbox.policies.rate import BURST_SECONDS
from tests.inbox.arrivals import NOW

ONE, OTHER = "203.0.113.9", "203.0.113.10"


class Clock:
    time = NOW

    def now(self) -> int:
        return self.time


def callers(clock: Clock, *, rate: float = 10, failures: float = 1) -> Callers:
    return Callers(clock.now, rate=rate, failures=failures)


def refused(callers: Callers, peer: str, size: int = 0) -> bool:
    try:
        callers.admit(peer, size)
    except TooMany as problem:
        return problem.retry_after >= 1
    return False


def test_a_flood_from_one_address_is_slowed_and_its_neighbour_is_not() -> None:
    clock = Clock()
    these = callers(clock)
    assert not any(refused(these, ONE) for _ in range(10 * BURST_SECONDS))
    assert refused(these, ONE)
    assert not refused(these, OTHER)
    clock.time += 1_000
    assert not any(refused(these, ONE) for _ in range(10))
    assert refused(these, ONE)


def test_a_large_body_counts_for_more() -> None:
    these = callers(Clock())
    assert not refused(these, ONE, FREE_BYTES * (10 * BURST_SECONDS - 1))
    assert refused(these, ONE)


def test_who_sends_what_comes_to_nothing_is_not_heard_for_a_while() -> None:
    clock = Clock()
    these = callers(clock)
    for _ in range(BURST_SECONDS):
        assert not refused(these, ONE)
        these.failed(ONE)
    assert refused(these, ONE)
    assert not refused(these, OTHER)
    clock.time += 1_000
    assert not refused(these, ONE)


def test_keys_fetched_in_vain_end_sooner_and_keys_that_held_cost_nothing() -> None:
    these = callers(Clock())
    for _ in range(1_000):
        these.fetching(ONE)
        these.proven(ONE)
    these.fetching(ONE)
    these.fetching(ONE)
    with pytest.raises(TooMany):
        these.fetching(ONE)
    assert refused(these, ONE)
    these.proven(ONE)
    assert not refused(these, ONE)


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix", ""),
        ("", ""),
        ("203.0.113.9, 10.0.0.1", ""),
        ("9" * 100_000, ""),
    ],
)
def test_an_ipv6_network_is_one_and_what_is_no_address_is_one_all_together(
    peer: str, counted: str
) -> None:
    assert network_of(peer) == counted
