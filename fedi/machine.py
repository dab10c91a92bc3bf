"""The ports for time and randomness, filled by the machine; tests fill them otherwise."""

import secrets
import time


class SystemClock:
    """Unix milliseconds, UTC, as the machine tells them."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000


class SystemRandom:
    """Randomness fit for anything, keys excepted (those come from cryptography itself)."""

    def bits(self, count: int) -> int:
        return secrets.randbits(count)

    def fraction(self) -> float:
        return secrets.randbits(53) / (1 << 53)
