"""Streaming in processes of its own, over real sockets: what the web does is heard there, on both
databases; it may die and come back, or end in good order, and the web never notices."""

import asyncio
import json
import os
import signal
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import connect

from fedi.store.engine import Dialect
from fedi.streaming.listener import GOING_AWAY, REVOKED
from tests.fedi.house_on_disk import HouseOnDisk, answers
from tests.fedi.streaming.apps import PATH, Heard
from tests.ports import free_port

pytestmark = pytest.mark.slow
SECONDS = 60.0
WORK = ("serve", "--role", "web", "--role", "inbox", "--role", "outbox", "--role", "jobs")


@dataclass
class City:
    """A house that streams at an address of its own."""

    house: HouseOnDisk
    web: int
    streaming: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.web}"

    def asks(self, path: str, bearer: str = "", **form: str) -> Any:
        """Ask the web processes: a POST where there is a form."""
        data = urllib.parse.urlencode(form).encode() if form else None
        head = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        request = urllib.request.Request(f"{self.origin}{path}", data, head)
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return json.loads(answer.read())

    async def token(self) -> str:
        """A token of Anne's for the department."""
        words = ("--person", "anne", "--as", "ikt_teamet", "--scope", "read write")
        made = await asyncio.to_thread(self.house.fedi, "token", "create", *words)
        return str(made["token"])

    async def says(self, bearer: str, text: str) -> str:
        post = await asyncio.to_thread(self.asks, "/api/v1/statuses", bearer, status=text)
        return str(post["id"])

    async def is_up(self) -> None:
        """Wait until both answer."""
        await asyncio.to_thread(self.house.await_answer, self.origin)
        async with asyncio.timeout(SECONDS):
            while await self.health() is None:  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.05)

    async def health(self) -> bytes | None:
        """What streaming says of its health; None where nothing answers."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.streaming)
            try:
                head = f"GET {PATH}/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                writer.write(head.encode())
                return await reader.read() or None
            finally:
                writer.close()
        except OSError:
            return None

    @asynccontextmanager
    async def hears(self, bearer: str) -> AsyncIterator[Heard]:
        """A socket at streaming's own address that hears the actor's home."""
        url = f"ws://127.0.0.1:{self.streaming}{PATH}?stream=user"
        async with connect(url, subprotocols=[websockets.Subprotocol(bearer)]) as connection:
            await connection.send("{}")
            yield Heard(connection)

    @asynccontextmanager
    async def reads(self, bearer: str) -> AsyncIterator[asyncio.StreamReader]:
        """The same by server-sent events, after the smile."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.streaming)
        head = f"GET {PATH}/user HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {bearer}\r\n\r\n"
        writer.write(head.encode())
        try:
            async with asyncio.timeout(SECONDS):
                began = await reader.readuntil(b":)\n")
            assert b"access-control-allow-origin: *" in began.lower()
            yield reader
        finally:
            writer.close()

    async def hears_what_is_said(self, bearer: str) -> None:
        """Say things until one is heard: when a connection begins to hear can't be seen."""
        async with self.hears(bearer) as socket, self.reads(bearer) as reader:
            said = await self.says(bearer, "Brua er stengt")
            listening = {
                asyncio.create_task(_has(socket, said)),
                asyncio.create_task(_shows(reader, said)),
            }
            async with asyncio.timeout(SECONDS):
                while listening:
                    _, listening = await asyncio.wait(listening, timeout=2)
                    if listening:
                        await self.says(bearer, "Brua er stengt")


async def _has(socket: Heard, least: str) -> None:
    while True:
        said = json.loads(await socket.connection.recv())
        if said["event"] == "update" and json.loads(said["payload"])["id"] >= least:
            return


async def _shows(reader: asyncio.StreamReader, least: str) -> None:
    while True:
        await reader.readuntil(b"event: update\n")
        line = (await reader.readuntil(b"\n")).decode()
        while not line.startswith("data:"):
            line = (await reader.readuntil(b"\n")).decode()
        if json.loads(line.removeprefix("data:"))["id"] >= least:
            return


