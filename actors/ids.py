"""The only maker of ids: 64 bits, time-sortable, printed as 18 decimal digits.

48 bits of Unix milliseconds, 5 bits of process slot (leased in the database, so that no two
processes share one), 11 bits of sequence. See docs/decisions/0006-ids.md.
"""

import re
from typing import Final

SLOTS: Final = 32
_SEQUENCE: Final = 1 << 11
_MAX_MS: Final = (1 << 47) - 1
_TEXT: Final = re.compile(r"[0-9]{1,19}\Z")


class Ids:
    """Makes ids for one process; a clock that steps back counts on from the highest seen.

    `after` is the millisecond that the slot's ids have reached before. A clock beyond `until` (ms)
    is not followed: so far and no further its holder has written down that it may go.
    """

    def __init__(self, slot: int, *, after: int = 0, until: int = _MAX_MS) -> None:
        if not 0 <= slot < SLOTS:
            raise ValueError(f"slot {slot} is not one of {SLOTS}")
        self._slot = slot
        self._ms = after
        self._sequence = _SEQUENCE - 1
        self.until = until

    @property
    def reached(self) -> int:
        """The highest millisecond of which an id may have been made."""
        return self._ms

    def make(self, now: int) -> int:
        """Return a fresh id for the moment `now` (ms), above every id made here before."""
        now = min(now, self.until)
        if now > self._ms:
            self._ms, self._sequence = now, 0
        else:
            self._sequence += 1
            if self._sequence == _SEQUENCE:
                self._ms, self._sequence = self._ms + 1, 0
        return (self._ms << 16) | (self._slot << 11) | self._sequence


def back_dated(published: int, now: int, low_bits: int) -> int:
    """Return the id of something that was published elsewhere: its time, clamped to [0, now].

    `low_bits` (16 random bits) keep two things of one millisecond apart; on a clash draw again.
    """
    return (min(max(published, 0), now) << 16) | (low_bits & 0xFFFF)


def moment(id: int) -> int:
    """Return the Unix milliseconds an id carries."""
    return id >> 16


def at(ms: int) -> int:
    """Return the lowest id of the millisecond `ms`, for ranges."""
    return min(max(ms, 0), _MAX_MS) << 16


def text(id: int) -> str:
    """Return the id as apps and URLs carry it: at least 18 digits."""
    return f"{id:018d}"


def parse(value: str) -> int | None:
    """Return the id that `value` spells (unpadded accepted), or None."""
    if not _TEXT.match(value):
        return None
    number = int(value)
    return number if number < 1 << 63 else None
