"""A network in one process: requests go by host name to ASGI applications, with faults by seed.

What befalls a request follows from the seed and from what it says (who, whom, which activity, the
how-manieth try), never from the order in which tasks happen to run, so a seed reruns exactly.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from fedi.net.failures import Reason, broken
from fedi.net.guard import Rules
from fedi.net.sender import Request, Response, Sender
from tests.dice import Dice

App = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Weather:
    """How likely each fault is, 0 … 1, for one request."""

    lost: float = 0.0  # it never comes there
    unanswered: float = 0.0  # it comes there, and the answer does not come back
    late: float = 0.0  # the sender gives up on it, and it comes there some time after
    doubled: float = 0.0  # it comes there twice
    broken: float = 0.0  # the other server answers 500 or 503


CALM = Weather()
STORM = Weather(lost=0.1, unanswered=0.08, late=0.08, doubled=0.1, broken=0.08)


@dataclass
class Network:
    """Who is where, what the weather is like, and what is still on its way."""

    seed: int
    weather: Weather = CALM
    apps: dict[str, App] = field(default_factory=dict)
    late: list[Request] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    before: Callable[[str, Request], Awaitable[None]] | None = None
    after: Callable[[str, Request], Awaitable[None]] | None = None
    _tries: "Counter[str]" = field(default_factory=Counter)

    def _dice(self, source: str, request: Request) -> Dice:
        what = f"{self.seed} {source} {request.method} {request.url} {_said(request)}"
        self._tries[what] += 1
        digest = hashlib.sha256(f"{what} {self._tries[what]}".encode()).digest()
        return Dice(int.from_bytes(digest[:8], "big"))

    async def carry(self, source: str, request: Request) -> Response:
        """Bring a request there and the answer back, as far as the weather lets it."""
        dice, weather = self._dice(source, request), self.weather
        if dice.happens(weather.lost):
            self._note(source, request, "lost")
            raise broken(Reason.CONNECT, "lost")
        if dice.happens(weather.late):
            self._note(source, request, "late")
            self.late.append(request)
            raise broken(Reason.SLOW, "late")
        if dice.happens(weather.broken):
            self._note(source, request, "broken")
            return Response(dice.one_of((500, 503, 429)), [], b"", request.url, 1)
        answer = await self.bring(request)
        if dice.happens(weather.doubled) and request.method == "POST":
            self._note(source, request, "doubled")
            answer = await self.bring(request)
        if self.after is not None:
            await self.after(source, request)
        if dice.happens(weather.unanswered):
            self._note(source, request, "unanswered")
            raise broken(Reason.RESET, "unanswered")
        self._note(source, request, str(answer.status))
        return answer

    async def bring(self, request: Request) -> Response:
        """Give a request to the application of its host."""
        app = self.apps.get(urlsplit(request.url).netloc)
        if app is None:
            raise broken(Reason.CONNECT, "nobody is there")
        return await asked(app, request)

    async def bring_late(self, dice: Dice) -> None:
        """Bring what was on its way, in any order."""
        waiting, self.late = dice.shuffled(self.late), []
        for request in waiting:
            if urlsplit(request.url).netloc in self.apps:
                await self.bring(request)

    def _note(self, source: str, request: Request, what: str) -> None:
        self.log.append(f"{source} {request.method} {request.url} {_said(request)}: {what}")


def _said(request: Request) -> str:
    if not request.body:
        return ""
    document = json.loads(request.body)
    return f"{document.get('type')} {document.get('id')}"


async def asked(app: App, request: Request) -> Response:
    """Ask an ASGI application as a server would on its behalf; the body comes in one piece."""
    parts = urlsplit(request.url)
    headers = [(b"host", parts.netloc.encode())]
    headers += [
        (name.lower().encode(), value.encode())
        for name, value in request.headers
        if name.lower() not in ("host", "content-length")
    ]
    if request.body:
        headers.append((b"content-length", str(len(request.body)).encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": parts.path or "/",
        "raw_path": (parts.path or "/").encode(),
        "query_string": parts.query.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": (parts.hostname, parts.port or 443),
    }
    sent: list[MutableMapping[str, Any]] = []
    given = False

    async def receive() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return {"type": "http.disconnect"}
        given = True
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    answered = [(n.decode().lower(), v.decode("latin-1")) for n, v in start["headers"]]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Response(start["status"], answered, body, request.url, 1)


class Wire(Sender):
    """One house's end of the network, in place of sockets."""

    def __init__(self, network: Network, host: str) -> None:
        super().__init__(Rules())
        self._network = network
        self._host = host

    async def send(self, request: Request) -> Response:
        return await self._network.carry(self._host, request)
