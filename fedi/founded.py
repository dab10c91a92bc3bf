"""Whether the house in the database is the one that the configuration means.

Ids carry the origin for ever: a house that starts under another one would speak for actors that
nobody knows. Called at each start and by each command.
"""

from actors.urls import Urls, host_of
from fedi.config import ConfigError
from fedi.store import profiles
from fedi.store.engine import CannotOpen, Engine, opened
from fedi.store.migrate import check
from fedi.store.settings import is_made


async def check_database(url: str, urls: Urls) -> None:
    """Raise CannotOpen unless the database opens, has our tables, and is this house's."""
    async with opened(url, readers=1, pool=2) as engine:
        if not await engine.read(is_made):
            raise CannotOpen("The database is empty: run `fedi init` first.", code="not_founded")
        await check(engine)
        await check_house(engine, urls)


async def check_house(engine: Engine, urls: Urls) -> None:
    """Raise CannotOpen where nothing is founded yet, ConfigError where the origin has changed."""
    actor = await engine.read(profiles.application)
    if actor is None:
        raise CannotOpen("The database is empty: run `fedi init` first.", code="not_founded")
    if actor.uri != urls.application():
        origin = f"{actor.uri.partition('://')[0]}://{host_of(actor.uri)}"
        raise ConfigError(
            f"[server] origin is {urls.origin}, but the database was founded as {origin}. Its ids "
            f'carry that for ever: set origin = "{origin}", or use a data folder of its own.'
        )
