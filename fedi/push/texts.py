"""Bytes as the text that apps and push services write them in: base64, mostly base64url."""

import base64
import re
from typing import Final

_LETTERS: Final = re.compile(r"[A-Za-z0-9_-]*")


def to_base64(data: bytes) -> str:
    """Return bytes as base64url without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64(text: str) -> bytes | None:
    """Return the bytes of a base64 text of either alphabet, padded or not; None for any other."""
    bare = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    if _LETTERS.fullmatch(bare) is None or len(bare) % 4 == 1:
        return None
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
