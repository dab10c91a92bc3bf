"""Departments that change, as other houses see it: merged, split, renamed."""

import asyncio
from collections.abc import Callable

from actors.people import Actor, ActorKind
from fedi.departments.merging import Merging
from fedi.organisation import NewActor, add_actor
from fedi.publishing import Profiles
from fedi.renaming import rename
from tests.fediverse.houses import Fediverse, Running
from tests.fediverse.test_scenarios import follow

Make = Callable[[int], Fediverse]


async def department(house: Running, name: str, *, locked: bool = False) -> Actor:
    new = NewActor(kind=ActorKind.ORGANIZATION, username=name, name=name.title(), locked=locked)
    return await add_actor(house.house.performer, new)


async def followed(house: Running) -> set[str]:
    """Whom somebody of this house follows: user names at their servers."""
    rows = await house.ask(
        "SELECT a.username, r.state FROM relation r JOIN actor a ON a.id = r.target_id"
        " WHERE r.kind = 'follow'"
    )
    return {row[0] if row[1] == "accepted" else f"{row[0]}?" for row in rows}


async def told(world: Fediverse) -> None:
    """Let all be done that follows from what was done, in pieces too, and some time pass."""
    for _ in range(3):
        await world.heal()
        world.clock.time += 60_000


def test_followers_here_and_elsewhere_follow_a_merged_department(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(11) as world:
            nord, sor = world["nord.test"], world["sor.test"]
            old, new = (
                await department(nord, "gata"),
                await department(nord, "teknisk", locked=True),
            )
            anne, bo = await nord.actor("anne"), await sor.actor("bo")
            await follow(sor, bo, "@gata@nord.test")
            await follow(nord, anne, "@gata@nord.test")
            await told(world)
            profiles = Profiles(nord.house.performer, nord.house.resolver)
            await Merging(profiles).merge([old], new)
            await told(world)
            # Whoever is inside is let in; of who comes from elsewhere a locked one decides as ever.
            assert await followed(nord) == {"teknisk", "teknisk?"}
            assert await followed(sor) == {"teknisk?"}
            seen = await sor.ask("SELECT moved_to FROM actor WHERE uri = ?", old.uri)
            assert seen == [(new.uri,)]
            # Asked anew, the old address says where it went.
            again = await sor.house.resolver.handle("@gata@nord.test")
            assert (again.uri, again.moved_to) == (old.uri, new.uri)

    asyncio.run(story())


def test_a_split_takes_nobody_away_and_brings_those_inside_along(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(12) as world:
            nord, sor = world["nord.test"], world["sor.test"]
            old, new = await department(nord, "teknisk"), await department(nord, "gata")
            anne, bo = await nord.actor("anne"), await sor.actor("bo")
            await follow(sor, bo, "@teknisk@nord.test")
            await follow(nord, anne, "@teknisk@nord.test")
            await told(world)
            profiles = Profiles(nord.house.performer, nord.house.resolver)
            await Merging(profiles).split(old, new, follow=True)
            await told(world)
            assert await followed(nord) == {"teknisk", "gata"}
            assert await followed(sor) == {"teknisk"}

    asyncio.run(story())


def test_a_renamed_department_keeps_its_id_followers_and_old_address(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(13) as world:
            nord, sor = world["nord.test"], world["sor.test"]
            old, bo = await department(nord, "gata"), await sor.actor("bo")
            await follow(sor, bo, "@gata@nord.test")
            await told(world)
            await rename(nord.house.performer, nord.house.resolver, old, "vei", "Vei og gate")
            await told(world)
            seen = await sor.ask("SELECT username, name, icon FROM actor WHERE uri = ?", old.uri)
            assert seen[0][1] == "Vei og gate"
            assert old.icon is not None
            assert old.icon.url not in seen[0][2]
            found = await sor.house.resolver.handle("@gata@nord.test")
            assert (found.uri, found.username) == (old.uri, "vei")
            assert await followed(sor) == {"vei"}

    asyncio.run(story())
