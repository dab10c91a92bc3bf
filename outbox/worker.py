"""The delivery worker: leases hosts, keeps deliveries under way, reports what became of them.

One turn at a time is asked of the house, and while it is written the deliveries go on; what ends
meanwhile goes into the next. A delivery that takes longer than a moment is set aside: it keeps its
socket, but no longer one of the places that others wait for, so hosts that never answer do not
hold up those that do (security.md trial 19). Ports only: fedi/mailroom.py fills them.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Final, Protocol

from actors.errors import Unavailable
from outbox.deliver import Carrier, deliver
from outbox.knocks import Next, Verdict
from outbox.leases import Delivery, Done, Lease, Report, Turn
from outbox.schedule import Health, Outcome, Trouble

MOMENT: Final = 0.5
"""Seconds after which a delivery is set aside."""
ASIDE: Final = 4
"""Deliveries that may wait for slow hosts, as a multiple of those in flight."""
GATHERING: Final = 0.004
"""Seconds that results are gathered for, so that one commit serves many."""
PAUSE: Final = 1.0
"""Seconds to wait when the fault is ours: no more sockets, a database that is busy."""
MARGIN_MS: Final = 100_000
"""Nothing is begun so close to the end of a lease: three knocks may take so long."""

_WELL: Final = (Health.HEALTHY, Health.SLOW)


class Mailroom(Carrier, Protocol):
    """What the house does for the worker, beside what it does for one delivery."""

    async def expand(self) -> bool:
        """Expand one fan-out into rows; False if none is due."""
        ...

    async def turn(self, report: Report) -> Turn:
        """Record what ended and lease what comes next."""
        ...

    async def release(self, holding: Mapping[str, tuple[int, frozenset[int]]]) -> None:
        """Give hosts back, at the end."""
        ...

    async def wait(self, seconds: float) -> None:
        """Return when woken (topic `outbox`), or after so long."""
        ...


class Lane:
    """One leased host in this worker's hands: what waits, what is under way, what is untold."""

    __slots__ = ("fence", "known", "running", "until", "untold", "waiting")

    def __init__(self, lease: Lease) -> None:
        self.fence = lease.fence
        self.until = lease.until
        self.known = lease.known
        self.waiting: deque[Delivery] = deque()
        self.running: dict[int, Delivery] = {}
        self.untold = 0

    @property
    def ids(self) -> frozenset[int]:
        return frozenset((*self.running, *(one.id for one in self.waiting)))

    @property
    def idle(self) -> bool:
        return not (self.waiting or self.running or self.untold)

    def next(self, per_host: int) -> list[Delivery]:
        """Those that wait and may be begun beside those under way.

        What one actor says to one host goes out in its order: an activity waits until the one
        before it has ended, to whatever inboxes there. Others pass by.
        """
        free = len(self.waiting)  # of an unwell host: counted when they were leased
        if self.known.health.state is Health.HEALTHY:
            free = min(free, per_host - len(self.running))
        saying = {one.actor_id: one.activity_id for one in self.running.values()} if free else {}
        found: list[Delivery] = []
        for one in self.waiting:
            if len(found) >= free:
                break
            if saying.setdefault(one.actor_id, one.activity_id) == one.activity_id:
                found.append(one)
        return found


