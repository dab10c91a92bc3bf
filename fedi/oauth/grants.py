"""Tokens for apps: POST /oauth/token and /oauth/revoke, GET and POST /oauth/userinfo, and what
the server says of itself (RFC 6749, 7009, 8414).

A code gives one token, once, to the app that it was made for, and only while its person may speak
for that actor. A second use takes back the token that the first one gave (RFC 6749 section 4.1.2).
"""

import logging
from typing import Any

from actors.errors import Forbidden, Invalid
from actors.people import Token
from fedi.net.answer import Receive, Scope
from fedi.net.params import Params, read_params
from fedi.oauth import scopes
from fedi.oauth.answers import OAuthError, answered, invalid_grant
from fedi.oauth.apps import Apps
from fedi.oauth.callers import bearer_of, hash_of
from fedi.oauth.reception import Reception
from fedi.oauth.requests import proves
from fedi.oauth.scopes import InvalidScope
from fedi.oauth.throttling import address_of
from fedi.oauth.tokens import fresh_secret
from fedi.store import apps as store
from fedi.store.apps import App, Code
from outbox.answers import Answer

_logger = logging.getLogger(__name__)


class Grants:
    """The endpoints that apps call without anybody looking on."""

    def __init__(self, reception: Reception, apps: Apps) -> None:
        self._reception = reception
        self._apps = apps

    async def token(self, scope: Scope, receive: Receive) -> Answer:
        """POST /oauth/token: a token for a code, or for an app itself."""
        params = await read_params(scope, receive)
        kind = params.text("grant_type")
        if not kind:
            raise OAuthError("invalid_request", "Missing required parameter: grant_type.")
        if kind not in ("authorization_code", "client_credentials"):
            raise OAuthError(
                "unsupported_grant_type",
                "The authorization grant type is not supported by the authorization server.",
            )
        app = await self._apps.authenticated(scope, params)
        if kind == "client_credentials":
            return await self._for_itself(app, params, address_of(scope))
        return await self._for_code(app, params)

    async def revoke(self, scope: Scope, receive: Receive) -> Answer:
        """POST /oauth/revoke: an app gives back a token of its own; one that isn't there is
        given back already (RFC 7009 section 2.2)."""
        params = await read_params(scope, receive)
        refused = OAuthError(
            "unauthorized_client", "You are not authorized to revoke this token", 403
        )
        try:
            app = await self._apps.authenticated(scope, params)
        except OAuthError:
            raise refused from None
        secret = params.text("token") or ""
        reception = self._reception
        found = await reception.engine.read(lambda tx: store.token_by_hash(tx, hash_of(secret)))
        if found is not None:
            if found.app_id != app.id:
                raise refused
            await reception.revoking.token(found.id)
        return answered({})

    async def userinfo(self, scope: Scope, receive: Receive) -> Answer:
        """GET and POST /oauth/userinfo: whom the token stands for (OpenID Connect's claims)."""
        bearer = bearer_of(scope) or ""
        if not bearer and scope["method"] == "POST":
            bearer = (await read_params(scope, receive)).text("access_token") or ""
        caller = await self._reception.callers.find(bearer)
        if not caller.may("profile"):
            raise Forbidden("This action is outside the authorized scopes")
        if caller.actor is None:
            raise Invalid("This method requires an authenticated user")
        actor, urls = caller.actor, self._reception.urls
        shown: dict[str, Any] = {
            "iss": urls.page(""),
            "sub": actor.uri,
            "name": actor.name,
            "preferred_username": actor.username,
            "profile": urls.profile(actor.username),
        }
        if actor.icon is not None:
            shown["picture"] = actor.icon.url
        return answered(shown)

    # -- the two ways to a token

    async def _for_itself(self, app: App, params: Params, address: str) -> Answer:
        reception = self._reception
        if not reception.open_to_all:
            await reception.throttle.registering(address)
        try:
            asked = scopes.parse(" ".join(params.texts("scope")))
        except InvalidScope as problem:
            raise OAuthError(problem.code, problem.sentence, detail=problem.detail) from None
        if not scopes.within(asked, app.scopes.split()):
            raise OAuthError("invalid_scope", InvalidScope().sentence, detail="not registered")
        secret, token = self._fresh(app, scopes.text(asked))
        await reception.engine.write(lambda tx: store.add_token(tx, token))
        return answered(given(secret, token))

    async def _for_code(self, app: App, params: Params) -> Answer:
        reception = self._reception
        text = params.text("code") or ""
        hash = hash_of(text)
        code = await reception.engine.read(lambda tx: store.find_code(tx, hash))
        if not text or code is None or code.app_id != app.id:
            raise invalid_grant()
        if code.used is not None:
            await self._take_back(code)
            raise invalid_grant()
        if code.expires <= reception.now() or not _same_place(app, code, params):
            raise invalid_grant()
        if not proves(params.text("code_verifier") or "", code.challenge):
            raise invalid_grant()
        secret, token = self._fresh(app, code.scopes, code)
        if not await reception.engine.write(lambda tx: store.use_code(tx, code, token)):
            again = await reception.engine.read(lambda tx: store.find_code(tx, hash))
            if again is not None and again.used is not None:
                await self._take_back(again)
            raise invalid_grant()
        return answered(given(secret, token))

    async def _take_back(self, code: Code) -> None:
        _logger.warning("code used twice", extra={"app": code.app_id, "person": code.person_id})
        if code.token_id is not None:
            await self._reception.revoking.token(code.token_id)

    def _fresh(self, app: App, scope: str, code: Code | None = None) -> tuple[str, Token]:
        secret = fresh_secret()
        token = Token(
            id=self._reception.new_id(),
            hash=hash_of(secret),
            person_id=code.person_id if code is not None else None,
            actor_id=code.actor_id if code is not None else None,
            app_id=app.id,
            scopes=scope,
            created=self._reception.now(),
        )
        return secret, token


def _same_place(app: App, code: Code, params: Params) -> bool:
    """Return whether the token is asked for with the redirect URI of the code; where neither
    wrote it, it is the app's only one (RFC 6749 section 4.1.3)."""
    given = params.text("redirect_uri") or ""
    if code.redirect_uri:
        return given == code.redirect_uri
    return not given or app.redirect_uris == (given,)


def given(secret: str, token: Token) -> dict[str, Any]:
    """Return a token as apps read it: all four fields, and the time in whole seconds."""
    return {
        "access_token": secret,
        "token_type": "Bearer",
        "scope": token.scopes,
        "created_at": token.created // 1000,
    }


def metadata(reception: Reception) -> dict[str, Any]:
    """Return what /.well-known/oauth-authorization-server says (RFC 8414, as Mastodon's)."""
    page = reception.urls.page
    return {
        "issuer": page(""),
        "authorization_endpoint": page("oauth/authorize"),
        "token_endpoint": page("oauth/token"),
        "revocation_endpoint": page("oauth/revoke"),
        "userinfo_endpoint": page("oauth/userinfo"),
        "app_registration_endpoint": page("api/v1/apps"),
        "scopes_supported": list(scopes.ALL),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "service_documentation": "https://docs.joinmastodon.org/",
    }
