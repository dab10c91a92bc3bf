"""Which addresses we may ask at all: URLs in one canonical form, and routable IP addresses.

Pure rules, no I/O: names.py resolves and asks is_allowed_address for every address, sender.py
connects only to an address that passed. Allow logic, not a deny list (security.md S10, S12).
Sources: RFC 3986, RFC 5891 with UTS 46, the IANA special-purpose address registries.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

import idna

from fedi.net.failures import Reason, refused

MAX_URL = 4096
"""Characters; longer ones are nobody's id."""

_DEFAULT_PORTS = {"https": 443, "http": 80}
_PUBLIC_PORTS = frozenset({443, 8443})
_PARTS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>[^#]*)")
_AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{0,5}))?")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]|[\u0080-\u00a0\u2028\u2029\ufeff]")
_NAME = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
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
    if scheme not in _DEFAULT_PORTS:
        raise refused(Reason.SCHEME, scheme[:20])
    host, port = _read_authority(parts["authority"], _DEFAULT_PORTS[scheme])
    shown = f"[{host}]" if ":" in host else host
    if port != _DEFAULT_PORTS[scheme]:
        shown = f"{shown}:{port}"
    return Target(scheme, host, port, _path_query(parts["rest"]), shown)


def canonical_host(host: str) -> str:
    """Read a host name or IP literal (IPv6 in brackets) into its one form; FetchRefused if none."""
    if host.startswith("["):
        return _ipv6(host[1:-1])
    name = _percent_decoded(host) if "%" in host else host
    name = name.lower() if name.isascii() else _ascii_name(name)
    name = name.removesuffix(".")
    if len(name) > 253 or not _NAME.fullmatch(name):
        raise refused(Reason.URL, "host name")
    if "xn--" in name:
        name = _ascii_name(name)
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return _ipv4(name)
    return name


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


def _read_authority(authority: str, default_port: int) -> tuple[str, int]:
    if "@" in authority:
        raise refused(Reason.URL, "userinfo")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None or not parts["host"]:
        raise refused(Reason.URL, "authority")
    port = int(parts["port"]) if parts["port"] else default_port
    if not 0 < port < 65536:
        raise refused(Reason.URL, "port")
    return canonical_host(parts["host"]), port


def _percent_decoded(host: str) -> str:
    try:
        raw = re.sub(
            rb"%([0-9A-Fa-f]{2})", lambda hit: bytes.fromhex(hit[1].decode()), host.encode()
        )
        decoded = raw.decode("utf-8")
    except UnicodeError:
        raise refused(Reason.URL, "percent-encoding in the host") from None
    if _UNSAFE.search(decoded) or any(char in decoded for char in "%/?#@:[]"):
        raise refused(Reason.URL, "percent-encoding in the host")
    return decoded


def _ascii_name(name: str) -> str:
    try:
        return idna.encode(name, uts46=True, std3_rules=True, transitional=False).decode("ascii")
    except UnicodeError:
        raise refused(Reason.URL, "internationalised host name") from None


def _ipv4(name: str) -> str:
    # Octal, hexadecimal and shortened spellings mean different hosts to different resolvers.
    try:
        return str(ipaddress.IPv4Address(name))
    except ValueError:
        raise refused(Reason.URL, "numeric host name") from None


def _ipv6(text: str) -> str:
    if "%" in text:
        raise refused(Reason.URL, "IPv6 zone")
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        raise refused(Reason.URL, "IPv6 address") from None


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
