"""Streaming in processes of its own: whether they answer, and whether the proxy leads to them.

With [streaming] listen empty the web processes answer it, and there is nothing to look at here but
whether it is reached from outside.
"""

import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from actors.errors import FediError, FetchAnswered
from fedi.checkup.findings import Finding, attention, broken, ok
from fedi.config import Config, split_address
from fedi.net.client import Client
from fedi.store.lock import NAME, STREAMING, is_held
from fedi.streaming.entering import BASE
from fedi.streaming.sse import APART

_WHAT: Final = "streaming"
_SECONDS: Final = 3.0
_OUTSIDE_SECONDS: Final = 10.0
_LONGEST: Final = 4_096


def look(config: Config) -> Iterator[Finding]:
    """Yield whether streaming's own processes answer, or could listen where they should."""
    listen = config.streaming.listen
    if not listen:
        return
    if any(is_held(config.server.data_dir, name) for name in (NAME, STREAMING)):
        yield _answering(listen)
        return
    try:
        with _socket(listen) as trial:
            address, port = split_address(listen)
            if not address.startswith("unix:"):
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind((address, port or 0))
    except OSError as error:
        yield broken(
            _WHAT,
            f"It could not listen at {listen}: {error.strerror}. Stop what is there, or set "
            "[streaming] listen.",
        )
        return
    yield ok(_WHAT, f"It does not run; {listen} is free.")


def _answering(listen: str) -> Finding:
    try:
        head = _asked(listen)
    except OSError as error:
        return broken(
            _WHAT,
            f"A server runs, and nothing answers at {listen} ({error.strerror or error}): restart "
            "it, or run `fedi serve --role streaming`.",
        )
    if b" 200 " not in head.partition(b"\r\n")[0]:
        return broken(_WHAT, f"What answers at {listen} is something else: set [streaming] listen.")
    return ok(_WHAT, f"It runs, at {listen}.")


def _socket(listen: str) -> socket.socket:
    unix, v6 = listen.startswith("unix:"), listen.startswith("[")
    family = socket.AF_UNIX if unix else socket.AF_INET6 if v6 else socket.AF_INET
    return socket.socket(family, socket.SOCK_STREAM)


def _asked(listen: str) -> bytes:
    """Return what the address answers to a question for its health; OSError where nothing does."""
    address, port = split_address(listen)
    with _socket(listen) as trial:
        trial.settimeout(_SECONDS)
        unix = address.startswith("unix:")
        trial.connect(address.removeprefix("unix:") if unix else (address, port or 0))
        trial.sendall(f"GET {BASE}/health HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = b""
        while b"\r\n" not in head and len(head) < _LONGEST:
            some = trial.recv(_LONGEST)
            if not some:
                break
            head += some
        with suppress(OSError):
            trial.shutdown(socket.SHUT_RDWR)
    return head


async def from_outside(client: Client, config: Config) -> Finding:
    """Ask streaming's health where apps find it, as a stranger would."""
    base = urlsplit(config.streaming_url)
    url = f"http{base.scheme.removeprefix('ws')}://{base.netloc}{BASE}/health"
    try:
        found = await client.get_document(
            url,
            accept="text/plain",
            allowed=lambda kind: kind.startswith("text/plain"),
            deadline=_OUTSIDE_SECONDS,
        )
    except FetchAnswered as problem:
        return broken(
            _WHAT, f"{url} answers {problem.answered}: the proxy does not pass it on as it came."
        )
    except FediError as problem:
        return attention(_WHAT, f"{url} can't be reached from here ({problem.sentence}).")
    apart = APART[0].decode() in {name.lower() for name, _ in found.headers}
    if config.streaming.listen and not apart:
        return attention(
            _WHAT,
            f"{url} leads to the web processes: have the proxy pass {BASE} on to "
            f"{config.streaming.listen}.",
        )
    return ok(_WHAT, f"{url} answers.")
