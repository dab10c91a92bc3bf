"""Stories with somebody who keeps order: Kari, through an app with every admin scope."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from fedi.organisation import find_person
from fedi.store.rows import PERSON
from tests.fedi.mastodon import apps
from tests.fedi.mastodon.apps import Apps, Client

SCOPES = "admin:read admin:write"


def keep(folder: Path, story: Callable[[Apps, Client], Awaitable[None]]) -> None:
    """Run a story; Kari's app comes with it."""

    async def told(here: Apps) -> None:
        kari = await find_person(here.house.performer, "kari")
        row = PERSON.encode(replace(kari, admin=True))
        await here.house.engine.write(lambda tx: tx.run(PERSON.replace, row))
        await story(here, await here.client("kari", "kari", SCOPES))

    apps.tell(folder, told)
