"""Processes and roles: imports once, forks, watches, and passes a stop on.

By default one supervisor runs three processes: web (with streaming), outbox, and jobs (with the
inbox). Delivery is a process of its own, for in the web loop it would make pages wait. Streaming is
where [streaming] listen gives it an address. A process that dies is started again; one that keeps
dying ends the whole, with a sentence.
"""

import asyncio
import gc
import logging
import os
import resource
import signal
import socket
import stat
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Final

from actors.urls import Urls
from fedi import log
from fedi.bus import Lines
from fedi.config import Config, ConfigError, banner, split_address
from fedi.founded import check_house
from fedi.machine import fill_gaps, one_heap
from fedi.roles import run_process
from fedi.store.engine import CannotOpen, opened
from fedi.store.leases import give_back_all
from fedi.store.lock import NAME as LOCK
from fedi.store.lock import STREAMING as STREAMING_LOCK
from fedi.store.lock import only_supervisor
from fedi.store.start import prepare

STREAMING: Final = "streaming"
ROLES: Final = ("web", "inbox", "outbox", "jobs", STREAMING)
_QUICK_SECONDS: Final = 5.0
_QUICK_DEATHS: Final = 5
_logger = logging.getLogger("fedi.supervisor")


@dataclass(frozen=True, slots=True)
class Plan:
    """One process and what it does."""

    roles: tuple[str, ...]


def plan(processes: int, only: Sequence[str] = (), *, streaming: int = 0) -> list[Plan]:
    """Return what each process does. `only` names the roles this machine runs; more processes
    than that mean more of the web. `streaming` processes do that alone, beside those."""
    beside = [Plan((STREAMING,))] * streaming if not only or STREAMING in only else []
    wanted = tuple(role for role in ROLES[:-1] if not only or role in only)
    if not wanted:
        return beside
    if processes <= 1:
        return [Plan(wanted), *beside]
    groups = [("web",), ("outbox",), ("jobs", "inbox")]
    if processes == 2:
        groups = [("web",), ("outbox", "jobs", "inbox")]
    plans = [
        Plan(tuple(role for role in group if role in wanted))
        for group in groups
        if set(group) & set(wanted)
    ]
    spare = "web" if "web" in wanted else wanted[0]
    plans += [Plan((spare,)) for _ in range(processes - len(plans))]
    return [*plans, *beside]


def serve(config: Config, *, processes: int, only: Sequence[str] = ()) -> int:
    """Run the house until it is told to stop; returns the exit code."""
    words = banner(config)
    if words:
        print(f"\n*** {words}\n", file=sys.stderr, flush=True)
    one_heap()
    with ExitStack() as stack:
        plans = _planned(config, processes, only)
        works = any(one.roles != (STREAMING,) for one in plans)
        _hold(stack, config, LOCK if works else STREAMING_LOCK)
        asyncio.run(_prepare(config, works=works))
        _open_many_files()
        sockets = _listening(config, plans)
        for one in sockets.values():
            stack.callback(one.close)
        roles = ", ".join("+".join(one.roles) for one in plans)
        where = ", ".join(_ADDRESSES[role](config) for role in sockets) or "no address"
        _logger.info("serving %s at %s: %s", config.server.origin, where, roles)
        return _Supervisor(config, plans, sockets).run()


def _planned(config: Config, processes: int, only: Sequence[str]) -> list[Plan]:
    apart = config.streaming
    if STREAMING in only and not apart.listen:
        raise ConfigError(
            "[streaming] listen is not set: without an address of its own, streaming is answered "
            "by the web processes."
        )
    return plan(processes, only, streaming=apart.processes if apart.listen else 0)


def _listening(config: Config, plans: Sequence[Plan]) -> dict[str, socket.socket]:
    """Return by role what those listen at that have an address."""
    roles = {role for one in plans for role in one.roles}
    found: dict[str, socket.socket] = {}
    for role in _ADDRESSES:
        if role in roles:
            found[role] = listening(_ADDRESSES[role](config), role)
    return found


def expect_none(config: Config) -> None:
    """Raise CannotOpen where another server runs on this data folder."""
    with ExitStack() as stack:
        _hold(stack, config, LOCK)


def _hold(stack: ExitStack, config: Config, name: str) -> None:
    try:
        stack.enter_context(only_supervisor(config.server.data_dir, name))
    except CannotOpen as held:
        raise CannotOpen(held.sentence, code="already_runs") from None


