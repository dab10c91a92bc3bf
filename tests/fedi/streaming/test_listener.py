"""What waits for one connection: in order, bounded, and dropped when it is over."""

import asyncio

from fedi.streaming.listener import MOST_WAITING, TOO_SLOW, Listener
from fedi.streaming.message import Message
from tests.fedi.streaming.test_streams import caller

USER = ("user",)


def message(number: int) -> Message:
    return Message("delete", b"%d" % number, f"e-0-{number}")


def test_messages_come_in_their_order_and_once() -> None:
    async def story() -> None:
        listener = Listener(caller("read"), "")
        for number in range(3):
            listener.offer(message(number), USER)
        taken = await listener.next(None)
        assert [one.payload for one, _ in taken] == [b"0", b"1", b"2"]
        assert await listener.next(0.001) == []

    asyncio.run(story())


def test_a_wait_ends_with_the_first_message() -> None:
    async def story() -> None:
        listener = Listener(caller("read"), "")
        waiting = asyncio.create_task(listener.next(None))
        await asyncio.sleep(0)
        listener.offer(message(1), USER)
        assert len(await waiting) == 1

    asyncio.run(story())


def test_who_takes_nothing_is_let_go_and_keeps_nothing_waiting() -> None:
    async def story() -> None:
        listener = Listener(caller("read"), "")
        for number in range(MOST_WAITING + 1):
            assert listener.ended is None
            listener.offer(message(number), USER)
        assert listener.ended == TOO_SLOW
        assert listener.waiting == 0
        listener.offer(message(0), USER)
        assert await listener.next(None) == []

    asyncio.run(story())


def test_the_first_end_is_the_one_that_is_told() -> None:
    listener = Listener(caller("read"), "")
    listener.end(1012)
    listener.end(1008)
    assert listener.ended == 1012
    assert listener.over.is_set()