@contextmanager
def built(folder: Path, database: str, dialect: Dialect) -> Iterator[City]:
    web, streaming = free_port(), free_port()
    house = HouseOnDisk(folder / "data")
    if dialect == "postgres":
        house.more["FEDI_DATABASE__URL"] = database
    origin = f"http://127.0.0.1:{web}"
    house.fedi("init", "--origin", origin, "--lab", "--listen", f"127.0.0.1:{web}")
    house.fedi("department", "add", "ikt_teamet", "--name", "IKT-teamet")
    house.fedi("person", "add", "anne", "--name", "Anne Berg", "--for", "ikt_teamet")
    house.more["FEDI_STREAMING__LISTEN"] = f"127.0.0.1:{streaming}"
    try:
        yield City(house, web, streaming)
    finally:
        house.stop()


def _process_of(city: City, socket: Heard, supervisor: int) -> int:
    """Find the process that holds the other end of a socket."""
    here = socket.connection.local_address[1]
    pair = f":{city.streaming:04X} 0100007F:{here:04X} 01"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
    inode = next(row[9] for row in rows if " ".join(row[1:4]).endswith(pair))
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    for child in children:
        for held in Path(f"/proc/{child}/fd").iterdir():
            if os.readlink(held) == f"socket:[{inode}]":
                return int(child)
    raise AssertionError("no process holds the socket")


def test_sockets_are_held_by_a_process_of_their_own_that_may_die(
    empty_database: str, dialect: Dialect, tmp_path: Path
) -> None:
    async def scene(city: City) -> None:
        supervisor = city.house.start().pid
        await city.is_up()
        health = await city.health()
        assert health is not None
        assert health.startswith(b"HTTP/1.1 200")
        assert b"fedi-streaming: apart" in health
        bearer = await city.token()
        await city.hears_what_is_said(bearer)
        async with city.hears(bearer) as socket:
            os.kill(_process_of(city, socket, supervisor), signal.SIGKILL)
            await socket.closed()
        assert answers(f"{city.origin}/actor")
        await city.is_up()
        await city.hears_what_is_said(bearer)
        async with city.hears(bearer) as socket, city.reads(bearer) as reader:
            await _ended_by(city, socket, reader)

    with built(tmp_path, empty_database, dialect) as city:
        asyncio.run(scene(city))
        assert city.house.stop() == [0]


async def _ended_by(city: City, socket: Heard, reader: asyncio.StreamReader) -> None:
    """Take the token back; both ways in end."""
    for one in await asyncio.to_thread(city.house.fedi, "token", "list"):
        await asyncio.to_thread(city.house.fedi, "token", "revoke", str(one["id"]))
    assert await socket.closed() == REVOKED
    async with asyncio.timeout(SECONDS):
        await reader.read()


def test_a_unit_of_its_own_streams_beside_the_one_that_works(
    empty_database: str, dialect: Dialect, tmp_path: Path
) -> None:
    async def scene(city: City) -> None:
        city.house.start(*WORK)
        await asyncio.to_thread(city.house.await_answer, city.origin)
        apart = city.house.start("serve", "--role", "streaming")
        await city.is_up()
        bearer = await city.token()
        await city.hears_what_is_said(bearer)
        async with city.hears(bearer) as socket:
            apart.terminate()
            assert await socket.closed() == GOING_AWAY
        assert await asyncio.to_thread(apart.wait, SECONDS) == 0
        city.house.processes.remove(apart)
        assert answers(f"{city.origin}/actor")
        city.house.start("serve", "--role", "streaming")
        await city.is_up()
        async with city.hears(bearer) as socket, city.reads(bearer) as reader:
            await _ended_by(city, socket, reader)

    with built(tmp_path, empty_database, dialect) as city:
        asyncio.run(scene(city))
