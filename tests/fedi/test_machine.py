"""The machine's own clock and chance, as far as they can be held to anything."""

import subprocess
import sys
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


def test_gaps_in_memory_are_filled_once_where_the_library_tells_of_them() -> None:
    # In a process of its own: what fills them is never given back.
    script = (
        "from fedi import machine; machine.one_heap(); first = machine.fill_gaps();"
        " second = machine.fill_gaps(); assert 0 <= second <= max(first, 1 << 20), (first, second)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
