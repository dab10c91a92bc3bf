"""Makes a house where none is: the configuration file, folders, tables, the Application actor.

Used by `fedi init`, and by the demo for its own. Running it again changes nothing.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from fedi.config import Config, ConfigError, load, parse, write_config

_OPTIONS: Final = {
    "origin": ("server", "origin"),
    "handle_domain": ("server", "handle_domain"),
    "listen": ("server", "listen"),
    "name": ("organisation", "name"),
    "language": ("organisation", "language"),
    "contact": ("organisation", "contact"),
    "number": ("organisation", "number"),
    "lab": ("lab", "enabled"),
}


@dataclass(frozen=True, slots=True)
class Installed:
    """What `install` made or found."""

    origin: str
    data_dir: Path
    new: bool


def place(environ: Mapping[str, str], folder: Path) -> Path:
    """Return where the configuration of a new house goes: FEDI_CONFIG, the data folder, here."""
    if environ.get("FEDI_CONFIG"):
        return Path(environ["FEDI_CONFIG"])
    data = environ.get("FEDI_DATA_DIR")
    return Path(data) / "config.toml" if data else folder / "config.toml"


def install(path: Path, given: Mapping[str, Any], environ: Mapping[str, str]) -> Installed:
    """Write the configuration unless there is one, then make what is missing of the house.

    `given` are the options of `fedi init`; None means not given. What the environment overrides
    is written down too, so that the house starts without it. ConfigError, CannotOpen.
    """
    wanted = {_OPTIONS[name]: value for name, value in given.items() if value is not None}
    if path.exists():
        _check_same(path, load(path, environ), wanted)
    else:
        over = {f"FEDI_{section}__{key}".upper(): _text(v) for (section, key), v in wanted.items()}
        config = load(None, {**environ, **over})
        make_folders(config)
        write_config(path, _written(path, config))
    config = load(path, environ)
    make_folders(config)
    return Installed(config.server.origin, config.server.data_dir, asyncio.run(_found(config)))


def _text(value: Any) -> str:
    return "true" if value is True else str(value)


def make_folders(config: Config) -> None:
    """Make the folders for data and secrets, for nobody else's eyes."""
    config.server.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    config.secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


async def _found(config: Config) -> bool:
    from fedi.app import opened_house
    from fedi.founded import check_house
    from fedi.organisation import found
    from fedi.store import profiles

    async with opened_house(config, founding=True) as house:
        new = await house.engine.read(profiles.application) is None
        await found(house.performer, config.organisation.name or config.host)
        await check_house(house.engine, house.urls)
        return new


def _check_same(path: Path, config: Config, wanted: Mapping[tuple[str, str], Any]) -> None:
    for (section, key), value in wanted.items():
        if getattr(getattr(config, section), key) != value:
            raise ConfigError(
                f"{path} exists already and has another {key} in [{section}]: change it there, "
                "or give another --data-dir."
            )


def _written(path: Path, config: Config) -> dict[str, dict[str, Any]]:
    """Return what a new file says other than the documented one, secrets excepted."""
    defaults = parse({})
    values: dict[str, dict[str, Any]] = {}
    for section in fields(Config):
        mine, theirs = getattr(config, section.name), getattr(defaults, section.name)
        for item in fields(mine):
            value = getattr(mine, item.name)
            if value != getattr(theirs, item.name) and not _is_secret(item.name, value):
                values.setdefault(section.name, {})[item.name] = value
    inside = config.server.data_dir == path.parent.absolute()
    values.setdefault("server", {})["data_dir"] = "." if inside else config.server.data_dir
    return values


def _is_secret(name: str, value: Any) -> bool:
    return name == "url" and bool(urlsplit(value).password)
