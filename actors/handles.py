"""Names of actors across servers: handles, domains, and when both ends agree on one.

A handle is a user name and a domain; a domain has exactly one spelling here, made by
`canonical_domain` and compared nowhere in any other form. `both_ends_agree` decides, without
fetching, whether an actor may carry a handle; fedi/resolve.py does the fetching it asks for.
Next: actors/urls.py makes the addresses that these names lead to.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

import idna

from actors.documents import is_activity_type
from actors.errors import Invalid

REMOTE_USERNAME_MAX: Final = 2048
DOMAIN_MAX: Final = 253
AUTHORITY_MAX: Final = 1024
URL_MAX: Final = 4096

# fmt: off
RESERVED_USERNAMES: Final = frozenset({
    "abuse", "about", "account", "accounts", "actor", "admin", "administrator", "api",
    "application", "auth", "avatar", "everyone", "followers", "following", "here", "hostmaster",
    "inbox", "instance", "internal", "localhost", "login", "logout", "me", "media", "moderator",
    "noc", "nobody", "nodeinfo", "null", "oauth", "outbox", "owner", "postmaster", "relay",
    "root", "search", "security", "settings", "shared_inbox", "sharedinbox", "system", "tags",
    "timeline", "undefined", "webfinger", "webmaster", "well_known", "wellknown",
})
# fmt: on

DEFAULT_PORTS: Final = {"https": 443, "http": 80}

_AUTHORITY: Final = re.compile(r"(https?)://([^/?#@\\\x00-\x20]{1,255})(?=[/?#]|\Z)", re.IGNORECASE)
_LOCAL_USERNAME = re.compile(r"[A-Za-z0-9_]{1,30}", re.ASCII)
_PLAIN_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_USER_PUNCTUATION = frozenset("-._~!$&'()*+,;=")


@dataclass(frozen=True, slots=True)
class Handle:
    """A user name and a canonical domain; `domain` is None for one of ours."""

    username: str
    domain: str | None = None

    def __str__(self) -> str:
        return f"@{self.username}" if self.domain is None else f"@{self.username}@{self.domain}"

    def at(self, domain: str) -> "Handle":
        """The same handle with its domain written out, when it had none."""
        return Handle(self.username, domain) if self.domain is None else self

    def same_as(self, other: "Handle") -> bool:
        """Whether both name the same account if their server ignores case, as nearly all do."""
        mine, theirs = self.username.casefold(), other.username.casefold()
        return self.domain == other.domain and mine == theirs


@dataclass(frozen=True, slots=True)
class Jrd:
    """What we read of a WebFinger answer (RFC 7033 §4.4)."""

    subject: str
    aliases: tuple[str, ...]
    self_link: str | None


@dataclass(frozen=True, slots=True)
class AskAgain:
    """One confirming WebFinger lookup is due: for `handle`, at `handle.domain`."""

    handle: Handle

    @property
    def domain(self) -> str:
        return self.handle.domain or ""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The ends do not agree; the actor may not carry the handle. `reason` is a code word."""

    reason: str


def canonical_domain(text: str, *, scheme: str = "https") -> str:
    """The one spelling of a domain: lower case, A-labels (UTS 46), no default port, no last dot.

    Raises Invalid for what has none: user info, zones, other writings of an IPv4 address, labels
    that IDNA forbids. Percent-encoding is undone once, as browsers do (URL Standard, host parser).
    """
    if not text or len(text) > AUTHORITY_MAX:
        raise _bad_domain("length")
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise _bad_domain("bracket")
        return _with_port(_ipv6(host), rest[1:], scheme)
    host, _, port = text.partition(":")
    try:
        return _with_port(_host(unquote(host, errors="strict")), port, scheme)
    except UnicodeError as error:
        raise _bad_domain("percent") from error


def domain_of(url: str) -> str:
    """The canonical domain of an http or https URL; Invalid for anything else.

    Where there is one it is `host_of`'s; but of a URL that is too long, or has blanks, controls or
    backslashes anywhere, there is none: somebody gave us this one to go by.
    """
    if len(url) > URL_MAX or any(char <= " " or char in "\\\x7f" for char in url):
        raise _bad_domain("url")
    found = _AUTHORITY.match(url)
    if found is None:
        raise _bad_domain("scheme" if "://" in url else "url")
    return canonical_domain(found[2], scheme=found[1].lower())


