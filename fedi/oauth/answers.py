"""How OAuth's endpoints answer: JSON, errors by their code (RFC 6749 section 5.2), CORS.

A browser app of any origin may ask them: what lets it act is in its hands, not in a cookie.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from actors.errors import FediError, Invalid
from fedi.net.answer import Header, Receive, Scope, Send, answer_to
from fedi.net.cors import EXPOSED, OPEN
from fedi.net.dispatch import Dispatch, RawHandler
from fedi.oauth.rates import OverLimit
from outbox.answers import Answer

JSON: Final = (b"content-type", b"application/json; charset=utf-8")
NO_STORE: Final[tuple[Header, ...]] = ((b"cache-control", b"no-store"), (b"pragma", b"no-cache"))

Endpoint = Callable[[Scope, Receive], Awaitable[Answer]]
Counted = Callable[[Scope], Awaitable[tuple[Header, ...]]]
"""Counts a request, and returns the headers that tell how many more there may be."""


class OAuthError(FediError):
    """An error of OAuth's own; `code` is its word, `answered` the status it leaves with."""

    def __init__(self, code: str, sentence: str, answered: int = 400, *, detail: str = "") -> None:
        super().__init__(sentence, code=code, detail=detail)
        self.status = answered


def invalid_client() -> OAuthError:
    """Return the error for a client that nobody knows; apps register anew on these words."""
    return OAuthError(
        "invalid_client",
        "Client authentication failed due to unknown client, no client authentication included, "
        "or unsupported authentication method.",
        401,
    )


def invalid_grant() -> OAuthError:
    """Return the error for a code that gives no token, whatever the reason."""
    return OAuthError(
        "invalid_grant",
        "The provided authorization grant is invalid, expired, revoked, does not match the "
        "redirection URI used in the authorization request, or was issued to another client.",
    )


def answered(value: Any, status: int = 200, *headers: Header) -> Answer:
    """Return a value as JSON that nobody keeps."""
    body = msgspec.json.encode(value)
    own = (JSON, (b"content-length", b"%d" % len(body)), *NO_STORE, *headers)
    return Answer(status, own, body)


async def deliver(send: Send, answer: Answer) -> None:
    """Send an answer."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})


def opened(
    endpoint: Endpoint, *, of_mastodon: bool = False, counted: Counted | None = None
) -> RawHandler:
    """Return the ASGI handler of an endpoint that pages of any origin may call. Errors leave as
    {"error": code, "error_description": …}, or, `of_mastodon`, as {"error": sentence}."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        told: tuple[Header, ...] = ()
        try:
            if counted is not None:
                told = await counted(scope)
            answer = await endpoint(scope, receive)
        except Exception as error:
            answer = _failed(error, of_mastodon)
        answer = Answer(answer.status, (*answer.headers, *told, OPEN, EXPOSED), answer.body)
        await deliver(send, answer)

    return handle


def _failed(error: Exception, of_mastodon: bool) -> Answer:
    plain = answer_to(error)
    if not of_mastodon:
        if type(error) is Invalid:
            return answered({"error": "invalid_request", "error_description": error.sentence}, 400)
        return Answer(plain.status, plain.headers, plain.body)
    known = isinstance(error, FediError)
    sentence = error.sentence if isinstance(error, FediError) else "Something went wrong here."
    status = 422 if known and plain.status == 400 else plain.status
    kept = tuple(h for h in plain.headers if h[0] in (b"retry-after", b"www-authenticate"))
    kept += error.headers if isinstance(error, OverLimit) else ()
    shown: dict[str, Any] = {"error": sentence}
    details = getattr(error, "details", None)
    if details:
        shown["details"] = details
    return answered(shown, status, *kept)


def add(table: Dispatch, method: str, path: str, handler: RawHandler) -> None:
    """Register an endpoint, with and without a slash at its end, and its preflight."""
    methods = ("GET", "HEAD") if method == "GET" else (method,)
    for written in (path, f"{path}/"):
        table.add(written, handler, methods=methods)
