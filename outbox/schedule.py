"""When to send to a host, and how long to keep trying: a state machine of pure functions.

    healthy --failure--> slow --third in a row--> down --a week--> dormant --30 days--> gone

A success leads back: away -> slow, at one send a second, doubled by each -> healthy. Only 410 and
unknown names make a host gone, and a valid signature from there brings it back as down.
While a host is down only one probe goes out, so an outage costs O(hosts), not O(posts)
(docs/decisions/0005). Times are ms. Next: outbox/knocks.py reads what the host answered.
"""

from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

PER_HOST: Final = 2  # in flight to a healthy host
FAILURES_TO_DOWN: Final = 3
BACK_OFF: Final = (5 * SECOND, 15 * SECOND, *(MINUTE << n for n in range(6)), HOUR)
DORMANT_AFTER: Final = 7 * DAY
DORMANT_PROBE: Final = 6 * HOUR  # and up to twice that
GONE_AFTER: Final = 30 * DAY
GONE_HITS: Final = 5
FULL_RATE: Final = 32  # sends a second at which a slow start is over
PROBE_LEASE: Final = 6 * MINUTE  # longer than any delivery may take
INBOUND_PROBE_EVERY: Final = MINUTE
RETRY_AFTER_MIN, RETRY_AFTER_MAX = SECOND, DAY

KEEP: Final = 7 * DAY
KEEP_LONG: Final = 30 * DAY
KEPT_LONG: Final = frozenset({"Delete", "Undo", "Block", "Update"})


class Health(StrEnum):
    """What we think of a host."""

    HEALTHY = "healthy"
    SLOW = "slow"
    DOWN = "down"
    DORMANT = "dormant"
    GONE = "gone"


