"""What a handler of the client API gets and gives: Ask, Reply, Route, and the way between.

`opened(route, api)` makes the raw ASGI handler of one route: parameters read, caller known, scope
held, rate kept, answer sent with the headers that apps in browsers need. Errors leave in
Mastodon's shape, `{"error": …}`, and nowhere else is one made.
"""

import logging
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from actors import ids
from actors.audience import LocalActor, Nobody, Viewer
from actors.errors import (
    FediError,
    FetchError,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    TooMany,
    Unauthorized,
    Unavailable,
)
from actors.membership import Role, writes
from actors.people import Actor, Person
from fedi.mastodon.api import Api
from fedi.net.answer import Header, Receive, Scope, Send
from fedi.net.cors import EXPOSED, OPEN
from fedi.net.dispatch import RawHandler
from fedi.net.params import MAX_FIELDS, Params, Upload, read_params
from fedi.oauth.callers import Caller, bearer_of
from fedi.oauth.rates import OverLimit

_log = logging.getLogger(__name__)
_JSON: Final = (b"content-type", b"application/json; charset=utf-8")
_ENCODER: Final = msgspec.json.Encoder()

CORS: Final[tuple[Header, ...]] = (OPEN, EXPOSED)
_ALWAYS: Final[tuple[Header, ...]] = (_JSON, *CORS)
_MALFORMED: Final = frozenset({"bad_json", "bad_page", "missing"})
"""What is answered 400, where other bad input is 422."""


UPLOADS_AT_ONCE: Final = 8
"""Bodies with files that a process reads of one person at once; apps send four."""
OF_THE_HOUSE: Final = frozenset({
    "/api/v1/announcements", "/api/v1/directory", "/api/v1/suggestions", "/api/v2/suggestions",
    "/api/v1/trends", "/api/v1/trends/tags", "/api/v1/trends/statuses", "/api/v1/trends/links",
})  # fmt: skip
"""Paths that list the house: to a guest they are empty. All else is as audience.py has it."""
OF_THE_TOKEN: Final = frozenset({"/api/v1/push/subscription"})
"""Paths that change nothing but what the token itself has."""


class By(Enum):
    """Who may call a route."""

    ANYONE = auto()  # with or without a token
    APP = auto()  # any valid token, an app's own too
    ACTOR = auto()  # a token that speaks for one of our actors


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: JSON already encoded, or another type of body named by its header."""

    body: bytes
    status: int = 200
    headers: tuple[Header, ...] = ()


@dataclass(slots=True)
class Ask:
    """One request to the client API. `id(name)` and friends read what the path names."""

    api: Api
    scope: Scope
    path_params: Mapping[str, str]
    params: Params
    caller: Caller | None

    @property
    def me(self) -> Actor:
        """Return the actor that the caller speaks as; a route `By.ACTOR` always has one."""
        if self.caller is None or self.caller.actor is None:
            raise Unauthorized("The access token is invalid")
        return self.caller.actor

    @property
    def person(self) -> Person:
        if self.caller is None or self.caller.person is None:
            raise Unauthorized("The access token is invalid")
        return self.caller.person

    def must_write(self) -> None:
        """Raise Forbidden for one who may not write in the actor's name, before anything is done
        that no rule of a verb looks at and that everybody who speaks for it will feel."""
        role = self.caller.role if self.caller is not None else None
        if role is None or not writes(role):
            raise Forbidden("You may not write for this department.")

    @property
    def viewer(self) -> Viewer:
        """Return with whose eyes this request reads."""
        if self.caller is None or self.caller.actor is None:
            return Nobody()
        return LocalActor(self.caller.actor.id)

    @property
    def reader(self) -> int | None:
        """Return the id of the actor that reads, None for whoever is not signed in as one."""
        caller = self.caller
        return caller.actor.id if caller is not None and caller.actor is not None else None

    def id(self, name: str = "id") -> int:
        """Return the id in the path; one that can't be an id is simply not there."""
        found = ids.parse(self.path_params[name])
        if found is None:
            raise NotFound("Record not found")
        return found

    def ids(self, name: str) -> list[int]:
        """Return the ids given under a name, in order; what can't be an id is passed over."""
        parsed = (ids.parse(one) for one in self.params.texts(name))
        return list(dict.fromkeys(one for one in parsed if one is not None))

    def header(self, name: bytes) -> str:
        for key, value in self.scope["headers"]:
            if key == name:
                return str(value.decode("latin-1"))
        return ""

    def upload(self, name: str) -> Upload | None:
        return self.params.upload(name)


