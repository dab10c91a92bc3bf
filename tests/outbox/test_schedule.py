"""The state machine of a destination host (security.md trials 16-18; scale.md §1.4)."""

from dataclasses import replace
from email.utils import formatdate
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.schedule import (
    BACK_OFF,
    DAY,
    DORMANT_AFTER,
    FULL_RATE,
    GONE_AFTER,
    HOUR,
    KEEP,
    KEEP_LONG,
    MINUTE,
    OK,
    PER_HOST,
    PROBE_LEASE,
    SECOND,
    Health,
    HostState,
    Outcome,
    Trouble,
    after,
    back_off,
    expires_at,
    inbound_seen,
    is_closed,
    may_send,
    read_retry_after,
    started,
)

NOON = 1_780_000_000_000
TIMEOUT = Outcome(Trouble.TIMEOUT)
HTTP_500 = Outcome(Trouble.STATUS, 500)
NO_NAME = Outcome(Trouble.NO_SUCH_NAME)
JITTER = st.floats(0, 1, exclude_max=True)
OUTCOME = st.one_of(
    st.just(OK),
    st.builds(
        Outcome,
        st.sampled_from(Trouble),
        st.just(0),
        st.one_of(st.none(), st.integers(SECOND, DAY)),
    ),
)


def down(now: int = NOON) -> HostState:
    """A host that was just found down, three failures in a row."""
    host = HostState(last_ok_ms=now - HOUR)
    for _ in range(3):
        host = after(host, TIMEOUT, now, 0)
    assert host.state is Health.DOWN
    return host


def probe(host: HostState, outcome: Outcome, jitter: float = 0) -> tuple[HostState, int]:
    """Wait until a probe is due, send it, and let it end a second later."""
    now = host.next_probe_ms
    assert may_send(host, now) == 1
    assert may_send(host, now - 1) == 0
    host = started(host, now)
    return after(host, outcome, now + SECOND, jitter), now


# --- getting worse ---


def test_a_host_we_never_sent_to_is_healthy() -> None:
    assert may_send(HostState(), NOON) == PER_HOST
    assert may_send(HostState(), NOON, in_flight=PER_HOST) == 0
    assert may_send(HostState(), NOON, per_host=10, in_flight=4) == 6