def host_of(url: str) -> str:
    """Return the authority (host and any port) of a URL in its one spelling, "" where it has none.

    Upper case, a default port, a last dot and other writings of one name are one host; user info
    and backslashes, which readers take differently, are none at all (security.md S10).
    """
    found = _AUTHORITY.match(url)
    return _spelled(found[1].lower(), found[2]) if found is not None else ""


@lru_cache(maxsize=4096)
def _spelled(scheme: str, authority: str) -> str:
    try:
        return canonical_domain(authority, scheme=scheme)
    except Invalid:
        return ""


def same_host(one: str, other: str) -> bool:
    """Return whether two URLs have one and the same authority; the base of every origin rule.

    Two spellings of one host do not count as one here: an id has a single spelling, and a second
    would be a second thing to everybody who compares ids as text.
    """
    mine, theirs = _AUTHORITY.match(one), _AUTHORITY.match(other)
    if mine is None or theirs is None or mine[2].lower() != theirs[2].lower():
        return False
    return host_of(one) != ""


def parse_handle(text: str) -> Handle:
    """Read `@kari@by.example`, `acct:kari@by.example`, `kari@by.example`, `@kari` or `kari`.

    Raises Invalid. The user part may be anything RFC 7565 allows; percent-encoding of an acct:
    URI is undone. Case is kept: only a name's own server knows whether it matters.
    """
    text = text.strip()
    if text[:5].lower() == "acct:":
        user, at, domain = text[5:].partition("@")
        user = unquote(user, errors="replace")
    else:
        user, at, domain = text.removeprefix("@").partition("@")
    user = unicodedata.normalize("NFC", user)
    if not valid_remote_username(user):
        raise Invalid("This is not a valid user name.", code="invalid_handle")
    return Handle(user, canonical_domain(domain) if at else None)


def acct(handle: Handle) -> str:
    """The acct: URI of a handle that has a domain (RFC 7565 §7)."""
    if handle.domain is None:
        raise ValueError("a local handle has no acct: URI before its domain is known")
    return f"acct:{quote(handle.username, safe='-._~!$&()*+,;=')}@{handle.domain}"


def valid_remote_username(name: str) -> bool:
    """Whether another server may use this name: RFC 7565's set, and letters of any script."""
    return 0 < len(name) <= REMOTE_USERNAME_MAX and all(
        char.isalnum() or char in _USER_PUNCTUATION or unicodedata.category(char) == "Mn"
        for char in name
    )


def valid_local_username(name: str) -> bool:
    """Whether we may give this name to an actor: 1-30 of a-z, 0-9 and _, and not reserved."""
    return _LOCAL_USERNAME.fullmatch(name) is not None and name.lower() not in RESERVED_USERNAMES


def local_key(name: str) -> str:
    """The form in which local names are stored and compared: there is one Kari, not two."""
    return name.lower()


def read_jrd(document: object) -> Jrd:
    """Read a parsed JRD; Invalid when it is no object or names no subject."""
    if not isinstance(document, Mapping):
        raise Invalid("The WebFinger answer is not an object.", code="invalid_jrd")
    subject, aliases, links = (document.get(key) for key in ("subject", "aliases", "links"))
    if not isinstance(subject, str):
        raise Invalid("The WebFinger answer names no subject.", code="invalid_jrd")
    return Jrd(
        subject,
        tuple(a for a in aliases if isinstance(a, str)) if isinstance(aliases, list) else (),
        _self_link(links if isinstance(links, list) else []),
    )


def both_ends_agree(
    actor_id: str,
    preferred_username: str,
    claim: str | None,
    jrd: Jrd | None,
    confirming: Jrd | None = None,
) -> Handle | AskAgain | Disagreement:
    """Decide the handle of an actor (FEP-2c59; federation.md §2d; security.md S11).

    `claim` is the actor's own `webfinger`; `jrd` the answer for preferredUsername at the id's
    host (None: it had none); `confirming` the answer to an earlier AskAgain. The actor says
    which handle it wants, the handle's domain must say which actor has it, and one hop only.
    """
    try:
        host = domain_of(actor_id)
        wanted = _wanted(host, preferred_username, claim, jrd)
    except Invalid:
        return Disagreement("unreadable_handle")
    if isinstance(wanted, Disagreement):
        return wanted
    if wanted.domain == host:
        answer = jrd
    elif confirming is None:
        return AskAgain(wanted)
    else:
        answer = confirming
    return _confirmed(wanted, actor_id, answer)


