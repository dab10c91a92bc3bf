"""Wake-ups within a process and between processes that were forked."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from fedi.bus import Bus, Lines, LocalBus, SocketBus


def on_two_buses(story: Callable[[SocketBus, SocketBus], Awaitable[None]]) -> None:
    async def run() -> None:
        lines = Lines.lay(2)
        one, two = SocketBus(lines, 0), SocketBus(lines, 1)
        try:
            await story(one, two)
        finally:
            one.close()
            two.close()
            lines.close()

    asyncio.run(run())


def test_both_buses_are_buses() -> None:
    async def story(one: SocketBus, two: SocketBus) -> None:
        buses: list[Bus] = [LocalBus(), one, two]
        assert len(buses) == 3

    on_two_buses(story)


def test_a_listener_is_woken_and_then_sleeps_again() -> None:
    async def run() -> None:
        bus = LocalBus()
        with bus.listen("delivery") as listener:
            bus.wake("delivery")
            assert await listener.wait(60)
            assert not await listener.wait(0.01)

    asyncio.run(run())


def test_a_wake_up_while_one_is_busy_is_kept_for_the_next_wait() -> None:
    async def run() -> None:
        bus = LocalBus()
        assert not await bus.wait("inbox", 0)
        bus.wake("inbox")
        bus.wake("inbox")
        assert await bus.wait("inbox", 5)
        assert not await bus.wait("inbox", 0)

    asyncio.run(run())


def test_every_listener_of_a_topic_is_woken_and_none_of_another() -> None:
    async def run() -> None:
        bus = LocalBus()
        with bus.listen("a") as first, bus.listen("a") as second, bus.listen("b") as other:
            bus.wake("a")
            assert await first.wait(60)
            assert await second.wait(60)
            assert not await other.wait(0)

    asyncio.run(run())


def test_topics_without_listeners_leave_no_trace() -> None:
    async def run() -> None:
        bus = LocalBus()
        for number in range(100):
            with bus.listen(f"actor:{number}"):
                bus.wake(f"actor:{number}")
            bus.wake(f"nobody:{number}")
        assert bus._listeners == {}

    asyncio.run(run())


def test_another_thread_may_wake() -> None:
    async def run() -> None:
        bus = LocalBus()
        with bus.listen("delivery") as listener:
            thread = threading.Thread(target=bus.wake, args=("delivery",))
            thread.start()
            assert await listener.wait(60)
            thread.join()

    asyncio.run(run())


def test_a_thread_that_wakes_after_the_loop_has_closed_does_no_harm() -> None:
    async def run() -> LocalBus:
        return LocalBus()

    bus = asyncio.run(run())
    with ThreadPoolExecutor() as threads:
        assert threads.submit(bus.wake, "delivery").exception() is None


def test_the_other_bus_is_woken_and_so_is_one_s_own() -> None:
    async def story(one: SocketBus, two: SocketBus) -> None:
        with one.listen("delivery") as here, two.listen("delivery") as there:
            one.wake("delivery")
            assert await here.wait(60)
            assert await there.wait(60)

    on_two_buses(story)


def test_a_full_line_drops_wake_ups_and_never_blocks() -> None:
    async def story(one: SocketBus, two: SocketBus) -> None:
        with two.listen("delivery") as there:
            for _ in range(20_000):  # far more than a socket holds; nobody reads meanwhile
                one.wake("delivery")
            assert await there.wait(60)

    on_two_buses(story)


def test_waking_a_bus_that_has_closed_does_no_harm() -> None:
    async def story(one: SocketBus, two: SocketBus) -> None:
        two.close()
        with one.listen("delivery") as here:
            one.wake("delivery")
            two.wake("delivery")
            assert await here.wait(60)

    on_two_buses(story)


def test_an_overlong_topic_is_a_mistake_of_the_program() -> None:
    async def story(one: SocketBus, two: SocketBus) -> None:
        with pytest.raises(ValueError, match="a topic has at most"):
            one.wake("x" * 201)

    on_two_buses(story)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_process_forked_after_the_lines_were_laid_wakes_its_parent() -> None:
    lines = Lines.lay(2)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            asyncio.run(_wake_then_wait(lines))
            status = 0
        finally:
            os._exit(status)

    async def parent() -> None:
        bus = SocketBus(lines, 0)
        with bus.listen("from child") as listener:
            assert await listener.wait(60)
        bus.wake("from parent")
        bus.close()

    try:
        asyncio.run(parent())
    finally:
        lines.close()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


async def _wake_then_wait(lines: Lines) -> None:
    bus = SocketBus(lines, 1)
    with bus.listen("from parent") as listener:
        bus.wake("from child")
        assert await listener.wait(60)
    bus.close()
