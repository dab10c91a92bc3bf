"""Wake-ups between machines through a real PostgreSQL: heard, gathered, and lost without harm."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import asyncpg
import pytest

from fedi.bus import MOST_TOPICS, Bus, LocalBus, MachinesBus
from fedi.config import parse
from fedi.roles import between_machines
from fedi.store.notices import CHANNEL

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("dialect", ["postgres"])]

Story = Callable[[list[Bus], asyncpg.Connection], Awaitable[None]]


def on_machines(url: str, story: Story, *names: str) -> None:
    """Tell a story with one bus for each name, and a connection to look on with."""
    config = parse({"database": {"url": url}, "bus": {"kind": "postgresql", "per_second": 1000}})

    async def run() -> None:
        async with AsyncExitStack() as stack:
            connection = await asyncpg.connect(url)
            stack.push_async_callback(connection.close)
            buses = [
                await stack.enter_async_context(between_machines(config, LocalBus(), name))
                for name in names
            ]
            await listening(connection, len(names))
            async with asyncio.timeout(60):
                await story(buses, connection)

    asyncio.run(run())


async def listening(connection: asyncpg.Connection, count: int) -> None:
    """Wait until so many connections of buses have said LISTEN."""
    while count > await connection.fetchval(  # noqa: ASYNC110 - other processes listen
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'fedi wake-ups'"
        " AND state = 'idle' AND query LIKE 'LISTEN%'"
    ):
        await asyncio.sleep(0.01)


async def told(connection: asyncpg.Connection) -> list[str]:
    """Listen in; the list grows by each notice."""
    notices: list[str] = []
    await connection.add_listener(CHANNEL, lambda *parts: notices.append(parts[3]))
    return notices


def test_another_machine_is_woken_and_of_that_topic_alone(database: str) -> None:
    async def story(buses: list[Bus], connection: asyncpg.Connection) -> None:
        one, two = buses
        with two.listen("inbox") as woken, two.listen("outbox") as asleep:
            one.wake("inbox")
            assert await woken.wait(60)
            assert not await asleep.wait(0)

    on_machines(database, story, "north", "south")


def test_it_wakes_its_own_at_once(database: str) -> None:
    async def story(buses: list[Bus], connection: asyncpg.Connection) -> None:
        with buses[0].listen("inbox") as listener:
            buses[0].wake("inbox")
            assert await listener.wait(0)

    on_machines(database, story, "north")


def test_processes_of_one_supervisor_are_left_to_their_sockets(database: str) -> None:
    async def story(buses: list[Bus], connection: asyncpg.Connection) -> None:
        one, two, far = buses
        with two.listen("inbox") as neighbour, far.listen("inbox") as other:
            one.wake("inbox")
            assert await other.wait(60)
            assert not await neighbour.wait(0.05)

    on_machines(database, story, "north", "north", "south")


def test_a_rush_is_told_once(database: str) -> None:
    async def story(buses: list[Bus], connection: asyncpg.Connection) -> None:
        notices = await told(connection)
        with buses[1].listen("event") as listener:
            for _ in range(1_000):
                buses[0].wake("inbox")
                buses[0].wake("event")
            assert await listener.wait(60)
        while not notices:  # noqa: ASYNC110 - filled by a callback
            await asyncio.sleep(0.01)
        assert notices == ["north\ninbox\nevent"]

    on_machines(database, story, "north", "south")


def test_more_topics_than_a_notice_holds_are_told_in_several(database: str) -> None:
    async def story(buses: list[Bus], connection: asyncpg.Connection) -> None:
        topics = [f"{number:03}" + "x" * 190 for number in range(100)]
        with buses[1].listen(topics[-1]) as listener:
            for topic in topics:
                buses[0].wake(topic)
            assert await listener.wait(60)

    on_machines(database, story, "north", "south")


def test_a_lost_connection_loses_wake_ups_and_comes_back(database: str) -> None:
    async def story(buses: list[Bus], connection: asyncpg.Connection) -> None:
        await connection.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'fedi wake-ups'"
        )
        buses[0].wake("lost")
        assert not await buses[1].wait("lost", 0.05)  # who waits looks by itself then
        await listening(connection, 2)
        with buses[1].listen("inbox") as listener:
            while not await listener.wait(0.05):
                buses[0].wake("inbox")

    on_machines(database, story, "north", "south")


def test_a_wake_up_from_a_thread_goes_out_too(database: str) -> None:
    async def story(buses: list[Bus], connection: asyncpg.Connection) -> None:
        with buses[1].listen("inbox") as listener:
            await asyncio.to_thread(buses[0].wake, "inbox")
            assert await listener.wait(60)

    on_machines(database, story, "north", "south")


def test_what_gathers_while_nobody_carries_it_stays_small(database: str) -> None:
    class Deaf:
        async def tell(self, text: str) -> None:
            await asyncio.Event().wait()

    async def run() -> None:
        bus = MachinesBus(LocalBus(), Deaf(), here="north", per_second=20)
        for number in range(3 * MOST_TOPICS):
            bus.wake(str(number))
        assert len(bus._topics) == MOST_TOPICS

    asyncio.run(run())