def test_one_failure_halves_what_may_be_in_flight() -> None:
    host = after(HostState(), HTTP_500, NOON, 0)
    assert host.state is Health.SLOW
    assert host.since_ms == NOON
    assert host.last_error == "status 500"
    assert may_send(host, NOON + 4 * SECOND) == 0
    assert may_send(host, NOON + 5 * SECOND) == PER_HOST // 2
    assert may_send(host, NOON + 5 * SECOND, in_flight=PER_HOST // 2) == 0
    assert may_send(host, NOON + 5 * SECOND, per_host=8) == 4


def test_the_third_failure_in_a_row_takes_a_host_down() -> None:
    host = after(after(HostState(), TIMEOUT, NOON, 0), TIMEOUT, NOON, 0)
    assert host.state is Health.SLOW
    assert after(host, TIMEOUT, NOON, 0).state is Health.DOWN
    recovered = after(host, OK, NOON, 0)
    assert after(recovered, TIMEOUT, NOON, 0).state is Health.SLOW


def test_a_host_that_asks_for_patience_is_slow_and_never_down() -> None:
    host = HostState()
    for _ in range(10):
        host = after(host, Outcome(Trouble.BUSY, 429, 30 * SECOND), NOON, 0)
    assert host.state is Health.SLOW
    assert host.allowance == 1


def test_a_host_that_is_down_gets_one_probe_at_a_time() -> None:
    host = down()
    due = host.next_probe_ms
    assert due == NOON + MINUTE
    assert may_send(host, due) == 1
    assert may_send(host, due, in_flight=1) == 0
    out = started(host, due)
    assert may_send(out, due) == 0
    assert may_send(out, due + PROBE_LEASE - 1) == 0
    assert may_send(out, due + PROBE_LEASE) == 1, "the worker died; somebody else probes"


def test_probes_come_after_1_2_4_minutes_and_then_hourly() -> None:
    host, times = down(), []
    for _ in range(9):
        host, sent = probe(host, TIMEOUT)
        times.append(sent)
    waits = [b - a - SECOND for a, b in pairwise(times)]
    assert [wait // MINUTE for wait in waits] == [2, 4, 8, 16, 32, 60, 60, 60]


def test_a_delivery_that_was_still_out_when_the_host_went_down_changes_nothing() -> None:
    host = down()
    assert after(host, TIMEOUT, NOON + SECOND, 0) == host


def test_a_week_down_is_dormant_and_probed_a_few_times_a_day() -> None:
    host = down()
    while host.state is Health.DOWN:
        host, now = probe(host, TIMEOUT, 0.5)
        assert now - NOON < DORMANT_AFTER + 2 * HOUR
    assert host.state is Health.DORMANT
    assert host.next_probe_ms - now == 9 * HOUR + SECOND
    host, _ = probe(host, OK)
    assert host.state is Health.SLOW


@pytest.mark.parametrize("outcome", [NO_NAME, Outcome(Trouble.GONE, 410)])
def test_thirty_days_without_a_name_and_a_host_is_gone(outcome: Outcome) -> None:
    host = HostState()
    first = now = NOON
    while host.state is not Health.GONE:
        host = after(started(host, now), outcome, now, 0.9)
        now = max(now, host.next_probe_ms)
        assert now - first < GONE_AFTER + DAY
    assert now - first > GONE_AFTER
    assert may_send(host, now + 365 * DAY) == 0
    assert is_closed(host, now + KEEP, now)
    assert host.last_error in ("nxdomain", "gone 410")


def test_one_real_answer_and_the_thirty_days_begin_again() -> None:
    host = HostState()
    for day in range(29):
        host = after(started(host, NOON + day * DAY), NO_NAME, NOON + day * DAY, 0)
    host = after(started(host, NOON + 29 * DAY), HTTP_500, NOON + 29 * DAY, 0)
    for day in range(30, 59):
        host = after(started(host, NOON + day * DAY), NO_NAME, NOON + day * DAY, 0)
        assert host.state is Health.DORMANT


def test_a_time_out_alone_never_makes_a_host_gone() -> None:
    host, now = HostState(), NOON
    while now < NOON + 365 * DAY:
        host = after(started(host, now), TIMEOUT, now, 0)
        now = host.next_probe_ms
    assert host.state is Health.DORMANT


# --- getting better ---


def test_a_host_that_returns_starts_at_one_a_second_and_doubles() -> None:
    host, now = probe(down(), OK)
    assert host.state is Health.SLOW
    rates = []
    while host.state is Health.SLOW:
        rates.append(host.allowance)
        now = max(now, host.next_probe_ms)
        host = started(host, now)
        assert host.next_probe_ms == now + SECOND // host.allowance
        assert may_send(host, host.next_probe_ms - 1) == 0
        host = after(host, OK, now, 0)
    assert rates == [1, 2, 4, 8, 16]
    assert host.state is Health.HEALTHY


def test_a_failure_during_the_slow_start_halves_the_rate() -> None:
    host = HostState(state=Health.SLOW, allowance=8)
    assert after(host, TIMEOUT, NOON, 0).allowance == 4


@given(st.lists(st.tuples(OUTCOME, JITTER, st.integers(0, 2 * DAY)), max_size=60))
def test_successes_lead_back_to_healthy_in_few_steps(
    history: list[tuple[Outcome, float, int]],
) -> None:
    host, now = HostState(), NOON
    for outcome, jitter, pause in history:
        now += pause
        host = after(started(host, now), outcome, now, jitter)
    if host.state is Health.GONE:
        host = inbound_seen(host, now)
    steps = 0
    while host.state is not Health.HEALTHY:
        now = max(now, host.next_probe_ms)
        assert may_send(host, now) >= 1
        host = after(started(host, now), OK, now, 0)
        steps += 1
    assert steps <= 6
    assert host.failures == 0


def test_a_signature_from_the_host_brings_the_probe_forward() -> None:
    host = down()
    for _ in range(6):
        host, _ = probe(host, TIMEOUT)
    now = host.next_probe_ms - 30 * MINUTE
    assert may_send(host, now) == 0
    assert may_send(inbound_seen(host, now), now) == 1


def test_a_host_that_sends_but_never_receives_is_probed_once_a_minute_at_most() -> None:
    host, probes = down(), 0
    for second in range(3600):
        now = NOON + second * SECOND
        host = inbound_seen(host, now)
        if may_send(host, now):
            host = after(started(host, now), TIMEOUT, now, 0)
            probes += 1
    assert 55 <= probes <= 61


def test_a_signature_brings_a_gone_host_back() -> None:
    gone = HostState(state=Health.GONE, failures=99, gone_hits=9, gone_since_ms=1)
    host = inbound_seen(gone, NOON)
    assert host.state is Health.DOWN
    assert may_send(host, NOON) == 1
    assert not is_closed(host, NOON + 1, NOON)
    failed = after(started(host, NOON), NO_NAME, NOON, 0)
    assert failed.state is Health.DOWN


@pytest.mark.parametrize("state", [Health.HEALTHY, Health.SLOW])
def test_a_signature_says_nothing_new_of_a_host_that_answers(state: Health) -> None:
    host = HostState(state=state, next_probe_ms=NOON + DAY)
    assert inbound_seen(host, NOON) == host


# --- Retry-After (trial 17) ---


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", 120 * SECOND),
        (" 120 ", 120 * SECOND),
        ("0", SECOND),
        ("-5", SECOND),
        ("1.5", SECOND),
        ("86401", DAY),
        ("9" * 99, DAY),
        (formatdate(NOON / 1000 + 300, usegmt=True), 300 * SECOND),
        (formatdate(NOON / 1000 - 300, usegmt=True), SECOND),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        ("Thu, 01 Jan 1970 00:00:00", SECOND),
        ("soon", None),
        ("", None),
        (None, None),
        ("1" * 1000, None),
        ("１２", None),
        ("Fri, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_read_within_a_second_and_a_day(value: str | None, wait: int | None) -> None:
    assert read_retry_after(value, NOON) == wait


@given(st.text(max_size=120))
def test_no_retry_after_can_break_the_reader(value: str) -> None:
    wait = read_retry_after(value, NOON)
    assert wait is None or SECOND <= wait <= DAY


@pytest.mark.parametrize("trouble", [Trouble.BUSY, Trouble.STATUS])
def test_retry_after_is_waited_for(trouble: Trouble) -> None:
    host = after(HostState(), Outcome(trouble, 503, 2 * HOUR), NOON, 0)
    assert may_send(host, NOON + 2 * HOUR - 1) == 0
    assert may_send(host, NOON + 2 * HOUR) > 0
    late = after(after(host, OK, NOON + 1, 0), OK, NOON + 2, 0)
    assert may_send(late, NOON + 2 * HOUR - 1) == 0, "successes still in flight do not shorten it"


# --- laws ---


@given(st.integers(1, 40), JITTER, JITTER)
def test_back_off_grows_until_its_cap(failures: int, one: float, other: float) -> None:
    here, later = back_off(failures, one), back_off(failures + 1, other)
    if failures < len(BACK_OFF):
        assert here < later
    assert 5 * SECOND <= here < 75 * MINUTE


@given(st.lists(st.tuples(st.sampled_from(Trouble), JITTER), min_size=1, max_size=30))
def test_a_host_never_gets_better_without_a_success(
    failures: list[tuple[Trouble, float]],
) -> None:
    order = list(Health)
    host, now, wait = HostState(), NOON, 0
    for trouble, jitter in failures:
        before = host
        host = after(started(host, now), Outcome(trouble), now, jitter)
        assert order.index(host.state) >= order.index(before.state)
        assert host.failures == before.failures + 1
        assert host.next_probe_ms - now >= min(wait, HOUR)
        wait = host.next_probe_ms - now
        now = host.next_probe_ms


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["send", "end", "inbound"]), OUTCOME, JITTER, st.integers(0, 10 * HOUR)
        ),
        max_size=80,
    )
)
def test_there_is_never_more_than_one_probe_out_while_a_host_is_down(
    steps: list[tuple[str, Outcome, float, int]],
) -> None:
    host, now, in_flight = down(), NOON, 0
    for step, outcome, jitter, pause in steps:
        now += pause
        away = host.state in (Health.DOWN, Health.DORMANT, Health.GONE)
        if step == "send":
            count = may_send(host, now, in_flight)
            if away:
                assert in_flight + count <= max(1, in_flight)
            host = started(host, now, count)
            in_flight += count
        elif step == "end" and in_flight:
            in_flight -= 1
            host = after(host, outcome, now, jitter)
        elif step == "inbound":
            host = inbound_seen(host, now)


