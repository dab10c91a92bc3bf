"""What the supervisor does with the database before it forks: look it over, bring it up to date.

The processes it starts open their own engines afterwards. Where next: sqlite.py, migrate.py.
"""

import asyncio
from pathlib import Path

from fedi.store.damage import damage
from fedi.store.engine import CannotOpen, opened
from fedi.store.migrate import migrate
from fedi.store.sqlite import path_of

LOOK = 0.2  # s a start has for looking; `fedi doctor` looks at all of it


async def prepare(url: str, *, now: int) -> tuple[str, ...]:
    """Refuse a damaged or newer database, apply what migrations are missing, return their names.

    To be called by the one supervisor while no other process has the database open. `now` in ms.
    Raises CannotOpen with what to do.
    """
    if url.startswith("sqlite:"):
        await asyncio.to_thread(_look_over, path_of(url))
    async with opened(url, readers=1, pool=2) as engine:
        return await migrate(engine, now=now)


def _look_over(path: Path) -> None:
    problems = damage(path, seconds=LOOK) if path.exists() else []
    if problems:
        raise CannotOpen(
            f"{path} is damaged ({'; '.join(problems[:3])}). Keep it aside with its -wal file, "
            "then put back the newest backup with `fedi restore`."
        )
