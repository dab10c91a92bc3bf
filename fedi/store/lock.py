"""One supervisor to a data folder (and one beside it that streams alone): a lock that lives
exactly as long as its processes do.

The kernel keeps it (flock), so that a crash leaves nothing to clean up. Processes forked by the
supervisor share the open file and thereby the lock: as long as one of them lives, no second
supervisor starts. On PostgreSQL several machines are meant to run; the lock is per folder.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fedi.store.engine import CannotOpen

NAME = "fedi.lock"
STREAMING = "streaming.lock"
"""Of a supervisor that only streams: it takes no work, so it may run beside the other one."""


def is_held(folder: Path, name: str = NAME) -> bool:
    """Return whether a supervisor holds the folder."""
    try:
        descriptor = os.open(folder / name, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def only_supervisor(folder: Path, name: str = NAME) -> Iterator[None]:
    """Hold the folder for this process and those it forks. Raises CannotOpen when it is held."""
    descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            raise CannotOpen(
                f"Another fedi (process {holder}) already runs on {folder}. Stop it first, or "
                "give this one a data folder of its own."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
