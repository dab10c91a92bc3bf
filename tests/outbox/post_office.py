"""A house that sends: its tables filled, its worker running, and the servers it sends to.

Peers are real HTTP servers on loopback; the lab's table of names leads many hosts to one of them.
"""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from actors.effects import Recipients
from actors.ids import Ids
from actors.people import Actor, ActorKind, Key, KeyKind
from actors.posts import Visibility
from actors.relationships import Relation, RelationKind, RelationState
from actors.signatures import keys
from actors.urls import Urls
from fedi.bus import LocalBus
from fedi.mailroom import HouseMailroom
from fedi.net.guard import Rules
from fedi.net.names import Resolver
from fedi.net.sender import Sender
from fedi.signing import SigningThreads
from fedi.store import fanout, rows
from fedi.store.engine import Engine, Tx
from outbox.worker import Worker

NOW = 1_764_000_000_000
URLS = Urls("http://house.test", "house.test")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: int = NOW) -> None:
        self.time = now

    def now(self) -> int:
        return self.time


class Chance:
    """Chance that never surprises."""

    def bits(self, count: int) -> int:
        return 1 << (count - 1)

    def fraction(self) -> float:
        return 0.0


@cache
def rsa_key(number: int = 0) -> keys.PrivateKey:
    """Make a key once for all tests; `number` tells several apart."""
    return keys.generate_rsa()


def local_actor(id: int, **fields: Any) -> Actor:
    uri = URLS.actor(id)
    return Actor(
        id=id,
        kind=fields.pop("kind", ActorKind.ORGANIZATION),
        uri=uri,
        local=True,
        username=f"avdeling{id}",
        host="house.test",
        inbox=f"{uri}/inbox",
        followers=f"{uri}/followers",
        **fields,
    )


def remote_actor(
    id: int, host: str, *, shared: bool = False, scheme: str = "http", **fields: Any
) -> Actor:
    base = f"{scheme}://{host}"
    return Actor(
        id=id,
        kind=ActorKind.PERSON,
        uri=f"{base}/users/{id}",
        username=f"user{id}",
        domain=host,
        host=host,
        inbox=f"{base}/users/{id}/inbox",
        shared_inbox=f"{base}/inbox" if shared else "",
        **fields,
    )


def key_of(actor: Actor, name: str = "main-key", number: int = 0, **fields: Any) -> Key:
    private = rsa_key(number)
    return Key(
        uri=f"{actor.uri}#{name}",
        actor_id=actor.id,
        kind=KeyKind.RSA,
        public=keys.public_pem(private),
        private=keys.private_bytes(private),
        created=fields.pop("created", NOW - 1_000_000),
        **fields,
    )


