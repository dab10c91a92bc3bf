"""What one process does: opens a house of its own and runs the roles it was given.

Runs after the fork. A stop (SIGTERM) lets what is under way end, gives leases back and closes;
a process whose supervisor is gone stops by itself.
"""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from fedi.app import House, application, client_api, opened_house, rules_of, store_of
from fedi.bus import Bus, KeptWire, Lines, LocalBus, MachinesBus, SocketBus
from fedi.config import Config
from fedi.figures import tell
from fedi.jobs import Clockwork
from fedi.log import AccessLog
from fedi.mailroom import HouseMailroom
from fedi.net.dispatch import Dispatch
from fedi.net.sender import Sender
from fedi.push.pusher import AT_ONCE as PUSHES
from fedi.push.pusher import Pusher
from fedi.signing import SigningThreads
from fedi.store import fanout
from fedi.streaming.opening import streaming_alone
from fedi.wellknown.nodeinfo import agent
from inbox.worker import Worker as InboxWorker
from outbox.schedule import DAY
from outbox.worker import ASIDE
from outbox.worker import Worker as OutboxWorker

_new_loop: Callable[[], asyncio.AbstractEventLoop]
try:
    # Before the fork: what a library writes to while it is loaded is then shared (3 MiB a process).
    import uvloop
except ModuleNotFoundError:
    _new_loop = asyncio.new_event_loop
else:
    _new_loop = uvloop.new_event_loop

_LOOK_SECONDS: Final = 1.0
_logger = logging.getLogger("fedi.roles")


def run_process(
    config: Config,
    roles: Sequence[str],
    sockets: list[socket.socket],
    *,
    lines: Lines,
    number: int,
    parent: int,
) -> int:
    """Run these roles on a loop of this process until it is told to stop."""
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(_process(config, roles, sockets, lines, number, parent))
    return 0


async def _process(
    config: Config,
    roles: Sequence[str],
    sockets: list[socket.socket],
    lines: Lines,
    number: int,
    parent: int,
) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    inside = SocketBus(lines, number) if len(roles) else LocalBus()
    try:
        async with (
            between_machines(config, inside, lines.name) as bus,
            opened_house(config, bus=bus, opening=store_of(config, on_loop=_apart(roles))) as house,
        ):
            house.figures.registry.process = f"{number}-{'+'.join(roles)}"
            # The same after a crash, so that what the dead one held is taken back at once.
            name = f"{socket.gethostname()}-outbox-{number}"
            await run_roles(house, roles, sockets, stop, parent, name, first=number == 0)
    finally:
        inside.close()


def _apart(roles: Sequence[str]) -> bool:
    """Return whether nobody waits for these at the other end of a socket: then units may run on
    the loop (docs/decisions/0004)."""
    return {"web", "outbox", "streaming"}.isdisjoint(roles)


@asynccontextmanager
async def between_machines(config: Config, inside: LocalBus, here: str) -> AsyncIterator[Bus]:
    """Give the bus that the settings ask for: the one inside, or that and other machines."""
    if config.bus.kind == "local":
        yield inside
        return
    wire, longest = _wire(config, lambda text: bus.heard(text))
    bus = MachinesBus(inside, wire, here=here, per_second=config.bus.per_second)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(wire.keep()), group.create_task(bus.carry(longest))]
        try:
            yield bus
        finally:
            for task in tasks:
                task.cancel()


def _wire(config: Config, heard: Callable[[str], None]) -> tuple[KeptWire, int]:
    """Return what carries notices between machines, and how long one may be, in bytes."""
    if config.bus.kind == "postgresql":
        from fedi.store import notices

        return notices.Notices(config.database_url, heard), notices.LONGEST
    from fedi.net import valkey

    channel = f"fedi {config.authority}"
    return valkey.Channel(config.bus_url, channel, heard), valkey.LONGEST


