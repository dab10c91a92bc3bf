"""The machine's own clock and chance, as far as they can be held to anything."""

import time

from fedi.machine import SystemClock, SystemRandom


def test_the_clock_tells_milliseconds_since_1970() -> None:
    before = time.time_ns() // 1_000_000
    told = SystemClock().now()
    assert before <= told <= time.time_ns() // 1_000_000


def test_chance_keeps_within_its_bounds() -> None:
    chance = SystemRandom()
    assert all(0 <= chance.bits(16) < 1 << 16 for _ in range(1_000))
    assert all(0.0 <= chance.fraction() < 1.0 for _ in range(1_000))
    assert len({chance.bits(64) for _ in range(1_000)}) == 1_000
