"""Whole houses in one process, each with its own store, clockwork and workers, driven by hand.

A house is founded once for all tests (keys take time) and copied for each. It can crash: what is
under way is cut off, what was not committed is lost, and it opens again on the same file.
"""

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from actors.errors import FediError
from actors.people import Actor, ActorKind
from fedi.app import House, application, opened_house
from fedi.config import Config, Database, Federation, Organisation, Server
from fedi.jobs import Clockwork
from fedi.mailroom import HouseMailroom
from fedi.organisation import NewActor, add_actor, found
from fedi.signing import SigningThreads
from fedi.store import leases
from fedi.store.home import Readers
from fedi.wanted import WantedWorker
from inbox.worker import Worker as InboxWorker
from outbox.worker import Worker as OutboxWorker
from tests.dice import Dice
from tests.fediverse.inline import InlineEngine, opened_inline
from tests.fediverse.mortal import MortalEngine, opened_mortal
from tests.fediverse.network import Network, Wire

T = TypeVar("T")
START = 1_764_000_000_000
HOSTS = ("nord.test", "sor.test", "ost.test")
NAMES = ("anne", "bo")


@dataclass
class Clock:
    """One time for all houses, moved by hand."""

    time: int = START

    def now(self) -> int:
        return self.time


class Deaf:
    """A bus that loses every wake-up: workers must find their work by looking."""

    def wake(self, topic: str) -> None:
        pass

    def listen(self, topic: str) -> Any:
        raise NotImplementedError(topic)

    async def wait(self, topic: str, timeout: float) -> bool:
        return False

    def close(self) -> None:
        pass


class Here(SigningThreads):
    """Signs where it is asked to, without threads."""

    def __init__(self) -> None:
        pass

    async def sign(self, signing: Callable[[], T]) -> T:
        return signing()

    def close(self) -> None:
        pass


def config(host: str, folder: Path, url: str = "") -> Config:
    return Config(
        server=Server(origin=f"https://{host}", data_dir=folder),
        organisation=Organisation(name=host),
        database=Database(url=url or f"sqlite:///{folder / host}.db"),
        federation=Federation(rate_per_host=10_000),
    )


