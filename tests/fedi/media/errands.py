"""Errands for tests of what the child process does, run in this one."""

from pathlib import Path
from typing import Any

from fedi.config.settings import Media as Settings
from fedi.media.errand import Errand
from fedi.media.kinds import HEAD, Kind, sniff
from fedi.media.workshop import Workshop


def errand(folder: Path, data: bytes, **more: Any) -> tuple[Errand, Kind]:
    """An errand for a file of this content; what is made comes to `folder`/made."""
    source, made = folder / "upload", folder / "made"
    source.write_bytes(data)
    made.mkdir(exist_ok=True)
    kind = sniff(data[:HEAD])
    assert kind is not None
    given = Workshop(Settings())._errand(more.pop("task", "attachment"), source, kind, made, None)
    values = {name: getattr(given, name) for name in given.__struct_fields__}
    return Errand(**{**values, **more}), kind


def made(folder: Path, name: str) -> bytes:
    return (folder / "made" / name).read_bytes()
