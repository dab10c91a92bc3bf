"""WebFinger (RFC 7033): which actor a handle or an address of ours names.

Handles may live at one domain and actors at another; questions about either are answered, always
with the one handle that counts now as subject. A handle that an actor once had answers for ever.
Answers are kept for some seconds, by the whole query: most are asked again at once.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from actors.errors import FediError, Invalid, NotFound
from actors.handles import canonical_domain, domain_of, parse_handle
from actors.people import Actor, ActorKind, Exposure
from actors.ports import Clock
from actors.urls import Urls
from fedi.net.answer import Answer, Header, Receive, Scope, Send, answer_to
from fedi.net.negotiate import Form
from fedi.store import directory, profiles
from fedi.store.engine import Engine

KEPT_MS: Final = 5_000
KEPT_MAX: Final = 4_096
QUERY_MAX: Final = 4_096

PROFILE: Final = "http://webfinger.net/rel/profile-page"
AVATAR: Final = "http://webfinger.net/rel/avatar"
SUBSCRIBE: Final = "http://ostatus.org/schema/1.0/subscribe"
SERVER_ACTOR: Final = "https://www.w3.org/ns/activitystreams#Service"  # FEP-d556

CORS: Final[Header] = (b"access-control-allow-origin", b"*")
_FRESH: Final[Header] = (b"cache-control", b"public, max-age=300")


class WebFinger:
    """Answers /.well-known/webfinger, as a raw ASGI handler."""

    def __init__(self, engine: Engine, urls: Urls, clock: Clock) -> None:
        self._engine = engine
        self._urls = urls
        self._clock = clock
        scheme = urlsplit(urls.origin).scheme
        self._scheme = scheme
        self._authority = canonical_domain(urls.authority, scheme=scheme)
        self._domains = {self._authority, canonical_domain(urls.handle_domain, scheme=scheme)}
        self._kept: OrderedDict[bytes, tuple[int, Answer]] = OrderedDict()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        answer = await self.answer(scope["query_string"])
        body = b"" if scope["method"] == "HEAD" else answer.body
        start = {
            "type": "http.response.start",
            "status": answer.status,
            "headers": answer.headers,
        }
        await send(start)
        await send({"type": "http.response.body", "body": body})

    async def answer(self, query: bytes) -> Answer:
        """Return the answer to a query string: 200 with a JRD, 400 or 404."""
        kept = self._kept.get(query)
        now = self._clock.now()
        if kept is not None and 0 <= now - kept[0] < KEPT_MS:
            return kept[1]
        try:
            resource, rels = _asked(query)
            answer = _answered(await self._descriptor(resource, rels))
        except FediError as error:
            refused = answer_to(error)
            return Answer(refused.status, (*refused.headers, CORS), refused.body)
        self._keep(query, now, answer)
        return answer

    def _keep(self, query: bytes, now: int, answer: Answer) -> None:
        # Only what was found is kept, so that nobody can fill the memory with questions.
        self._kept[query] = (now, answer)
        self._kept.move_to_end(query)
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)

    async def _descriptor(self, resource: str, rels: frozenset[str]) -> dict[str, Any]:
        actor = await self._found(resource)
        if actor is None:
            raise NotFound("There is nobody of that name here.")
        links = [link for link in self._links(actor, resource) if not rels or link["rel"] in rels]
        subject = self._urls.acct(actor.username)
        aliases = dict.fromkeys((*self._aliases(actor), resource))
        aliases.pop(subject, None)
        return {"subject": subject, "aliases": list(aliases), "links": links}

    # -- whom a resource names

    async def _found(self, resource: str) -> Actor | None:
        if resource[:5].lower() == "acct:":
            return await self._by_handle(resource)
        parts = _split(resource)
        if domain_of(resource) != self._authority or parts.scheme.lower() != self._scheme:
            return None
        path = parts.path.rstrip("/")
        if not path:
            return await self._application()
        return await self._by_path(path)

    async def _by_path(self, path: str) -> Actor | None:
        local = self._urls.parse(self._urls.page(path))
        if local is None or local.part:
            return None
        match local.kind:
            case "application":
                return await self._application()
            case "actor":
                return await self._engine.glance(lambda tx: directory.by_id(tx, local.id))
            case "profile":
                return await self._engine.glance(lambda tx: directory.by_handle(tx, local.name))
        return None

    async def _by_handle(self, resource: str) -> Actor | None:
        handle = parse_handle(resource)
        if handle.domain is None:
            raise _malformed()
        domain = canonical_domain(handle.domain, scheme=self._scheme)
        if domain not in self._domains:
            return None
        actor = await self._engine.glance(lambda tx: directory.by_handle(tx, handle.username))
        if actor is not None:
            return actor
        application = await self._application()
        names = (application.username.lower(), self._authority) if application else ()
        return application if handle.username.lower() in names else None

    async def _application(self) -> Actor | None:
        return await self._engine.glance(profiles.application)

    # -- what is said of them

    def _aliases(self, actor: Actor) -> Iterable[str]:
        if actor.url:
            yield actor.url
        yield actor.uri
        if len(self._domains) > 1:
            yield f"acct:{actor.username}@{self._urls.authority}"

    def _links(self, actor: Actor, resource: str) -> Iterable[dict[str, str]]:
        yield {"rel": "self", "type": Form.ACTIVITY.value, "href": actor.uri}
        if actor.kind is ActorKind.APPLICATION:
            yield {"rel": SERVER_ACTOR, "type": Form.ACTIVITY.value, "href": actor.uri}
            return
        if actor.exposure is not Exposure.OPEN:
            return  # servers on the allow-list ask here unsigned, and need the id; nobody more
        yield {"rel": PROFILE, "type": "text/html", "href": actor.url}
        template = self._urls.page("authorize_interaction?uri={uri}")
        yield {"rel": SUBSCRIBE, "template": template}
        if actor.icon is not None:
            avatar = {"rel": AVATAR, "type": actor.icon.media_type, "href": actor.icon.url}
            yield {key: value for key, value in avatar.items() if value}


def _asked(query: bytes) -> tuple[str, frozenset[str]]:
    """Return the resource and the wanted relations of a query (RFC 7033 §4.1, §4.2, §4.3)."""
    try:
        text = query.decode("ascii") if len(query) <= QUERY_MAX else ""
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise _malformed() from None
    resources = [value for name, value in pairs if name == "resource"]
    if len(resources) != 1 or not resources[0]:
        raise _malformed()
    return resources[0], frozenset(value for name, value in pairs if name == "rel")


def _split(resource: str) -> Any:
    try:
        parts = urlsplit(resource)
    except ValueError:
        raise _malformed() from None
    if parts.scheme.lower() not in ("https", "http") or not parts.netloc:
        raise _malformed()
    return parts


def _malformed() -> Invalid:
    return Invalid("Ask with exactly one resource: acct:name@domain, or an address of ours.")


def _answered(descriptor: dict[str, Any]) -> Answer:
    body = msgspec.json.encode(descriptor)
    headers = (
        (b"content-type", Form.JRD.value.encode()),
        (b"content-length", b"%d" % len(body)),
        CORS,
        _FRESH,
    )
    return Answer(200, headers, body)
