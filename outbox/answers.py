"""An answer to a GET as data: status, headers, body, with its ETag and how long it may be kept.

What all may see is kept by caches for some minutes; anything else by nobody, and never apart from
who asked (security.md S18). The house sends it through its own dispatch (fedi/net).
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import msgspec

Header = tuple[bytes, bytes]

MAX_AGE: Final = 180  # seconds
_VARY: Final = (b"vary", b"Accept, Signature, Signature-Input")
_OPEN: Final = (b"cache-control", b"public, max-age=%d" % MAX_AGE)
_CLOSED: Final = (b"cache-control", b"private, no-store")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; `headers` are ready for ASGI, names in lower case."""

    status: int
    headers: tuple[Header, ...]
    body: bytes = b""

    def header(self, name: bytes) -> bytes:
        """Return the value of the first header of that name, or b""."""
        return next((value for known, value in self.headers if known == name), b"")


def written(document: dict[str, Any]) -> bytes:
    """Return a document as the bytes that are sent."""
    return msgspec.json.encode(document)


def answered(content_type: str, body: bytes, *, public: bool, status: int = 200) -> Answer:
    """Return the answer for a body; `public` is whether anybody at all may see it."""
    kind = content_type.encode("ascii")
    etag = hashlib.sha256(kind + b"\n" + body).hexdigest()[:32]
    headers = (
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        (b"etag", b'"%s"' % etag.encode()),
        _OPEN if public else _CLOSED,
        _VARY,
    )
    return Answer(status, headers, body)


def unless_known(answer: Answer, if_none_match: str) -> Answer:
    """Return 304 instead if the asker holds this very answer (RFC 9110 section 13.1.2)."""
    if not if_none_match or answer.status != 200:
        return answer
    etag = answer.header(b"etag").decode()
    held = {tag.strip().removeprefix("W/") for tag in if_none_match[:4096].split(",")}
    if etag not in held and "*" not in held:
        return answer
    kept = (b"etag", b"cache-control", b"vary")
    return Answer(304, tuple(header for header in answer.headers if header[0] in kept))
