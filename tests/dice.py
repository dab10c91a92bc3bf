"""Chance from a seed: the Random port for tests, and drawing from lists."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1


class Dice:
    """SplitMix64 (Steele, Lea, Flood 2014): small, even, and the same on every machine."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def bits(self, count: int) -> int:
        """Return `count` random bits, at most 64."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return (mixed ^ (mixed >> 31)) >> (64 - count)

    def fraction(self) -> float:
        return self.bits(53) / (1 << 53)

    def below(self, end: int) -> int:
        """Return one of 0 … end - 1."""
        return int(self.fraction() * end)

    def one_of(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def happens(self, chance: float) -> bool:
        """Return whether something of this chance (0 … 1) comes about."""
        return self.fraction() < chance

    def shuffled(self, items: Sequence[T]) -> list[T]:
        found = list(items)
        for last in range(len(found) - 1, 0, -1):
            other = self.below(last + 1)
            found[last], found[other] = found[other], found[last]
        return found
