"""Wake-ups between machines through a real Valkey or Redis: heard, lost and found without harm."""

import asyncio
import logging
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import pytest
import redis.asyncio

from fedi.bus import Bus, LocalBus, MachinesBus
from fedi.config import Config, ConfigError, parse
from fedi.config.checks import check
from fedi.net.valkey import Channel
from fedi.roles import between_machines

PROGRAM = shutil.which("valkey-server") or shutil.which("redis-server")
PASSWORD = "brønn & bekk"

Story = Callable[[list[Bus], redis.asyncio.Redis], Awaitable[None]]


@pytest.fixture(autouse=True)
def installed() -> None:
    missing = "neither valkey-server nor redis-server is installed: the bus over it is NOT tested"
    if PROGRAM is None and os.environ.get("CI"):
        pytest.fail(missing)
    if PROGRAM is None:
        pytest.skip(missing)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A server that keeps nothing, on a socket in a folder; gives its URL."""
    socket = folder / "valkey.sock"
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "save": "",
        "appendonly": "no",
        "requirepass": PASSWORD,
        "dir": str(folder),
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    process = subprocess.Popen(
        [str(PROGRAM), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield f"unix://{socket}"
    finally:
        process.kill()
        process.wait()
        socket.unlink(missing_ok=True)


def looking(url: str) -> redis.asyncio.Redis:
    return redis.asyncio.Redis.from_url(url, password=PASSWORD, decode_responses=True)


async def listeners(look: redis.asyncio.Redis, count: int) -> None:
    """Wait until so many connections listen."""
    async with asyncio.timeout(60):
        while True:
            try:
                if sum(n for _, n in await look.pubsub_numsub("fedi by.example")) == count:
                    return
            except (redis.exceptions.ConnectionError, FileNotFoundError):
                pass  # the server is on its way
            await asyncio.sleep(0.01)


def config_of(folder: Path, url: str) -> Config:
    (folder / "password").write_text(PASSWORD + "\n")
    return parse(
        {
            "server": {"origin": "https://by.example"},
            "database": {"url": "postgresql://nobody@127.0.0.1:1/none"},
            "bus": {
                "kind": "valkey",
                "url": url,
                "password_file": str(folder / "password"),
                "per_second": 1000,
            },
        }
    )


def on_machines(folder: Path, story: Story, *names: str) -> None:
    """Tell a story with one bus for each name, and a connection to look on with."""

    async def run(url: str) -> None:
        async with AsyncExitStack() as stack:
            look = looking(url)
            stack.push_async_callback(look.aclose)
            await listeners(look, 0)
            buses = [
                await stack.enter_async_context(
                    between_machines(config_of(folder, url), LocalBus(), name)
                )
                for name in names
            ]
            await listeners(look, len(names))
            async with asyncio.timeout(60):
                await story(buses, look)

    with server(folder) as url:
        asyncio.run(run(url))


def test_another_machine_is_woken_and_of_that_topic_alone(tmp_path: Path) -> None:
    async def story(buses: list[Bus], look: redis.asyncio.Redis) -> None:
        one, two = buses
        with two.listen("inbox") as woken, two.listen("outbox") as asleep:
            one.wake("inbox")
            assert await woken.wait(60)
            assert not await asleep.wait(0.01)

    on_machines(tmp_path, story, "here", "there")


def test_the_processes_of_one_machine_are_not_woken_twice(tmp_path: Path) -> None:
    async def story(buses: list[Bus], look: redis.asyncio.Redis) -> None:
        one, neighbour, far = buses
        with neighbour.listen("inbox") as asleep, far.listen("inbox") as woken:
            one.wake("inbox")
            assert await woken.wait(60)
            assert not await asleep.wait(0.01)

    on_machines(tmp_path, story, "here", "here", "there")


def test_flushing_it_loses_nothing(tmp_path: Path) -> None:
    async def story(buses: list[Bus], look: redis.asyncio.Redis) -> None:
        one, two = buses
        with two.listen("inbox") as woken:
            for _ in range(3):
                await look.flushall()
                one.wake("inbox")
                assert await woken.wait(60)
        assert await look.dbsize() == 0, "it holds nothing of ours"

    on_machines(tmp_path, story, "here", "there")


def test_a_line_that_is_cut_is_opened_again(tmp_path: Path) -> None:
    async def story(buses: list[Bus], look: redis.asyncio.Redis) -> None:
        one, two = buses
        with two.listen("inbox") as woken:
            await look.client_kill_filter(_type="pubsub")
            one.wake("lost, maybe")
            await listeners(look, 2)
            one.wake("inbox")
            assert await woken.wait(60)

    on_machines(tmp_path, story, "here", "there")


def test_while_it_is_away_wake_ups_are_lost_and_nobody_waits_for_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Readers look each second; here no second passes, and the wake-up of one's own still comes."""
    caplog.set_level(logging.WARNING, "fedi.bus")

    async def run() -> None:
        heard: list[str] = []
        url = f"unix://:{PASSWORD.replace(' ', '%20').replace('&', '%26')}@{tmp_path}/valkey.sock"
        wire = Channel(url, "fedi by.example", heard.append, again=(0.01, 0.05))
        bus = MachinesBus(LocalBus(), wire, here="here", per_second=1000)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(wire.keep()), group.create_task(bus.carry(1_000))]
            for _ in range(2):
                with bus.listen("inbox") as own:
                    bus.wake("inbox")
                    assert await own.wait(60)
                assert not wire.listening.is_set()
                with server(tmp_path) as plain:
                    async with asyncio.timeout(60):
                        await wire.listening.wait()
                    look = looking(plain)
                    await look.publish("fedi by.example", "there\ninbox")
                    bus.wake("outbox")
                    async with asyncio.timeout(60):
                        while "here\noutbox" not in heard:  # noqa: ASYNC110 - another process tells
                            await asyncio.sleep(0.01)
                    assert "there\ninbox" in heard
                    heard.clear()
                    await look.aclose()
                async with asyncio.timeout(60):
                    while wire.listening.is_set():  # noqa: ASYNC110 - a line that breaks
                        await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()

    asyncio.run(run())
    assert "no wake-ups from other machines for now" in caplog.text
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("url", ["", "http://by.example", "by.example:6379"])
def test_a_bus_that_names_no_server_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="bus"):
        check(
            parse(
                {
                    "server": {"origin": "https://by.example"},
                    "database": {"url": "postgresql://x@127.0.0.1/x"},
                    "bus": {"kind": "valkey", "url": url},
                }
            )
        )


def test_with_sqlite_there_are_no_other_machines() -> None:
    with pytest.raises(ConfigError, match="SQLite"):
        check(
            parse(
                {
                    "server": {"origin": "https://by.example"},
                    "bus": {"kind": "valkey", "url": "redis://127.0.0.1"},
                }
            )
        )
