"""Apps: registering one, knowing one again, and where it may have people sent back to.

A redirect URI is what the app says, compared as text: apps have schemes of their own, and what a
URL library makes of them differs. Only schemes that would run something here are refused.
"""

import base64
import binascii
import hmac
import re
from typing import Any, Final
from urllib.parse import unquote_plus

from actors import ids
from actors.errors import Invalid
from fedi.net.answer import Receive, Scope
from fedi.net.params import Params, read_params
from fedi.oauth import scopes
from fedi.oauth.answers import OAuthError, answered, invalid_client
from fedi.oauth.callers import bearer_of, hash_of
from fedi.oauth.reception import Reception
from fedi.oauth.throttling import address_of
from fedi.oauth.tokens import fresh_secret
from fedi.store import apps
from fedi.store.apps import App
from outbox.answers import Answer

OOB: Final = "urn:ietf:wg:oauth:2.0:oob"
"""No address: the code is shown on a page, and typed into the app."""
NAME_MOST: Final = 60
WEBSITE_MOST: Final = 2_000
REDIRECT_MOST: Final = 2_000
REDIRECTS_MOST: Final = 20
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?=.)")
_FORBIDDEN: Final = frozenset({"data", "javascript", "vbscript"})
_WEB: Final = re.compile(r"https?://([^/?]*)", re.IGNORECASE)
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\"<>\\^`{|}]")


class Apps:
    """Registers apps and tells which one is asking."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def register(self, scope: Scope, receive: Receive) -> Answer:
        """POST /api/v1/apps: make an app. Its secret is told this once."""
        reception = self._reception
        params = await read_params(scope, receive)
        if not reception.open_to_all:
            await reception.throttle.registering(address_of(scope))
        secret = fresh_secret()
        app = App(
            id=reception.new_id(),
            client_id=fresh_secret(),
            secret_hash=hash_of(secret),
            name=_name(params),
            website=_website(params),
            redirect_uris=redirects(_texts(params, "redirect_uris")),
            scopes=scopes.text(scopes.parse(" ".join(_texts(params, "scopes")))),
            created=reception.now(),
        )
        await reception.engine.write(lambda tx: apps.add(tx, app))
        shown = {
            **described(app, await reception.vapid_key()),
            "client_id": app.client_id,
            "client_secret": secret,
            "client_secret_expires_at": 0,
        }
        return answered(shown)

    async def verify(self, scope: Scope, receive: Receive) -> Answer:
        """GET /api/v1/apps/verify_credentials: the app that holds the token."""
        del receive
        reception = self._reception
        caller = await reception.callers.find(bearer_of(scope) or "")
        app = None
        if caller.app_id is not None:
            id = caller.app_id
            app = await reception.engine.glance(lambda tx: apps.by_id(tx, id))
        if app is None:
            raise Invalid("This token belongs to no app")
        return answered(described(app, await reception.vapid_key()))

    async def authenticated(self, scope: Scope, params: Params) -> App:
        """Return the app that proves itself by its secret, in the Authorization header or among
        the parameters (RFC 6749 section 2.3.1); OAuthError invalid_client otherwise."""
        client_id, secret = _basic(scope) or (
            params.text("client_id") or "",
            params.text("client_secret") or "",
        )
        app = await self.find(client_id)
        if app is None or not hmac.compare_digest(hash_of(secret), app.secret_hash):
            raise invalid_client()
        return app

    async def find(self, client_id: str) -> App | None:
        """Return the app with this public id."""
        if not client_id or len(client_id) > 128:
            return None
        return await self._reception.engine.glance(lambda tx: apps.by_client_id(tx, client_id))


def described(app: App, vapid_key: str) -> dict[str, Any]:
    """Return an app as apps read it (Mastodon's Application)."""
    return {
        "id": ids.text(app.id),
        "name": app.name,
        "website": app.website or None,
        "scopes": app.scopes.split(),
        "redirect_uri": "\n".join(app.redirect_uris),
        "redirect_uris": list(app.redirect_uris),
        "vapid_key": vapid_key,
    }


def _basic(scope: Scope) -> tuple[str, str] | None:
    for name, value in scope["headers"]:
        if name == b"authorization" and value[:6].lower() == b"basic ":
            try:
                text = base64.b64decode(value[6:].strip(), validate=True).decode("utf-8")
            except (binascii.Error, UnicodeDecodeError):
                raise invalid_client() from None
            client_id, _, secret = text.partition(":")
            return unquote_plus(client_id), unquote_plus(secret)
    return None


def _texts(params: Params, name: str) -> list[str]:
    return [part for text in params.texts(name) for part in text.split()]


def _name(params: Params) -> str:
    written = " ".join((params.text("client_name") or "").split())
    name = "".join(char for char in written if char.isprintable()).strip()
    if not name:
        raise Invalid("Validation failed: Application name can't be blank")
    if len(name) > NAME_MOST:
        raise Invalid(
            f"Validation failed: Application name is too long (maximum is {NAME_MOST} characters)"
        )
    return name


def _website(params: Params) -> str:
    website = (params.text("website") or "").strip()
    if website and (len(website) > WEBSITE_MOST or not _host(website)):
        raise Invalid("Validation failed: Website must be a valid URL")
    return "" if _UNSAFE.search(website.partition("#")[0]) else website


def redirects(written: list[str]) -> tuple[str, ...]:
    """Return the redirect URIs that an app registers, each once; Invalid where one can't be had."""
    found = tuple(dict.fromkeys(written))
    if not found:
        raise Invalid("Validation failed: Redirect URI can't be blank")
    if len(found) > REDIRECTS_MOST:
        raise Invalid("Validation failed: Redirect URI are too many")
    for uri in found:
        check_redirect(uri)
    return found


def check_redirect(uri: str) -> None:
    """Raise Invalid for an address that nobody may be sent to."""
    if "#" in uri:  # RFC 6749 section 3.1.2
        raise Invalid("Validation failed: Redirect URI cannot contain a fragment.")
    scheme = _SCHEME.match(uri)
    if scheme is None or len(uri) > REDIRECT_MOST or not uri.isascii() or _UNSAFE.search(uri):
        raise Invalid("Validation failed: Redirect URI must be an absolute URI.")
    if scheme[1].lower() in _FORBIDDEN:
        raise Invalid("Validation failed: Redirect URI is forbidden by the server.")
    if scheme[1].lower() in ("http", "https") and not _host(uri):
        # Browsers make http://evil.example of http:evil.example and of http:///evil.example.
        raise Invalid("Validation failed: Redirect URI must be an absolute URI.")


def place_of(uri: str) -> str:
    """Return where an address leads, as a person can check it and a browser reads it: a host, or
    an app's own scheme. What stands before an @ is no place."""
    return _host(uri) or f"{uri.partition(':')[0].lower()}:"


def _host(uri: str) -> str:
    web = _WEB.match(uri)
    return web[1].rpartition("@")[2] if web is not None else ""


def chosen_redirect(app: App, asked: str | None) -> str:
    """Return where to send people back to: what was asked for, if the app registered exactly
    that, or its only one where nothing was asked. OAuthError, which is never sent anywhere."""
    if not asked and len(app.redirect_uris) == 1:
        return app.redirect_uris[0]
    if not asked or asked not in app.redirect_uris:
        raise OAuthError("invalid_redirect_uri", "The redirect uri included is not valid.")
    return asked
