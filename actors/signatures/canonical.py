"""Canonical JSON (RFC 8785), the bytes that a proof signs.

What nearly all documents are made of is written by msgspec, several times as fast, and to the same
bytes. Floats, huge integers and names beyond ASCII, which are ordered by UTF-16, go the plain way.
"""

from typing import Any, Final

import msgspec
import rfc8785

_ENCODE: Final = msgspec.json.Encoder(order="sorted").encode
_LARGEST: Final = (1 << 53) - 1


def canonical(value: Any) -> bytes:
    """Return JSON in its canonical form (RFC 8785). ValueError, TypeError or RecursionError for
    what has none."""
    return _ENCODE(value) if _is_ordinary(value) else rfc8785.dumps(value)


def _is_ordinary(value: Any) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is dict:
        return all(
            type(name) is str and name.isascii() and _is_ordinary(inner)
            for name, inner in value.items()
        )
    if kind is list or kind is tuple:
        return all(_is_ordinary(inner) for inner in value)
    return kind is int and -_LARGEST <= value <= _LARGEST
