"""This machine: our packages, the data folder, secrets, open files, zones, media, the listener."""

import asyncio
import base64
import importlib.util
import os
import resource
import shutil
import socket
import stat
import tempfile
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from actors.errors import FediError
from fedi.checkup import streaming
from fedi.checkup.findings import Finding, attention, broken, ok
from fedi.config import Config, ConfigError, read_secret, split_address
from fedi.media.confinement import lacking
from fedi.media.kinds import PNG
from fedi.media.storage import blobs_of
from fedi.media.workshop import PROGRAMS, Workshop
from fedi.store.lock import is_held

_PACKAGES: Final = ("actors", "inbox", "outbox", "fedi")
_MIB: Final = 1 << 20
_FILES_WANTED: Final = 4_096
_PIXEL: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


def look(config: Config) -> Iterator[Finding]:
    """Yield how this machine stands, without opening the database."""
    yield packages()
    yield from folders(config)
    yield secret_files(config)
    yield disk(config.server.data_dir)
    yield open_files()
    yield zones()
    yield media(config)
    yield listener(config)
    yield from streaming.look(config)


def packages() -> Finding:
    """Whether the names we import are ours: on the Python index others have them."""
    home = Path(__file__).resolve().parent.parent.parent
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        place = Path(spec.origin).resolve().parent.parent if spec and spec.origin else None
        if place != home:
            found = f"is at {place}" if place else "is not installed"
            return broken(
                "packages",
                f"The package {name} {found}, but ours are at {home}. Another distribution of "
                "that name is in the way: uninstall it, or use an environment of its own.",
            )
    return ok("packages", f"{', '.join(_PACKAGES)} are ours, at {home}.")


def folders(config: Config) -> Iterator[Finding]:
    """Whether the data folder is there, ours, and closed to others."""
    folder = config.server.data_dir
    if not folder.is_dir():
        yield broken("data folder", f"{folder} is not there: run `fedi init`.")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield broken(
            "data folder", f"{folder} can't be written by this user: chown -R fedi: {folder}."
        )
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077 and not config.lab.enabled:
        yield attention("data folder", f"{folder} is open to others: chmod 700 {folder}.")
        return
    yield ok("data folder", f"{folder} is there and ours.")


def secret_files(config: Config) -> Finding:
    """Whether secrets can be read by nobody else."""
    folder = config.secrets_dir
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    if config.database.password_file is not None:
        paths.append(config.database.password_file)
    try:
        for path in paths:
            read_secret(path)
    except ConfigError as problem:
        return broken("secrets", problem.sentence)
    if folder.is_dir() and folder.stat().st_mode & 0o077:
        return attention("secrets", f"{folder} is open to others: chmod 700 {folder}.")
    return ok("secrets", f"{len(paths)} files, for nobody else's eyes.")


def disk(folder: Path) -> Finding:
    """Whether there is room to go on writing."""
    if not folder.is_dir():
        return broken("disk", f"{folder} is not there.")
    usage, nodes = shutil.disk_usage(folder), os.statvfs(folder)
    free = f"{usage.free // _MIB:,} MiB free of {usage.total // _MIB:,}"
    if usage.free < 100 * _MIB or (nodes.f_files and not nodes.f_favail):
        return broken("disk", f"{free}: make room now. Arrivals are refused on a full disk.")
    if usage.free < 1024 * _MIB or usage.free < usage.total // 20:
        return attention("disk", f"{free}: make room soon.")
    return ok("disk", f"{free}.")


def open_files() -> Finding:
    """Whether enough connections can be open at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < _FILES_WANTED:
        return attention(
            "open files",
            f"At most {soft} files and connections may be open (hard limit {hard}): set "
            "LimitNOFILE=65536 in the unit, or ulimit -n 65536.",
        )
    return ok("open files", f"At most {soft} at once.")


def zones() -> Finding:
    """Whether the machine knows its time zones."""
    if zoneinfo.available_timezones():
        return ok("time zones", "known.")
    return attention("time zones", "The machine knows none: install tzdata, or pages show UTC.")


def media(config: Config) -> Finding:
    """Whether all kinds of files can be taken, where they are kept, and behind which walls."""
    try:
        blobs_of(config)
    except ConfigError as problem:
        return broken("media", problem.sentence)
    fault = _trial(config)
    if fault:
        return broken("media", f"No picture can be made ready here: {fault}")
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return attention(
            "media",
            f"{', '.join(missing)} missing: films and sounds need ffmpeg, PDF poppler-utils. "
            "apt-get install ffmpeg poppler-utils",
        )
    walls = lacking()
    if walls:
        return attention(
            "media",
            f"Files from strangers are read without {' and '.join(walls)}: use a kernel from 5.13 "
            "on, with Landlock among its security modules, on x86_64 or aarch64.",
        )
    return ok("media", "ffmpeg and poppler are there; files are read behind walls.")


def _trial(config: Config) -> str:
    """Have a picture of one pixel made ready; why it couldn't be, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "pixel.png"), Path(folder, "made")
        source.write_bytes(_PIXEL)
        made.mkdir()
        try:
            asyncio.run(Workshop(config.media).make("attachment", source, PNG, made))
        except FediError as problem:
            return f"{problem.sentence} ({problem.detail})"
    return ""


def listener(config: Config) -> Finding:
    """Whether the server runs, or could listen where it should."""
    listen = config.server.listen
    if is_held(config.server.data_dir):
        return ok("server", f"It runs, at {listen}.")
    address, port = split_address(listen)
    if not address.startswith("unix:"):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((address, port or 0))
            except OSError as error:
                return broken(
                    "server",
                    f"It could not listen at {listen}: {error.strerror}. Stop what is there, or "
                    "set [server] listen.",
                )
    return ok("server", f"It does not run; {listen} is free.")
