"""Visits the sign-in pages of Nordvik as a browser would, and its endpoints as an app would.

A browser keeps cookies, follows redirects within the house, fills in the forms of the page it is
on, and checks of each page what holds for all: valid, small, in no frame, with no script inline.
"""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import html5lib

from actors.people import Person
from fedi.config import Config, SignIn
from fedi.config.settings import Lab, Organisation
from fedi.net.dispatch import Dispatch
from fedi.oauth.callers import Callers
from fedi.oauth.passwords import Passwords
from fedi.oauth.rates import Rates
from fedi.oauth.reception import Reception, reception
from fedi.oauth.routes import open_sign_in
from fedi.pages.site import Site
from fedi.store import credentials
from tests.people import Nordvik
from tests.running import run

SETTINGS = SignIn(argon2_kib=8, argon2_passes=1)
PASSWORD = "sju fjell og en bro"
OOB = "urn:ietf:wg:oauth:2.0:oob"
APP_URI = "min-app://tilbake"
SIZE_MAX = 30_000


async def _nowhere(*_: Any) -> Any:
    raise AssertionError("no page of signing in asks other servers")


async def _lost(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@dataclass(frozen=True)
class Got:
    """An answer; a header given several times has several values."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    path: str = ""

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.header("location")

    @cached_property
    def page(self) -> Any:
        """The page as a tree; an error if it isn't valid HTML."""
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        return parser.parse(self.body, transport_encoding="utf-8")

    @property
    def words(self) -> str:
        return " ".join("".join(self.page.find("body").itertext()).split())

    def forms(self) -> list["Form"]:
        return [Form.of(element) for element in self.page.iter("form")]

    def form(self, action: str) -> "Form":
        found = [form for form in self.forms() if form.action == action]
        assert found, f"no form {action} among {[form.action for form in self.forms()]}"
        return found[0]


@dataclass
class Form:
    action: str
    fields: dict[str, str]
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, element: Any) -> "Form":
        form = cls(element.get("action"), {})
        for one in element.iter("input"):
            name, value = one.get("name"), one.get("value") or ""
            if one.get("type") == "radio":
                form.choices.setdefault(name, []).append((value, ""))
                if one.get("checked") is None:
                    continue
            if name:
                form.fields[name] = value
        return form


class House:
    """Nordvik with its sign-in opened."""

    def __init__(self, nordvik: Nordvik, *, lab: bool = False, settings: SignIn = SETTINGS) -> None:
        self.nordvik = nordvik
        organisation = Organisation(name="Nordvik kommune", contact="post@nordvik.test")
        site = Site(
            engine=nordvik.engine,
            urls=nordvik.urls,
            organisation=organisation,
            clock=nordvik.clock,
            webfinger=_nowhere,
        )
        self.callers = Callers(nordvik.engine, nordvik.clock)
        self.reception: Reception = reception(
            nordvik.performer,
            self.callers,
            site,
            Config(sign_in=settings, lab=Lab(enabled=lab)),
            rates=Rates(nordvik.clock.now, limit=0, anonymous=0),
        )
        self.table = Dispatch(_lost)
        open_sign_in(self.table, self.reception)

    def password(self, person: Person, password: str = PASSWORD) -> None:
        """Let a person have a password."""

        async def put() -> None:
            phc = await Passwords(SETTINGS).hash(password)
            await self.nordvik.engine.write(
                lambda tx: credentials.put_phc(tx, person.id, phc, self.nordvik.clock.now())
            )

        run(put())

    def ask(
        self,
        method: str,
        target: str,
        body: dict[str, Any] | bytes | None = None,
        *,
        client: str = "203.0.113.7",
        **headers: str,
    ) -> Got:
        """Send one request to the dispatch table."""
        return run(self._ask(method, target, body, client, headers))

    async def _ask(
        self, method: str, target: str, body: Any, client: str, headers: dict[str, str]
    ) -> Got:
        path, _, query = target.partition("?")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, dict):
            named.setdefault("content-type", "application/x-www-form-urlencoded")
            body = urlencode(body, doseq=True).encode()
        given = {"host": "nordvik.test", **named}
        sent: list[Any] = []
        waiting = [{"type": "http.request", "body": body or b"", "more_body": False}]

        async def receive() -> Any:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(n.encode(), v.encode("latin-1")) for n, v in given.items()],
            "client": (client, 12345),
        }
        await self.table(scope, receive, send)
        found = [(n.decode(), v.decode("latin-1")) for n, v in sent[0]["headers"]]
        return Got(sent[0]["status"], found, b"".join(m["body"] for m in sent[1:]), target)

    # -- as an app

    def app(self, **params: Any) -> "App":
        """Register an app."""
        asked = {
            "client_name": "Min app",
            "redirect_uris": f"{APP_URI} {OOB}",
            "scopes": "read write follow push",
            **params,
        }
        got = self.ask("POST", "/api/v1/apps", asked)
        assert got.status == 200, got.text
        made = got.json()
        return App(self, made["client_id"], made["client_secret"], made)

    def verify(self, bearer: str) -> Any:
        return run(self.callers.find(bearer))


