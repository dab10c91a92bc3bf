"""An attacker's servers and a house to attack: several host names on one loopback socket.

The house is whole and answers over real HTTP; the peer serves what a test puts in its table and
keeps every request that reaches it, so that tests can count what one arrival made us ask.
"""

import asyncio
import atexit
import contextlib
import json
import os
import shutil
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from actors.people import Actor, ActorKind, Exposure
from actors.signatures import cavage, keys, rfc9421
from fedi.app import House, opened_house
from fedi.config import Config, parse
from fedi.organisation import NewActor, add_actor, add_person, found
from fedi.roles import run_roles
from inbox.worker import Worker
from tests.fedi.net.peers import Asked, Peer, Talk

GOOD, EVIL, THIRD = "good.test", "evil.test", "third.test"
NAMES = (GOOD, EVIL, THIRD, *(f"evil{number}.test" for number in range(1, 40)))
AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS2}#Public"
ACTIVITY = "application/activity+json"

Served = Mapping[str, Any] | bytes | Callable[[Asked], Any]


@lru_cache(maxsize=8)
def rsa(number: int) -> Any:
    """A key for each number, made once: it takes a while."""
    return keys.generate_rsa()


def listening() -> socket.socket:
    """A socket that listens on a free port from 20700 to 20799; each process begins elsewhere.

    The same again in the next test, where it is free, so that a founded house can be copied.
    """
    begin = os.getpid() * 7
    for port in (20700 + (begin + step) % 100 for step in range(100)):
        trial = socket.socket()
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
            trial.listen(128)
        except OSError:
            trial.close()
            continue
        trial.setblocking(False)
        return trial
    raise AssertionError("no port is free")


def answer(
    document: Any, *, kind: str = ACTIVITY, status: int = 200, more: str = "", body: bytes = b""
) -> bytes:
    """Write an answer; `more` is header lines, each with its line break."""
    body = body or (document if isinstance(document, bytes) else json.dumps(document).encode())
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\n{more}"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def redirect(where: str) -> bytes:
    """An answer that sends the asker elsewhere."""
    return f"HTTP/1.1 302 X\r\nlocation: {where}\r\ncontent-length: 0\r\n\r\n".encode()


@dataclass
class Stranger:
    """Somebody on another server, with a key and a document that a test may bend."""

    uri: str
    private: Any
    document: dict[str, Any]

    @property
    def key_id(self) -> str:
        return str(self.document["publicKey"]["id"])


@dataclass
class Hostile:
    """What the strangers' servers serve, by "host/path", and what they were asked."""

    table: dict[str, Served] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def talk(self, talk: Talk) -> None:
        while (asked := await talk.request()) is not None:
            where = asked.all("host")[0] + asked.target
            self.asked.append(where)
            served = self.table.get(where)
            if callable(served):
                served = served(asked)
                if asyncio.iscoroutine(served):
                    served = await served
            if served is None:
                served = answer({}, status=404)
            await talk.say(served if isinstance(served, bytes) else answer(served))

    def count(self, prefix: str) -> int:
        """How many requests began like this."""
        return sum(where.startswith(prefix) for where in self.asked)

    def stranger(
        self, name: str = "alice", host: str = GOOD, key: int = 0, **more: Any
    ) -> Stranger:
        """Somebody new, whose document is served."""
        uri = f"http://{host}/users/{name}"
        document = {
            "@context": [AS2, "https://w3id.org/security/v1"],
            "id": uri,
            "type": "Person",
            "preferredUsername": name,
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "followers": f"{uri}/followers",
            "featured": f"{uri}/featured",
            "publicKey": {
                "id": f"{uri}#main-key",
                "owner": uri,
                "publicKeyPem": keys.public_pem(rsa(key)),
            },
            **more,
        }
        self.table[f"{host}/users/{name}"] = document
        return Stranger(uri, rsa(key), document)


def now() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Clock:
    """The house's clock, which a test sets ahead (ms) or stops."""

    ahead: int = 0
    stopped: int | None = None

    def now(self) -> int:
        return (now() if self.stopped is None else self.stopped) + self.ahead