def _open_many_files() -> None:
    """Raise the soft limit to the hard one: each connection of either side is a file."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _prepare(config: Config, *, works: bool) -> None:
    await prepare(config.database_url, now=time.time_ns() // 1_000_000)
    async with opened(config.database_url, readers=1) as engine:
        if engine.dialect == "sqlite" and works:
            await engine.write(give_back_all)
        await check_house(engine, Urls(config.server.origin, config.handle_domain))


_ADDRESSES: Final[Mapping[str, Callable[[Config], str]]] = {
    "web": lambda config: config.server.listen,
    STREAMING: lambda config: config.streaming.listen,
}
_SAID: Final = {"web": "PORT or [server] listen", STREAMING: "[streaming] listen"}


def listening(listen: str, role: str = "web") -> socket.socket:
    """Return a socket that listens where the configuration says. CannotOpen where none can."""
    address, port = split_address(listen)
    if address.startswith("unix:"):
        path = address.removeprefix("unix:")
        if os.path.exists(path):
            if not stat.S_ISSOCK(os.stat(path).st_mode):
                raise CannotOpen(f"{path} is there and is no socket: set {_SAID[role]} anew.")
            os.unlink(path)
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        bound.bind(path)
    else:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((address, port if port is not None else 8000))
        except OSError as error:
            bound.close()
            raise CannotOpen(
                f"Cannot listen on {listen}: {error.strerror}. "
                f"Is another server there? Set {_SAID[role]}."
            ) from None
    bound.listen(2048)
    bound.setblocking(False)
    return bound


class _Supervisor:
    def __init__(
        self, config: Config, plans: list[Plan], sockets: Mapping[str, socket.socket]
    ) -> None:
        self._config = config
        self._plans = plans
        self._sockets = sockets
        self._lines = Lines.lay(len(plans))
        self._children: dict[int, int] = {}
        self._started: dict[int, float] = {}
        self._quick_deaths = 0
        self._stopping_since: float | None = None

    def run(self) -> int:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        gc.collect()
        fill_gaps()
        gc.freeze()  # what was imported stays in shared pages: no collector writes to it
        for number in range(len(self._plans)):
            self._start(number)
        code = 0
        while self._children:
            pid, status = _reaped(self._stopping_since is not None)
            if pid:
                code = self._died(pid, status) or code
            elif self._overdue():
                for child in self._children:
                    os.kill(child, signal.SIGKILL)
        self._lines.close()
        _logger.info("stopped")
        return code

    def _start(self, number: int) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            code = 70
            try:
                log.set_up(self._config.log)
                roles = self._plans[number].roles
                sockets = [self._sockets[role] for role in roles if role in self._sockets]
                code = run_process(
                    self._config, roles, sockets,
                    lines=self._lines, number=number, parent=parent,
                )  # fmt: skip
            except BaseException:
                _logger.exception("process %s failed", "+".join(self._plans[number].roles))
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        self._children[pid] = number
        self._started[pid] = time.monotonic()

    def _died(self, pid: int, status: int) -> int:
        number = self._children.pop(pid)
        lived = time.monotonic() - self._started.pop(pid)
        if self._stopping_since is not None:
            return 0
        roles = "+".join(self._plans[number].roles)
        _logger.error("process %s %s and is started again", roles, ending(status))
        self._quick_deaths = self._quick_deaths + 1 if lived < _QUICK_SECONDS else 0
        if self._quick_deaths >= _QUICK_DEATHS:
            _logger.error("process %s keeps ending at once: giving up", roles)
            self._stop(signal.SIGTERM, None)
            return 70
        self._start(number)
        return 0

    def _stop(self, signum: int, frame: object) -> None:
        del signum, frame
        if self._stopping_since is None:
            self._stopping_since = time.monotonic()
        for child in self._children:
            os.kill(child, signal.SIGTERM)

    def _overdue(self) -> bool:
        since = self._stopping_since
        return since is not None and time.monotonic() - since > self._config.server.shutdown_seconds


def ending(status: int) -> str:
    """Say how a process ended, from the status that waitpid tells."""
    code = os.waitstatus_to_exitcode(status)
    return f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended (code {code})"


def _reaped(stopping: bool) -> tuple[int, int]:
    """Wait for a child to end; while stopping, look ten times a second."""
    try:
        pid, status = os.waitpid(-1, os.WNOHANG if stopping else 0)
    except InterruptedError:
        return 0, 0
    if pid == 0:
        time.sleep(0.1)
    return pid, status
