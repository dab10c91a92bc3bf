"""The addresses of the public pages, put together for the composition root.

`Pages.routes` goes into Starlette's list; `Pages.html` answers where one address has both a page
and an ActivityPub document (fedi/front.py decides which); errors become pages in plain words.
"""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from actors import ids
from actors.errors import FediError, Invalid, NotFound, TooLarge, TooMany, Unavailable
from actors.urls import Urls
from fedi.net.answer import answer_to, other_method
from fedi.pages import conversations, delivery, feed, following, language, listings
from fedi.pages.following import Following
from fedi.pages.kept import Kept
from fedi.pages.site import COOKIE, Asked, Scope, Site, redirect
from outbox.answers import Answer

FORM_MAX: Final = 8_192
YEAR: Final = 31_536_000  # seconds

View = Callable[[Site, Asked], Awaitable[Answer]]


class Pages:
    """The public pages of one house."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._following = Following(site)
        self._kept = Kept(site.clock, site.kept_ms)

    def routes(self) -> list[Route]:
        """Return the routes of all pages, but for those that share an address with a document."""
        return [
            self._get("/", listings.front),
            self._get("/avdelinger", listings.departments),
            self._get("/@{username}", listings.profile),
            self._get("/@{username}/feed.atom", feed.feed),
            self._get("/@{username}/tagged/{name}", listings.tagged),
            self._get("/tags/{name}", listings.tag),
            self._get("/posts/{id}/history", _history),
            Route("/posts/{id}/delivery", self._delivery, methods=["GET", "HEAD"]),
            Route("/follow", self._follow, methods=["GET", "HEAD", "POST"]),
            self._get("/authorize_interaction", following.interact),
            self._get("/language/{code}", _choose_language),
            self._get("/assets/{name}", _asset),
        ]

    async def html(self, scope: Scope) -> Answer:
        """Answer the page at /posts/{id} or /actors/{id}."""
        return await self._page(scope, _shared)

    async def error(self, request: Request, error: Exception) -> Response:
        """Answer an error as a page: for Starlette's handlers, 404 of no route included."""
        if isinstance(error, HTTPException):
            if error.status_code == 405:
                return self._other_method(request, (error.headers or {}).get("Allow", ""))
            known = NotFound("There is nothing here.") if error.status_code == 404 else None
            fault = known or Invalid(str(error.detail))
            answer = self._error(_bare(request.scope), fault, error.status_code)
        else:
            answer = self._error(_bare(request.scope), error)
        return _response(answer, request.method)

    def _other_method(self, request: Request, allow: str) -> Response:
        plain = other_method(request.method, allow.split(", "))
        answer = Answer(plain.status, plain.headers)
        if plain.status != 204:
            page = self._error(_bare(request.scope), Invalid("Method not allowed."), plain.status)
            allowed = (header for header in plain.headers if header[0] == b"allow")
            answer = Answer(page.status, (*page.headers, *allowed), page.body)
        return _response(answer, request.method)

    # -- from request to answer

    def _get(self, path: str, view: View) -> Route:
        async def handle(request: Request) -> Response:
            return _response(await self._page(request.scope, view), request.method)

        return Route(path, handle, methods=["GET", "HEAD"])

    async def _page(self, scope: Scope, view: View) -> Answer:
        """Answer a GET, from what is kept if it is the same for everyone."""
        try:
            asked = Asked.of(scope)
            key = (
                asked.path,
                scope["query_string"].decode("latin-1"),
                self.site.speech(asked).code,
                "json" if "json" in asked.headers.get("accept", "") else "",
            )
            held = asked.headers.get("if-none-match", "")
            return await self._kept.page(key, held, lambda: view(self.site, asked))
        except Exception as error:
            return self._error(_bare(scope), error)

    async def _answered(self, scope: Scope, view: View) -> Answer:
        try:
            return await view(self.site, Asked.of(scope))
        except Exception as error:
            return self._error(_bare(scope), error)

    async def _form(self, _site: Site, asked: Asked) -> Answer:
        return await self._following.form(asked)

    async def _follow(self, request: Request) -> Response:
        if request.method != "POST":
            return _response(await self._page(request.scope, self._form), request.method)

        async def view(_site: Site, asked: Asked) -> Answer:
            fields = await _fields(request)
            return await self._following.send_on(
                asked, fields.get("uri", ""), fields.get("handle", "")
            )

        return _response(await self._answered(request.scope, view), request.method)

    async def _delivery(self, request: Request) -> Response:
        """Answer how far a post has come: for who speaks for its author, and never kept."""

        async def view(site: Site, asked: Asked) -> Answer:
            return await delivery.delivery(site, asked, _id(asked.params["id"]))

        return _response(await self._answered(request.scope, view), request.method)

    def _error(self, asked: Asked, error: Exception, status: int | None = None) -> Answer:
        """Return the page for an error; what is not ours is logged and says nothing of itself."""
        plain = answer_to(error)
        say = self.site.speech(asked)
        answer = self.site.page(
            asked,
            "error.html",
            status=status or plain.status,
            sentence=say(_sentence(error)),
        )
        kept = tuple(header for header in plain.headers if header[0] == b"retry-after")
        return Answer(answer.status, (*answer.headers, *kept), answer.body)


