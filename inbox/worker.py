"""Takes saved arrivals and carries them out: lease, receive, perform, done in one transaction.

Arrivals run side by side, so that one that must fetch first does not hold up the rest, and only
so many of one host fetch at once. Those of one actor begin in the order they came in; more is
not promised, and need not be (Delete before Create, Undo before Like). What fails
for want of another server is put off; what is refused says why to the administrator.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

from actors.effects import Activity, Done, Need, Refusal
from actors.errors import FediError, FetchError, Unavailable
from actors.urls import Urls, host_of
from inbox.receive import Expand, receive
from inbox.verdicts import Facts

Fetching = Callable[[], Awaitable[None]]

FETCHING_PER_HOST: Final = 16
"""So many arrivals of one sending host may wait for fetches; of all, half."""
RENEWING: Final = 10.0
"""Seconds; a fraction of a lease, so that a worker may miss one and keep what it has."""
ROUNDS: Final = 5
"""How often one arrival may ask for more before it is put off."""


class Arrival(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def inbox_owner(self) -> int: ...
    @property
    def signer(self) -> str: ...
    @property
    def body(self) -> bytes: ...
    @property
    def received(self) -> int:
        """When it came (Unix ms)."""
        ...


class Desk(Protocol):
    """What the house does for the worker."""

    urls: Urls

    async def lease(self, limit: int) -> list[Any]: ...
    async def release(self, arrivals: list[Any]) -> None:
        """Give leases back, so that others may take them at once."""
        ...

    async def renew(self, arrivals: list[Any]) -> None:
        """Have leases begin anew, for what is still under way."""
        ...

    async def facts(self, host: str) -> Facts: ...
    async def carry_out(self, arrival: Any, activity: Activity) -> Done | Need | Refusal:
        """Run the unit; unless it is a Need, the arrival is gone in the same transaction."""
        ...

    async def refuse(self, arrival: Any, refusal: Refusal) -> None: ...
    async def later(self, arrival: Any, problem: FediError) -> None: ...
    async def postpone(self, arrival: Any) -> None:
        """Put it off a little, without counting that as a try."""
        ...

    async def document(self, uri: str, *, since: int) -> Mapping[str, Any] | None:
        """Fetch from its owner; None where the owner says that it is gone (410). No copy from
        before `since` (Unix ms) will do."""
        ...

    async def need(self, uri: str, *, since: int) -> None: ...
    async def plain(self, document: Mapping[str, Any], host: str) -> Mapping[str, Any]:
        """Expand what `host` sent, in plain words; Invalid where it can't be, Crowded where the
        host has had many expanded just now."""
        ...

    async def wait(self, seconds: float) -> None: ...


class Crowded(Exception):
    """Too many arrivals wait for fetches already."""


@dataclass(slots=True)
class _Known:
    """What was found out for one arrival between its runs."""

    plain: Mapping[str, Any] | None = None
    fetched: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)


class Crowd:
    """Places for arrivals that wait for other servers: slow ones leave room for the rest."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._hosts: Counter[str] = Counter()

    @contextmanager
    def place(self, host: str) -> Iterator[None]:
        """Take a place while the block runs; Crowded where there is none."""
        if self._hosts[host] >= FETCHING_PER_HOST or self._hosts.total() >= self._places:
            raise Crowded
        self._hosts[host] += 1
        try:
            yield
        finally:
            self._hosts[host] -= 1
            if not self._hosts[host]:
                del self._hosts[host]


