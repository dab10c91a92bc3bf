"""What a process does by its roles: it works until told to stop, or until its parent is gone."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from fedi.organisation import find_actor
from fedi.roles import run_roles
from outbox.acts import Acting
from tests.hostile.peer import Town, activity, town


def run(folder: Path, story: Callable[[Town], Awaitable[None]]) -> None:
    async def main() -> None:
        async with town(folder) as here:
            await story(here)

    asyncio.run(main())


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_what_arrives_is_worked_at_and_the_answer_leaves(tmp_path: Path) -> None:
    """A Follow comes to the web role; inbox accepts it, and outbox takes the Accept there."""

    async def story(here: Town) -> None:
        stop = asyncio.Event()
        roles = asyncio.create_task(
            run_roles(here.house, ["inbox", "outbox", "jobs"], [], stop, name="one")
        )
        alice = here.hostile.stranger()
        status, _ = await here.post(alice, activity("Follow", alice, here.department.uri))
        assert status == 202

        async def came() -> bool:
            return here.hostile.count("good.test/users/alice/inbox") > 0

        await until(came)
        stop.set()
        await roles

    run(tmp_path, story)


def test_an_act_of_ours_leaves_without_anything_arriving(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        target = await here.house.resolver.actor(alice.uri)
        kari = await find_actor(here.house.performer, "kari")
        act = Acting(actor=kari, urls=here.house.urls, id=here.house.performer.new_id())
        await here.house.performer.perform(act.follow(target), here.house.resolver)
        stop = asyncio.Event()
        roles = asyncio.create_task(run_roles(here.house, ["outbox"], [], stop, name="one"))

        async def came() -> bool:
            return here.hostile.count("good.test/users/alice/inbox") > 0

        await until(came)
        stop.set()
        await roles

    run(tmp_path, story)


@pytest.mark.parametrize("role", ["inbox", "outbox", "jobs"])
def test_a_process_whose_parent_is_gone_stops_by_itself(tmp_path: Path, role: str) -> None:
    async def story(here: Town) -> None:
        nobody = os.getppid() + 1
        async with asyncio.timeout(60):
            await run_roles(here.house, [role], [], asyncio.Event(), nobody, "one")

    run(tmp_path, story)
