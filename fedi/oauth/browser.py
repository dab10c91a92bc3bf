"""One request of a browser: its cookies, its session, and the token that its forms carry.

A session is a random cookie; its hash is in the database. Signing in always makes a new one, so
that a cookie somebody planted is worth nothing (session fixation). A form is taken from our own
pages alone: it carries a token made from the cookie, and the browser says where it comes from.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

from actors.errors import Forbidden
from actors.people import Person
from actors.urls import Urls
from fedi.net.answer import Header, Receive, Scope
from fedi.net.params import Params, read_params
from fedi.oauth.throttling import address_of
from fedi.oauth.tokens import fresh_secret
from fedi.pages.site import Asked
from fedi.store.sessions import Session

SESSION: Final = "session"
VISIT: Final = "visit"
STEP: Final = "step"
DEVICE: Final = "device"
YEAR: Final = 31_536_000  # seconds
FORM_MOST: Final = 65_536
_COOKIES_MOST: Final = 16_384
_VALUE: Final = re.compile(r"[A-Za-z0-9_-]{1,128}\Z")  # as fresh_secret makes them


class BadForm(Forbidden):
    """A form that isn't from our own page, or from a page that has grown old."""

    code = "bad_form"


class Jar:
    """The names of our cookies, and how they are set: `__Host-`, so that no other host or path
    can set them for us; in lab mode over http the port tells neighbours on one machine apart."""

    def __init__(self, urls: Urls) -> None:
        parts = urlsplit(urls.origin)
        self._secure = parts.scheme == "https"
        self._prefix = "__Host-" if self._secure else ""
        self._suffix = "" if self._secure else f"-{parts.port or 80}"

    def name(self, of: str) -> str:
        """Return the name of one of our cookies as browsers know it."""
        return f"{self._prefix}{of}{self._suffix}"

    def read(self, header: str, of: str) -> str:
        """Return the value of a cookie, "" where there is none. Others' odd cookies beside it
        do no harm, and of two with one name the first counts."""
        wanted = self.name(of)
        for pair in header[:_COOKIES_MOST].split(";"):
            name, _, value = pair.strip().partition("=")
            if name == wanted:
                return value if _VALUE.match(value) else ""
        return ""

    def set(self, of: str, value: str, seconds: int | None = None) -> Header:
        """Return the header that sets a cookie, until the browser closes or for some time."""
        age = "" if seconds is None else f"; Max-Age={seconds}"
        secure = "; Secure" if self._secure else ""
        text = f"{self.name(of)}={value}; Path=/{age}; HttpOnly; SameSite=Lax{secure}"
        return b"set-cookie", text.encode("ascii")

    def drop(self, of: str) -> Header:
        """Return the header that ends a cookie."""
        return self.set(of, "", 0)


@dataclass(slots=True, kw_only=True)
class Visit:
    """A request, who makes it, and the cookies that its answer will set."""

    path: str
    method: str
    params: Params
    headers: Mapping[str, str]
    address: str
    jar: Jar
    session: Session | None = None
    person: Person | None = None
    session_secret: str = ""
    visit_secret: str = ""
    cookies: list[Header] = field(default_factory=list)

    @property
    def asked(self) -> Asked:
        """The request as the pages' templates know it."""
        query = {} if self.method == "POST" else self._query()
        return Asked(self.path, query, self.headers)

    def _query(self) -> dict[str, str]:
        found = {name: self.params.text(name) or "" for name in ("next", "key", "again")}
        return {name: value for name, value in found.items() if value and len(value) < 1_500}

    def text(self, name: str, most: int = 4_096) -> str:
        """Return a field of the form or the query, cut to `most` characters."""
        return (self.params.text(name) or "")[:most]

    def cookie(self, of: str) -> str:
        """Return the value of one of our cookies."""
        return self.jar.read(self.headers.get("cookie", ""), of)

    @property
    def agent(self) -> str:
        """What the browser says it is, shortened."""
        return "".join(c for c in self.headers.get("user-agent", "")[:200] if c.isprintable())

    @property
    def form_token(self) -> str:
        """The token that our forms carry; a browser without a cookie gets one for it."""
        secret = self.session_secret or self.visit_secret
        if not secret:
            self.visit_secret = secret = fresh_secret()
            self.cookies.append(self.jar.set(VISIT, secret))
        return _token(secret)

    def check_form(self, urls: Urls) -> None:
        """Raise BadForm unless this form comes from a page of ours in this browser."""
        if self._from_elsewhere(urls):
            raise BadForm("This form was not sent from one of our own pages.")
        secret = self.session_secret or self.visit_secret
        given = self.text("form_token", 128)
        if not secret or not hmac.compare_digest(_token(secret).encode(), given.encode()):
            raise BadForm("The page has been open too long. Open it again and try once more.")

    def _from_elsewhere(self, urls: Urls) -> bool:
        origin = self.headers.get("origin")
        if origin is not None:
            here = f"{urlsplit(urls.origin).scheme}://{self.headers.get('host', '')}"
            return origin not in (urls.origin, here)
        return self.headers.get("sec-fetch-site", "none") not in ("same-origin", "none")


def _token(secret: str) -> str:
    digest = hmac.new(secret.encode(), b"form", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def visit_of(scope: Scope, receive: Receive, jar: Jar) -> Visit:
    """Read a request, not knowing yet who makes it."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}; {text}" if key == "cookie" and key in headers else text
    params = await read_params(scope, receive, max_body=FORM_MOST)
    visit = Visit(
        path=scope["path"],
        method=scope["method"],
        params=params,
        headers=headers,
        address=address_of(scope),
        jar=jar,
    )
    visit.visit_secret = visit.cookie(VISIT)
    return visit


def local_path(wanted: str, otherwise: str) -> str:
    """Return a path of ours that was asked for; `otherwise` for anything that leads elsewhere, or
    that browsers may read in two ways."""
    odd = not wanted.isprintable() or len(wanted) > 8_000 or "\\" in wanted
    if odd or not wanted.startswith("/") or wanted.startswith("//"):
        return otherwise
    parts = urlsplit(wanted)
    path = quote(parts.path, safe="/@%")
    if path.startswith("//") or "/../" in f"{path}/":
        return otherwise
    return path + (f"?{quote(parts.query, safe='=&%+')}" if parts.query else "")
