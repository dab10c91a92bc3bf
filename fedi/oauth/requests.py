"""What an app asks for when it sends somebody to /oauth/authorize, checked in the order that
matters: first who asks and where the answer may go, then the rest, which is answered there.

RFC 6749 section 4.1.2.1, RFC 7636 (PKCE, S256 alone), RFC 9700.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, urlencode

from fedi.net.params import Params
from fedi.oauth import scopes
from fedi.oauth.answers import OAuthError, invalid_client
from fedi.oauth.apps import OOB, Apps, chosen_redirect, place_of
from fedi.oauth.scopes import InvalidScope
from fedi.store.apps import App

STATE_MOST: Final = 4_000
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}=?\Z")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an app asks a person for. `redirect_uri` is where to answer; `given_uri` how it was
    written in the request, "" where it was left out; `problem` what is to be answered at once."""

    app: App
    redirect_uri: str
    given_uri: str
    state: str
    scopes: tuple[str, ...] = ()
    challenge: str = ""
    force_login: bool = False
    problem: OAuthError | None = None

    @property
    def out_of_band(self) -> bool:
        return self.redirect_uri == OOB

    def fields(self) -> dict[str, str]:
        """Return the parameters by which the same is asked for again."""
        found = {
            "client_id": self.app.client_id,
            "redirect_uri": self.given_uri,
            "response_type": "code",
            "scope": scopes.text(self.scopes),
            "state": self.state,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256" if self.challenge else "",
        }
        return {name: value for name, value in found.items() if value}

    def answer(self, **found: str) -> str:
        """Return the address that carries an answer to the app, the state with it."""
        pairs = {**found, **({"state": self.state} if self.state else {})}
        joint = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{joint}{urlencode(pairs, quote_via=quote)}"

    def refusal(self, error: OAuthError) -> str:
        """Return the address that carries an error to the app."""
        return self.answer(error=error.code, error_description=error.sentence)

    def sources(self) -> str:
        """Return the CSP source that stands for where a form on our page leads in the end."""
        if self.out_of_band:
            return "'self'"
        scheme, place = self.redirect_uri.partition(":")[0].lower(), place_of(self.redirect_uri)
        if re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?", place):
            return f"'self' {scheme}://{place}"
        return f"'self' {scheme}:"


async def wish_of(apps: Apps, params: Params, *, pkce_required: bool) -> Wish:
    """Read what an app asks for. OAuthError where it isn't known or names a place it didn't
    register: that is shown to the person and sent nowhere."""
    app = await apps.find(params.text("client_id") or "")
    if app is None:
        raise invalid_client()
    given = params.text("redirect_uri") or ""
    wish = Wish(
        app=app,
        redirect_uri=chosen_redirect(app, given),
        given_uri=given,
        state=(params.text("state") or ""),
        force_login=(params.text("force_login") or "").lower() in ("true", "1", "t", "on"),
    )
    try:
        return _completed(wish, params, pkce_required)
    except OAuthError as problem:
        return replace(wish, problem=problem)


def _completed(wish: Wish, params: Params, pkce_required: bool) -> Wish:
    if len(wish.state) > STATE_MOST:
        raise OAuthError("invalid_request", "The state is too long.")
    kind = params.text("response_type")
    if not kind:
        raise OAuthError("invalid_request", "Missing required parameter: response_type.")
    if kind != "code":
        raise OAuthError(
            "unsupported_response_type",
            "The authorization server does not support this response type.",
        )
    return replace(
        wish, scopes=_scopes(wish.app, params), challenge=_challenge(params, pkce_required)
    )


def _scopes(app: App, params: Params) -> tuple[str, ...]:
    try:
        asked = scopes.parse(" ".join(params.texts("scope")))
    except InvalidScope as problem:
        raise OAuthError(problem.code, problem.sentence, detail=problem.detail) from None
    if not scopes.within(asked, app.scopes.split()):
        raise OAuthError("invalid_scope", InvalidScope().sentence, detail="not registered")
    return asked


def _challenge(params: Params, required: bool) -> str:
    challenge = params.text("code_challenge") or ""
    method = params.text("code_challenge_method") or ""
    if not challenge:
        if required or method:
            raise OAuthError("invalid_request", "Code challenge is required.")
        return ""
    if method != "S256":  # "plain", which is what leaving it out means, protects nobody
        raise OAuthError("invalid_code_challenge_method", "The code_challenge_method must be S256.")
    if _CHALLENGE.match(challenge) is None:
        raise OAuthError("invalid_request", "The code challenge is not a SHA-256 in base64url.")
    return challenge.rstrip("=")


def proves(verifier: str, challenge: str) -> bool:
    """Return whether a verifier is the one that a challenge was made from; without a challenge
    there must be no verifier either, or whoever cut it out would go unnoticed (RFC 9700 2.1.1)."""
    if not challenge:
        return not verifier
    if _VERIFIER.match(verifier) is None:
        return False
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(made, challenge)
