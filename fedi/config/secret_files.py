"""Secrets live in files of their own that nobody else on the machine can read.

A file that others may read is refused with the command that mends it, never silently used.
What a secret is for is said where it is used; its folder is Config.secrets_dir.
"""

import os
import shlex
import stat
import threading
from collections.abc import Callable
from pathlib import Path

from fedi.config.settings import ConfigError

LARGEST = 65_536


def read_secret(path: Path) -> bytes:
    """The content of a secret file, ending line breaks removed.

    Raises ConfigError if it is missing, empty, not a plain file, another user's, or readable by
    group or others. The checks are made on the open file, so that it cannot be swapped meanwhile.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise ConfigError(f"The secret file {path} is missing. `fedi init` makes it.") from None
    except OSError as error:
        raise ConfigError(f"The secret file {path} cannot be read: {error.strerror}.") from None
    try:
        refuse_open_to_others(path, os.fstat(descriptor))
        content = os.read(descriptor, LARGEST + 1)
    finally:
        os.close(descriptor)
    if len(content) > LARGEST:
        raise ConfigError(f"The secret file {path} is larger than {LARGEST} bytes.")
    content = content.rstrip(b"\r\n")
    if not content:
        raise ConfigError(f"The secret file {path} is empty.")
    return content


def ensure_secret(path: Path, make: Callable[[], bytes]) -> bytes:
    """The secret at `path`; if there is none yet, `make` it and keep it with mode 0600.

    Two processes at once end with the same secret. It is on disk before it is used.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        _write_new(draft, make())
        try:
            os.link(draft, path)  # unlike rename, refuses to replace another process's secret
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        _sync_folder(path.parent)
    return read_secret(path)


def refuse_open_to_others(path: Path, found: os.stat_result) -> None:
    """Raise ConfigError unless the file is plain, ours or root's, and closed to everyone else."""
    quoted = shlex.quote(str(path))
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(f"{path} holds a secret and must be a plain file.")
    if found.st_uid not in (0, os.geteuid()):
        raise ConfigError(
            f"{path} holds a secret and belongs to another user. Run: chown {os.geteuid()} {quoted}"
        )
    if found.st_mode & 0o077:
        raise ConfigError(
            f"{path} holds a secret and can be used by others (mode "
            f"{stat.S_IMODE(found.st_mode):04o}). Run: chmod 600 {quoted}"
        )


def _write_new(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