def _wanted(
    host: str, preferred_username: str, claim: str | None, jrd: Jrd | None
) -> Handle | Disagreement:
    """The handle that the actor asks for: its claim, else what its own host names it."""
    if claim:
        return parse_handle(claim).at(host)
    if jrd is None:
        return Disagreement("no_webfinger")
    subject = parse_handle(jrd.subject).at(host)
    if not subject.same_as(Handle(preferred_username, subject.domain)):
        return Disagreement("other_username")
    return subject


def _confirmed(wanted: Handle, actor_id: str, answer: Jrd | None) -> Handle | Disagreement:
    """The handle as its domain spells it, if that domain names this actor and no other."""
    if answer is None:
        return Disagreement("no_webfinger")
    if answer.self_link != actor_id:
        return Disagreement("other_actor")
    try:
        subject = parse_handle(answer.subject)
    except Invalid:
        return Disagreement("unreadable_handle")
    return subject if subject.same_as(wanted) else Disagreement("other_subject")


def _self_link(links: list[object]) -> str | None:
    for link in links:
        if not isinstance(link, Mapping) or link.get("rel") != "self":
            continue
        href, kind = link.get("href"), link.get("type")
        if isinstance(href, str) and isinstance(kind, str) and is_activity_type(kind):
            return href
    return None


def _with_port(host: str, port: str, scheme: str) -> str:
    if not port:
        return host
    if not _PORT.fullmatch(port) or not 0 < (number := int(port)) < 65536:
        raise _bad_domain("port")
    return host if number == DEFAULT_PORTS.get(scheme) else f"{host}:{number}"


def _host(text: str) -> str:
    """A name or a dotted IPv4 address; everything is mapped first and judged afterwards."""
    try:
        mapped = text.lower() if text.isascii() else idna.uts46_remap(text, std3_rules=False)
    except idna.IDNAError as error:
        raise _bad_domain("idna") from error
    labels = mapped.removesuffix(".").split(".")
    host = ".".join(_label(label) for label in labels)
    if len(host) > DOMAIN_MAX:
        raise _bad_domain("length")
    if _NUMERIC_LABEL.fullmatch(host.rpartition(".")[2]):
        # A last label of digits makes the whole an IPv4 address (URL Standard); one form only.
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            raise _bad_domain("ipv4") from error
    return host


def _label(label: str) -> str:
    if len(label) > 63:
        raise _bad_domain("length")
    if not label.startswith("xn--") and _PLAIN_HOST.fullmatch(label):
        return label
    try:
        return idna.alabel(label).decode("ascii")
    except idna.IDNAError as error:
        if label.isascii() and _is_stable_alabel(label):
            return label
        raise _bad_domain("idna") from error


def _is_stable_alabel(label: str) -> bool:
    """An A-label that IDNA 2008 forbids but browsers open (emoji domains), and that no mapping
    turns into another name: it decodes, maps to itself, and encodes to the same again."""
    try:
        decoded = label.removeprefix("xn--").encode("ascii").decode("punycode")
        return (
            label.startswith("xn--")
            and not decoded.isascii()
            and "." not in decoded
            and all(unicodedata.category(char)[0] not in "CZ" for char in decoded)
            and idna.uts46_remap(decoded, std3_rules=True) == decoded
            and "xn--" + decoded.encode("punycode").decode("ascii") == label
        )
    except (UnicodeError, idna.IDNAError):
        return False


def _ipv6(text: str) -> str:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError as error:
        raise _bad_domain("ipv6") from error
    if address.scope_id is not None:
        raise _bad_domain("zone")
    if address.ipv4_mapped is not None:
        # Python 3.13 prints these dotted, 3.11 does not: write the URL Standard's form ourselves.
        number = int(address.ipv4_mapped)
        return f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    return f"[{address.compressed}]"


def _bad_domain(detail: str) -> Invalid:
    return Invalid("This is not a valid domain.", code="invalid_domain", detail=detail)
