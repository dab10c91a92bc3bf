"""Host names to addresses we may connect to: resolved off the loop, every address checked.

One answer is kept a minute, and the address that was checked is the address connected to, so a
name that changes between check and use (DNS rebinding) gains nothing. Bounded in entries and time
(security.md S12, S14). sender.py asks here before each new connection.
"""

import asyncio
import contextlib
import socket
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from actors.errors import FetchError
from fedi.net.failures import Reason, broken, reason_of, refused
from fedi.net.guard import Rules, Target, is_allowed_address, is_literal

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""(host, port) -> addresses in text form; OSError where there are none."""

LOOKUP_SECONDS = 5.0
KEPT_SECONDS = 60.0
KEPT_FAILURE_SECONDS = 15.0
MAX_NAMES = 4096
MAX_ADDRESSES = 8
"""Checked are all of them, tried at most these."""

Endpoint = tuple[str, int]


class SystemResolver:
    """getaddrinfo, each call on a thread of its own.

    Not the loop's executor: names that hang would hold up other work there, and the exit too.
    """

    def __init__(self, at_once: int = 64) -> None:
        self._turn = asyncio.Semaphore(at_once)

    async def __call__(self, host: str, port: int) -> list[str]:
        await self._turn.acquire()
        found: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        threading.Thread(
            target=self._look_up, args=(host, port, found), name="dns", daemon=True
        ).start()
        return await found

    def _look_up(self, host: str, port: int, found: "asyncio.Future[list[str]]") -> None:
        answer: list[str] | OSError
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer = [str(row[4][0]) for row in rows]
        except UnicodeError as error:
            answer = OSError(str(error))
        except OSError as error:
            answer = error
        with contextlib.suppress(RuntimeError):  # the loop closed while the name hung
            found.get_loop().call_soon_threadsafe(self._answered, found, answer)

    def _answered(self, found: "asyncio.Future[list[str]]", answer: list[str] | OSError) -> None:
        # The turn is over when the thread is, even if nobody waits for it any more.
        self._turn.release()
        if found.done():
            return
        if isinstance(answer, OSError):
            found.set_exception(answer)
        else:
            found.set_result(answer)


class Names:
    """Resolves each name once at a time and remembers answers and failures for a while."""

    def __init__(self, rules: Rules, resolver: Resolver) -> None:
        self._rules = rules
        self._resolver = resolver
        self._kept: OrderedDict[str, tuple[float, list[str] | FetchError]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[list[str]]] = {}

    async def endpoints(self, target: Target) -> list[Endpoint]:
        """Give the addresses to try for a target, all of them checked; FetchError if none."""
        host, port = target.host, target.port
        if self._rules.lab and host in self._rules.hosts:
            return [_lab_endpoint(self._rules.hosts[host], port)]
        if is_literal(host):
            addresses = [host]
        else:
            addresses = await self._addresses(host, port)
        self._check(host, addresses)
        return [(address, port) for address in _interleaved(addresses)[:MAX_ADDRESSES]]

    async def close(self) -> None:
        """Stop every lookup under way."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _addresses(self, host: str, port: int) -> list[str]:
        now = asyncio.get_running_loop().time()
        kept = self._kept.get(host)
        if kept is not None and kept[0] > now:
            self._kept.move_to_end(host)
            if isinstance(kept[1], FetchError):
                raise broken(reason_of(kept[1]) or Reason.DNS, f"{host}, a moment ago")
            return kept[1]
        task = self._asking.get(host)
        if task is None:
            task = asyncio.create_task(self._ask(host, port))
            self._asking[host] = task
            task.add_done_callback(lambda done: self._answered(host, done))
        return await asyncio.shield(task)

    async def _ask(self, host: str, port: int) -> list[str]:
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                addresses = await self._resolver(host, port)
        except TimeoutError:
            raise broken(Reason.DNS, f"{host} took too long") from None
        except OSError as error:
            unknown = isinstance(error, socket.gaierror) and error.errno in _NO_SUCH_NAME
            raise broken(Reason.NO_NAME if unknown else Reason.DNS, f"{host} {error}") from None
        if not addresses:
            raise broken(Reason.NO_NAME, f"{host} has no address")
        return list(dict.fromkeys(addresses))

    def _answered(self, host: str, task: asyncio.Task[list[str]]) -> None:
        self._asking.pop(host, None)
        if task.cancelled():
            return
        error = task.exception()
        now = task.get_loop().time()
        if error is None:
            self._kept[host] = (now + KEPT_SECONDS, task.result())
        elif isinstance(error, FetchError):
            self._kept[host] = (now + KEPT_FAILURE_SECONDS, error)
        while len(self._kept) > MAX_NAMES:
            self._kept.popitem(last=False)

    def _check(self, host: str, addresses: list[str]) -> None:
        # One bad address among good ones is an attack, not a slip: refuse the name as a whole.
        if self._rules.lab:
            return
        for address in addresses:
            if not is_allowed_address(address):
                raise refused(Reason.ADDRESS, f"{host} is {address}")


_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def _interleaved(addresses: list[str]) -> list[str]:
    """Alternate the families, so that a broken one costs a single attempt (RFC 8305 section 4)."""
    six = [address for address in addresses if ":" in address]
    four = [address for address in addresses if ":" not in address]
    first, second = (six, four) if ":" in addresses[0] else (four, six)
    mixed = [address for pair in zip(first, second, strict=False) for address in pair]
    shorter = min(len(first), len(second))
    return mixed + first[shorter:] + second[shorter:]


def _lab_endpoint(address: str, port: int) -> Endpoint:
    if address.startswith("["):
        host, _, own_port = address[1:].partition("]")
        return host, int(own_port.removeprefix(":") or port)
    host, colon, own_port = address.partition(":")
    if colon and ":" not in own_port:
        return host, int(own_port)
    return address, port
