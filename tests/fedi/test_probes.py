"""Whether a process lives, and whether it may be sent requests."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from actors.errors import Unavailable
from fedi.net.dispatch import Dispatch, RawHandler
from fedi.probes import Ready, healthy, live
from tests.fedi.asking import Answered, ask


async def nothing() -> None: ...


async def full() -> None:
    raise Unavailable("The disk is full; nothing new can be saved right now.")


def table(ready: RawHandler) -> Dispatch:
    async def none(scope: object, receive: object, send: object) -> None:
        raise AssertionError("not in the table")

    made = Dispatch(none)
    made.add("/livez", live)
    made.add("/health", healthy)
    made.add("/readyz", ready)
    return made


def readiness(
    room: Callable[[], Awaitable[None]] = nothing, write: Callable[[], Awaitable[None]] = nothing
) -> Answered:
    return asyncio.run(ask(table(Ready(room, write)), "/readyz"))


def test_a_loop_that_turns_is_alive_whatever_the_database_does() -> None:
    answered = asyncio.run(ask(table(Ready(full, full)), "/livez"))
    assert (answered.status, answered.text) == (200, "alive\n")
    assert answered.headers["cache-control"] == "no-store"


def test_mastodons_clients_find_their_word_for_it() -> None:
    answered = asyncio.run(ask(table(Ready(full, full)), "/health"))
    assert (answered.status, answered.text) == (200, "OK")


def test_a_process_that_has_room_and_commits_is_ready() -> None:
    answered = readiness()
    assert (answered.status, answered.text) == (200, "ready\n")


def test_a_database_that_takes_nothing_makes_it_unready_with_the_reason() -> None:
    answered = readiness(write=full)
    assert answered.status == 503
    assert answered.headers["retry-after"] == "5"
    assert "disk is full" in answered.text


def test_too_much_waiting_makes_it_unready() -> None:
    assert readiness(room=full).status == 503


@pytest.mark.whole
def test_a_thousand_questions_are_one_commit() -> None:
    commits = []

    async def write() -> None:
        commits.append(1)
        await asyncio.sleep(0)

    async def scene() -> None:
        ready = table(Ready(nothing, write))
        answers = await asyncio.gather(*(ask(ready, "/readyz") for _ in range(1000)))
        assert {answer.status for answer in answers} == {200}

    asyncio.run(scene())
    assert len(commits) == 1


def test_it_is_ready_again_once_the_database_is() -> None:
    troubles = [full, nothing]

    async def scene() -> None:
        ready = Ready(nothing, lambda: troubles.pop(0)())
        assert (await ask(table(ready), "/readyz")).status == 503
        ready._asked -= 1.0
        assert (await ask(table(ready), "/readyz")).status == 200

    asyncio.run(scene())