Handler = Callable[[Ask], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the API. `scopes`: any one of them is enough; () where no scope is asked.

    `uploads` is whether its body may carry files. PUT and PATCH are one method (see table.py).
    """

    method: str
    path: str
    handler: Handler
    by: By = By.ACTOR
    scopes: tuple[str, ...] = ()
    uploads: bool = False


def get(path: str, handler: Handler, *scopes: str, by: By = By.ACTOR) -> Route:
    """Return the route of a GET (and HEAD)."""
    return Route(method="GET", path=path, handler=handler, scopes=scopes, by=by)


def post(path: str, handler: Handler, *scopes: str, by: By = By.ACTOR) -> Route:
    """Return the route of a POST."""
    return Route(method="POST", path=path, handler=handler, scopes=scopes, by=by)


def put(path: str, handler: Handler, *scopes: str, by: By = By.ACTOR) -> Route:
    """Return the route of a PUT, which answers PATCH alike."""
    return Route(method="PUT", path=path, handler=handler, scopes=scopes, by=by)


def delete(path: str, handler: Handler, *scopes: str, by: By = By.ACTOR) -> Route:
    """Return the route of a DELETE."""
    return Route(method="DELETE", path=path, handler=handler, scopes=scopes, by=by)


def with_files(route: Route) -> Route:
    """Return a route whose body may carry files."""
    return replace(route, uploads=True)


def ok(value: Any, *, status: int = 200, headers: Iterable[Header] = ()) -> Reply:
    """Return a value (a Struct, a dict, a list of them) as JSON."""
    return Reply(_ENCODER.encode(value), status, tuple(headers))


def joined(items: Iterable[bytes], *, headers: Iterable[Header] = ()) -> Reply:
    """Return JSON texts as one array."""
    return Reply(b"[" + b",".join(items) + b"]", 200, tuple(headers))


def empty() -> Reply:
    """Return the empty object that Mastodon answers with where there is nothing to say."""
    return Reply(b"{}")


# -- one request


def opened(route: Route, api: Api) -> RawHandler:
    """Return the ASGI handler of a route."""

    turns = _Turns()

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        headers = _ALWAYS
        params: Params | None = None
        try:
            caller, unknown_token = await _known(scope, route, api)
            headers = (*_ALWAYS, *api.rates.count(scope, caller))
            if unknown_token is not None:
                raise unknown_token
            _admit(route, caller)
            with turns.turn(caller if route.uploads else None):
                params = await read_params(
                    scope, receive, max_upload=api.max_upload if route.uploads else 0
                )
            if caller is None and "access_token" in params and route.scopes:
                caller = await api.callers.find(params.text("access_token") or "")
                _check(route, caller)
            ask = Ask(api, scope, scope["path_params"], params, caller)
            reply = joined(()) if _is_for_staff(route, caller) else await route.handler(ask)
        except Exception as problem:
            reply = reply_to(problem)
        finally:
            if params is not None:
                params.close()
        await send_reply(scope, send, reply, headers)

    return handle


async def send_reply(scope: Scope, send: Send, reply: Reply, headers: Iterable[Header]) -> None:
    """Send a reply; its own headers stand over those given."""
    if reply.headers:
        own = {name for name, _ in reply.headers}
        headers = [header for header in headers if header[0] not in own]
    start = [*headers, *reply.headers, (b"content-length", b"%d" % len(reply.body))]
    await send({"type": "http.response.start", "status": reply.status, "headers": start})
    body = b"" if scope["method"] == "HEAD" else reply.body
    await send({"type": "http.response.body", "body": body})


async def _known(scope: Scope, route: Route, api: Api) -> tuple[Caller | None, FediError | None]:
    """Return who asks; or why their token is none, which counts like a request without one. Found
    out before any of the body is read: a file is taken from nobody."""
    bearer = bearer_of(scope)
    if bearer is None and route.scopes:
        bearer = _token_of_query(scope)
    if bearer is None:
        return None, None
    try:
        return await api.callers.find(bearer), None
    except FediError as problem:
        return None, problem


def _token_of_query(scope: Scope) -> str | None:
    """Return the token that stands in the query (RFC 6750 §2.3), as older apps have it."""
    query = scope["query_string"]
    if b"access_token" not in query:
        return None
    try:
        return dict(parse_qsl(query.decode("latin-1"), max_num_fields=MAX_FIELDS)).get(
            "access_token"
        )
    except ValueError:
        return None


class _Turns:
    """How many files a person may be sending to one route at once: each waits on disk."""

    def __init__(self) -> None:
        self._busy: Counter[int] = Counter()

    @contextmanager
    def turn(self, caller: Caller | None) -> Iterator[None]:
        """Hold a turn while a body is read; TooMany where all of a person's are taken."""
        who = caller.person.id if caller is not None and caller.person is not None else 0
        if not who:
            yield
            return
        if self._busy[who] >= UPLOADS_AT_ONCE:
            raise TooMany("Too many files at once", retry_after=5)
        self._busy[who] += 1
        try:
            yield
        finally:
            self._busy[who] -= 1
            if not self._busy[who]:
                del self._busy[who]


def _admit(route: Route, caller: Caller | None) -> None:
    if caller is not None:
        _check(route, caller)
    elif route.by is not By.ANYONE:
        raise Unauthorized("The access token is invalid")


def _check(route: Route, caller: Caller) -> None:
    if route.scopes and caller.held.isdisjoint(route.scopes):
        raise Forbidden("This action is outside the authorized scopes")
    if route.by is By.ACTOR and caller.actor is None:
        raise Invalid("This method requires an authenticated user")
    if caller.role is Role.READER and route.method != "GET" and route.path not in OF_THE_TOKEN:
        # What an actor keeps (its lists, filters, what it has read) is all its speakers' as well.
        raise Forbidden("You may read here, and change nothing")


def _is_for_staff(route: Route, caller: Caller | None) -> bool:
    actor = caller.actor if caller is not None else None
    return actor is not None and actor.guest and route.path in OF_THE_HOUSE


def reply_to(problem: Exception) -> Reply:
    """Return what a failed request is answered with, in the shape that apps read."""
    if not isinstance(problem, FediError):
        _log.error("unexpected error", exc_info=problem)
        return ok({"error": "Something went wrong here. It has been noted."}, status=500)
    if problem.detail:
        _log.info("%s: %s", problem.code, problem.detail)
    headers: list[Header] = []
    if isinstance(problem, OverLimit):
        headers.extend(problem.headers)
    if isinstance(problem, TooMany | Unavailable):
        seconds = max(1, math.ceil(problem.retry_after))
        headers.append((b"retry-after", b"%d" % seconds))
    if isinstance(problem, Unauthorized):
        headers.append((b"www-authenticate", b'Bearer realm="fedi", error="invalid_token"'))
    shown: dict[str, Any] = {"error": problem.sentence}
    details = getattr(problem, "details", None)
    if details:
        shown["details"] = details
    return ok(shown, status=_status(problem), headers=headers)


def _status(problem: FediError) -> int:
    if isinstance(problem, TooLarge):
        return 413
    if isinstance(problem, Invalid):
        return 400 if problem.code in _MALFORMED else 422
    if isinstance(problem, FetchError):
        return 503
    return problem.status


# -- what no route answers


async def unknown(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a path of the API that is not there: JSON, as apps expect (client-api.md §2.3)."""
    reply = ok({"error": "Record not found"}, status=404)
    await send_reply(scope, send, reply, _ALWAYS)
