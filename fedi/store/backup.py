"""A copy of the database, made while it is in use, and the way back.

SQLite: its own backup in one step, which reads one moment while writers go on, then checked. In
several steps it would begin again at each write of another process. PostgreSQL: a dump of one
snapshot (dump.py). The command line adds keys, settings and media around it.
"""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from fedi.store.damage import damage
from fedi.store.dump import dump, load
from fedi.store.engine import CannotOpen, opened
from fedi.store.migrate import Known
from fedi.store.sqlite import path_of

FILE = "fedi.db"
TABLES = "tables"


async def back_up(url: str, folder: Path) -> None:
    """Put a copy of the database at `url` into `folder`, durable when this returns.

    Raises CannotOpen when a copy is there already or does not pass SQLite's integrity check.
    """
    await asyncio.to_thread(_make, folder, url)
    if url.startswith("sqlite:"):
        await asyncio.to_thread(_copy, path_of(url), folder / FILE)
    else:
        async with opened(url) as engine:
            await dump(engine, folder / TABLES)
    await asyncio.to_thread(_sync, folder)


async def restore(folder: Path, url: str, *, now: int, known: Known | None = None) -> None:
    """Make the database at `url`, which must not hold anything yet, from a copy.

    A copy in tables goes to either engine; a file only to SQLite. `now` (ms) is noted with the
    migrations. Raises CannotOpen.
    """
    file, tables = folder / FILE, folder / TABLES
    if tables.exists():
        async with opened(url) as engine:
            await load(engine, tables, now=now, known=known)
        return
    if not file.exists():
        raise CannotOpen(f"{folder} holds no copy of a database.")
    if not url.startswith("sqlite:"):
        raise CannotOpen("This copy is an SQLite file: restore it to SQLite, dump it, load that.")
    if path_of(url).exists():
        raise CannotOpen(f"{path_of(url)} is there already: restore to a place without a database.")
    await asyncio.to_thread(_copy, file, path_of(url))
    await asyncio.to_thread(_sync, path_of(url).parent)


def _make(folder: Path, url: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / FILE).exists() or (folder / TABLES).exists():
        raise CannotOpen(f"{folder} holds a copy already: give each backup a folder of its own.")
    if not url.startswith("sqlite:"):
        (folder / TABLES).mkdir(mode=0o700)


def _copy(source: Path, target: Path) -> None:
    """Copy one moment of `source`; the copy appears under its name only when it is whole."""
    if not source.exists():
        raise CannotOpen(f"{source} is not there.")
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True, timeout=30)) as one,
            closing(sqlite3.connect(partial)) as other,
        ):
            one.backup(other)
            other.execute("PRAGMA journal_mode = DELETE")
        problems = damage(partial, thorough=True)
    except sqlite3.Error as error:
        raise CannotOpen(f"{source} could not be copied: {error}.") from error
    if problems:
        raise CannotOpen(
            f"The copy of {source} is damaged, so the database is: {'; '.join(problems[:3])}."
        )
    partial.rename(target)


def _sync(folder: Path) -> None:
    """Have everything in the folder, and its names, on the disk."""
    for path in (*folder.rglob("*"), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
