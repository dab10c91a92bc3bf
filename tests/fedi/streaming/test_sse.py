"""Server-sent events on a live house, read line by line as they come."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from actors.relationships import Relation, RelationKind
from fedi.oauth.tokens import Revoking
from fedi.streaming.sse import EventSource
from tests.fedi.asking import ask
from tests.fedi.streaming.apps import PATH, PATIENCE, Square, tell

pytestmark = pytest.mark.slow


class Source:
    """One open stream."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self.status = 0
        self.headers: dict[str, str] = {}

    async def begin(self) -> None:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}

    async def line(self) -> str:
        """Return the next line of the body, out of its chunks."""
        async with asyncio.timeout(PATIENCE):
            while True:
                said = (await self._reader.readline()).decode()
                bare = said.strip("\r\n")
                if not said or (bare == "0" and said.endswith("\r\n")):
                    raise EOFError
                if bare and not (said.endswith("\r\n") and _is_size(bare)):
                    return bare

    async def event(self) -> dict[str, str]:
        """Return the next event: its name, id and data."""
        return dict([(await self.line()).split(": ", 1) for _ in range(3)])

    async def ended(self) -> None:
        try:
            while True:
                await self.line()
        except EOFError:
            return


def _is_size(text: str) -> bool:
    return all(letter in "0123456789abcdef" for letter in text)


@asynccontextmanager
async def source(
    square: Square, path: str, bearer: str = "", **headers: str
) -> AsyncIterator[Source]:
    reader, writer = await asyncio.open_connection("127.0.0.1", square.here.port)
    lines = [f"GET {PATH}{path} HTTP/1.1", f"Host: {square.here.authority}"]
    if bearer:
        lines.append(f"Authorization: Bearer {bearer}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    opened = Source(reader)
    try:
        await opened.begin()
        yield opened
    finally:
        writer.close()


def test_a_stream_begins_with_a_smile_and_has_names_ids_and_data(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        kari, token = await square.person("kari"), await square.token("ola")
        async with source(square, "/public/local", token) as app:
            assert app.status == 200
            assert app.headers["content-type"] == "text/event-stream"
            assert app.headers["access-control-allow-origin"] == "*"
            assert await app.line() == ":)"
            await square.settled(1)
            post = await square.says(kari, "Hei\n\nder")
            event = await app.event()
            assert event["event"] == "update"
            assert json.loads(event["data"])["id"] == f"{post.id:018d}"
            await square.deletes(kari, post)
            assert (await app.event())["data"] == f"{post.id:018d}"
        await square.settled(0)

    tell(tmp_path, story)


@pytest.mark.parametrize(
    ("path", "stream"),
    [
        ("/user", "user"), ("/user/", "user"), ("/user/notification", "user:notification"),
        ("/public", "public"), ("/public?only_media=true", "public:media"),
        ("/public/local", "public:local"), ("/public/local?only_media=1", "public:local:media"),
        ("/public/remote", "public:remote"), ("/hashtag?tag=Vei", "hashtag"),
        ("/hashtag/local?tag=vei", "hashtag:local"), ("/direct", "direct"),
        ("?stream=user", "user"),
    ],
)  # fmt: skip
def test_every_stream_has_its_path(tmp_path: Path, path: str, stream: str) -> None:
    async def story(square: Square) -> None:
        async with source(square, path, await square.token("ola")) as app:
            assert app.status == 200
            assert await app.line() == ":)"
            await square.settled(1)
            assert [one.name for one in square.here.house.hub.streams] == [stream]

    tell(tmp_path, story)


def test_what_cannot_be_heard_is_answered_in_json(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        token = await square.token("ola", "read:notifications")
        for path, bearer, status in (
            ("/user", "", 401), ("/user", "made up", 401), ("/nonsense", token, 422),
            ("", token, 422), ("/hashtag", token, 422), ("/user", token, 403),
            ("/list?list=1", token, 403),
        ):  # fmt: skip
            async with source(square, path, bearer, Connection="close") as app:
                assert app.status == status, path
                assert app.headers["content-type"].startswith("application/json")
        async with source(square, "/health", Connection="close") as app:
            assert app.status == 200
            assert await app.line() == "OK"

    tell(tmp_path, story)


def test_who_comes_back_with_the_last_id_hears_what_was_missed(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        kari, ola = await square.person("kari"), await square.person("ola")
        await square.put(Relation(kind=RelationKind.FOLLOW, source_id=ola.id, target_id=kari.id))
        token = await square.token("ola")
        async with source(square, "/user", token) as app:
            await square.settled(1)
            await square.says(kari, "Før")
            await app.line()
            last = (await app.event())["id"]
        await square.settled(0)
        missed = [await square.says(kari, f"Imens {number}") for number in range(3)]
        async with source(square, "/user", token, Last_Event_ID=last) as app:
            await square.settled(1)
            missed.append(await square.says(kari, "Etter"))
            await app.line()
            heard = [json.loads((await app.event())["data"])["id"] for _ in missed]
            assert heard == [f"{post.id:018d}" for post in missed]

    tell(tmp_path, story)


def test_a_stream_ends_with_its_token_and_with_the_server(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        house = square.here.house
        token, other = await square.token("ola"), await square.token("kari")
        async with source(square, "/user", token) as app, source(square, "/user", other) as stays:
            await square.settled(2)
            ((id,),) = await square.here.sql(
                "SELECT t.id FROM token t JOIN actor a ON a.id = t.actor_id"
                " WHERE a.username = 'ola'"
            )
            await Revoking(house.performer, house.callers).token(id)
            await app.ended()
            await square.settled(1)
            await house.hub.close()
            await stays.ended()

    tell(tmp_path, story)


def test_silence_is_broken_by_a_thump(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        house, said = square.here.house, bytearray()
        token = await square.token("ola")
        enough = asyncio.Event()

        async def receive() -> Any:
            await enough.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            said.extend(message.get("body", b""))
            if said.count(b":thump\n") >= 2:
                enough.set()

        scope = {
            "type": "http",
            "method": "GET",
            "path": f"{PATH}/user",
            "query_string": f"access_token={token}".encode(),
            "headers": [],
        }
        await EventSource(house.hub, house.callers, thump_seconds=0.01)(scope, receive, send)
        assert said.startswith(b":)\n:thump\n:thump\n")
        assert house.hub.listeners == 0

    tell(tmp_path, story)


def test_browsers_may_ask_first(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        from fedi.app import application

        headers = {"origin": "https://app.example", "access-control-request-headers": "x"}
        answered = await ask(
            application(square.here.house), f"{PATH}/user", "OPTIONS", headers=headers
        )
        assert answered.status == 204
        assert answered.headers["access-control-allow-origin"] == "*"

    tell(tmp_path, story)
