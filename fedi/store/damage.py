"""Whether the bytes of an SQLite database are whole, looked at before anybody relies on them.

SQLite checks the tree of pages (quick_check, integrity_check), not that its log lost nothing: at
a frame that does not add up it takes the log to end there, as after a crash. Here such a frame is
called damage when a later transaction follows it: that one began only once the frame was synced.
"""

import sqlite3
import struct
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

_HEADER, _FRAME = 32, 24
_LITTLE = 0x377F0682


def damage(
    path: Path,
    *,
    seconds: float | None = None,
    thorough: bool = False,
    in_use: bool = False,
) -> list[str]:
    """Return what is wrong with the database file and its log, naming pages; [] if nothing is.

    Stops looking after `seconds` (a start has no time for a large file; `doctor` has).
    `thorough` also compares every index with its table. With `in_use` the log, which others
    write meanwhile, is left out.
    """
    until = None if seconds is None else time.monotonic() + seconds
    wal = path.with_name(path.name + "-wal")
    found: list[str] = []
    if not in_use and wal.exists() and (found := list(_log_damage(wal.read_bytes(), until))):
        return found  # opening it would bring the log to its end, and what can be saved with it
    # The file itself is read through SQLite only: closing a descriptor of our own would drop
    # the locks that other connections of this process hold on it.
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=5)) as connection:
            if until is not None:
                connection.set_progress_handler(lambda: time.monotonic() > until, 10_000)
            check = "integrity_check" if thorough else "quick_check"
            rows = connection.execute(f"PRAGMA {check}(20)").fetchall()
            found += [row[0].rpartition("***\n")[2] for row in rows if row[0] != "ok"]
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
            found.append(str(error))
    return found


def _log_damage(wal: bytes, until: float | None) -> Iterator[str]:
    """Yield the first frame that was durable once and does not add up now."""
    if len(wal) < _HEADER:
        return
    magic, _, size = struct.unpack_from(">III", wal)
    if magic & ~1 != _LITTLE or not size:
        return
    order: Literal["<", ">"] = ">" if magic & 1 else "<"
    salt, running = wal[16:24], struct.unpack_from(">II", wal, 24)
    broken: int | None = None
    committed = False  # the transaction of the broken frame came to its end
    for number, at in enumerate(range(_HEADER, len(wal) - _FRAME - size + 1, _FRAME + size), 1):
        if until is not None and time.monotonic() > until:
            return
        page, commit = struct.unpack_from(">II", wal, at)
        stored = struct.unpack_from(">II", wal, at + 16)
        ours = wal[at + 8 : at + 16] == salt
        whole = ours and stored == _sum(
            wal[at : at + 8] + wal[at + _FRAME : at + _FRAME + size], running, order
        )
        if not whole and broken is None:
            broken, broken_page = number, page
        elif whole and committed:
            yield f"write-ahead log: frame {broken} (page {broken_page}) does not add up"
            return
        committed = committed or (broken is not None and ours and commit > 0)
        running = stored


def _sum(data: bytes, seed: tuple[int, int], order: Literal["<", ">"]) -> tuple[int, int]:
    """Return SQLite's running checksum (file format, section 4.2)."""
    one, two = seed
    words = iter(struct.unpack(f"{order}{len(data) // 4}I", data))
    for first, second in zip(words, words, strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two
