"""Which addresses we may ask at all: URLs in one canonical form, and routable IP addresses.

Pure rules, no I/O. Hosts have the one spelling that actors/handles.py gives them. names.py asks
is_allowed_address about every address a name has, and connection.py connects only to one that
passed. Allow logic, not a deny list (security.md S10, S12). Sources: RFC 3986, the IANA
special-purpose address registries.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

from actors.errors import Invalid
from actors.handles import DEFAULT_PORTS, canonical_domain
from fedi.net.failures import Reason, refused

MAX_URL = 4096
"""Characters; longer ones are nobody's id."""

_PUBLIC_PORTS = frozenset({443, 8443})
_PARTS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>[^#]*)")
_AUTHORITY = re.compile(r"\[?(?P<host>[a-z0-9_.-]+|[0-9a-f:]+)\]?(?::(?P<port>[0-9]+))?")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]|[\u0080-\u00a0\u2028\u2029\ufeff]")
_NUMBER = re.compile(r"[0-9]+", re.ASCII)
_KEPT_IN_PATH = "!#$%&'()*+,/:;=?@[]|~-._"
_LOCAL_SUFFIXES = (
    *("localhost", "local", "internal", "intranet", "private", "corp", "home", "lan"),
    *("home.arpa", "test", "invalid", "example", "onion", "alt"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes, in canonical form; `authority` omits the scheme's default port."""

    scheme: str
    host: str
    port: int
    path_query: str
    authority: str

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path_query}"

    @property
    def peer(self) -> tuple[str, str, int]:
        """What one connection can serve: the same scheme, host and port."""
        return (self.scheme, self.host, self.port)


@dataclass(frozen=True)
class Rules:
    """What may be asked. A lab also takes plain http, any port and private addresses.

    `hosts` (lab only) maps a host name to an "address" or "address:port" to connect to instead.
    """

    lab: bool = False
    hosts: Mapping[str, str] = field(default_factory=dict)
    ca_file: str | None = None
    extra_ports: frozenset[int] = frozenset()


@lru_cache(maxsize=2048)
def canonical_url(url: str) -> Target:
    """Read an http or https URL into its one canonical form; FetchRefused if it has none.

    The fragment is dropped: it never travels. Userinfo, IPv6 zones, control characters, white
    space, backslashes and numeric spellings of IPv4 are refused rather than repaired.
    """
    if not url or len(url) > MAX_URL or _UNSAFE.search(url):
        raise refused(Reason.URL, "length or characters")
    parts = _PARTS.match(url)
    if parts is None:
        raise refused(Reason.URL, "no scheme or host")
    scheme = parts["scheme"].lower()
    if scheme not in DEFAULT_PORTS:
        raise refused(Reason.SCHEME, scheme[:20])
    try:
        authority = canonical_domain(parts["authority"], scheme=scheme)
    except Invalid as error:
        raise refused(Reason.URL, f"host: {error.detail}") from None
    split = _AUTHORITY.fullmatch(authority)
    if split is None:
        raise refused(Reason.URL, "host")
    port = int(split["port"] or DEFAULT_PORTS[scheme])
    return Target(scheme, split["host"], port, _path_query(parts["rest"]), authority)


def is_literal(host: str) -> bool:
    """Say whether a canonical host is an IP address rather than a name."""
    return ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def check_target(target: Target, rules: Rules) -> None:
    """Refuse schemes, ports, special-use names and literal addresses the rules do not allow."""
    if rules.lab:
        return
    if target.scheme != "https":
        raise refused(Reason.SCHEME, target.scheme)
    if target.port not in _PUBLIC_PORTS and target.port not in rules.extra_ports:
        raise refused(Reason.PORT, str(target.port))
    host = target.host
    if is_literal(host):
        if not is_allowed_address(host):
            raise refused(Reason.ADDRESS, host)
    elif "." not in host or f".{host}".endswith(tuple(f".{name}" for name in _LOCAL_SUFFIXES)):
        raise refused(Reason.ADDRESS, f"{host} is a local name")


def is_allowed_address(address: str) -> bool:
    """Say whether an IP address in text form is globally routable unicast.

    The one form with an IPv4 address inside that passes is NAT64's well-known prefix (RFC 6052),
    which DNS64 networks need; the IPv4 address inside is judged in its own right.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.scope_id is not None:
            return False
        if parsed in _NAT64:
            return _is_public_v4(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF))
        return _is_public_v6(parsed)
    return _is_public_v4(parsed)


# The standard library's is_global has changed between patch releases, so every range that matters
# is named here as well: what passes must not depend on which Python this runs.
_V4_SPECIAL = tuple(
    ipaddress.IPv4Network(net)
    for net in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
    )
)
_V6_UNICAST = ipaddress.IPv6Network("2000::/3")
_V6_SPECIAL = tuple(
    ipaddress.IPv6Network(net)
    for net in (
        "2001::/23",  # Teredo, benchmarking, ORCHID and the other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _is_public_v4(address: ipaddress.IPv4Address) -> bool:
    return address.is_global and not any(address in net for net in _V4_SPECIAL)


def _is_public_v6(address: ipaddress.IPv6Address) -> bool:
    # Mapped, compatible, translated and NAT64-local forms all lie outside 2000::/3.
    if address not in _V6_UNICAST or not address.is_global:
        return False
    return not any(address in net for net in _V6_SPECIAL)


def _path_query(rest: str) -> str:
    path, mark, query = rest.partition("?")
    if "/." in path:
        path = _without_dots(path)
    try:
        return quote((path or "/") + mark + query, safe=_KEPT_IN_PATH)
    except UnicodeEncodeError:
        raise refused(Reason.URL, "lone surrogate") from None


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
