"""fedi search rebuild: read everything into the index once more."""

from typing import TYPE_CHECKING

import click

from fedi.commands.opening import at_home
from fedi.commands.speaking import Listed, say, speaks

if TYPE_CHECKING:
    from fedi.app import House


@click.group(cls=Listed)
def search() -> None:
    """The index that posts and people are found by."""


@search.command()
@speaks
def rebuild() -> None:
    """Read every post and actor into the index once more, while it stays in use.

    Never needed in the course of things: the server reads what is new, and all of it when a new
    version makes other words of it. May run beside the server, and be stopped and run again.
    """

    async def work(house: "House") -> int:
        from fedi.search.indexing import Indexer

        random = house.random
        indexer = Indexer(house.engine, house.urls, house.clock.now, random.fraction)
        await indexer.begin_again()
        return await indexer.all()

    count = at_home(work)
    say({"read": count}, f"{count:,} posts, actors and events were read.")


COMMANDS = (search,)