@dataclass
class Town:
    """A house that runs, and the strangers' servers around it."""

    house: House
    hostile: Hostile
    port: int
    department: Actor
    hidden: Actor
    clock: Clock

    def neighbour(self) -> contextlib.AbstractAsyncContextManager[House]:
        """Another process of the same house."""
        return opened_house(self.house.config, clock=self.clock)

    @property
    def origin(self) -> str:
        return self.house.urls.origin

    @property
    def authority(self) -> str:
        return self.house.urls.authority

    async def post(
        self,
        by: Stranger,
        activity: Mapping[str, Any] | bytes,
        inbox: str = "/inbox",
        *,
        key_id: str = "",
        key: Any = None,
        dialect: str = "cavage",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> tuple[int, bytes]:
        """Send a signed activity; status and body of the answer."""
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        signed = self.signed("POST", inbox, body, by, key_id, key, dialect)
        return await self.raw("POST", inbox, (*signed, ("Content-Type", ACTIVITY), *headers), body)

    def signed(
        self,
        method: str,
        path: str,
        body: bytes | None,
        by: Stranger,
        key_id: str = "",
        key: Any = None,
        dialect: str = "cavage",
        at: int = 0,
    ) -> list[tuple[str, str]]:
        """The headers of a request signed at a moment (Unix ms), or now."""
        url, id, private = self.origin + path, key_id or by.key_id, key or by.private
        if dialect == "cavage":
            return cavage.sign(
                method, url, date_ms=at or now(), body=body, key_id=id, private_key=private
            )
        made = rfc9421.sign(
            method, url, created_ms=at or now(), body=body, key_id=id, private_key=private
        )
        return [("Host", self.authority), *made]

    async def get(self, path: str, by: Stranger | None = None) -> tuple[int, bytes]:
        """Fetch, signed where somebody is named; status, and head with body."""
        signed = self.signed("GET", path, None, by) if by is not None else ()
        host = () if signed else (("Host", self.authority),)
        return await self.raw("GET", path, (*host, *signed, ("Accept", ACTIVITY)))

    async def raw(
        self, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes = b""
    ) -> tuple[int, bytes]:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        head = f"{method} {path} HTTP/1.1\r\n{lines}{length}Connection: close\r\n\r\n"
        return await self.bytes(head.encode("latin-1") + body)

    async def bytes(self, data: bytes) -> tuple[int, bytes]:
        """Send bytes as they are; status and the whole answer, 0 where there is none."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(data)
            with contextlib.suppress(ConnectionError):
                await writer.drain()
            async with asyncio.timeout(60):
                said = b""
                with contextlib.suppress(ConnectionError):
                    said = await reader.read()
        finally:
            writer.close()
        return (int(said[9:12]) if said[:5] == b"HTTP/" else 0), said

    async def work(self) -> None:
        """Carry out everything that has arrived."""
        await Worker(self.house.desk).drain()

    async def sql(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        return await self.house.engine.read(lambda tx: tx.rows(statement, params))

    async def number(self, statement: str, *params: Any) -> int:
        return int((await self.sql(statement, *params))[0][0])

    async def refusals(self) -> list[str]:
        return [row[0] for row in await self.sql("SELECT code FROM refused ORDER BY id")]


def note(by: Stranger, path: str, **more: Any) -> dict[str, Any]:
    """A public note of a stranger's."""
    return {
        "@context": AS2,
        "id": f"{by.uri.rpartition('/users/')[0]}/notes/{path}",
        "type": "Note",
        "attributedTo": by.uri,
        "content": "<p>Hei</p>",
        "published": "2026-11-24T09:00:00Z",
        "to": [PUBLIC],
        "cc": [f"{by.uri}/followers"],
        **more,
    }


def create(what: Mapping[str, Any], by: Stranger, **more: Any) -> dict[str, Any]:
    return activity("Create", by, {**what}, id=f"{what['id']}/create", to=[PUBLIC], **more)


def activity(kind: str, by: Stranger, what: Any, **more: Any) -> dict[str, Any]:
    return {
        "@context": AS2,
        "id": f"{by.uri}/{kind.lower()}/{time.monotonic_ns()}",
        "type": kind,
        "actor": by.uri,
        "object": what,
        **more,
    }


_founded: dict[str, tuple[tempfile.TemporaryDirectory[str], Actor, Actor]] = {}


async def founded(config: Config) -> tuple[Actor, Actor]:
    """Found the house, or copy the one founded before at this origin; its two departments."""
    origin, folder = config.server.origin, config.server.data_dir
    if origin not in _founded:
        department, hidden = await _found(config)
        kept = tempfile.TemporaryDirectory(prefix="fedi-founded-")
        atexit.register(kept.cleanup)
        shutil.copytree(folder, kept.name, dirs_exist_ok=True)
        _founded[origin] = (kept, department, hidden)
    else:
        kept, department, hidden = _founded[origin]
        shutil.copytree(kept.name, folder, dirs_exist_ok=True)
    return department, hidden


async def _found(config: Config) -> tuple[Actor, Actor]:
    async with opened_house(config, founding=True) as founding:
        await found(founding.performer, "Nordvik")
        department = await add_actor(
            founding.performer,
            NewActor(kind=ActorKind.ORGANIZATION, username="it", name="IT"),
        )
        hidden = await add_actor(
            founding.performer,
            NewActor(
                kind=ActorKind.ORGANIZATION,
                username="skjult",
                name="Skjult",
                exposure=Exposure.INTERNAL,
            ),
        )
        await add_person(founding.performer, "kari", "Kari")
    return department, hidden


@contextlib.asynccontextmanager
async def town(folder: Path, *, lab: bool = True, **federation: Any) -> AsyncIterator[Town]:
    """A house with an open department, a hidden one and a person, answering over HTTP.

    Without `lab` its guard is up as it is on the internet: it reaches no stranger here.
    """
    hostile = Hostile()
    async with Peer(hostile.talk) as peer:
        door = listening()
        port = door.getsockname()[1]
        config = parse(
            {
                "server": {
                    "origin": f"http://127.0.0.1:{port}" if lab else "https://nordvik.example",
                    "listen": f"127.0.0.1:{port}",
                    "data_dir": str(folder),
                },
                "organisation": {"name": "Nordvik"},
                "federation": federation,
                "lab": {
                    "enabled": True,
                    "hosts": dict.fromkeys(NAMES, f"127.0.0.1:{peer.port}"),
                }
                if lab
                else {},
                "log": {"level": "error"},
            }
        )
        department, hidden = await founded(config)
        clock = Clock()
        async with opened_house(config, clock=clock) as house:
            with door:
                stop = asyncio.Event()
                serving = asyncio.create_task(run_roles(house, ["web"], [door], stop))
                try:
                    yield Town(house, hostile, port, department, hidden, clock)
                finally:
                    stop.set()
                    await serving
