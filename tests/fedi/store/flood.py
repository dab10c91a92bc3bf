"""A process that writes as fast as it can and says aloud what was acknowledged, to be killed.

    python -m tests.fedi.store.flood URL FIRST_NUMBER [SYNCHRONOUS]

Each unit writes two rows that belong together; its number is written to standard output, in one
line of its own, once `write` has returned.
"""

import asyncio
import os
import sys

from fedi.store.engine import Engine, Tx, opened
from fedi.store.migrate import migrate

TASKS = 32


async def _flood(engine: Engine, first: int, task: int) -> None:
    number = first + task
    while True:

        async def unit(tx: Tx, number: int = number) -> None:
            await tx.run("INSERT INTO setting VALUES (?, ?)", (str(number), "x" * 1_500))
            await tx.run("INSERT INTO poll VALUES (?, ?, 0, 0, 0, 0)", (number, "y" * 300))

        await engine.write(unit)
        os.write(1, b"%d\n" % number)
        number += TASKS


async def main(url: str, first: int, synchronous: str = "FULL") -> None:
    async with opened(url) as engine:
        await migrate(engine, now=1)
        await _synchronous(engine, synchronous)
        os.write(1, b"ready\n")
        await asyncio.gather(*(_flood(engine, first, task) for task in range(TASKS)))


async def _synchronous(engine: Engine, level: str) -> None:
    """Weaken the promise on purpose, to see that the trial would notice."""
    if level != "FULL":
        writer = getattr(engine, "_writer")._connection  # noqa: B009
        await writer.execute_fetchall(f"PRAGMA synchronous = {level}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))
