"""Errors to HTTP: the one place where what went wrong becomes a status and a sentence.

Only the code word and the safe sentence leave the house; `detail` goes to the log. The shape is
OAuth's and Mastodon's: {"error", "error_description"}. Used by dispatch.py for raw handlers; what
people open is answered by fedi/pages.
"""

import logging
import math
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from actors.errors import FediError, TooMany, Unauthorized, Unavailable, WrongMethod

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]

_log = logging.getLogger(__name__)
_UNEXPECTED = FediError("Something went wrong here. It has been noted.")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, ready to be sent as ASGI messages."""

    status: int
    headers: tuple[Header, ...]
    body: bytes


def answer_to(error: Exception) -> Answer:
    """Turn an error into its answer; one that is not ours becomes 500 and a log entry."""
    if not isinstance(error, FediError):
        _log.error("unexpected error", exc_info=error)
        error = _UNEXPECTED
    elif error.detail:
        _log.info("%s: %s", error.code, error.detail)
    body = msgspec.json.encode({"error": error.code, "error_description": error.sentence})
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if isinstance(error, TooMany | Unavailable):
        seconds = max(1, math.ceil(error.retry_after))
        headers.append((b"retry-after", str(seconds).encode()))
    if isinstance(error, Unauthorized):
        headers.append((b"www-authenticate", b"Bearer"))
    return Answer(error.status, tuple(headers), body)


def other_method(method: str, allowed: Iterable[str]) -> Answer:
    """Return the answer to a method that an address does not know: 405 with Allow, and for
    OPTIONS, which only asks, 204 with Allow (RFC 9110 §§9.3.7, 15.5.6)."""
    allow = (b"allow", ", ".join(sorted({*allowed, "OPTIONS"})).encode())
    if method == "OPTIONS":
        return Answer(204, (allow,), b"")
    answer = answer_to(WrongMethod("This address does not know that method."))
    return replace(answer, headers=(*answer.headers, allow))


async def respond(
    send: Send, status: int, content_type: bytes, body: bytes, headers: Iterable[Header] = ()
) -> None:
    """Send a whole answer in two messages, without building a response object."""
    own = ((b"content-type", content_type), (b"content-length", b"%d" % len(body)), *headers)
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": body})


async def send_answer(send: Send, answer: Answer) -> None:
    """Send an answer made before, such as the one for an error."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})