def _sentence(error: Exception) -> str:
    match error:
        case FediError(code="gone"):
            return "re.deleted_long"
        case NotFound():
            return "err.not_found"
        case TooMany() | Unavailable():
            return "err.busy"
        case Invalid():
            return "err.bad_request"
    return "err.server"


def _bare(scope: Scope) -> Asked:
    """Return a request as far as an error page needs it: nothing of its query."""
    headers = {n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"]}
    headers.pop("if-none-match", None)
    return Asked(scope["path"], {}, headers)


def _response(answer: Answer, method: str) -> Response:
    response = Response(status_code=answer.status)
    response.body = b"" if method == "HEAD" else answer.body
    response.raw_headers = list(answer.headers)
    return response


async def _fields(request: Request) -> dict[str, str]:
    """Read a small urlencoded form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_MAX:
            raise TooLarge("The form is too large.")
    try:
        return dict(parse_qsl(body.decode("utf-8"), max_num_fields=20))
    except ValueError:
        raise Invalid("The form cannot be read.") from None


# -- small views


async def _history(site: Site, asked: Asked) -> Answer:
    return await conversations.history(site, asked, _id(asked.params["id"]))


async def _shared(site: Site, asked: Asked) -> Answer:
    local = site.urls.parse(site.urls.page(asked.path))
    match local.kind if local is not None and not local.part else "":
        case "post":
            return await conversations.post(site, asked, local.id if local else 0)
        case "actor":
            return await listings.actor_by_id(site, asked, local.id if local else 0)
    raise NotFound("There is nothing here.")


async def _choose_language(site: Site, asked: Asked) -> Answer:
    """Remember the reader's language and go back to the page they came from."""
    code = asked.params["code"]
    if code not in language.FALLBACKS:
        raise NotFound("There is no such language here.")
    secure = "; Secure" if site.urls.origin.startswith("https:") else ""
    cookie = f"{COOKIE}={code}; Path=/; Max-Age={YEAR}; SameSite=Lax; HttpOnly{secure}"
    back = _local_path(asked.query.get("back", "/"), site.urls)
    return redirect(back, 303, (b"set-cookie", cookie.encode()))


def _local_path(back: str, urls: Urls) -> str:
    """Return the address here that a path names, the front page's for anything else."""
    odd = "\\" in back or not back.isprintable() or len(back) > 2_000
    if odd or not back.startswith("/") or back.startswith("//"):
        return urls.page("")
    parts = urlsplit(back)
    path = quote(parts.path, safe="/@%")
    return urls.page(path + ("?" + quote(parts.query, safe="=&%") if parts.query else ""))


async def _asset(site: Site, asked: Asked) -> Answer:
    """Answer the style sheet or the icon; its name changes with its content."""
    found = site.assets.get(asked.params["name"])
    if found is None:
        raise NotFound("There is nothing here.")
    kind, body = found
    headers = (
        (b"content-type", kind.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"public, max-age=%d, immutable" % YEAR),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    )
    return Answer(200, headers, body)


def _id(written: str) -> int:
    id = ids.parse(written)
    if id is None:
        raise NotFound("There is nothing here.")
    return id
