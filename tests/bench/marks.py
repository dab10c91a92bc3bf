"""The rows of the benchmark's table, and the marks that the finished server is held to.

A mark is a floor for rates and a ceiling for seconds, milliseconds and MiB. Nothing fails here:
a row says "ok" or "short", and what is short has to be explained. Next: tests/bench/__main__.py.
"""

import sys
from dataclasses import dataclass

WIDTH = 58


@dataclass(frozen=True)
class Row:
    """One line: a figure, what it is held to, and the CPU of one operation (µs) if it has any."""

    what: str
    figure: float
    micros: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def mark(self) -> str:
        if self.at_least is not None:
            return f">= {number(self.at_least)}"
        return f"<= {number(self.at_most)}" if self.at_most is not None else ""

    @property
    def verdict(self) -> str:
        """ "ok", "short", or nothing where there is no mark or the sizes were those of a smoke."""
        if not self.mark or smoke():
            return ""
        low = self.at_least is not None and self.figure < self.at_least
        high = self.at_most is not None and self.figure > self.at_most
        return "short" if low or high else "ok"

    def line(self) -> str:
        micros = "" if self.micros is None else number(self.micros)
        told = f"{self.what:{WIDTH}} {number(self.figure):>8} {micros:>8} {self.mark:>10}"
        return f"{told} {self.verdict:6} {self.note}".rstrip()


HEAD = f"{'what':{WIDTH}} {'figure':>8} {'µs CPU':>8} {'mark':>10}"


def number(value: float) -> str:
    """Three significant places below a hundred, whole numbers above."""
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def smoke() -> bool:
    """Whether the sizes are small, to see that the benchmark runs, not how fast the server is."""
    return "--smoke" in sys.argv


def sized(count: int) -> int:
    """`count`, or a twentieth of it in a smoke."""
    return max(10, count // 20) if smoke() else count
