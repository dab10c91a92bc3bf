"""Fetching from other servers: what everybody but delivery uses to ask anything of anyone.

An httpx2 client whose transport is our own sender, so the guard and the limits hold for it too,
and on it the fetches with rules: redirects re-checked and re-signed hop by hop, content types,
ids that must be where they say they are (security.md S1-S3, S12-S14). No XML is read anywhere.
"""

import asyncio
import email.utils
import re
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin

import httpx2

from actors.documents import is_activity_type, read_document
from actors.errors import FetchAnswered, FetchError, FetchRefused, Invalid
from fedi.net.bulkhead import Bulkhead, Failures
from fedi.net.failures import Reason, reason_of, refused
from fedi.net.guard import Target, canonical_url
from fedi.net.sender import Request, Sender

ACTIVITY_JSON = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
PLAIN_JSON = "application/jrd+json, application/json"
MAX_HOPS = 3
DEADLINE_SECONDS = 8.0

Signer = Callable[[str, str], list[tuple[str, str]]]
"""(method, URL) -> the headers that sign a request for exactly that URL."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SECONDS = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{0,20})?")
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as it came: `url` is where it was in the end, after any redirects."""

    url: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    content_type: str


class SenderTransport(httpx2.AsyncBaseTransport):
    """Lets httpx2 speak through our sender; bodies are whole and already inflated.

    The request extensions `deadline` (seconds) and `max_body` (bytes) overrule the defaults.
    Failures come as httpx2's own errors, with ours as their cause.
    """

    def __init__(
        self, sender: Sender, *, deadline: float = DEADLINE_SECONDS, max_body: int = 1_000_000
    ) -> None:
        self._sender = sender
        self._deadline = deadline
        self._max_body = max_body

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            answer = await self._sender.send(
                Request(
                    request.method,
                    str(request.url),
                    [(n.decode("latin-1"), v.decode("latin-1")) for n, v in request.headers.raw],
                    await request.aread(),
                    request.extensions.get("deadline", self._deadline),
                    request.extensions.get("max_body", self._max_body),
                )
            )
        except FetchError as error:
            kind = _HTTPX_ERRORS.get(reason_of(error), httpx2.ConnectError)
            raise kind(error.sentence, request=request) from error
        headers = [
            (name.encode("ascii"), value.encode("latin-1"))
            for name, value in answer.headers
            if name not in _ALREADY_UNDONE
        ]
        return httpx2.Response(answer.status, headers=headers, content=answer.body)


_ALREADY_UNDONE = {"content-encoding", "transfer-encoding", "content-length"}
_HTTPX_ERRORS: dict[Reason | None, type[httpx2.TransportError]] = {
    Reason.SLOW: httpx2.ReadTimeout,
    Reason.BUSY: httpx2.PoolTimeout,
    Reason.RESET: httpx2.ReadError,
    Reason.PROTOCOL: httpx2.RemoteProtocolError,
    Reason.ENCODING: httpx2.RemoteProtocolError,
    Reason.TOO_LARGE: httpx2.RemoteProtocolError,
    Reason.SCHEME: httpx2.UnsupportedProtocol,
}


