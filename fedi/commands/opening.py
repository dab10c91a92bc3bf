"""How a command comes to its configuration and into the house.

A command opens a house of its own on the same database, whether the server runs or not; the
server looks for changes at least once a second.
"""

import logging
import os
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fedi.commands.speaking import NotDone
from fedi.config import Config, ConfigError, find_config, load

if TYPE_CHECKING:
    from fedi.app import House

T = TypeVar("T")


def config_path() -> Path | None:
    """Return the configuration file in force; None where there is none."""
    return find_config(os.environ, Path.cwd())


def configured() -> Config:
    """Read the configuration in force. ConfigError where it can't be used."""
    path = config_path()
    if path is None and "FEDI_SERVER__ORIGIN" not in os.environ:
        raise ConfigError("There is no config.toml. `fedi init` writes one, FEDI_CONFIG names one.")
    return load(path, os.environ)


def check_founded(config: Config) -> None:
    """Raise NotDone where no database was made yet (a PostgreSQL one is asked when opened)."""
    url = config.database_url
    if not url.startswith("sqlite:"):
        return
    from fedi.checkup.database import missing
    from fedi.store.sqlite import path_of

    if not path_of(url).exists():
        raise NotDone(missing(path_of(url)))


def expect_ours(config: Config) -> None:
    """Raise NotDone where root is about to put files among those of the server's own user, who
    could not read them afterwards. (SQLite sees to its own files.)"""
    folder = config.server.data_dir
    owner = folder.stat().st_uid
    if os.geteuid() == 0 and owner != 0:
        name = _name_of(owner)
        raise NotDone(
            f"{folder} belongs to the user {name}, who could not read what root puts there: run "
            f"this as {name} (sudo -u {name} …)."
        )


def _name_of(user: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"


def at_home(work: "Callable[[House], Awaitable[T]]", config: Config | None = None) -> T:
    """Open the house, do `work` in it, and close it again."""
    wanted = config or configured()
    check_founded(wanted)
    logging.getLogger().addHandler(logging.NullHandler())  # its trouble is told in one line
    return run(_inside(work, wanted))


def run(work: "Coroutine[Any, Any, T]") -> T:
    """Run a coroutine to its end, on a loop of its own."""
    import asyncio

    return asyncio.run(work)


async def _inside(work: "Callable[[House], Awaitable[T]]", config: Config) -> T:
    from actors.urls import Urls
    from fedi.app import opened_house
    from fedi.founded import check_database

    await check_database(config.database_url, Urls(config.server.origin, config.handle_domain))
    async with opened_house(config) as house:
        return await work(house)
