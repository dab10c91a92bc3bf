"""A new handle: the old one leads to it, and nobody else is ever given either."""

import asyncio

import pytest

from actors.errors import Invalid
from fedi.app import House, opened_house
from fedi.config import load
from fedi.organisation import NewActor, add_actor, find_actor
from fedi.renaming import rename
from fedi.store import profiles
from tests.fedi.house_on_disk import HouseOnDisk


def test_a_handle_that_is_anothers_undoes_everything(house: HouseOnDisk) -> None:
    async def work(opened: House) -> None:
        actor = await find_actor(opened.performer, "ikt_teamet")
        for taken in ("anne", "Anne", "admin", "ikt-teamet", ""):
            with pytest.raises(Invalid):
                await rename(opened.performer, opened.resolver, actor, taken)
        found = await opened.engine.read(lambda tx: profiles.actor_by_handle(tx, "ikt_teamet"))
        assert found is not None
        assert found[0].username == "ikt_teamet"
        assert found[1].current
        sent = await opened.engine.read(lambda tx: tx.rows("SELECT 1 FROM activity"))
        assert sent == []

    asyncio.run(_inside(house, work))


def test_each_earlier_handle_leads_to_the_last(house: HouseOnDisk) -> None:
    async def work(opened: House) -> None:
        actor = await find_actor(opened.performer, "ikt_teamet")
        for name in ("ikt", "drift"):
            actor = await rename(opened.performer, opened.resolver, actor, f"@{name}")
        for name, current in (("ikt_teamet", False), ("ikt", False), ("drift", True)):
            found = await opened.engine.read(lambda tx, n=name: profiles.actor_by_handle(tx, n))
            assert found is not None
            assert (found[0].username, found[1].current) == ("drift", current)
        assert actor.url == opened.urls.profile("drift")
        new = NewActor(kind=actor.kind, username="ikt", name="Andre")
        with pytest.raises(Invalid, match="taken"):
            await add_actor(opened.performer, new)

    asyncio.run(_inside(house, work))


async def _inside(house: HouseOnDisk, work: object) -> None:
    async with opened_house(load(house.folder / "config.toml", {})) as opened:
        await work(opened)  # type: ignore[operator]
