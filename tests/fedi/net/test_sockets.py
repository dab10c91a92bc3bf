"""uvicorn's WebSocket protocol as we open it: on a real server, with a client that is not ours."""

import asyncio
import socket
from typing import Any

import pytest
import uvicorn
import websockets
from websockets.asyncio.client import connect

from fedi.net import sockets
from fedi.net.doorstep import Doorstep


async def served(app: Any, story: Any) -> None:
    door = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=Doorstep,
            ws=sockets.made,  # type: ignore[arg-type]
            log_config=None,
            lifespan="off",
            ws_max_size=100,
            ws_per_message_deflate=False,
        )
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve(sockets=[door]))
    try:
        await story(f"ws://127.0.0.1:{door.getsockname()[1]}/")
    finally:
        server.should_exit = True
        await serving
        door.close()


async def echo(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


def test_a_socket_opens_and_what_is_too_long_closes_it() -> None:
    async def story(url: str) -> None:
        async with connect(url) as client:
            await client.send("hei")
            assert await client.recv() == "hei"
            await client.send("x" * 101)
            with pytest.raises(websockets.ConnectionClosedError) as closed:
                await client.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009

    asyncio.run(served(echo, story))


def test_who_is_refused_is_told_why_and_that_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async def refuse(scope: Any, receive: Any, send: Any) -> None:
        kind = [(b"content-type", b"application/json")]
        start = {"type": "websocket.http.response.start", "status": 401, "headers": kind}
        await send(start)
        for part, more in ((b"{", True), (b"}", False)):
            body = {"type": "websocket.http.response.body", "body": part, "more_body": more}
            await send(body)

    async def story(url: str) -> None:
        with pytest.raises(websockets.InvalidStatus) as refused:
            await connect(url)
        answer = refused.value.response
        assert (answer.status_code, answer.body) == (401, b"{}")

    with caplog.at_level("WARNING"):
        asyncio.run(served(refuse, story))
    assert caplog.records == []


@pytest.mark.parametrize("takes", [True, False])
def test_a_side_that_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch, takes: bool) -> None:
    monkeypatch.setattr(sockets, "TAKING_SECONDS", 60.0 if takes else 0.05)
    ended = asyncio.Event()

    async def flood(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        try:
            for _ in range(200):
                await send({"type": "websocket.send", "text": "x" * 100_000})
        except OSError:
            ended.set()

    async def story(url: str) -> None:
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)  # the kernel keeps little
        narrow.connect(("127.0.0.1", int(url.rpartition(":")[2].rstrip("/"))))
        options: Any = {"max_queue": 1, "max_size": None, "close_timeout": 0.1}
        async with connect(url, sock=narrow, **options) as client:
            if takes:
                for _ in range(200):
                    assert len(await client.recv()) == 100_000
            else:
                async with asyncio.timeout(60):
                    await ended.wait()

    asyncio.run(served(flood, story))
    assert ended.is_set() is not takes
