"""The benchmark: `make bench` for all of it, or `python -m tests.bench inbox quiet gets`.

Rates depend on the machine and on what else it does; the CPU of one operation is the figure to
compare. Nothing here passes or fails.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable

from tests.bench import gets, inbox, quiet

Rows = list[tuple[str, str, str]]
PARTS: dict[str, Callable[[], Awaitable[Rows]]] = {
    "inbox": inbox.main,
    "quiet": quiet.main,
    "gets": gets.main,
}


def main(names: list[str]) -> None:
    """Run the named parts, or all, and print one table."""
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}, SQLite with FULL sync\n")
    print(f"{'what':60} {'figure':>8} {'µs CPU':>8}")
    for name, part in PARTS.items():
        if not names or name in names:
            for what, rate, micros in asyncio.run(part()):  # type: ignore[arg-type]
                print(f"{what:60} {rate:>8} {micros:>8}", flush=True)
    if not names or "deliveries" in names:
        print()
        subprocess.run([sys.executable, "-m", "tests.bench.deliveries"], check=False)


if __name__ == "__main__":
    main(sys.argv[1:])
