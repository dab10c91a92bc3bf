"""POST inbox and shared inbox: limits, signature, save, 202. Nothing more.

202 is a promise: it is given after the commit that saved the bytes. The one exception is a
Delete or Update of itself by an actor we never met, which stores nothing and costs nothing.
What is refused here is answered so that a peer does what helps: 401 tries the other signature
dialect, 503 and 429 come back later, 403 gives up.
"""

import asyncio
import hashlib
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from actors.documents import is_activity_type, read_document
from actors.errors import (
    Forbidden,
    Invalid,
    TooLarge,
    TooMany,
    Unauthorized,
    Unavailable,
    WrongType,
)
from actors.signatures.authenticate import claim, examine
from actors.signatures.message import Claim, Message
from actors.urls import host_of, same_host
from inbox import limits, terms
from inbox.parse import WITHOUT_ID
from inbox.signers import ProofDoor, believed, signer_of
from inbox.values import types

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SHARED: Final = 0
BODY_SECONDS: Final = 20.0
"""Within which a whole body must have come."""
_DRAINED: Final = 4
"""Up to so many times the limit is read before a body is called too large."""
_MAX_CONTENT_TYPE: Final = 256
_ABOUT_ITSELF: Final = frozenset({"Delete", "Update"})
_BY_TURNS: Final = frozenset(
    {"Follow", "Like", "EmojiReact", "Dislike", "Block", "Undo", "Accept", "Reject"} | WITHOUT_ID
)


class Door(ProofDoor, Protocol):
    """What the house does for the inbox. `max_body` in bytes; times in Unix ms."""

    max_body: int
    max_depth: int
    origin: str
    authorities: frozenset[str]

    async def check_room(self) -> None:
        """Raise Unavailable while more waits than can be taken on."""
        ...

    async def admit(self, host: str, size: int = 0) -> None:
        """Raise TooMany for a host that sends too fast; what is large (bytes) counts for more.
        Only what is proven to come from a host is counted, so that nobody can use up what another
        may send."""
        ...

    async def knows(self, actor_uri: str) -> bool: ...
    async def is_inbox(self, owner: int, host: str) -> bool:
        """Return whether `owner` has an inbox, as far as that host may know of them."""
        ...

    async def save(
        self, *, activity_uri: str, same: str, owner: int, signer: str, body: bytes
    ) -> None:
        """Return once the arrival is durable; one of its signer's with this `same` may have been
        there already."""
        ...

    def alive(self, host: str, dialect: str) -> None:
        """Note that a valid signature came from this host."""
        ...

    async def synchronise(self, actor_uri: str, header: str) -> None:
        """Compare followers with what an actor's server says they are (FEP-8fcf)."""
        ...


async def arrive(message: Message, owner: int, door: Door) -> None:
    """Take one signed POST; returning means 202. Raises what the peer is to be told."""
    await door.check_room()
    signed = claim(message)
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
    body = _inflated(message, door.max_body)
    document = read_document(body, max_bytes=door.max_body, max_depth=door.max_depth)
    said = _said(document)
    if _is_about_itself(document, said.actor) and not await door.knows(said.actor):
        return
    sender = (await signer_of(message, signed, door)).owner
    await door.admit(host_of(sender), len(body))
    signer = sender
    if said.actor and said.actor != sender:
        signer = await believed(document, said.actor, sender, door)
    if said.activity and not same_host(said.activity, said.actor):
        raise Forbidden("The activity's id belongs to another server.", detail=said.activity)
    if owner != SHARED and not await door.is_inbox(owner, host_of(sender)):
        raise Forbidden("There is no such inbox.")
    door.alive(host_of(sender), signed.dialect)
    if signer != sender:
        owner = SHARED  # only its own audience reads what is handed on, whomever it is handed to
    uri = said.activity or f"urn:sha-256:{hashlib.sha256(body).hexdigest()}"
    same = _same(document, uri, signed)
    await door.save(activity_uri=uri, same=same, owner=owner, signer=signer, body=body)
    followers = message.header("collection-synchronization")
    if followers and sender == said.actor:
        await door.synchronise(sender, followers)


@dataclass(frozen=True, slots=True)
class _Said:
    """Who does what, as the document has it; both "" where that is read once it is expanded, and
    no activity where it has no id."""

    actor: str
    activity: str


def _said(document: dict[str, Any]) -> _Said:
    actor, activity = _uri(document.get("actor")), _uri(document.get("id"))
    nameless = document.get("id") is None and not WITHOUT_ID.isdisjoint(types(document))
    if 0 < len(actor) <= limits.URI.size and (nameless or 0 < len(activity) <= limits.URI.size):
        return _Said(actor, activity)
    if terms.are_plain(document):
        raise Invalid("An activity needs an id and an actor.")
    return _Said("", "")


