from hypothesis import given
from hypothesis import strategies as st

from inbox.policies.rate import Bucket, Buckets, check, take
from inbox.verdicts import PASS, Drop, Facts
from tests.inbox.arrivals import NOW, OUR_POST, activity, arrived


def test_a_burst_is_let_through_and_the_flood_after_it_is_not() -> None:
    bucket: Bucket | None = None
    for _ in range(50):
        bucket, wait = take(bucket, NOW, per_second=50, burst=50)
        assert wait == 0
    bucket, wait = take(bucket, NOW, per_second=50, burst=50)
    assert wait == 20
    bucket, wait = take(bucket, NOW + 20, per_second=50, burst=50)
    assert wait == 0


def test_what_costs_more_takes_more() -> None:
    bucket, wait = take(None, NOW, per_second=1, burst=10, cost=10)
    assert (bucket.tokens, wait) == (0, 0)
    assert take(bucket, NOW, per_second=1, burst=10, cost=10)[1] == 10_000


def test_a_clock_that_steps_back_refills_nothing() -> None:
    bucket = Bucket(0, NOW)
    for earlier in (NOW - 1, NOW - 3_600_000):
        bucket, wait = take(bucket, earlier, per_second=50, burst=50)
        assert (bucket.tokens, bucket.at) == (0, NOW)
        assert wait > 0


def test_a_rate_of_nothing_ends_in_a_wait() -> None:
    assert take(Bucket(0, NOW), NOW, per_second=0, burst=0)[1] == 60_000


@given(st.lists(st.integers(0, 500), max_size=60), st.integers(1, 100), st.integers(1, 50))
def test_never_more_than_burst_and_rate_together(
    gaps: list[int], per_second: int, burst: int
) -> None:
    bucket: Bucket | None = None
    now, let_through = NOW, 0
    for gap in gaps:
        now += gap
        bucket, wait = take(bucket, now, per_second=per_second, burst=burst)
        let_through += wait == 0
    assert let_through <= burst + (now - NOW) * per_second / 1000 + 1e-6


def test_a_host_that_must_wait_is_dropped() -> None:
    like = arrived(activity("Like", OUR_POST))
    assert check(like, Facts(now=NOW)) == PASS
    assert isinstance(check(like, Facts(now=NOW, wait=5)), Drop)


def test_buckets_are_bounded_and_the_longest_unused_goes_first() -> None:
    buckets = Buckets(lambda: NOW, 1)
    buckets.take("first", 20)
    buckets.take("second", 20)
    for number in range(19_998):
        buckets.take(str(number))
    assert buckets.wait("first") > 0
    buckets.take("first")
    for number in range(2):
        buckets.take(f"more {number}")
    assert len(buckets) == 20_000
    assert buckets.wait("second") == 0
    assert buckets.wait("first") > 0


def test_what_is_given_back_never_overflows() -> None:
    buckets = Buckets(lambda: NOW, 1)
    buckets.give("a", 1_000)
    assert buckets.take("a", 20) == 0
    assert buckets.take("a") > 0
    buckets.give("a", 3)
    assert buckets.take("a", 3) == 0
