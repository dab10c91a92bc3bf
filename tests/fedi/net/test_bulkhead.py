"""What strangers can make us remember has an end in time and in number."""

import asyncio

import pytest

from actors.errors import FetchAnswered, FetchError, FetchRefused, FetchTimeout
from fedi.net.bulkhead import Bulkhead, Failures
from fedi.net.failures import Reason, broken, reason_of, refused


def test_failures_are_capped_and_the_oldest_goes_first() -> None:
    """S14."""
    failures = Failures(most=3)
    for i in range(10):
        failures.note(str(i), broken(Reason.CONNECT), 0)
    assert len(failures) == 3
    failures.check("6", 1)
    with pytest.raises(FetchTimeout):
        failures.check("7", 1)


@pytest.mark.parametrize(
    "error",
    [
        broken(Reason.SLOW, "a"),
        refused(Reason.TYPE, "b"),
        FetchAnswered("c", answered=410, retry_after=None, detail="d"),
    ],
)
def test_a_failure_comes_back_as_it_was(error: FetchError) -> None:
    failures = Failures()
    failures.note("x", error, 0)
    with pytest.raises(type(error)) as caught:
        failures.check("x", 59_999)
    assert (caught.value.sentence, caught.value.detail) == (error.sentence, error.detail)
    assert reason_of(caught.value) == reason_of(error)
    failures.check("x", 60_000)
    assert len(failures) == 0


def test_a_peer_that_says_when_to_come_back_is_asked_then_if_that_is_sooner() -> None:
    failures = Failures()
    failures.note("x", FetchAnswered("", answered=503, retry_after=5.0), 0)
    failures.note("y", FetchAnswered("", answered=503, retry_after=5000.0), 0)
    failures.check("x", 5_000)
    failures.check("y", 60_000)
    failures.note("x", FetchAnswered("", answered=503, retry_after=5.0), 0)
    with pytest.raises(FetchAnswered):
        failures.check("x", 4_999)


@pytest.mark.parametrize("reason", [Reason.BUSY, Reason.CLOSED, Reason.OWN])
def test_what_is_no_fault_of_the_other_side_is_not_remembered(reason: Reason) -> None:
    failures = Failures()
    failures.note("x", FetchRefused("", detail=f"{reason}: "), 0)
    assert len(failures) == 0


def test_a_bulkhead_forgets_hosts_nobody_waits_for() -> None:
    async def main() -> None:
        bulkhead = Bulkhead(2, 1)

        async def one(i: int) -> None:
            async with bulkhead.turn(f"h{i % 5}", 5.0) as left:
                assert 0 < left <= 5.0
                await asyncio.sleep(0)

        await asyncio.gather(*(one(i) for i in range(20)))
        assert not bulkhead._hosts

    asyncio.run(main())


def test_giving_up_while_waiting_returns_every_turn() -> None:
    async def main() -> None:
        bulkhead = Bulkhead(1, 1)

        async def hold(seconds: float) -> None:
            async with bulkhead.turn("h", 5.0):
                await asyncio.sleep(seconds)

        async def held() -> bool:
            await hold(0)
            return True

        holder = asyncio.ensure_future(hold(60))
        await asyncio.sleep(0)
        waiter = asyncio.ensure_future(hold(0))
        await asyncio.sleep(0)
        for task in (waiter, holder):
            task.cancel()
        await asyncio.gather(waiter, holder, return_exceptions=True)
        assert waiter.cancelled()
        assert holder.cancelled()
        async with asyncio.timeout(60):
            assert await held()
        assert not bulkhead._hosts

    asyncio.run(main())
