"""An HTTP request as a signature sees it, and the claim that its signature makes.

Both dialects read a Message, both yield a Claim. Nothing here touches a key.
Next: cavage.py and rfc9421.py build the bytes that are signed; authenticate.py judges.
"""

import base64
import datetime
import email.utils
import functools
import hashlib
import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

import http_sf

from actors.errors import Invalid, Unauthorized

MAX_HEADER = 8192
"""Characters of a Signature, Signature-Input or digest header that we read."""
MAX_KEY_ID = 2048
"""Characters of a key id: the longest URL that we store."""
MAX_SIGNATURE = 1024
"""Bytes of a signature: RSA with 8192 bits."""
MAX_CACHED_URL = 512
MAX_COVERED = 32
"""Components that a signature may cover."""

Dialect = Literal["cavage", "rfc9421"]

_DIGESTS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
_DEFAULT_PORT = {"https": ":443", "http": ":80"}
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_LINE_BREAKERS = re.compile(r"[\x00\r\n]")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_IMF_FIXDATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d)"
    r" (?:GMT|UTC|\+0000)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Message:
    """A request, arriving or leaving.

    `url` is absolute, raw (percent-encoding untouched) and names the authority that was
    addressed. `headers` have lower-case names, in order of arrival, duplicates kept. `peer` is
    the address it came from, "" where there is none; no signature speaks of it.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    peer: str = ""

    def header_values(self, name: str) -> list[str]:
        """Every value of a lower-case header name, without the white space around it."""
        return [value.strip(" \t") for key, value in self.headers if key == name]

    def header(self, name: str) -> str | None:
        """The field value: all lines joined by a comma (RFC 9110 section 5.3), or None."""
        values = self.header_values(name)
        if not values:
            return None
        return values[0] if len(values) == 1 else ", ".join(values)

    def only(self, name: str) -> str:
        """The value of a header that must be there exactly once, else Unauthorized."""
        values = self.header_values(name)
        if len(values) != 1:
            raise refusal(f"{name}: {'missing' if not values else 'repeated'}")
        return values[0]

    @property
    def has_content(self) -> bool:
        """Whether a signature must vouch for a body: everything but a bare GET or HEAD."""
        return bool(self.body) or self.method not in ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says about its signature; nothing of it is proven yet.

    `created` and `expires` are seconds since the epoch, as signed. `params` is the
    serialised @signature-params of RFC 9421 and empty in the older dialect.
    """

    dialect: Dialect
    key_id: str
    algorithm: str
    covered: tuple[str, ...]
    signature: bytes
    created: int | None = None
    expires: int | None = None
    params: str = ""


class Target(NamedTuple):
    """A URL cut where signatures cut it; `query` starts with its question mark or is empty."""

    scheme: str
    authority: str
    path: str
    query: str

    @property
    def plain_authority(self) -> str:
        """Lower case, default port left out (RFC 9421 section 2.2.3)."""
        return plain_authority(self.scheme, self.authority)

    @property
    def uri(self) -> str:
        """What @target-uri covers: the authority as it was written (RFC 9421 section 2.2.2)."""
        return f"{self.scheme}://{self.authority}{self.path}{self.query}"


def split_target(url: str) -> Target:
    """Cut an absolute http(s) URL, dropping its fragment; Invalid for anything else."""
    return _split_cached(url) if len(url) <= MAX_CACHED_URL else _split(url)


def _split(url: str) -> Target:
    scheme, mark, rest = url.partition("://")
    scheme = scheme.lower()
    if not mark or scheme not in _DEFAULT_PORT or not _VISIBLE.fullmatch(rest):
        raise Invalid("The address is not an absolute web address.", detail="url: malformed")
    before, question, query = rest.partition("#")[0].partition("?")
    authority, _, path = before.partition("/")
    if not authority or "@" in authority or "\\" in authority:
        raise Invalid("The address has no usable host.", detail="url: bad authority")
    return Target(scheme, authority, f"/{path}", question + query)


_split_cached = functools.lru_cache(maxsize=1024)(_split)  # few inboxes, cut often


def plain_authority(scheme: str, authority: str) -> str:
    """An authority in lower case without the scheme's default port."""
    return authority.lower().removesuffix(_DEFAULT_PORT[scheme])


def refusal(reason: str, sentence: str = "The signature does not hold.") -> Unauthorized:
    """The one error for a bad signature; `reason` is for the log alone."""
    return Unauthorized(sentence, code="signature", detail=reason)


