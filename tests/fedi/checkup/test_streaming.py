"""Streaming in processes of its own, as `fedi check` and `fedi doctor` see it."""

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

from fedi.checkup.findings import State
from fedi.checkup.streaming import from_outside, look
from fedi.config import Config, Server, Streaming
from fedi.net.client import Client
from fedi.store.lock import STREAMING, only_supervisor
from tests.hostile.peer import Town, town
from tests.ports import free_port


def at(folder: Path, listen: str) -> Config:
    return Config(server=Server(data_dir=folder), streaming=Streaming(listen=listen))


def test_where_the_web_answers_it_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert list(look(at(tmp_path, ""))) == []


def test_an_address_that_is_free_or_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        assert [one.state for one in look(at(tmp_path, listen))] == [State.BROKEN]
    assert [one.state for one in look(at(tmp_path, "127.0.0.1:0"))] == [State.OK]


def test_a_server_that_runs_without_its_streaming_is_told(tmp_path: Path) -> None:
    with only_supervisor(tmp_path, STREAMING):
        found = list(look(at(tmp_path, f"127.0.0.1:{free_port()}")))
        assert [one.state for one in found] == [State.BROKEN]
        assert "fedi serve --role streaming" in found[0].sentence
        found = list(look(at(tmp_path, f"unix:{tmp_path}/none.sock")))
        assert [one.state for one in found] == [State.BROKEN]


def test_a_proxy_that_leads_to_the_web_processes_is_told(tmp_path: Path) -> None:
    async def asked(here: Town, listen: str) -> State:
        url = here.origin.replace("http", "ws", 1)
        config = replace(here.house.config, streaming=Streaming(listen=listen, url=url))
        client = Client(here.house.sender, clock=here.house.clock.now)
        try:
            return (await from_outside(client, config)).state
        finally:
            await client.close()

    async def scene() -> None:
        async with town(tmp_path) as here:
            assert await asked(here, "") is State.OK
            assert await asked(here, "127.0.0.1:8001") is State.ATTENTION

    asyncio.run(scene())