def _same(document: dict[str, Any], uri: str, signed: Claim) -> str:
    """Return what an arrival is known by when it comes again: its id and what it is, for BookWyrm
    deletes under the id under which it created. Of what is done and undone by turns some servers
    have one id for all times (Pixelfed, PeerTube, Misskey); there the very request is what tells.
    """
    kinds = types(document)
    request = "" if _BY_TURNS.isdisjoint(kinds) else signed.signature.hex()
    return "\0".join((uri, *sorted(kinds), request))


def _is_about_itself(document: dict[str, Any], actor: str) -> bool:
    about = actor != "" and not _ABOUT_ITSELF.isdisjoint(types(document))
    return about and _uri(document.get("object")) == actor


def _uri(value: Any) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else ""


def _inflated(message: Message, most: int) -> bytes:
    """Return the body without gzip; at most `most` bytes are ever made of it (S28)."""
    encoding = (message.header("content-encoding") or "").strip().lower()
    if encoding in ("", "identity"):
        return message.body
    if encoding != "gzip":
        raise WrongType("The only content encoding taken here is gzip.")
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        body = inflater.decompress(message.body, most + 1)
    except zlib.error:
        raise Invalid("The body is not gzip as it says.") from None
    if len(body) > most:
        raise TooLarge(f"The body is larger than {most} bytes.")
    return body


# -- as an ASGI handler

_ACCEPTED: Final = {
    "type": "http.response.start",
    "status": 202,
    "headers": [(b"content-length", b"0")],
}


def handler(door: Door, parse_id: Callable[[str], int | None]) -> Callable[..., Awaitable[None]]:
    """Return the ASGI handler of an inbox; the path parameter `id` names whose, none the shared.

    Errors are raised, for the dispatch above to answer.
    """

    async def post(scope: Scope, receive: Receive, send: Send) -> None:
        named = scope["path_params"].get("id")
        owner = SHARED if named is None else parse_id(named)
        message = await _read(scope, receive, door)
        if owner is None:
            raise Forbidden("There is no such inbox.")
        try:
            await arrive(message, owner, door)
        except Unauthorized:
            door.callers.failed(message.peer)
            raise
        await send(_ACCEPTED)
        await send({"type": "http.response.body", "body": b""})

    return post


def message_of(scope: Scope, origin: str) -> Message:
    """Return a request without its body, at the authority that its Host names."""
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in scope["headers"]
    )
    authority = next((value for name, value in headers if name == "host"), "")
    path = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0]
    query = scope.get("query_string", b"")
    target = (path + (b"?" + query if query else b"")).decode("latin-1")
    url = f"{origin.partition('://')[0]}://{authority}{target}"
    client = scope.get("client")
    return Message(scope["method"], url, headers, peer=client[0] if client else "")


async def _read(scope: Scope, receive: Receive, door: Door) -> Message:
    message = message_of(scope, door.origin)
    first = dict(reversed(message.headers))
    length = first.get("content-length", "")
    announced = int(length[:18]) if length.isascii() and length.isdigit() else 0
    try:
        door.callers.admit(message.peer, min(announced, door.max_body))
    except TooMany:
        if "expect" not in first:
            await _whole(receive, door.max_body, keep=False)
        raise
    if not is_activity_type(first.get("content-type", "")[:_MAX_CONTENT_TYPE]):
        raise WrongType("Send activities as application/activity+json.")
    if announced > door.max_body and ("expect" in first or announced > _DRAINED * door.max_body):
        raise TooLarge(f"The body is larger than {door.max_body} bytes.")
    body = await _whole(receive, door.max_body)
    if len(body) > announced:  # it came in chunks
        door.callers.admit(message.peer, len(body))
    return replace(message, body=body)


async def _whole(receive: Receive, most: int, *, keep: bool = True) -> bytes:
    """Read a body within its time; without `keep` it is let pass and b"" returned."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _body(receive, most, keep)
    except TimeoutError:
        raise Unavailable("The request took too long to come.") from None


async def _body(receive: Receive, most: int, keep: bool) -> bytes:
    """Read a body. What is over the limit is let pass for a while, unread: an answer while the
    other side still sends would reach it as a broken line, and it would come again."""
    chunks, size, more = list[bytes](), 0, True
    while more and size <= _DRAINED * most:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Invalid("The request broke off.")
        chunk = event.get("body", b"")
        size += len(chunk)
        if keep and size <= most:
            chunks.append(chunk)
        more = event.get("more_body", False)
    if size > most:
        raise TooLarge(f"The body is larger than {most} bytes.")
    return b"".join(chunks)
