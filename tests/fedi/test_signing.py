"""The signing threads: values and errors come back to whoever asked, on the loop."""

import asyncio
import threading
from functools import partial

import pytest

from fedi.signing import SigningThreads


def _told(n: int) -> tuple[int, int]:
    return n, threading.get_ident()


def test_what_is_signed_comes_back_to_who_asked_and_on_another_thread() -> None:
    async def scene() -> None:
        threads = SigningThreads(2)
        answers = await asyncio.gather(*(threads.sign(partial(_told, n)) for n in range(200)))
        threads.close()
        assert [n for n, _ in answers] == list(range(200))
        assert threading.get_ident() not in {thread for _, thread in answers}

    asyncio.run(scene())


def test_an_error_is_raised_where_it_was_asked_and_the_thread_goes_on() -> None:
    async def scene() -> None:
        threads = SigningThreads(1)

        def fails() -> None:
            raise LookupError

        with pytest.raises(LookupError):
            await threads.sign(fails)
        assert await threads.sign(lambda: 7) == 7
        threads.close()

    asyncio.run(scene())


def test_who_gave_up_waiting_hurts_nobody() -> None:
    async def scene() -> None:
        threads = SigningThreads(1)
        begun, go = threading.Event(), threading.Event()

        def waits() -> None:
            begun.set()
            go.wait(60)

        first = asyncio.create_task(threads.sign(waits))
        second = asyncio.create_task(threads.sign(lambda: 2))
        await asyncio.sleep(0)
        await asyncio.to_thread(begun.wait, 5)
        first.cancel()
        second.cancel()
        go.set()
        assert await threads.sign(lambda: 3) == 3
        await asyncio.gather(first, second, return_exceptions=True)
        threads.close()

    asyncio.run(scene())
