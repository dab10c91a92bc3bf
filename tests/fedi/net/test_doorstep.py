"""Heads of requests: so large and no larger, so slow and no slower (trials 21, 31)."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from fedi.net import doorstep
from tests.hostile.peer import Town, listening, town


def run(folder: Path, story: Any) -> None:
    async def main() -> None:
        async with town(folder) as here:
            await story(here)

    asyncio.run(main())


def get(here: Town, *lines: str, path: str = "") -> bytes:
    where = path or here.department.uri.removeprefix(here.origin)
    more = "".join(f"{line}\r\n" for line in lines)
    accept = "Accept: application/activity+json\r\n"
    host = f"Host: 127.0.0.1:{here.port}\r\n"
    return f"GET {where} HTTP/1.1\r\n{host}{accept}{more}Connection: close\r\n\r\n".encode()


def test_trial_31_a_head_over_the_limit_is_refused_without_being_kept(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        assert (await here.bytes(get(here, f"X: {'a' * 30_000}")))[0] == 200
        large = (
            get(here, f"X: {'a' * 33_000}"),
            get(here, *(f"X-{number}: a" for number in range(5_000))),
            get(here, path=f"/{'a' * 40_000}"),
            get(here, path=f"/actors?{'a' * 40_000}"),
        )
        for request in large:
            assert (await here.bytes(request))[0] == 431
        status, _ = await here.bytes(get(here, f"X: {'a' * 20_000_000}"))
        assert status in (0, 431)  # cut while still sending
        assert (await here.bytes(get(here)))[0] == 200

    run(tmp_path, story)


def test_trial_21_a_head_that_trickles_is_cut_at_its_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorstep, "HEAD_SECONDS", 0.4)

    async def story(here: Town) -> None:
        cut = 0
        for first in (b"", b"GET / HTTP/1.1\r\nHost: a\r\n", get(here).replace(b"close", b"x")):
            reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
            writer.write(first)
            if first.endswith(b"\r\n\r\n"):  # a whole request, and then another that trickles
                await reader.readuntil(b"}")
                writer.write(b"G")
            async with asyncio.timeout(60):
                while True:
                    writer.write(b"X" if first else b"")
                    try:
                        if await asyncio.wait_for(reader.read(65_536), 0.1):
                            continue
                    except TimeoutError:
                        continue
                    except ConnectionError:
                        pass
                    cut += 1
                    break
            writer.close()
        assert cut == 3
        assert (await here.bytes(get(here)))[0] == 200

    run(tmp_path, story)


@asynccontextmanager
async def counting(sizes: list[int]) -> AsyncIterator[Any]:
    """Open a server that reads bodies and notes how much it got of each; gives its address."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope
        size, more = 0, True
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        sizes.append(size)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    config = uvicorn.Config(app, http=doorstep.Doorstep, lifespan="off", ws="none", log_config=None)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    with listening() as door:
        serving = asyncio.create_task(server.serve(sockets=[door]))
        try:
            yield door.getsockname()
        finally:
            server.should_exit = True
            await serving


POST = b"POST / HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize(
    "head", [b"Content-Length: 500\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"]
)
@pytest.mark.parametrize("begun", [b"", b"1\r\nx\r\n"])
def test_trial_21_a_body_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, head: bytes, begun: bytes
) -> None:
    monkeypatch.setattr(doorstep, "BODY_SECONDS", 0.2)
    sizes: list[int] = []

    async def main() -> None:
        async with counting(sizes) as place:
            reader, writer = await asyncio.open_connection(*place)
            writer.write(POST + head + begun)
            async with asyncio.timeout(60):
                assert await reader.read() == b""
            writer.close()

    asyncio.run(main())
    assert sizes[0] < 10


def test_a_body_that_comes_slowly_and_steadily_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorstep, "BODY_SECONDS", 0.05)
    sizes: list[int] = []

    async def main() -> None:
        async with counting(sizes) as place:
            reader, writer = await asyncio.open_connection(*place)
            writer.write(POST + b"Content-Length: 1000000\r\n\r\n" + bytes(900_000))
            await writer.drain()
            await asyncio.sleep(0.3)
            writer.write(bytes(100_000) + POST + b"Connection: close\r\nContent-Length: 1\r\n\r\nx")
            async with asyncio.timeout(60):
                assert (await reader.read()).count(b"HTTP/1.1 204") == 2
            writer.close()

    asyncio.run(main())
    assert sizes == [1_000_000, 1]


def test_trial_21_an_answer_that_nobody_takes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorstep, "TAKING_SECONDS", 0.3)
    ended = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(400):
            part = {"type": "http.response.body", "body": b"x" * 100_000, "more_body": True}
            await send(part)
        await send({"type": "http.response.body", "body": b""})
        ended.set()

    async def main() -> None:
        config = uvicorn.Config(
            app, http=doorstep.Doorstep, lifespan="off", ws="none", log_config=None
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        with listening() as door:
            serving = asyncio.create_task(server.serve(sockets=[door]))
            with socket.create_connection(door.getsockname()) as lazy:
                lazy.setblocking(False)
                lazy.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                async with asyncio.timeout(60):
                    await ended.wait()
            reader, writer = await asyncio.open_connection(*door.getsockname())
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert len(await reader.read()) > 40_000_000  # who takes it gets all of it
            writer.close()
            server.should_exit = True
            await serving

    asyncio.run(main())
