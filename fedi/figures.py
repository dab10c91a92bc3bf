"""Every figure there is under [metrics], declared in one place; each says in its help what it is.

What a process does is counted as it happens. What the tables hold (queues, hosts) is looked up
now and then by the process that answers /metrics. metrics.py knows how figures are written.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from actors.errors import FediError, Unavailable
from fedi.config import Config, split_address
from fedi.metrics import Registry, add_process_figures, expose
from fedi.net.answer import Receive, Scope, Send
from fedi.store.engine import Engine
from fedi.store.health import hosts_by_state, vitals
from outbox.leases import Done
from outbox.schedule import Health

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]
_NOT_TRIED: Final = "not-tried"
_EVERY_SECONDS: Final = 5.0
_logger = logging.getLogger("fedi.metrics")


class Listened(Protocol):
    """Where apps listen (fedi/streaming/hub.py)."""

    @property
    def listeners(self) -> int: ...
    def heard(self) -> Mapping[str, int]: ...


class Figures:
    """The figures of one process; `registry.process` tells it apart from its neighbours."""

    def __init__(self) -> None:
        self.registry = Registry()
        add_process_figures(self.registry)
        self._arrived = self.registry.counter(
            "fedi_inbox_requests_total", "Requests to our inboxes, by status answered.", ("status",)
        )
        self._delivered = self.registry.counter(
            "fedi_deliveries_total",
            "Tries of deliveries, by what became of them: done, later, failed, not-tried.",
            ("outcome",),
        )
        self._units = self.registry.histogram(
            "fedi_unit_seconds", "Units of work, from asking for one to its commit."
        )
        self._waiting = self.registry.gauge(
            "fedi_queue_waiting", "Arrivals to be processed, deliveries to be made.", ("queue",)
        )
        self._oldest = self.registry.gauge(
            "fedi_queue_oldest_seconds",
            "Age of the oldest that waits; of deliveries, to hosts that are well.",
            ("queue",),
        )
        self._hosts = self.registry.gauge(
            "fedi_hosts", "Other servers we deliver to, by how they are.", ("state",)
        )

        self._lag = self.registry.gauge(
            "fedi_loop_lag_seconds", "By how much the event loop was last late for its time."
        )

    def watch_backlog(self, read: Callable[[], int]) -> None:
        """Show how many units wait for the database in this process, read when asked."""
        gauge = self.registry.gauge("fedi_units_waiting", "Units of work that wait for a commit.")
        gauge.read_from(lambda: {(): read()})

    def watch_streams(self, hub: Listened) -> None:
        """Show how many apps listen in this process, and to which streams, read when asked."""
        open_ = self.registry.gauge(
            "fedi_stream_connections", "Connections of apps that hear streams."
        )
        open_.read_from(lambda: {(): hub.listeners})
        heard = self.registry.gauge(
            "fedi_stream_subscriptions", "Streams that these connections hear.", ("stream",)
        )
        heard.read_from(lambda: {(name,): count for name, count in hub.heard().items()})

    def late(self, seconds: float) -> None:
        """Note by how much the event loop was late."""
        self._lag.set(max(0.0, seconds))

    def unit(self, seconds: float) -> None:
        """Count one unit of work."""
        self._units.observe(seconds)

    def delivered(self, ended: tuple[Done, ...]) -> None:
        """Count tries of deliveries that came to an end."""
        for one in ended:
            self._delivered.inc(one.verdict.next.value if one.verdict else _NOT_TRIED)

    def counting(self, handler: Handler) -> Handler:
        """Return an inbox's handler whose answers are counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            status = 500
            try:
                await handler(scope, receive, send)
                status = 202
            except FediError as error:
                status = error.status
                raise
            finally:
                self._arrived.inc(str(status))

        return counted

    async def look(self, engine: Engine, now: int) -> None:
        """Look up what the tables hold; `now` in Unix ms."""
        found = await engine.read(vitals)
        for queue, waiting, oldest in (
            ("arrivals", found.arrivals, found.oldest_arrival),
            ("deliveries", found.waiting, found.oldest_due),
        ):
            self._waiting.set(waiting, queue)
            self._oldest.set(max(0, now - oldest) / 1000 if oldest is not None else 0, queue)
        hosts = await engine.read(hosts_by_state)
        for state in Health:
            self._hosts.set(hosts.get(state.value, 0), state.value)


async def tell(
    figures: Figures,
    config: Config,
    engine: Engine,
    clock: Callable[[], int],
    stop: asyncio.Event,
    *,
    first: bool,
) -> None:
    """Keep this process's figures where the first one finds them, which answers for all, until
    `stop` is set."""
    folder, loop = folder_of(config), asyncio.get_running_loop()
    server = await _answering(figures, config, folder) if first else None
    try:
        while not stop.is_set():
            if first:
                with suppress(Unavailable):
                    await figures.look(engine, clock())
            with suppress(OSError):  # a full disk loses figures and nothing else
                await asyncio.to_thread(figures.registry.save, folder)
            due = loop.time() + _EVERY_SECONDS
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await stop.wait()
            if not stop.is_set():
                figures.late(loop.time() - due)
    finally:
        if server is not None:
            server.close()


async def _answering(figures: Figures, config: Config, folder: Path) -> asyncio.Server | None:
    await asyncio.to_thread(_forget_others, folder)
    address, port = split_address(config.metrics.listen)
    try:
        return await expose(lambda: figures.registry.render(folder), address, port or 0)
    except OSError as error:
        _logger.error(
            "no figures are told: cannot listen on %s (%s). Set [metrics] listen to a free port.",
            config.metrics.listen,
            error.strerror,
        )
        return None


def _forget_others(folder: Path) -> None:
    """Remove what an earlier run with other processes has left."""
    for left in folder.glob("*.metrics"):
        left.unlink(missing_ok=True)


def folder_of(config: Config) -> Path:
    """Return where the processes of one supervisor leave figures for the one that is asked."""
    return config.server.data_dir / "metrics"