class Trouble(StrEnum):
    """Why a delivery failed in a way that tells about the host."""

    TIMEOUT = "timeout"
    REFUSED = "refused"  # no connection, or it broke
    TLS = "tls"
    DNS = "dns"  # the name could not be looked up just now
    NO_SUCH_NAME = "nxdomain"
    STATUS = "status"
    BUSY = "busy"  # 429: alive, and asking for patience
    GONE = "gone"  # 410 on a shared inbox


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one delivery taught about its host; `trouble` None means that the host is well."""

    trouble: Trouble | None = None
    status: int = 0
    retry_after_ms: int | None = None

    def __str__(self) -> str:
        if self.trouble is None:
            return "ok"
        return f"{self.trouble} {self.status}" if self.status else str(self.trouble)


OK: Final = Outcome()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """All that is remembered of a host. The defaults are a host we have never sent to.

    `failures` in a row, the first of them at `since_ms`; before `next_probe_ms` nothing is sent;
    `allowance` is the sends a second while slow; `probing` says that the one probe is out.
    """

    state: Health = Health.HEALTHY
    failures: int = 0
    since_ms: int = 0
    next_probe_ms: int = 0
    last_probe_ms: int = 0
    probing: bool = False
    allowance: int = FULL_RATE
    gone_hits: int = 0
    gone_since_ms: int = 0
    last_ok_ms: int = 0
    last_error: str = ""


def may_send(host: HostState, now: int, in_flight: int = 0, per_host: int = PER_HOST) -> int:
    """How many deliveries may be started now beside the `in_flight` ones; then call `started`."""
    if now < host.next_probe_ms:
        return 0
    if host.state is Health.HEALTHY:
        return max(0, per_host - in_flight)
    if host.state is Health.SLOW:
        return max(0, min(host.allowance, max(1, per_host // 2)) - in_flight)
    if host.state is Health.GONE:
        return 0
    return 1 if in_flight == 0 else 0


def started(host: HostState, now: int, count: int = 1) -> HostState:
    """The host after `count` deliveries to it were begun: paced while slow, one probe while down.

    A probe whose worker died is given up after PROBE_LEASE.
    """
    if host.state is Health.HEALTHY or count <= 0:
        return host
    if host.state is Health.SLOW:
        return replace(host, next_probe_ms=now + SECOND * count // host.allowance)
    return replace(host, next_probe_ms=now + PROBE_LEASE, last_probe_ms=now, probing=True)


def after(
    host: HostState,
    outcome: Outcome,
    now: int,
    jitter: float,
    dormant_after: int = DORMANT_AFTER,
) -> HostState:
    """The host after a delivery came to an end; `jitter` is random in [0, 1)."""
    if outcome.trouble is None:
        return _succeeded(host, now)
    return _failed(host, outcome, now, jitter, dormant_after)


def inbound_seen(host: HostState, now: int) -> HostState:
    """The host after a valid signature arrived from it: it lives, so probe at once.

    At most once a minute, for a host may well send and yet not receive.
    """
    if host.state in (Health.HEALTHY, Health.SLOW) or host.probing:
        return host
    due = min(host.next_probe_ms, max(now, host.last_probe_ms + INBOUND_PROBE_EVERY))
    if host.state is Health.GONE:
        host = replace(host, state=Health.DOWN, since_ms=now, failures=FAILURES_TO_DOWN)
        due = max(now, host.last_probe_ms + INBOUND_PROBE_EVERY)
    return replace(host, next_probe_ms=due, gone_hits=0, gone_since_ms=0)


def back_off(failures: int, jitter: float) -> int:
    """How long to wait after so many failures in a row: 5 s, 15 s, 1, 2, 4 … 60 min, and up to a
    quarter more. Also how long a single row is held after its own failed tries, so that one
    document a host chokes on does not stand in the way of the rest.
    """
    base = BACK_OFF[min(max(failures, 1), len(BACK_OFF)) - 1]
    return base + int(base * jitter / 4)


def expires_at(kind: str, created: int, keep: int = KEEP, keep_long: int = KEEP_LONG) -> int:
    """Until when a queued activity is kept: 7 days, or 30 for what takes back or corrects."""
    return created + (keep_long if kind in KEPT_LONG else keep)


def is_closed(host: HostState, expires: int, now: int) -> bool:
    """Whether a queued row is given up (visibly): its time is over, or its host is gone."""
    return now >= expires or host.state is Health.GONE


def read_retry_after(value: str | None, now: int) -> int | None:
    """A Retry-After header in ms, kept within [1 s, 24 h]; None if there is none to be read.

    Seconds or an HTTP date (RFC 9110 §10.2.3); times past and negative numbers are 1 s.
    """
    text = (value or "").strip()
    if not text or len(text) > 100:
        return None
    number = text.removeprefix("-").partition(".")[0]
    if number.isascii() and number.isdigit():
        wait = 0 if text.startswith("-") else int(number[:12]) * SECOND
    else:
        try:
            moment = parsedate_to_datetime(text)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            wait = round(float(moment.timestamp())) * SECOND - now
        except (ValueError, OverflowError):
            return None
    return min(max(wait, RETRY_AFTER_MIN), RETRY_AFTER_MAX)


def _succeeded(host: HostState, now: int) -> HostState:
    """Healthy stays so; a slow host doubles its allowance; one that was away starts at 1/s."""
    if host.state not in (Health.HEALTHY, Health.SLOW):
        return HostState(state=Health.SLOW, allowance=1, next_probe_ms=now + SECOND, last_ok_ms=now)
    # A success does not shorten the wait that the host asked of another delivery.
    wait = host.next_probe_ms
    allowance = host.allowance * 2
    if host.state is Health.HEALTHY or allowance >= FULL_RATE:
        return HostState(next_probe_ms=wait, last_ok_ms=now)
    return HostState(state=Health.SLOW, allowance=allowance, next_probe_ms=wait, last_ok_ms=now)


def _failed(
    host: HostState, outcome: Outcome, now: int, jitter: float, dormant_after: int
) -> HostState:
    host = _counted_gone(replace(host, last_error=str(outcome)), outcome, now)
    if host.state not in (Health.HEALTHY, Health.SLOW) and not host.probing:
        # One that was still in flight when the host was found down: it tells nothing new.
        return host
    if host.failures == 0:
        host = replace(host, since_ms=now)
    failures = host.failures + 1
    state = _unwell(host, outcome, failures, now - dormant_after, now)
    wait = max(_wait(state, failures, jitter), outcome.retry_after_ms or 0)
    return replace(
        host,
        state=state,
        failures=failures,
        next_probe_ms=max(host.next_probe_ms if not host.probing else 0, now + wait),
        probing=False,
        allowance=max(1, host.allowance // 2),
    )


def _wait(state: Health, failures: int, jitter: float) -> int:
    if state is Health.DORMANT:
        return DORMANT_PROBE + int(DORMANT_PROBE * jitter)
    return back_off(failures, jitter)


def _unwell(
    host: HostState, outcome: Outcome, failures: int, dormant_since: int, now: int
) -> Health:
    if host.gone_hits >= GONE_HITS and now - host.gone_since_ms >= GONE_AFTER:
        return Health.GONE
    here = host.state in (Health.HEALTHY, Health.SLOW)
    if here and (failures < FAILURES_TO_DOWN or outcome.trouble is Trouble.BUSY):
        return Health.SLOW
    return Health.DORMANT if host.since_ms <= dormant_since else Health.DOWN


def _counted_gone(host: HostState, outcome: Outcome, now: int) -> HostState:
    """Count answers that say "gone for good"; any other answer proves that somebody is there."""
    if outcome.trouble in (Trouble.GONE, Trouble.NO_SUCH_NAME):
        since = host.gone_since_ms if host.gone_hits else now
        return replace(host, gone_hits=host.gone_hits + 1, gone_since_ms=since)
    if outcome.trouble in (Trouble.STATUS, Trouble.BUSY, Trouble.TLS):
        return replace(host, gone_hits=0, gone_since_ms=0)
    return host
