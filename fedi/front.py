"""ActivityPub over HTTP: opens the rooms' endpoints in the dispatch table, signed GETs included.

The asker of a signed GET is its server as a whole: what it shows to whom is its own affair, so a
server sees what at least one of its actors may. An app with a bearer token sees what its actor may,
posts to its outbox and reads its inbox (outbox/clients.py).
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, Final, cast
from urllib.parse import parse_qsl

from actors import ids
from actors.audience import LocalActor, RemoteServer, Viewer
from actors.errors import Forbidden, Invalid, TooLarge, Unauthorized, Unavailable
from actors.people import Actor
from actors.signatures.authenticate import claim, examine
from actors.signatures.message import Message
from actors.urls import ACTOR_PARTS, host_of
from fedi.desk import HouseDoor
from fedi.media.blobs import Blobs
from fedi.media.sending import MediaFiles
from fedi.net.answer import Header, Receive, Scope, Send, answer_to
from fedi.net.cors import EXPOSED, OPEN, READING, add_preflight
from fedi.net.dispatch import Dispatch, RawHandler
from fedi.net.negotiate import ACTIVITY_ONLY, PAGE_FIRST, accept_of, negotiate
from fedi.oauth.callers import Callers, bearer_of
from fedi.oauth.rates import OverLimit, Rates, counted
from fedi.publishing.repeating import Repeating
from fedi.publishing.submitting import Submitting
from fedi.store import media
from fedi.store.engine import Engine
from fedi.store.home import Readers
from fedi.store.received import received
from inbox.endpoints import BODY_SECONDS, message_of
from inbox.endpoints import handler as inbox_handler
from inbox.signers import signer_of
from outbox.answers import Answer
from outbox.clients import MAX_BYTES, Author, Clients
from outbox.endpoints import Ask, Endpoints
from outbox.reads import Posts

_Get = Callable[[Ask, Scope], Awaitable[Answer]]
_PARTS: Final = sorted(ACTOR_PARTS - {"inbox"})


def choose(accept: str | None, page: bool) -> str:
    """Return the content type to answer with, "" where none will do."""
    form = negotiate(accept, PAGE_FIRST if page else ACTIVITY_ONLY)
    return form.value if form is not None else ""


class SignedGets:
    """Fills outbox.endpoints.Authenticate."""

    def __init__(self, door: HouseDoor, callers: Callers) -> None:
        self._door = door
        self._callers = callers

    async def __call__(self, ask: Ask) -> Viewer:
        scope: Any = ask.request
        if bearer_of(scope) is not None:
            author = await holder(self._callers, scope, "read")
            return LocalActor(author.actor.id)
        door = self._door
        message = message_of(scope, door.origin)
        door.callers.admit(message.peer)
        try:
            return await self._viewer(message)
        except Unauthorized:
            door.callers.failed(message.peer)
            raise

    async def _viewer(self, message: Message) -> Viewer:
        door, signed = self._door, claim(message)
        if signed is None:
            raise Unauthorized("The request must be signed.")
        examine(
            message,
            signed,
            now_ms=door.now(),
            our_authorities=door.authorities,
            window=door.window,
        )
        await door.welcome(host_of(signed.key_id))
        known = await signer_of(message, signed, door)
        host = host_of(known.owner)
        await door.admit(host)
        return RemoteServer(host)


async def holder(callers: Callers, scope: Scope, needed: str) -> Author:
    """Return the actor and person that a request's token speaks for. Unauthorized without one
    that holds, Forbidden without the scope."""
    bearer = bearer_of(scope)
    if bearer is None:
        raise Unauthorized("Only with a token of its owner may this be used so.")
    caller = await callers.find(bearer)
    if caller.actor is None or caller.person is None:
        raise Forbidden("The token speaks for no actor.")
    if not caller.may(needed):
        raise Forbidden(f"The token hasn't the scope {needed!r}.")
    given = _header(scope, b"idempotency-key").strip()
    key = (
        (caller.token_id, hashlib.sha256(f"outbox {given}".encode()).hexdigest()) if given else None
    )
    return Author(caller.actor, caller.person.id, key)


def clients_of(submitting: Submitting, callers: Callers) -> Clients:
    """Return ActivityPub's side for clients, on the house's parts."""
    performer = submitting.performer
    readers, repeating = Readers(performer.engine), Repeating(submitting)

    async def known(request: object, needed: str) -> Author:
        return await holder(callers, cast(Scope, request), needed)

    async def carry_out(author: Author, document: Mapping[str, Any]) -> str:
        if author.key is None:
            return await submitting.submit(author.actor, author.person, document)
        return await repeating.once(author.actor, author.person, document, author.key)

    async def reached(owner: Actor, cursor: int | None, limit: int) -> Posts:
        await readers.ready(owner.id, performer.clock.now())
        return await performer.engine.read(lambda tx: received(tx, owner.id, cursor, limit))

    return Clients(performer.urls, known, carry_out, reached, choose)


def open_clients(table: Dispatch, submitting: Submitting, callers: Callers, rates: Rates) -> None:
    """Put what only the owner may use into the dispatch table: POST outbox, GET inbox."""
    clients = clients_of(submitting, callers)

    async def submit(scope: Scope, receive: Receive) -> Answer:
        kind = _header(scope, b"content-type")[:256]
        return await clients.submit(scope, _own_id(scope), kind, lambda: _body(receive))

    async def inbox(scope: Scope, receive: Receive) -> Answer:
        page = _query(scope["query_string"]).get("page")
        return await clients.inbox(scope, _own_id(scope), accept_of(scope), page)

    def for_apps(work: Callable[[Scope, Receive], Awaitable[Answer]]) -> RawHandler:
        """Count what apps ask, as the client API does, and let pages elsewhere read errors too."""

        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            told: tuple[Header, ...] = (EXPOSED,)
            try:
                told += await counted(rates, callers, scope)
                answer = await work(scope, receive)
            except Exception as error:
                plain = answer_to(error)
                answer = Answer(plain.status, plain.headers, plain.body)
                told += error.headers if isinstance(error, OverLimit) else ()
            await _send(scope, send, Answer(answer.status, (*answer.headers, *told), answer.body))

        return handle

    table.add("/actors/{id}/outbox", for_apps(submit), methods=("POST",))
    table.add("/actors/{id}/inbox", for_apps(inbox))
    add_preflight(table, "/actors/{id}/inbox", f"{READING}, POST")


def _own_id(scope: Scope) -> int | None:
    return ids.parse(scope["path_params"]["id"])


def _header(scope: Scope, wanted: bytes) -> str:
    return next((v.decode("latin-1") for name, v in scope["headers"] if name == wanted), "")


async def _body(receive: Receive) -> bytes:
    """Read a body within its time and size."""
    chunks, size, more = list[bytes](), 0, True
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while more:
                event = await receive()
                if event["type"] == "http.disconnect":
                    raise Invalid("The request broke off.")
                chunks.append(event.get("body", b""))
                size += len(chunks[-1])
                more = event.get("more_body", False)
                if size > MAX_BYTES:
                    raise TooLarge(f"The body is larger than {MAX_BYTES} bytes.")
    except TimeoutError:
        raise Unavailable("The request took too long to come.") from None
    return b"".join(chunks)


def open_door(
    table: Dispatch,
    endpoints: Endpoints,
    door: HouseDoor,
    counting: Callable[[RawHandler], RawHandler],
) -> None:
    """Put every ActivityPub address into the dispatch table; `counting` counts arrivals."""
    post = counting(inbox_handler(door, ids.parse))
    table.add("/inbox", post, methods=("POST",))
    table.add("/actor/inbox", post, methods=("POST",))
    table.add("/actors/{id}/inbox", post, methods=("POST",))
    kept = Kept()
    _add(table, "/actor", lambda ask, scope: endpoints.application(ask), kept)
    _add(table, "/actors/{id}", lambda ask, scope: endpoints.actor(ask, _id(scope)), kept)
    _add(table, "/posts/{id}", lambda ask, scope: endpoints.post(ask, _id(scope)), kept)
    _add(table, "/activities/{id}", lambda ask, scope: endpoints.activity(ask, _id(scope)))
    _add(table, "/contexts/{id}", lambda ask, scope: endpoints.context(ask, _id(scope)))
    _add(table, "/stamps/{id}", lambda ask, scope: endpoints.stamp(ask, _id(scope)))
    for part in _PARTS:
        _add(table, f"/actors/{{id}}/{part}", _actor_part(endpoints, part))
    for part in ("replies", "likes", "shares"):
        _add(table, f"/posts/{{id}}/{part}", _post_part(endpoints, part))
    for part in ("outbox", "followers", "following"):
        _add(table, f"/actor/{part}", _application_part(endpoints, part))


def open_files(table: Dispatch, endpoints: Endpoints, blobs: Blobs, engine: Engine) -> None:
    """Put our files into the dispatch table: by their names, and those of posts in closed groups
    for servers that may see the post."""

    async def shown(name: str) -> media.Shown | None:
        return await engine.glance(lambda tx: media.shown(tx, name))

    files = MediaFiles(blobs, shown)

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        await endpoints.shows(_ask(scope), _id(scope), scope["path_params"]["name"])
        await files(scope, receive, send)

    table.add("/media/{name}", files)
    table.add("/posts/{id}/files/{name}", guarded)


def _actor_part(endpoints: Endpoints, part: str) -> _Get:
    return lambda ask, scope: endpoints.actor_collection(ask, _id(scope), part)


def _post_part(endpoints: Endpoints, part: str) -> _Get:
    return lambda ask, scope: endpoints.post_collection(ask, _id(scope), part)


def _application_part(endpoints: Endpoints, part: str) -> _Get:
    return lambda ask, scope: endpoints.application_collection(ask, part)


def _id(scope: Scope) -> int:
    # What is no id is nobody's: "not found" is then said in the form that was asked for.
    return ids.parse(scope["path_params"]["id"]) or 0


class Kept:
    """Answers that all may see, kept for one second: what a rush on one actor or post gets.

    Caches outside may keep them for minutes, so a second here makes nothing staler. Only answers
    to requests without a signature are kept or given, so nobody gets what another may see (S18).
    """

    SECONDS: Final = 1.0
    COUNT: Final = 2_048

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, bytes], tuple[float, Answer]] = OrderedDict()

    def find(self, key: tuple[str, bytes]) -> Answer | None:
        found = self._answers.get(key)
        if found is None or found[0] < monotonic():
            return None
        return found[1]

    def keep(self, key: tuple[str, bytes], answer: Answer) -> None:
        if answer.status != 200 or not answer.header(b"cache-control").startswith(b"public"):
            return
        self._answers[key] = (monotonic() + self.SECONDS, answer)
        self._answers.move_to_end(key)
        while len(self._answers) > self.COUNT:
            self._answers.popitem(last=False)


_KEPT_ACCEPT: Final = 256
_KEPT_PATH: Final = 64
_OF_THE_ASKER: Final = frozenset(
    {b"signature", b"signature-input", b"if-none-match", b"authorization"}
)


def _add(table: Dispatch, path: str, get: _Get, kept: Kept | None = None) -> None:
    table.add(path, _handler(get, kept))
    add_preflight(table, path, f"{READING}, POST" if path == "/actors/{id}/outbox" else READING)


def _handler(get: _Get, kept: Kept | None) -> RawHandler:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        key = _key(scope) if kept is not None else None
        answer = kept.find(key) if kept is not None and key is not None else None
        if answer is None:
            answer = await get(_ask(scope), scope)
            if kept is not None and key is not None:
                kept.keep(key, answer)
        await _send(scope, send, answer)

    return handle


async def _send(scope: Scope, send: Send, answer: Answer) -> None:
    body = b"" if scope["method"] == "HEAD" else answer.body
    headers = (*answer.headers, OPEN)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _key(scope: Scope) -> tuple[str, bytes] | None:
    """Return what a kept answer is found by; None for a request that is answered on its own."""
    if scope["query_string"]:
        return None
    accept = b""
    for name, value in scope["headers"]:
        if name == b"accept":
            if accept:
                return None
            accept = value
        elif name in _OF_THE_ASKER:
            return None
    if b"html" in accept or len(accept) > _KEPT_ACCEPT or len(scope["path"]) > _KEPT_PATH:
        return None
    return scope["path"], accept


def _ask(scope: Scope) -> Ask:
    signed, known = bearer_of(scope) is not None, ""
    for name, value in scope["headers"]:
        if name in (b"signature", b"signature-input"):
            signed = True
        elif name == b"if-none-match":
            known = value.decode("latin-1")
    return Ask(
        accept=accept_of(scope),
        query=_query(scope["query_string"]) if scope["query_string"] else {},
        if_none_match=known,
        signed=signed,
        request=scope,
    )


def _query(raw: bytes) -> dict[str, str]:
    try:
        found = parse_qsl(raw.decode("latin-1")[:4096], keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise Invalid("The query of this address cannot be read.") from None
    return dict(found)