class Turns:
    """Lets the arrivals of one actor begin in the order they came in: liking, unliking and liking
    again is liking. One that must fetch first lets the next pass."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Event] = {}

    @asynccontextmanager
    async def turn(self, signer: str) -> AsyncIterator[Callable[[], None]]:
        """Wait until the one before has passed; call what is given to let the next pass."""
        before, passed = self._last.get(signer), asyncio.Event()
        self._last[signer] = passed
        try:
            if before is not None:
                await before.wait()
            yield passed.set
        finally:
            passed.set()
            if self._last.get(signer) is passed:
                del self._last[signer]


class Worker:
    """One process's worker. `at_once` arrivals are under way at the most; `patience` is how many
    seconds they get to end when it is stopped, `renewing` how often their leases begin anew."""

    def __init__(
        self,
        desk: Desk,
        *,
        batch: int = 50,
        at_once: int = 400,
        patience: float = 8.0,
        renewing: float = RENEWING,
    ) -> None:
        self._desk = desk
        self._batch = batch
        self._at_once = at_once
        self._patience = patience
        self._renewing = renewing
        self._ended = asyncio.Event()
        self._running: dict[asyncio.Task[None], Arrival] = {}
        self._stopping = False
        self._crowd = Crowd(max(1, at_once // 2))
        self._turns = Turns()

    async def run(self) -> None:
        """Work until stopped; ends when what is under way has ended."""
        renewing = asyncio.create_task(self._renew())
        try:
            await self._work()
        finally:
            renewing.cancel()
            await asyncio.wait([renewing])

    async def _work(self) -> None:
        while not self._stopping:
            await self._until(self._at_once - 1)
            arrivals = await self._lease()
            for arrival in arrivals:
                task = asyncio.create_task(self._safely(arrival))
                self._running[task] = arrival
                task.add_done_callback(self._end)
            if len(arrivals) < self._batch:
                await self._desk.wait(1.0)
            elif self._running:
                # A full batch: let half of it end before the next, so that commits stay grouped.
                await self._until(self._at_once // 2)
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=self._patience)
            await self._give_back(late)

    def stop(self) -> None:
        """Take no more; `run` returns once what is under way is done."""
        self._stopping = True

    async def _give_back(self, late: set[asyncio.Task[None]]) -> None:
        """Break off what has not ended in time; it comes again, and does nothing twice."""
        arrivals = [self._running[task] for task in late]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if arrivals:
            with suppress(Unavailable):
                await self._desk.release(arrivals)

    async def drain(self) -> int:
        """Carry out everything that is due now, and return how many it was (tests, demo)."""
        count = 0
        while arrivals := await self._lease():
            count += len(arrivals)
            await asyncio.gather(*(self.one(arrival) for arrival in arrivals))
        return count

    async def _lease(self) -> list[Any]:
        try:
            return await self._desk.lease(self._batch)
        except Unavailable:
            return []

    def _end(self, task: "asyncio.Task[None]") -> None:
        del self._running[task]
        self._ended.set()

    async def _until(self, most: int) -> None:
        """Wait until so many are under way, at the most."""
        while len(self._running) > most:
            self._ended.clear()
            await self._ended.wait()

    async def _renew(self) -> None:
        """What is under way for long is waiting for other servers, and still ours."""
        while True:
            await asyncio.sleep(self._renewing)
            if self._running:
                with suppress(Unavailable):
                    await self._desk.renew(list(self._running.values()))

    async def _safely(self, arrival: Arrival) -> None:
        # Our database can't take it now: the lease runs out, and it comes again.
        with suppress(Unavailable):
            try:
                await self.one(arrival, self._crowd)
            except Unavailable:
                raise
            except Crowded:
                await self._desk.postpone(arrival)
            except Exception as error:
                # A fault of ours on one arrival must neither stop the worker nor lose the arrival.
                await self._desk.later(arrival, _fault(error))

    async def one(self, arrival: Arrival, crowd: Crowd | None = None) -> None:
        """Carry one arrival out, fetching what it needs between its runs, with a place in `crowd`.

        Unavailable where our database can't take it now: nothing is decided, and it comes again.
        """
        async with self._turns.turn(arrival.signer) as let_pass:
            await self._carry(arrival, crowd, let_pass)

    async def _carry(
        self, arrival: Arrival, crowd: Crowd | None, let_pass: Callable[[], None]
    ) -> None:
        known = _Known()
        host = host_of(arrival.signer)
        facts = await self._desk.facts(host)
        try:
            for _ in range(ROUNDS):
                fetch = await self._step(arrival, facts, known)
                let_pass()
                if fetch is None:
                    return
                with crowd.place(host) if crowd is not None else nullcontext():
                    await fetch()
            refusal = Refusal("needs_too_much", "It asked for more than we fetch for one activity.")
            await self._desk.refuse(arrival, refusal)
        except Unavailable:
            raise  # no fault of the arrival's: it was acknowledged, so it may not be refused
        except FetchError as problem:
            await self._desk.later(arrival, problem)
        except FediError as problem:
            await self._desk.refuse(arrival, Refusal(problem.code, problem.sentence))

    async def _step(self, arrival: Arrival, facts: Facts, known: _Known) -> Fetching | None:
        """Run it once; None when it is done, else what fetches that which it needs first."""
        reading = receive(
            arrival.body,
            signer=arrival.signer,
            owner=arrival.inbox_owner,
            urls=self._desk.urls,
            facts=facts,
            fetched=known.fetched,
            plain=known.plain,
        )
        if isinstance(reading, Refusal):
            await self._desk.refuse(arrival, reading)
            return None
        if isinstance(reading, Expand):
            return partial(self._expand, reading, host_of(arrival.signer), known)
        if isinstance(reading, Need):
            return partial(self._documents, reading, known, arrival)
        outcome = await self._desk.carry_out(arrival, reading)
        return partial(self._needs, outcome, arrival) if isinstance(outcome, Need) else None

    async def _expand(self, expand: Expand, host: str, known: _Known) -> None:
        known.plain = await self._desk.plain(expand.document, host)

    async def _documents(self, need: Need, known: _Known, arrival: Arrival) -> None:
        since = arrival.received if need.fresh else 0
        for uri in need.uris:
            known.fetched[uri] = await self._desk.document(uri, since=since)

    async def _needs(self, need: Need, arrival: Arrival) -> None:
        since = arrival.received if need.fresh else 0
        for uri in need.uris:
            await self._desk.need(uri, since=since)


def _fault(error: Exception) -> FediError:
    return FediError(
        "A fault of ours; the log has the details.", detail=f"{type(error).__name__}: {error}"
    )
