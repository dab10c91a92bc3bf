"""The ports for time and randomness, filled by the machine; tests fill them otherwise.

And memory, before a fork: what processes are to share is better left alone by all of them.
"""

import ctypes
import secrets
import time
from typing import Final

_ARENA_MAX: Final = -8
_SIZES: Final = (4_000, 2_000, 1_000, 500, 240, 120, 56, 24)
_AT_ONCE: Final = 64
_ROUNDS: Final = 200
"""Of each size; by then there are no gaps, or this isn't the memory we know."""


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


class _Memory(ctypes.Structure):
    """`struct mallinfo2`, see mallinfo(3)."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
            "fordblks", "keepcost",
        )
    )  # fmt: skip


def one_heap() -> None:
    """Have all threads take memory from one heap (M_ARENA_MAX of mallopt(3), where there is that).

    Else each has one of its own, with its own gaps; one thread of Python runs at a time anyway.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_ARENA_MAX, 1)


def fill_gaps() -> int:
    """Fill the gaps that imports have left in the C library's heap, and return how many bytes
    that took; 0 where the library doesn't tell of them (mallinfo2 is GNU's).

    A process that is forked after this takes new memory in one place. Else the tables' names and
    shapes alone, 0.4 MB for each database connection, would lie in gaps on 2 MB of shared pages,
    and each page that is written to is copied: 2 MB in each of four processes.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallinfo2"):
        return 0
    look, take = library.mallinfo2, library.malloc
    look.restype, take.restype, take.argtypes = _Memory, ctypes.c_void_p, (ctypes.c_size_t,)
    before = look()
    for size in _SIZES:
        for _ in range(_ROUNDS):
            seen = look()
            for _ in range(_AT_ONCE):
                take(size)  # never given back: it lies in pages that are there anyway
            now = look()
            if now.arena > seen.arena or seen.keepcost - now.keepcost > _AT_ONCE * size // 2:
                break
    return int(look().uordblks - before.uordblks)