def breaks_lines(text: str) -> bool:
    """Whether text holds a character that could forge a line of a signature base."""
    return _LINE_BREAKERS.search(text) is not None


def digest_header(body: bytes) -> str:
    """Digest (RFC 3230), spelled in the upper case that literal-minded servers compare with."""
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")


def content_digest(body: bytes) -> str:
    """Content-Digest (RFC 9530), a structured field."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


def require_digest(value: str, body: bytes) -> None:
    """Raise Unauthorized unless every digest we know in a Digest header is that of `body`."""
    if value == digest_header(body):
        return
    if len(value) > MAX_HEADER:
        raise refusal("digest: too long")
    known = 0
    for part in value.split(","):
        name, _, digest = part.strip(" \t").partition("=")
        hashing = _DIGESTS.get(name.lower())
        if hashing is None:
            continue
        known += 1
        if digest != base64.b64encode(hashing(body).digest()).decode("ascii"):
            raise refusal(f"digest: {name.lower()} differs from the body")
    if not known:
        raise refusal("digest: no algorithm that we know")


def require_content_digest(value: str, body: bytes) -> None:
    """Raise Unauthorized unless every digest we know in a Content-Digest is that of `body`."""
    if value == content_digest(body):
        return
    known = 0
    for name, member in parse_dictionary(value, "content-digest").items():
        hashing = _DIGESTS.get(name)
        if hashing is None:
            continue
        known += 1
        if member[0] != hashing(body).digest():
            raise refusal(f"content-digest: {name} differs from the body")
    if not known:
        raise refusal("content-digest: no algorithm that we know")


def parse_dictionary(value: str, name: str) -> dict[str, tuple[object, dict[str, object]]]:
    """Read an untrusted structured dictionary (RFC 9651); duplicates and noise: Unauthorized."""

    def refuse(key: str, kind: str) -> None:
        raise refusal(f"{name}: {kind} {key!r} twice")

    if len(value) > MAX_HEADER:
        raise refusal(f"{name}: too long")
    try:
        parsed = http_sf.parse(value.encode("ascii"), tltype="dictionary", on_duplicate_key=refuse)
    except (ValueError, OverflowError) as error:
        raise refusal(f"{name}: malformed") from error
    return parsed  # type: ignore[return-value]  # members come as (value, parameters) pairs


def read_http_date(text: str) -> int | None:
    """A Date header (RFC 9110 section 5.6.7, all three forms) in epoch ms; None if unreadable."""
    return _read_date(text) if len(text) <= 64 else None


@functools.lru_cache(maxsize=512)  # a flood carries few different seconds
def _read_date(text: str) -> int | None:
    found = _IMF_FIXDATE.fullmatch(text)
    if found is None:
        return _read_obsolete_date(text)
    day, month, year, hour, minute, second = found.groups()
    try:
        moment = datetime.datetime(
            int(year),
            _MONTHS[month],
            int(day),
            int(hour),
            int(minute),
            min(int(second), 59),
            tzinfo=datetime.UTC,
        )
    except (KeyError, ValueError):
        return None
    leap = 1000 if second == "60" else 0
    return int(moment.timestamp()) * 1000 + leap if int(second) <= 60 else None


def _read_obsolete_date(text: str) -> int | None:
    try:
        parts = email.utils.parsedate_tz(text)
        return None if parts is None else int(email.utils.mktime_tz(parts)) * 1000
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


@functools.lru_cache(maxsize=8)  # one fan-out signs thousands of times in a second
def _write_seconds(seconds: int) -> str:
    return email.utils.formatdate(seconds, usegmt=True)


def write_http_date(moment_ms: int) -> str:
    """Epoch ms as an IMF-fixdate, the only form to send (RFC 9110 section 5.6.7)."""
    return _write_seconds(moment_ms // 1000)


def read_timestamp(text: object) -> int | None:
    """An RFC 3339 time in epoch ms, UTC where it names no zone; None if unreadable."""
    if not isinstance(text, str) or len(text) > 64:
        return None
    try:
        moment = datetime.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.UTC)
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def write_timestamp(moment_ms: int) -> str:
    """Epoch ms as an RFC 3339 time in whole seconds, UTC."""
    moment = datetime.datetime.fromtimestamp(moment_ms // 1000, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
