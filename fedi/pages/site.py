"""What every page shares: the house's ports, the request, the templates, and the headers.

Pages hold no script and no style of their own, and the headers forbid both: even HTML that
slipped past the sanitiser could do nothing here.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qsl, quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from actors import ids
from actors.errors import Invalid, NotFound
from actors.handles import Handle
from actors.people import Person
from actors.ports import Clock
from actors.urls import Urls
from fedi.config.settings import Organisation
from fedi.net.negotiate import Form
from fedi.pages import language
from fedi.pages.language import Speech
from fedi.pages.times import Times
from fedi.store.engine import Engine
from outbox.answers import Answer, Header

Scope = MutableMapping[str, Any]
WebFinger = Callable[[Handle], Awaitable[Any]]
"""Fetches the JRD of another server's handle; raises FetchError or Invalid."""

SignedIn = Callable[[Mapping[str, str]], Awaitable[Person | None]]
"""Who makes a request with these headers, by the session of their browser."""


async def nobody(headers: Mapping[str, str]) -> Person | None:
    """Nobody is signed in."""
    return None


COOKIE: Final = "language"
MAX_AGE: Final = 30  # seconds
QUERY_MAX: Final = 2_048
_ASSET_KINDS: Final = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "form-action {}; base-uri 'none'; frame-ancestors 'none'"
)
_SAFE: Final[tuple[Header, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as pages care."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope) -> "Asked":
        """Read a request from its ASGI scope; Invalid for a query that cannot be read."""
        raw = scope.get("query_string", b"")
        try:
            text = raw.decode("ascii") if len(raw) <= QUERY_MAX else "&" * QUERY_MAX
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=20)
        except ValueError:
            raise Invalid("The query of this address cannot be read.") from None
        headers = {n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"]}
        return cls(scope["path"], dict(pairs), headers, scope.get("path_params", {}))

    def id(self, name: str) -> int | None:
        """Return the post id that the query names, where a page of a list begins; NotFound for
        what is no id."""
        wanted = self.query.get(name)
        if wanted is None:
            return None
        id = ids.parse(wanted)
        if id is None:
            raise NotFound("There is no such page.")
        return id

    @property
    def chosen(self) -> str:
        """The language that the reader chose before, if any."""
        try:
            morsel = SimpleCookie(self.headers.get("cookie", "")[:4096]).get(COOKIE)
        except CookieError:
            return ""
        return morsel.value if morsel is not None else ""

    @property
    def target(self) -> str:
        """Path and query, to come back to."""
        query = "&".join(f"{quote(k)}={quote(v)}" for k, v in self.query.items())
        return f"{quote(self.path, safe='/@')}{'?' + query if query else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What machines read of a page: previews, feeds, search engines."""

    title: str
    canonical: str
    description: str = ""
    kind: str = "website"
    image: str = ""
    image_alt: str = ""
    published: str = ""
    alternates: tuple[tuple[str, str], ...] = ()
    index: bool = True


@dataclass(frozen=True, kw_only=True)
class Site:
    """The ports that pages need, and the templates, compiled once."""

    engine: Engine
    urls: Urls
    organisation: Organisation
    clock: Clock
    webfinger: WebFinger
    signed_in: SignedIn = nobody
    lab: bool = False
    kept_ms: int = 1_000

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown."""
        return ZoneInfo(self.organisation.timezone)

    @cached_property
    def templates(self) -> Environment:
        """The templates beside this file; every value is escaped, a missing one is an error."""
        return Environment(
            loader=PackageLoader("fedi.pages"), autoescape=True, undefined=StrictUndefined
        )

    @cached_property
    def assets(self) -> Mapping[str, tuple[str, bytes]]:
        """The style sheet and the icon: file name with its hash -> (content type, bytes)."""
        found = {}
        for stem, ending in (("style", "css"), ("icon", "svg")):
            body = files("fedi.pages").joinpath(f"assets/{stem}.{ending}").read_bytes()
            mark = hashlib.sha256(body).hexdigest()[:12]
            found[f"{stem}.{mark}.{ending}"] = (_ASSET_KINDS[ending], body)
        return found

    @cached_property
    def asset_paths(self) -> Mapping[str, str]:
        """Where the style sheet and the icon are: {"style": path, "icon": path}."""
        return {name.partition(".")[0]: f"/assets/{name}" for name in self.assets}

    def speech(self, asked: Asked) -> Speech:
        """Return the words in the language that this reader gets."""
        wanted = asked.headers.get("accept-language", "")
        return language.speech(language.choose(wanted, self.organisation.language, asked.chosen))

    def name(self, say: Speech) -> str:
        """Return the organisation's name in a language; the host where it has none."""
        own = self.organisation
        return own.names.get(say.code) or own.name or self.urls.authority

    def times(self, say: Speech) -> Times:
        """Return the words for moments, seen from now."""
        return Times(say, self.zone, self.clock.now())

    # -- answers

    def page(
        self,
        asked: Asked,
        template: str,
        *,
        status: int = 200,
        head: Head | None = None,
        forms: str = "'self'",
        private: bool = False,
        **context: Any,
    ) -> Answer:
        """Render a page and return it with its headers.

        `forms` are the sources that a form on it may lead to, redirects included. A `private`
        page is for this reader alone, and no cache keeps it.
        """
        html = self.templates.get_template(template).render(
            **self.context(asked), head=head, **context
        )
        return _answered(html.encode(), status, forms, private=private)

    def context(self, asked: Asked) -> dict[str, Any]:
        """Return what every template needs of a request; fedi/oauth has templates of its own."""
        say = self.speech(asked)
        return {
            "say": say,
            "times": self.times(say),
            "assets": self.asset_paths,
            "house": self._house(say),
            "languages": tuple(language.OWN_NAMES.items()),
            "here": asked.path,
            "back": quote(asked.target, safe=""),
        }

    def _house(self, say: Speech) -> Mapping[str, str]:
        own = self.organisation
        number = "\u00a0".join(own.number[at : at + 3] for at in range(0, len(own.number), 3))
        return {"name": self.name(say), "number": number, "contact": own.contact}


def _answered(body: bytes, status: int, forms: str, *, private: bool = False) -> Answer:
    etag = hashlib.sha256(body).hexdigest()[:32]
    fresh = b"public, max-age=%d" % MAX_AGE if status == 200 and not private else b"no-store"
    headers = (
        (b"content-type", Form.HTML.value.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"etag", b'"%s"' % etag.encode()),
        (b"cache-control", fresh),
        (b"vary", b"Accept, Accept-Language, Cookie"),
        (b"content-security-policy", _POLICY.format(forms).encode()),
        *_SAFE,
    )
    return Answer(status, headers, body)


def redirect(location: str, status: int = 302, *more: Header) -> Answer:
    """Return a redirect, to a URL or a path of ours."""
    headers = (
        (b"location", location.encode("ascii", "ignore")),
        (b"content-length", b"0"),
        (b"cache-control", b"no-store" if status != 301 else b"public, max-age=3600"),
        (b"vary", b"Accept"),
        *more,
        *_SAFE,
    )
    return Answer(status, headers)
