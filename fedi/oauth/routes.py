"""The addresses of signing in, put into the dispatch table: OAuth's, which apps call, and the
pages, which people open."""

from collections.abc import Awaitable, Callable
from typing import Final

from actors.errors import FediError, Invalid, NotFound, TooLarge, TooMany, Unavailable
from fedi.net.answer import Receive, Scope, Send, answer_to
from fedi.net.cors import add_preflight
from fedi.net.dispatch import Dispatch, RawHandler
from fedi.oauth.answers import Endpoint, add, answered, deliver, opened
from fedi.oauth.apps import Apps
from fedi.oauth.browser import BadForm, Jar, Visit, visit_of
from fedi.oauth.consent import Consent
from fedi.oauth.entering import Entering
from fedi.oauth.grants import Grants, metadata
from fedi.oauth.inviting import PEOPLE, Inviting
from fedi.oauth.linking import Linking, LinkUsed
from fedi.oauth.paper import Paper
from fedi.oauth.passkeys import Passkeys
from fedi.oauth.reception import Reception
from fedi.oauth.second import Second
from fedi.oauth.security import Security
from fedi.oauth.sessions import Sessions
from fedi.oauth.signup import SignUp
from fedi.pages.site import redirect
from outbox.answers import Answer

View = Callable[[Visit], Awaitable[Answer]]
_YEAR: Final = 31_536_000
_ELSEWHERE: Final = {
    # Where apps send people on Mastodon.
    "/auth/sign_in": "/sign-in",
    "/auth/edit": "/settings/security",
    "/auth/password/new": "/sign-in/forgotten",
    "/settings/profile": "/settings/security",
    "/oauth/authorized_applications": "/settings/security",
    # Where keepers of passwords send people (W3C, "A Well-Known URL for Changing Passwords").
    "/.well-known/change-password": "/settings/security",
    # What only takes forms, and is reloaded or come back to by a change of language.
    "/sign-out": "/settings/security",
    "/settings/security/{deed}": "/settings/security",
}


def open_sign_in(table: Dispatch, reception: Reception) -> None:
    """Put every address of fedi/oauth into the dispatch table."""
    apps = Apps(reception)
    _open_endpoints(table, reception, apps)
    _open_pages(table, _Rooms(reception, apps))


def _open_endpoints(table: Dispatch, reception: Reception, apps: Apps) -> None:
    grants, signup = Grants(reception, apps), SignUp(reception)

    async def described(scope: Scope, receive: Receive) -> Answer:
        return answered(metadata(reception))

    def of_the_api(endpoint: Endpoint) -> RawHandler:
        return opened(endpoint, of_mastodon=True, counted=reception.counted)

    add(table, "POST", "/api/v1/apps", of_the_api(apps.register))
    add(table, "GET", "/api/v1/apps/verify_credentials", of_the_api(apps.verify))
    add(table, "POST", "/api/v1/accounts", of_the_api(signup.register))
    add(table, "POST", "/oauth/token", opened(grants.token))
    add(table, "POST", "/oauth/revoke", opened(grants.revoke))
    for method in ("GET", "POST"):
        add(table, method, "/oauth/userinfo", opened(grants.userinfo, of_mastodon=True))
    add(table, "GET", "/.well-known/oauth-authorization-server", opened(described))
    for path, methods in (
        ("/oauth/token", "POST"),
        ("/oauth/revoke", "POST"),
        ("/oauth/userinfo", "GET, POST"),
        ("/.well-known/oauth-authorization-server", "GET"),
    ):
        for written in (path, f"{path}/"):
            add_preflight(table, written, f"{methods}, OPTIONS")


class _Rooms:
    """The pages, made once, and the way from a request to one of them."""

    def __init__(self, reception: Reception, apps: Apps) -> None:
        self.reception = reception
        self.jar = Jar(reception.urls)
        self.paper = Paper(reception.site)
        self.sessions = Sessions(reception)
        self.second = Second(reception)
        self.entering = Entering(reception, self.paper, self.sessions, self.second)
        self.passkeys = Passkeys(reception, self.paper, self.sessions)
        self.linking = Linking(reception, self.paper, self.sessions, self.entering)
        self.inviting = Inviting(reception, self.paper, self.sessions)
        self.consent = Consent(reception, self.paper, apps)
        self.security = Security(reception, self.paper, self.sessions, self.passkeys, self.second)

    def page(self, view: View) -> RawHandler:
        """Return the handler of a page; what goes wrong on the way is a page as well."""

        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            visit: Visit | None = None
            try:
                visit = await visit_of(scope, receive, self.jar)
                await self.sessions.know(visit)
                answer = await view(visit)
            except Exception as error:
                answer = self._failed(visit, error)
            await deliver(send, answer)

        return handle

    async def script(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the passkeys' script; its name changes with its content."""
        path, body = self.paper.script
        if scope["path"] != path:
            raise NotFound("There is nothing here.")
        headers = (
            (b"content-type", b"text/javascript; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"public, max-age=%d, immutable" % _YEAR),
            (b"x-content-type-options", b"nosniff"),
            (b"content-security-policy", b"default-src 'none'; sandbox"),
        )
        await deliver(send, Answer(200, headers, body))

    def _failed(self, visit: Visit | None, error: Exception) -> Answer:
        plain = answer_to(error)
        if visit is None:
            return Answer(plain.status, plain.headers, plain.body)
        answer = self.paper.page(visit, "trouble.html", status=plain.status, key=_key(error))
        kept = tuple(header for header in plain.headers if header[0] == b"retry-after")
        return Answer(answer.status, (*answer.headers, *kept), answer.body)


def _key(error: Exception) -> str:
    match error:
        case BadForm():
            return "sign.form_old"
        case LinkUsed():
            return "err.link_used"
        case NotFound():
            return "err.not_found"
        case TooMany() | Unavailable():
            return "err.busy"
        case Invalid() | TooLarge():
            return "err.bad_request"
        case FediError(status=403):
            return "sign.not_yours"
    return "err.server"


def _open_pages(table: Dispatch, rooms: _Rooms) -> None:
    entering, passkeys, consent = rooms.entering, rooms.passkeys, rooms.consent
    pages: tuple[tuple[str, View | None, View | None], ...] = (
        ("/oauth/authorize", consent.form, consent.answer),
        ("/sign-in", entering.form, entering.sign_in),
        ("/sign-in/code", entering.code_form, entering.code),
        ("/sign-in/forgotten", entering.forgotten, None),
        ("/sign-in/passkey/begin", None, passkeys.begin),
        ("/sign-in/passkey", None, passkeys.sign_in),
        ("/sign-out", None, entering.sign_out),
        ("/link", rooms.linking.form, rooms.linking.use),
        ("/settings/security", rooms.security.form, None),
        (PEOPLE, rooms.inviting.form, rooms.inviting.link),
    )
    for path, get, post in pages:
        if get is not None:
            add(table, "GET", path, rooms.page(get))
        if post is not None:
            add(table, "POST", path, rooms.page(post))
    table.add("/settings/security/{deed}", _deeds(rooms), methods=("POST",))
    table.add("/sign-in/{script}", rooms.script)
    for path, target in _ELSEWHERE.items():
        table.add(path, _leading(target))


def _deeds(rooms: _Rooms) -> RawHandler:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        deed = scope["path_params"]["deed"]

        async def view(visit: Visit) -> Answer:
            return await rooms.security.do(visit, deed)

        await rooms.page(view)(scope, receive, send)

    return handle


def _leading(target: str) -> RawHandler:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        await deliver(send, redirect(target))

    return handle
