"""Looking at an address that somebody chose, before anything is sent there."""

import asyncio

import pytest

from actors.errors import FetchRefused
from fedi.net.guard import Rules
from tests.fedi.net.peers import sending

ADDRESSES = {"good.example.net": ["93.184.215.14"], "inward.example.net": ["10.0.0.7"]}


async def looked_at(url: str, *, deadline: float = 5.0) -> list[str]:
    """Look at an address; return the names that were asked for."""
    asked = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        if host == "hangs.example.net":
            await asyncio.Event().wait()
        if host not in ADDRESSES:
            raise OSError("no such name")
        return ADDRESSES[host]

    async with sending(Rules(), resolver=resolve) as sender:
        await sender.check(url, deadline=deadline)
    return asked


@pytest.mark.parametrize("host", ["good.example.net", "silent.example.net"])
def test_an_address_outside_passes_and_so_does_a_name_without_an_answer(host: str) -> None:
    assert asyncio.run(looked_at(f"https://{host}/a")) == [host]


def test_a_name_that_hangs_passes_when_the_deadline_does() -> None:
    asked = asyncio.run(looked_at("https://hangs.example.net/", deadline=0.01))
    assert asked == ["hangs.example.net"]


@pytest.mark.parametrize("url", ["https://inward.example.net/", "https://10.0.0.7/", "ftp://a.b/"])
def test_what_would_not_be_sent_to_is_refused(url: str) -> None:
    with pytest.raises(FetchRefused):
        asyncio.run(looked_at(url))