async def run_roles(
    house: House,
    roles: Sequence[str],
    sockets: list[socket.socket],
    stop: asyncio.Event,
    parent: int | None = None,
    name: str = "",
    *,
    first: bool = True,
) -> None:
    """Run roles on the present loop until `stop` is set; the first process tells the figures."""
    runs: list[Coroutine[Any, Any, None]] = []
    if "web" in roles:
        runs.append(_answering(house, application(house), sockets, stop))
    if "streaming" in roles:
        alone = streaming_alone(house.hub, client_api(house))
        runs.append(_answering(house, alone, sockets, stop))
    if "inbox" in roles:
        runs.append(_inbox(house, stop))
    if "outbox" in roles:
        runs.append(_outbox(house, stop, name))
    if "jobs" in roles:
        runs.append(Clockwork(house).run(stop))
        runs.append(_push(house, stop))
    if house.config.metrics.enabled:
        clock = house.clock.now
        runs.append(tell(house.figures, house.config, house.engine, clock, stop, first=first))
    if parent is not None:
        runs.append(_watch_parent(parent, stop))
    async with asyncio.TaskGroup() as group:
        for run in runs:
            group.create_task(run)


async def _answering(
    house: House, table: Dispatch, sockets: list[socket.socket], stop: asyncio.Event
) -> None:
    import uvicorn

    from fedi.net.doorstep import SOCKET, Doorstep

    logging.getLogger("uvicorn").setLevel(logging.WARNING)  # our own lines say when it serves
    app = AccessLog(table, house.config.log)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            http=Doorstep,
            lifespan="off",
            ws=_socket,  # type: ignore[arg-type]
            ws_max_size=16_384,
            ws_ping_interval=30.0,
            ws_ping_timeout=30.0,
            # It would be made anew for each of a thousand connections that are sent the same.
            ws_per_message_deflate=False,
            forwarded_allow_ips=[*house.config.server.trusted_proxies, SOCKET],
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=30,
            backlog=2048,
        )
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve(sockets=sockets))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    await house.hub.close()
    server.should_exit = True
    stopping.cancel()
    await serving
    stop.set()


def _socket(**given: Any) -> asyncio.Protocol:
    """Make a WebSocket's protocol; the library is loaded with the first of them."""
    from fedi.net.sockets import made

    return made(**given)


async def _inbox(house: House, stop: asyncio.Event) -> None:
    worker = InboxWorker(house.desk, batch=house.config.inbox.batch)
    running = asyncio.create_task(worker.run())
    await stop.wait()
    worker.stop()
    house.bus.wake("inbox")
    await running


async def _outbox(house: House, stop: asyncio.Event, name: str) -> None:
    delivery = house.config.delivery
    threads = SigningThreads()
    sender = Sender(
        rules_of(house.config),
        user_agent=agent(house.config.server.origin),
        per_host=delivery.per_host * 2,
        in_flight=delivery.in_flight * (1 + ASIDE),
        max_open=2048,
    )
    mailroom = HouseMailroom(
        engine=house.engine,
        sender=sender,
        threads=threads,
        bus=house.bus,
        urls=house.urls,
        clock=house.clock,
        random=house.random,
        worker=name,
        rules=fanout.rules_of(
            only_allowed=house.config.federation.mode == "allowlist",
            keep_days=delivery.keep_days,
            keep_days_important=delivery.keep_days_important,
        ),
        per_host=delivery.per_host,
        deadline=float(delivery.deadline_seconds),
        dormant_after=delivery.dormant_after_days * DAY,
        ended=house.figures.delivered,
    )
    worker = OutboxWorker(mailroom, in_flight=delivery.in_flight, per_host=delivery.per_host)
    await mailroom.recover()
    running = asyncio.create_task(worker.run())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        worker.stop()
        house.bus.wake("outbox")
        await running
    finally:
        stopping.cancel()
        threads.close()
        await sender.close()


async def _push(house: House, stop: asyncio.Event) -> None:
    # Few services have the phones of many, so each gets more connections than a server does.
    sender = Sender(rules_of(house.config), per_host=PUSHES, in_flight=PUSHES)
    pusher = Pusher(
        engine=house.engine,
        bus=house.bus,
        clock=house.clock,
        random=house.random,
        urls=house.urls,
        sender=sender,
        subscriptions=house.push,
    )
    try:
        await pusher.run(stop)
    finally:
        await sender.close()


async def _watch_parent(parent: int, stop: asyncio.Event) -> None:
    while not stop.is_set():
        if os.getppid() != parent:
            _logger.error("the supervisor is gone: stopping")
            stop.set()
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await stop.wait()
        except TimeoutError:
            continue