@dataclass
class Running:
    """One house of a fediverse, and the hands that drive its workers."""

    host: str
    folder: Path
    network: Network
    clock: Clock
    dice: Dice
    url: str = ""
    """Of its PostgreSQL; "" for SQLite in the folder."""
    bus: Any = field(default_factory=Deaf)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def path(self) -> Path:
        return self.folder / f"{self.host}.db"

    async def open(self) -> "Running":
        wire = Wire(self.network, self.host)
        self._stack = AsyncExitStack()
        self.house: House = await self._stack.enter_async_context(
            opened_house(
                config(self.host, self.folder, self.url),
                bus=self.bus,
                clock=self.clock,
                random=self.dice,
                sender=wire,
                opening=opening(self.path, self.url),
            )
        )
        await self.house.engine.write(leases.give_back_all)
        self.network.apps[self.host] = application(self.house)
        self.inbox = InboxWorker(self.house.desk)
        mailroom = HouseMailroom(
            engine=self.house.engine,
            sender=wire,
            threads=Here(),
            bus=self.house.bus,
            urls=self.house.urls,
            clock=self.clock,
            random=self.dice,
            worker=f"{self.host}-{self.clock.time}",
        )
        self.mailroom = mailroom
        self.outbox = OutboxWorker(mailroom)
        self.wanted = WantedWorker(self.house)
        self.clockwork = Clockwork(self.house)
        return self

    async def close(self) -> None:
        self.network.apps.pop(self.host, None)
        with suppress(FediError):
            await self._stack.aclose()

    async def crash(self) -> None:
        """Lose power: nothing more is written, and nobody is told."""
        engine = self.house.engine
        assert isinstance(engine, InlineEngine | MortalEngine)
        engine.dead = True
        await self.close()
        self.clock.time += 1_000  # nothing starts again within the millisecond it died in

    # -- work

    async def send(self) -> None:
        await self.outbox.settle()

    async def process(self) -> None:
        await self.inbox.drain()

    async def chores(self) -> None:
        while await self.wanted.some():
            pass
        while await self.clockwork.spread():
            pass

    async def work(self) -> None:
        for one in (self.send, self.process, self.chores):
            await one()

    async def crash_during(self, work: Coroutine[Any, Any, None], request: int) -> None:
        """Do some work and lose power just after the `request`-th request of it has come there:
        the other server has it, and this one never learns."""
        struck, count = asyncio.Event(), 0

        async def strike(source: str, _: object) -> None:
            nonlocal count
            if source == self.host:
                count += 1
                if count >= request:
                    struck.set()
                    await asyncio.Event().wait()

        others = asyncio.all_tasks()
        self.network.after = strike
        working = asyncio.create_task(work)
        striking = asyncio.create_task(struck.wait())
        await asyncio.wait({working, striking}, return_when=asyncio.FIRST_COMPLETED)
        self.network.after = None
        engine = self.house.engine
        assert isinstance(engine, InlineEngine | MortalEngine)
        engine.dead = struck.is_set()
        cut_off = asyncio.all_tasks() - others
        for task in cut_off:
            task.cancel()
        await asyncio.gather(*cut_off, return_exceptions=True)
        if struck.is_set():
            await self.crash()
            await self.open()

    async def reads(self, *readers: Actor) -> None:
        """Have actors read their home timelines, which are kept from then on."""
        kept = Readers(self.house.engine)
        for reader in readers:
            await kept.ready(reader.id, self.house.clock.now())

    # -- looking

    async def ask(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        return await self.house.engine.read(lambda tx: tx.rows(sql, params))

    async def waiting(self) -> int:
        """Return how much is still to be done: deliveries, fan-outs, arrivals, fetches, chores."""
        found = 0
        for table, where in (
            ("delivery", "state = 0"),
            ("fanout", "1 = 1"),
            ("arrival", "1 = 1"),
            ("wanted", "1 = 1"),
            ("spread", "1 = 1"),
        ):
            found += (await self.ask(f"SELECT count(*) FROM {table} WHERE {where}"))[0][0]
        return found

    async def actor(self, name: str) -> Actor:
        from fedi.organisation import find_actor

        return await find_actor(self.house.performer, name)


@dataclass
class Fediverse:
    """Some houses that know one another by name only."""

    seed: int
    folder: Path
    hosts: tuple[str, ...] = HOSTS
    clock: Clock = field(default_factory=Clock)
    urls: Mapping[str, str] = field(default_factory=dict)

    async def __aenter__(self) -> "Fediverse":
        self.dice = Dice(self.seed)
        self.network = Network(self.seed)
        self.houses: list[Running] = []
        for host in self.hosts:
            dice = Dice(self.seed * 31 + len(self.houses))
            running = Running(
                host, self.folder, self.network, self.clock, dice, self.urls.get(host, "")
            )
            self.houses.append(await running.open())
        return self

    async def __aexit__(self, *_: object) -> None:
        for house in self.houses:
            await house.close()

    def __getitem__(self, host: str) -> Running:
        return next(house for house in self.houses if house.host == host)

    async def work(self, rounds: int = 1) -> None:
        """Let every house do what is due, in one order and then another."""
        for _ in range(rounds):
            for house in self.dice.shuffled(self.houses):
                await house.work()

    async def heal(self) -> None:
        """Let the weather clear, all that is late come, and every house do what it has to do."""
        from tests.fediverse.network import CALM

        self.network.weather = CALM
        await self.network.bring_late(self.dice)
        for _ in range(80):
            await self.work(2)
            if not sum([await house.waiting() for house in self.houses]):
                return
            self.clock.time += 3_600_000
        left = {house.host: await house.waiting() for house in self.houses}
        raise AssertionError(f"the network is well and work is left: {left}")


def opening(path: Path, url: str) -> Callable[[], AbstractAsyncContextManager[Any]]:
    """How a house opens its database: SQLite on the loop itself, PostgreSQL as it is."""
    return partial(opened_mortal, url) if url else partial(opened_inline, path)


async def found_houses(
    folder: Path,
    migrated: Path,
    hosts: tuple[str, ...] = HOSTS,
    urls: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Found the houses that tests copy: an Application actor, and some people and departments."""
    network, clock = Network(0), Clock(START - 60_000)
    for number, host in enumerate(hosts):
        shutil.copy(migrated, folder / f"{host}.db")
        async with opened_house(
            config(host, folder, urls.get(host, "")),
            bus=Deaf(),
            clock=clock,
            random=Dice(number),
            sender=Wire(network, host),
            opening=opening(folder / f"{host}.db", urls.get(host, "")),
        ) as house:
            await found(house.performer, host)
            for name in NAMES:
                new = NewActor(kind=ActorKind.ORGANIZATION, username=name, name=f"{name} på {host}")
                await add_actor(house.performer, new)