@dataclass
class Office:
    """The sending house. `hosts` is the lab's table: name -> address:port."""

    engine: Engine
    clock: Clock = field(default_factory=Clock)
    hosts: dict[str, str] = field(default_factory=dict)
    rules: fanout.Rules = field(default_factory=fanout.Rules)
    author: Actor = field(default_factory=lambda: local_actor(1))
    ids: Ids = field(default_factory=lambda: Ids(3))

    async def open(self) -> "Office":
        """Put the author, who has a key, into the tables."""
        await self.put(self.author, key_of(self.author))
        return self

    async def put(self, *records: Any) -> None:
        async def unit(tx: Tx) -> None:
            for record in records:
                table = rows.TABLES[type(record)]
                await tx.run(table.replace, table.encode(record))

        await self.engine.write(unit)

    async def followed_by(self, *actors: Actor, state: str = "accepted") -> None:
        await self.put(*actors)
        await self.put(
            *(
                Relation(
                    kind=RelationKind.FOLLOW,
                    source_id=actor.id,
                    target_id=self.author.id,
                    state=RelationState(state),
                )
                for actor in actors
            )
        )

    async def send(
        self,
        kind: str = "Create",
        *,
        about: str = "",
        visible: Visibility = Visibility.PUBLIC,
        followers: bool = True,
        actors: tuple[int, ...] = (),
        of_post: bool = False,
        post_id: int | None = 77,
        obj: Mapping[str, Any] | str | None = None,
        uri: str = "",
        note: str = "",
    ) -> str:
        """Store an activity with its fan-out row, as fedi/store/leaving.py does; return its uri."""
        id = self.ids.make(self.clock.now())
        uri = uri or URLS.activity(id)
        about = about or URLS.post(77)
        written = {"id": about, "type": "Note", "content": note or uri}
        body = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": uri,
            "type": kind,
            "actor": self.author.uri,
            "object": obj if obj is not None else written,
        }
        recipients = Recipients(
            followers_of=self.author.id if followers else None,
            actors=actors,
            of_post=post_id if of_post else None,
        )

        async def unit(tx: Tx) -> None:
            await tx.run(
                "INSERT INTO activity (id, uri, actor_id, kind, about, post_id, visible, body,"
                " created, total, delivered, failed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)",
                (
                    id, uri, self.author.id, kind, about, post_id, visible.value,
                    json.dumps(body).encode(), self.clock.now(),
                ),
            )  # fmt: skip
            await tx.run(
                "INSERT INTO fanout (activity_id, actor_id, recipients, position, lease_until,"
                " fence, created) VALUES (?, ?, ?, '', 0, 0, ?)",
                (id, self.author.id, _text(recipients), self.clock.now()),
            )

        await self.engine.write(unit)
        return uri

    async def expand(self) -> None:
        while await fanout.expand(self.engine, self.clock.now, self.rules):
            pass

    async def queued(self, columns: str = "inbox") -> list[Any]:
        """Return columns of the rows that wait, in their order."""
        found = await self.engine.read(
            lambda tx: tx.rows(
                f"SELECT {columns} FROM delivery d JOIN activity a ON a.id = d.activity_id"
                " WHERE d.state = 0 ORDER BY d.id"
            )
        )
        return [row[0] if len(row) == 1 else row for row in found]

    async def ask(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        return await self.engine.read(lambda tx: tx.rows(sql, params))

    @contextlib.asynccontextmanager
    async def mailroom(
        self,
        worker: str = "one",
        *,
        kind: type[HouseMailroom] = HouseMailroom,
        deadline: float = 60.0,
        resolver: Resolver | None = None,
        **options: Any,
    ) -> AsyncIterator[HouseMailroom]:
        bus = LocalBus()
        threads = SigningThreads(1)
        sender = Sender(
            Rules(lab=True, hosts=self.hosts),
            resolver=resolver,
            per_host=8,
            in_flight=4_000,
            max_open=4_000,
        )
        try:
            yield kind(
                engine=self.engine,
                sender=sender,
                threads=threads,
                bus=bus,
                urls=URLS,
                clock=self.clock,
                random=Chance(),
                worker=worker,
                rules=self.rules,
                deadline=deadline,
                **options,
            )
        finally:
            await sender.close()
            threads.close()
            bus.close()

    async def settle(self, worker: str = "one", **options: Any) -> None:
        """Deliver all that is due now."""
        async with self.mailroom(worker, **options) as mailroom:
            await Worker(mailroom, per_host=mailroom.per_host).settle()


def _text(recipients: Recipients) -> str:
    return json.dumps(
        {
            "followers_of": recipients.followers_of,
            "actors": list(recipients.actors),
            "of_post": recipients.of_post,
        }
    )


@dataclass
class Got:
    """One request as a peer got it."""

    host: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return str(json.loads(self.body)["id"])

    @property
    def inbox(self) -> str:
        return f"http://{self.host}{self.path}"


Answer = Callable[[Got], Awaitable[str] | str]


class Inboxes:
    """A peer on loopback that answers for every host led to it; `answer` gives status and headers
    of a response, such as "202 Accepted" or "429 Slow\\r\\nRetry-After: 7"."""

    def __init__(self, answer: Answer = lambda _: "202 Accepted") -> None:
        self.answer = answer
        self.got: list[Got] = []
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.got]

    def times(self) -> Counter[tuple[str, str]]:
        """Count how often each inbox got each activity."""
        return Counter((one.inbox, one.id) for one in self.got)

    async def __aenter__(self) -> "Inboxes":
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", self.port, backlog=2048
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, *lines = head[:-4].split("\r\n")
                pairs = [line.partition(": ") for line in lines]
                headers = {name.lower(): value for name, _, value in pairs}
                body = await reader.readexactly(int(headers["content-length"]))
                got = Got(headers["host"], first.split(" ")[1], headers, body)
                self.got.append(got)
                answer = self.answer(got)
                status = answer if isinstance(answer, str) else await answer
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()