@dataclass
class App:
    """An app, and what it asks for."""

    house: House
    client_id: str
    client_secret: str
    described: dict[str, Any]
    verifier: str = "v" * 50

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def authorize(self, **params: str) -> str:
        """Return the address an app sends people to."""
        asked = {
            "client_id": self.client_id,
            "redirect_uri": APP_URI,
            "response_type": "code",
            "scope": "read write",
            "state": "æ&=?#",
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            **params,
        }
        return "/oauth/authorize?" + urlencode({k: v for k, v in asked.items() if v})

    def exchange(self, code: str, **params: str) -> Got:
        """Ask for the token of a code."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": APP_URI,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "code_verifier": self.verifier,
            **params,
        }
        return self.house.ask("POST", "/oauth/token", {k: v for k, v in asked.items() if v})


class Browser:
    """One browser at one address."""

    def __init__(self, house: House, *, client: str = "203.0.113.7") -> None:
        self.house = house
        self.client = client
        self.cookies: dict[str, str] = {}
        self.at: Got | None = None

    def open(self, target: str, **headers: str) -> Got:
        """Open an address and follow where it leads inside the house."""
        return self._follow(self._ask("GET", target, None, headers))

    def send(self, action: str, given: dict[str, str], **headers: str) -> Got:
        """Fill in a form of the page that is open, and send it."""
        assert self.at is not None
        form = self.at.form(action)
        headers.setdefault("origin", "https://nordvik.test")
        return self._follow(self._ask("POST", action, {**form.fields, **given}, headers))

    def post(self, action: str, body: dict[str, str], **headers: str) -> Got:
        """Send a form that no page of ours has."""
        return self._ask("POST", action, body, headers)

    def _ask(self, method: str, target: str, body: Any, headers: dict[str, str]) -> Got:
        if self.cookies:
            headers = {**headers, "cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
        got = self.house.ask(method, target, body, client=self.client, **headers)
        for name, value in got.headers:
            if name == "set-cookie":
                self._keep(value)
        if got.header("content-type").startswith("text/html"):
            check(got)
        return got

    def _keep(self, written: str) -> None:
        pair, *rest = written.split("; ")
        name, _, value = pair.partition("=")
        assert name.startswith("__Host-"), written
        assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(rest), written
        if "Max-Age=0" in rest:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def _follow(self, got: Got) -> Got:
        for _ in range(5):
            if got.status not in (302, 303) or not got.location.startswith("/"):
                break
            got = self._ask("GET", got.location, None, {})
        self.at = got
        return got

    # -- what people do

    def sign_in(self, username: str = "kari", password: str = PASSWORD, **more: str) -> Got:
        if self.at is None or not any(f.action == "/sign-in" for f in self.at.forms()):
            self.open("/sign-in")
        return self.send("/sign-in", {"username": username, "password": password, **more})

    def allow(self, actor: int | None = None, **more: str) -> Got:
        """Say yes on the consent page that is open."""
        given = {"answer": "allow", **more}
        if actor is not None:
            given["actor"] = str(actor)
        return self.send("/oauth/authorize", given)

    @property
    def signed_in(self) -> bool:
        return self._ask("GET", "/settings/security", None, {}).status == 200


def code_of(got: Got) -> str:
    """The code that an answer carries to an app."""
    assert got.location.startswith(APP_URI), (got.status, got.location, got.text[:300])
    return parse_qs(urlsplit(got.location).query)["code"][0]


def query_of(got: Got) -> dict[str, str]:
    pairs = parse_qs(urlsplit(got.location).query, keep_blank_values=True)
    return {name: values[0] for name, values in pairs.items()}


def check(got: Got) -> None:
    """What holds for every page."""
    assert len(got.body) < SIZE_MAX, f"{len(got.body)} bytes"
    policy = got.header("content-security-policy")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert got.header("x-frame-options") == "DENY"
    assert got.header("cache-control") == "no-store"
    assert got.header("x-content-type-options") == "nosniff"
    for script in got.page.iter("script"):
        assert script.get("src", "").startswith("/sign-in/passkey."), "script inline"
        assert not "".join(script.itertext()).strip()
    for forbidden in ("style=", "onclick", "javascript:"):
        assert forbidden not in got.text.lower()
