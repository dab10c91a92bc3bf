"""The client API under 16 apps that keep their connections: pages, posting, search, streaming.

A served house with 100,000 posts (stored.py) in lab mode; CPU is that of all its processes, for
one request. Run: python -m tests.bench client [--smoke]
"""

import asyncio
import time
from collections.abc import Callable
from itertools import count
from urllib.parse import quote

from tests.bench.inbox import PORT, Ready, cpu, pss, served
from tests.bench.load import Loaded, asking, for_seconds, loaded
from tests.bench.marks import Row, sized, smoke
from tests.bench.sockets import fan_out
from tests.bench.stored import Stored, stored, template

SECONDS = 1.0 if smoke() else 4.0
HOME = "/api/v1/timelines/home"
SENTENCE = "Bystyret møtes torsdag klokken ti, og alle er velkomne. #møte "


class _House:
    """The house that runs, and how it is measured."""

    def __init__(self, pid: int, known: Stored) -> None:
        self.pid = pid
        self.known = known
        self.rows: list[Row] = []

    async def rate(self, what: str, make: Callable[[int], bytes], at_least: float) -> Loaded:
        """Ask for some seconds and add a row: answers a second."""
        await loaded(iter([make(n) for n in range(32)]))
        before = cpu(self.pid)
        found = await loaded(for_seconds(SECONDS, make))
        self._row(what, found, at_least, before)
        return found

    async def all(self, what: str, requests: list[bytes], at_least: float) -> Loaded:
        """Ask all this once and add a row."""
        before = cpu(self.pid)
        found = await loaded(iter(requests))
        self._row(what, found, at_least, before)
        return found

    def _row(self, what: str, found: Loaded, at_least: float, before: float) -> None:
        wrong = {status: many for status, many in found.statuses.items() if status != 200}
        assert not wrong, f"{what}: {wrong}"
        micros = (cpu(self.pid) - before) / len(found.took) * 1e6
        note = f"p99 {found.within(0.99):.1f} ms, {found.bytes / 1000:.0f} kB"
        self.rows.append(Row(what, found.rate, micros, at_least=at_least, note=note))

    def ceiling(self, what: str, figure: float, at_most: float) -> None:
        self.rows.append(Row(what, figure, at_most=at_most))


async def main() -> list[Row]:
    """Return the rates of the client API."""
    kept = await asyncio.to_thread(template)
    with (
        stored(kept) as (config, known),
        served(Ready(config, config.server.data_dir, None)) as pid,
    ):
        await _quiet(pid)
        house = _House(pid, known)
        await _reading(house)
        await _finding(house)
        await _cold(house)
        await _writing(house)
        sockets = sized(1_000)
        figure, micros = await fan_out(pid, known, sockets, posts=sized(100))
        what = f"socket events to {sockets:,} readers at home /s"
        house.rows.append(Row(what, figure, micros, at_least=20_000))
        house.rows.append(Row("memory after all this (PSS), MiB", pss(pid)))
    return house.rows


async def _quiet(pid: int) -> None:
    """Wait until what is done at a start is done, for it would be counted as the pages' CPU."""
    await asyncio.sleep(2)
    for _ in range(60):
        before = cpu(pid)
        await asyncio.sleep(1)
        if cpu(pid) - before < 0.05:
            return


async def _reading(house: _House) -> None:
    known = house.known
    page = asking(HOME, known.reader)
    warm = await house.rate("home page of 20, warm /s", lambda _: page, 6_000)
    house.rows.append(Row("the same, µs CPU a page", house.rows[-1].micros or 0, at_most=250))
    house.ceiling("the same, p99 ms", warm.within(0.99), 15)
    deep = await _deep(known.reader, 12)
    await house.rate("home, the 12th page and on /s", lambda _: deep, 6_000)
    mine = asking("/api/v1/accounts/verify_credentials", known.reader)
    await house.rate("verify_credentials /s", lambda _: mine, 10_000)
    around = asking(f"/api/v1/statuses/{known.root}/context", known.reader)
    await house.rate("context of 100 replies /s", lambda _: around, 500)
    told = asking("/api/v1/notifications", known.reader)
    await house.rate("notifications, a page of 40 /s", lambda _: told, 1_500)
    public = asking("/api/v1/timelines/public", known.reader)
    await house.rate("federated timeline /s", lambda _: public, 1_500)


async def _deep(token: str, pages: int) -> bytes:
    """Walk down a home timeline as apps do; return the request for the last page."""
    request = asking(HOME, token)
    for _ in range(pages):
        below = await _next(request)
        request = asking(f"{HOME}?max_id={below}", token)
    return request


async def _next(request: bytes) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    writer.close()
    assert "max_id=" in head, head
    return head.split("max_id=")[1].split(">")[0]


async def _finding(house: _House) -> None:
    token, words = house.known.reader, house.known.words

    def search(number: int) -> bytes:
        word = quote(words[number * 7 % 400])
        return asking(f"/api/v2/search?q={word}&type=statuses", token)

    found = await house.rate("search for a word /s", search, 400)
    house.ceiling("the same, p99 ms", found.within(0.99), 50)


async def _cold(house: _House) -> None:
    requests = [asking(HOME, token) for token in house.known.cold]
    await house.all("home page of who was never here /s", requests, 400)


async def _writing(house: _House) -> None:
    writers, numbers, run = house.known.writers, count(), time.time_ns()

    def post(_: int) -> bytes:
        number = next(numbers)
        form = {"status": f"{SENTENCE * 3}{run}-{number}", "visibility": "public"}
        return asking("/api/v1/statuses", writers[number % len(writers)], form)

    await house.rate("post, durable /s", post, 500)