class Client:
    """Fetches documents under our rules; `clock` gives Unix milliseconds.

    `own_hosts` are ours: what lives there is looked up, never fetched. `deadline` (seconds) and
    `max_body` (bytes) hold for a document where nobody says otherwise. Anything else that speaks
    HTTP (sign-in providers, push, previews) uses `http`, which follows no redirects by itself.
    """

    def __init__(
        self,
        sender: Sender,
        *,
        clock: Callable[[], int],
        own_hosts: frozenset[str] = frozenset(),
        in_flight: int = 64,
        per_host: int = 4,
        deadline: float = DEADLINE_SECONDS,
        max_body: int = 1_000_000,
    ) -> None:
        self._clock = clock
        self._deadline = deadline
        self._max_body = max_body
        self._own_hosts = own_hosts
        self._bulkhead = Bulkhead(in_flight, per_host)
        self._failures = Failures()
        self.http = httpx2.AsyncClient(
            transport=SenderTransport(sender),
            headers={"User-Agent": sender.user_agent},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none is ever kept
            follow_redirects=False,
            trust_env=False,
        )

    async def close(self) -> None:
        """Let go of the client; the sender is closed by whoever made it."""
        await self.http.aclose()

    async def get_document(
        self,
        url: str,
        *,
        accept: str = ACTIVITY_JSON,
        signer: Signer | None = None,
        allowed: Callable[[str], bool] = is_activity_type,
        deadline: float | None = None,
        max_body: int | None = None,
    ) -> Fetched:
        """Fetch a document of an allowed content type, through at most three redirects.

        `deadline` is seconds for all hops together. FetchAnswered for any status but 2xx,
        FetchRefused for what we do not ask, follow or read, FetchTimeout for the rest.
        """
        deadline, max_body = deadline or self._deadline, max_body or self._max_body
        first = canonical_url(url)
        key = f"{accept} {'signed' if signer else 'plain'} {first.url}"
        self._failures.check(key, self._clock())
        try:
            async with self._bulkhead.turn(first.host, deadline) as left:
                return await self._follow(first, accept, signer, allowed, left, max_body)
        except FetchError as error:
            self._failures.note(key, error, self._clock())
            raise

    async def get_json(
        self,
        url: str,
        *,
        accept: str = PLAIN_JSON,
        deadline: float | None = None,
        max_body: int = 100_000,
    ) -> dict[str, Any]:
        """Fetch a WebFinger, NodeInfo or similar JSON object; it carries no id to hold it to."""
        fetched = await self.get_document(
            url, accept=accept, allowed=is_json_type, deadline=deadline, max_body=max_body
        )
        return read_document(fetched.body, max_bytes=max_body)

    async def get_activity(
        self,
        url: str,
        signer: Signer | None = None,
        *,
        alias: bool = False,
        deadline: float | None = None,
    ) -> dict[str, Any]:
        """Fetch an ActivityStreams object that is truly at its own id; Invalid if it is not.

        A document that names another id on the same host is asked for once more, there. `alias`,
        for addresses a person typed, lets that id be on another host. `id` decides, never `url`.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + (deadline or self._deadline)
        fetched = await self.get_document(url, signer=signer, deadline=deadline)
        document = read_document(fetched.body, max_bytes=self._max_body)
        identity = _identity(document)
        if identity.url == fetched.url:
            return document
        if not alias and identity.authority != canonical_url(fetched.url).authority:
            raise Invalid("The document belongs to another server.", detail=identity.url)
        left = max(ends - loop.time(), 0.001)
        fetched = await self.get_document(identity.url, signer=signer, deadline=left)
        document = read_document(fetched.body, max_bytes=self._max_body)
        if not _identity(document).url == fetched.url == identity.url:
            raise Invalid("The document is not at its own id.", detail=identity.url)
        return document

    async def _follow(
        self,
        target: Target,
        accept: str,
        signer: Signer | None,
        allowed: Callable[[str], bool],
        deadline: float,
        max_body: int,
    ) -> Fetched:
        loop = asyncio.get_running_loop()
        ends = loop.time() + deadline
        visited = {target.url}
        while True:
            if target.host in self._own_hosts or target.authority in self._own_hosts:
                raise refused(Reason.OWN, target.url)
            response = await self._ask(target, accept, signer, ends - loop.time(), max_body)
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                return self._accepted(target, response, allowed)
            target = _next_hop(target, response.headers["location"])
            if target.url in visited or len(visited) > MAX_HOPS:
                raise refused(Reason.REDIRECT, f"{len(visited)} hops to {target.url}")
            visited.add(target.url)

    async def _ask(
        self, target: Target, accept: str, signer: Signer | None, seconds: float, max_body: int
    ) -> httpx2.Response:
        request = self.http.build_request(
            "GET",
            target.url,
            headers=[("Accept", accept), *(signer("GET", target.url) if signer else ())],
            extensions={"deadline": max(seconds, 0.001), "max_body": max_body},
        )
        try:
            return await self.http.send(request)
        except httpx2.TransportError as error:
            if isinstance(error.__cause__, FetchError):
                raise error.__cause__ from None
            raise

    def _accepted(
        self, target: Target, response: httpx2.Response, allowed: Callable[[str], bool]
    ) -> Fetched:
        status = response.status_code
        if not 200 <= status < 300:
            wait = parse_retry_after(response.headers.get("retry-after"), self._clock())
            raise FetchAnswered(
                f"The other server answered with status {status}.",
                answered=status,
                retry_after=wait,
                detail=f"answered {status}: {target.url}",
            )
        content_type = response.headers.get("content-type", "")
        if not allowed(content_type):
            raise refused(Reason.TYPE, f"{content_type[:80]!r} at {target.url}")
        headers = list(response.headers.multi_items())
        return Fetched(target.url, status, headers, response.content, content_type)


def is_json_type(content_type: str) -> bool:
    """Say whether a Content-Type is one that WebFinger and NodeInfo answers come with."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind in ("application/jrd+json", "application/json")


def parse_retry_after(value: str | None, now: int) -> float | None:
    """Read Retry-After (RFC 9110 section 10.2.3) as seconds from `now` (Unix ms).

    Held to between a second and a day, whatever it says; None when absent or unreadable.
    """
    text = (value or "").strip()
    if not text or len(text) > 64:
        return None
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    else:
        try:
            seconds = email.utils.parsedate_to_datetime(text).timestamp() - now / 1000
        except (ValueError, OverflowError, TypeError):
            return None
    return min(max(seconds, 1.0), _DAY)


def _identity(document: dict[str, Any]) -> Target:
    identity = document.get("id", document.get("@id"))
    if not isinstance(identity, str):
        raise Invalid("The document has no id.")
    try:
        return canonical_url(identity)
    except FetchRefused as error:
        raise Invalid("The document's id is not a web address.", detail=error.detail) from None


def _next_hop(target: Target, location: str) -> Target:
    try:
        hop = canonical_url(urljoin(target.url, location))
    except ValueError:
        raise refused(Reason.REDIRECT, "unreadable location") from None
    if hop.scheme != target.scheme:
        raise refused(Reason.REDIRECT, f"from {target.scheme} to {hop.scheme}")
    return hop