@given(st.lists(st.tuples(st.sampled_from(Trouble), JITTER), max_size=40))
def test_nothing_is_given_up_before_its_time(failures: list[tuple[Trouble, float]]) -> None:
    host, now, expires = HostState(), NOON, expires_at("Create", NOON)
    for trouble, jitter in failures:
        host = after(started(host, now), Outcome(trouble), now, jitter)
        now = max(now, host.next_probe_ms)
        if now < expires:
            assert not is_closed(host, expires, now)
    assert is_closed(host, expires, expires)


@pytest.mark.parametrize("jitter", [0, 0.25, 0.5, 0.99])
def test_six_days_down_cost_170_probes_and_then_everything_is_delivered_in_order(
    jitter: float,
) -> None:
    """Trial 16: 300 posts wait for a host that answers nobody for six days."""
    back, host, now, probes = NOON + 6 * DAY, HostState(), NOON, 0
    waiting, sent = list(range(300)), list[tuple[int, int]]()
    while waiting:
        count = min(may_send(host, now), len(waiting))
        host = started(host, now, count)
        outcome = OK if now >= back else TIMEOUT
        if outcome is OK:
            sent += [(now, post) for post in waiting[:count]]
            del waiting[:count]
        else:
            probes += count
        for _ in range(count):
            host = after(host, outcome, now, jitter)
        now = max(now + 50, host.next_probe_ms)
    assert probes <= 170
    assert [post for _, post in sent] == list(range(300))
    returned = sent[0][0]
    assert returned - back <= 75 * MINUTE
    first_seconds = [sum(at < returned + n * SECOND for at, _ in sent) for n in (1, 2, 3)]
    assert first_seconds[:2] == [1, 2]
    assert first_seconds[2] <= 16, "one a second, doubled by each success"


def test_an_operator_may_be_more_patient() -> None:
    assert expires_at("Create", NOON, keep=8 * DAY) == NOON + 8 * DAY
    host = replace(down(), failures=20, since_ms=NOON - 8 * DAY, probing=True)
    assert after(host, TIMEOUT, NOON, 0).state is Health.DORMANT
    assert after(host, TIMEOUT, NOON, 0, dormant_after=9 * DAY).state is Health.DOWN


def test_what_takes_back_or_corrects_is_kept_thirty_days() -> None:
    assert [expires_at(kind, NOON) - NOON for kind in ("Delete", "Undo", "Block", "Update")] == [
        KEEP_LONG
    ] * 4
    assert {expires_at(kind, NOON) - NOON for kind in ("Create", "Announce", "Like")} == {KEEP}


def test_the_defaults_are_a_healthy_host() -> None:
    assert replace(HostState()).allowance == FULL_RATE
    assert str(OK) == "ok"
    assert str(Outcome(Trouble.TLS)) == "tls"
