"""A backup is one folder: database, configuration, secrets, pictures, and a list of it all.

backup.json is written last, with a SHA-256 of every file: a folder without it is no backup. The
way back makes a whole new data folder and lets nothing leave until somebody confirms that no
other server speaks for the same actors (setting `sending_held`, read by fedi/store/queue.py).
"""

import asyncio
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

from actors.errors import FediError, Invalid
from fedi.config import Config, load
from fedi.config.reading import documented_text, filled
from fedi.machine import SystemClock
from fedi.media.blobs import folder_of
from fedi.store import backup as database
from fedi.store.engine import Engine, Tx, opened
from fedi.store.migrate import migrate
from fedi.store.settings import LAST_BACKUP, SENDING_HELD, STREAM_EPOCH, put_setting, setting
from fedi.version import VERSION

LIST: Final = "backup.json"
_FORMAT: Final = 1
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    """A house put back: where it is, and which it is."""

    data_dir: Path
    origin: str
    files: int


def back_up(config: Config, config_path: Path | None, folder: Path) -> dict[str, Any]:
    """Put a copy of everything into a new `folder`, durable when this returns; its list, and
    whether it could be "noted" in the database, for the doctor.

    The server may go on working. Invalid for a folder that holds anything, CannotOpen where the
    copy of the database is not whole: then nothing is left in the folder.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Invalid(f"{folder} is not empty: give each backup a folder of its own.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    now = SystemClock().now()
    try:
        listed = _copied(config, config_path, folder, now)
    except BaseException:
        for part in folder.iterdir():  # half a backup only takes room, on a disk that may be full
            shutil.rmtree(part) if part.is_dir() else part.unlink()
        raise
    return {**listed, "noted": asyncio.run(_note(config, now))}


def _copied(config: Config, config_path: Path | None, folder: Path, now: int) -> dict[str, Any]:
    asyncio.run(database.back_up(config.database_url, folder))
    _copy_rest(config, config_path, folder)
    listed = {
        "format": _FORMAT,
        "version": VERSION,
        "created": now,
        "origin": config.server.origin,
        "files": _digests(folder),
    }
    _write(folder / LIST, json.dumps(listed, indent=1).encode())
    return listed


async def _note(config: Config, now: int) -> bool:
    """Note when the last backup was; False where the database takes nothing, as on a full disk:
    the backup is there all the same."""
    try:
        async with opened(config.database_url, readers=1, pool=2) as engine:
            await engine.write(lambda tx: put_setting(tx, LAST_BACKUP, str(now)))
    except FediError:
        return False
    return True


def _copy_rest(config: Config, config_path: Path | None, folder: Path) -> None:
    if config_path is not None:
        _write(folder / "config.toml", config_path.read_bytes())
    for name, source in (("secrets", config.secrets_dir), ("media", folder_of(config))):
        if not source.is_dir():
            continue
        (folder / name).mkdir(mode=0o700)
        for path in sorted(source.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                with suppress(FileNotFoundError):  # a picture whose last post went meanwhile
                    _copy(path, folder / name / path.name)
        _sync_folder(folder / name)


def _write(path: Path, data: bytes) -> None:
    _fill(path, BytesIO(data))


def _copy(source: Path, path: Path) -> None:
    """Copy a file piece by piece: it may be larger than the memory there is."""
    with source.open("rb") as data:
        _fill(path, data)


def _fill(path: Path, data: BinaryIO) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        shutil.copyfileobj(data, file, _PIECE)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != LIST)


def _digests(folder: Path) -> dict[str, str]:
    digests = {}
    for path in _files(folder):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        digests[str(path.relative_to(folder))] = digest
    return digests


# -- the way back


def restore(
    folder: Path, data_dir: Path, database_url: str, environ: Mapping[str, str]
) -> Restored:
    """Make a new data folder from a backup, with sending held and a new stream epoch.

    `database_url` names an empty PostgreSQL database; "" puts an SQLite one into the data folder.
    Invalid where the backup is not whole or the place not empty.
    """
    listed = _checked(folder)
    if data_dir.exists() and any(data_dir.iterdir()):
        raise Invalid(f"{data_dir} is not empty: restore to a new folder, nothing is overwritten.")
    draft = data_dir.absolute().with_name(f"{data_dir.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    for path in _files(folder):
        part = path.relative_to(folder)
        if part.parts[0] in ("secrets", "media"):
            (draft / part.parts[0]).mkdir(mode=0o700, exist_ok=True)
            _copy(path, draft / part)
    _write_config(folder, draft, database_url, str(listed["origin"]))
    settings = {k: v for k, v in environ.items() if k not in ("FEDI_CONFIG", "FEDI_DATA_DIR")}
    config = load(draft / "config.toml", settings | {"FEDI_DATA_DIR": str(draft)})
    asyncio.run(_restore_database(folder, config))
    if data_dir.exists():
        data_dir.rmdir()
    draft.rename(data_dir)
    _sync_folder(data_dir.absolute().parent)
    return Restored(data_dir, str(listed["origin"]), len(listed["files"]))


def _checked(folder: Path) -> dict[str, Any]:
    try:
        listed: dict[str, Any] = json.loads((folder / LIST).read_bytes())
    except (OSError, ValueError):
        raise Invalid(
            f"{folder} is no backup, or one that was never finished: no {LIST}."
        ) from None
    if listed.get("format") != _FORMAT:
        raise Invalid(f"{folder} was made by another version of fedi ({listed.get('version')}).")
    found = _digests(folder)
    wrong = sorted(name for name, digest in listed["files"].items() if found.get(name) != digest)
    if wrong:
        raise Invalid(
            f"{folder} is damaged: {', '.join(wrong[:3])} changed since. Use another one."
        )
    return listed


def _write_config(folder: Path, draft: Path, database_url: str, origin: str) -> None:
    source = folder / "config.toml"
    values = {
        "server": {"data_dir": ".", "secrets_dir": "", "origin": origin},
        "database": {"url": database_url},
    }
    if source.exists():
        text = filled(source.read_text(encoding="utf-8"), values)
    else:
        text = filled(documented_text(), values)
    _write(draft / "config.toml", text.encode())


async def _restore_database(folder: Path, config: Config) -> None:
    now = SystemClock().now()
    await database.restore(folder, config.database_url, now=now)
    async with opened(config.database_url, readers=1, pool=2) as engine:
        await migrate(engine, now=now)
        await engine.write(_hold)


async def _hold(tx: Tx) -> None:
    await put_setting(tx, SENDING_HELD, "true")
    await put_setting(tx, STREAM_EPOCH, secrets.token_hex(8))


async def confirm(engine: Engine) -> bool:
    """Let what waits leave; False where nothing was held."""

    async def unit(tx: Tx) -> bool:
        held = await setting(tx, SENDING_HELD) not in ("", "0")
        await put_setting(tx, SENDING_HELD, "")
        return held

    return await engine.write(unit)