class Worker:
    """One process's delivery worker: `in_flight` deliveries at once, `per_host` to a well host,
    and beside them `aside` times as many that wait for slow hosts."""

    def __init__(
        self,
        mailroom: Mailroom,
        *,
        in_flight: int = 256,
        per_host: int = 2,
        aside: int = ASIDE,
        moment: float = MOMENT,
    ) -> None:
        self._mailroom = mailroom
        self._in_flight = in_flight
        self._per_host = per_host
        self._most_aside = in_flight * aside
        self._moment = moment
        self._lanes: dict[str, Lane] = {}
        self._ready: deque[Lane] = deque()
        self._done: list[Done] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._active = 0
        self._aside = 0
        self._something = asyncio.Event()
        self._stopping = False
        self._pause = False

    @property
    def under_way(self) -> int:
        """How many deliveries are under way now, those set aside included."""
        return self._active + self._aside

    def stop(self) -> None:
        """Begin nothing more; `run` ends once what is under way has ended or been given back."""
        self._stopping = True
        self._something.set()

    async def run(self, *, grace: float = 8.0) -> None:
        """Work until stopped; then wait `grace` seconds at most for what is under way."""
        expanding = asyncio.create_task(self._expand())
        expanding.add_done_callback(lambda _: self._something.set())
        try:
            while not self._stopping and not expanding.done():
                await self._rest(await self._turn())
        finally:
            expanding.cancel()
            ended = await asyncio.gather(expanding, return_exceptions=True)
            await self._end(grace)
        if not self._stopping and isinstance(ended[0], Exception):
            raise ended[0]

    async def settle(self) -> None:
        """Work until nothing is due and nothing is under way."""
        while True:
            while await self._mailroom.expand():
                pass
            more = await self._turn()
            if self._tasks and not self._done:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            elif not (more or self._done or self._lanes):
                return

    # -- turns

    async def _expand(self) -> None:
        while True:
            try:
                found = await self._mailroom.expand()
            except Unavailable as problem:
                await asyncio.sleep(min(problem.retry_after, 5))
                continue
            except Exception as error:
                context = {"message": "expanding a fan-out", "exception": error}
                asyncio.get_running_loop().call_exception_handler(context)
                await asyncio.sleep(PAUSE)
                continue
            if not found:
                await self._mailroom.wait(1.0)
            self._something.set()

    async def _rest(self, more: bool) -> None:
        """Wait for something to report or to lease, and a little longer for more of it."""
        if not self._done and not (more and self._room() > 0):
            await self._something.wait()
        self._something.clear()
        if self._pause or self._active:
            await asyncio.sleep(PAUSE if self._pause else GATHERING)
        self._pause = False

    async def _turn(self) -> bool:
        """Report and take what is next; return whether more is due at once."""
        done, self._done = self._done, []
        room = 0 if self._stopping else max(0, self._room())
        unwell = sum(lane.known.health.state not in _WELL for lane in self._lanes.values())
        report = Report(
            done=tuple(done),
            holding={name: (lane.fence, lane.ids) for name, lane in self._lanes.items()},
            room=room,
            probes=max(0, self._in_flight // 4 - unwell),
        )
        try:
            turn = await self._mailroom.turn(report)
        except Unavailable:
            self._done = done + self._done
            self._pause = True
            return True
        for one in done:
            lane = self._lanes.get(one.delivery.host)
            if lane is not None and lane.fence == one.fence:
                lane.untold -= 1
        self._learn(report, turn)
        return turn.more

    def _room(self) -> int:
        waiting = sum(len(lane.next(self._per_host)) for lane in self._lanes.values())
        return self._in_flight - self._active - waiting

    def _learn(self, report: Report, turn: Turn) -> None:
        for name, known in turn.known.items():
            lane = self._lanes.get(name)
            if lane is not None and lane.fence == report.holding.get(name, (lane.fence,))[0]:
                if known is not None:
                    lane.known = known
                if known is None or known.health.state is not Health.HEALTHY:
                    lane.waiting.clear()
        for lease in turn.leases:
            self._take(lease)
        for name, (fence, ids) in report.holding.items():
            lane = self._lanes[name]
            if not ids and lane.idle and lane.fence == fence:
                del self._lanes[name]  # the house has let it go as well
        self._start()

    def _take(self, lease: Lease) -> None:
        lane = self._lanes.get(lease.host)
        if lane is None or lane.fence != lease.fence:
            lane = self._lanes[lease.host] = Lane(lease)
        lane.until, lane.known = lease.until, lease.known
        lane.waiting.extend(lease.deliveries)
        self._ready.append(lane)

    # -- deliveries

    def _start(self) -> None:
        """Begin what may be begun, host by host."""
        while self._ready and self._active < self._in_flight and not self._stopping:
            lane = self._ready.popleft()
            if lane.waiting and self._mailroom.now() > lane.until - MARGIN_MS:
                lane.waiting.clear()
                self._something.set()
            for delivery in lane.next(self._per_host):
                if self._active >= self._in_flight:
                    self._ready.appendleft(lane)
                    return
                lane.waiting.remove(delivery)
                self._begin(lane, delivery)

    def _begin(self, lane: Lane, delivery: Delivery) -> None:
        lane.running[delivery.id] = delivery
        self._active += 1
        task = asyncio.create_task(self._carry(lane, delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, lane: Lane, delivery: Delivery) -> None:
        place = _Place()
        timer = asyncio.get_running_loop().call_later(self._moment, self._set_aside, place)
        try:
            done = await deliver(delivery, lane.fence, lane.known.dialects, self._mailroom)
        except (asyncio.CancelledError, Unavailable):
            done = Done(delivery=delivery, fence=lane.fence, verdict=None, uncertain=True)
        except Exception as error:
            done = _broken(delivery, lane.fence, error)
        finally:
            timer.cancel()
            if place.aside:
                self._aside -= 1
            else:
                self._active -= 1
            lane.running.pop(delivery.id, None)
        self._finished(lane, done)

    def _set_aside(self, place: "_Place") -> None:
        if self._aside < self._most_aside:
            place.aside = True
            self._active -= 1
            self._aside += 1
            self._something.set()
            self._start()

    def _finished(self, lane: Lane, done: Done) -> None:
        if done.verdict is None or done.verdict.outcome.trouble is not None:
            lane.waiting.clear()
        if done.verdict is None:
            self._pause = True
        lane.untold += 1
        self._done.append(done)
        self._something.set()
        if lane.waiting:
            self._ready.append(lane)
        self._start()

    async def _end(self, grace: float) -> None:
        """Let what is under way end, cut off what takes too long, and give everything back."""
        self._stopping = True
        self._ready.clear()
        for lane in self._lanes.values():
            lane.waiting.clear()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        try:
            await self._turn()
            await self._mailroom.release(
                {name: (lane.fence, frozenset()) for name, lane in self._lanes.items()}
            )
        except Unavailable:
            return  # the leases run out by themselves


def _broken(delivery: Delivery, fence: int, error: Exception) -> Done:
    """A mistake of ours: tell whoever watches the loop, and wait as if the host were unwell."""
    asyncio.get_running_loop().call_exception_handler(
        {"message": f"delivery {delivery.id} to {delivery.inbox}", "exception": error}
    )
    verdict = Verdict(Next.LATER, Outcome(Trouble.REFUSED), reason=f"our mistake: {error!r}")
    return Done(delivery=delivery, fence=fence, verdict=verdict, uncertain=True)


class _Place:
    """Whether a delivery still has one of the places that others wait for."""

    __slots__ = ("aside",)

    def __init__(self) -> None:
        self.aside = False
