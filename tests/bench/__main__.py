"""The benchmark: `make bench` for all of it, or `python -m tests.bench inbox quiet gets`.

One table: a figure, the CPU of one operation, the mark that the finished server is held to, and
"ok" or "short". Rates depend on the machine and on what else it does; CPU is the figure to
compare. `--smoke` takes small sizes and judges nothing. Nothing here passes or fails.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from tests.bench import (
    client,
    deliveries,
    gets,
    inbox,
    marks,
    organisation,
    quiet,
    starts,
    streaming,
)

PARTS: dict[str, Callable[[], Coroutine[Any, Any, list[marks.Row]]]] = {
    "inbox": inbox.main,
    "quiet": quiet.main,
    "gets": gets.main,
    "client": client.main,
    "deliveries": deliveries.main,
    "organisation": organisation.main,
    "starts": starts.main,
    "streaming": streaming.main,
}


def main(words: list[str]) -> None:
    """Run the named parts, or all, and print one table."""
    named = [word for word in words if word in PARTS]
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}, SQLite with FULL sync\n")
    print(marks.HEAD)
    rows: list[marks.Row] = []
    for name in named or PARTS:
        found = asyncio.run(PARTS[name]())
        print("\n".join(row.line() for row in found), flush=True)
        rows += found
    short = [row.what for row in rows if row.verdict == "short"]
    print(f"\nshort of its mark: {'; '.join(short)}" if short else "")


if __name__ == "__main__":
    main(sys.argv[1:])
