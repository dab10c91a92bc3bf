"""Canonical JSON (RFC 8785), the bytes that a proof signs.

What nearly all documents are made of is written by msgspec, several times as fast, and to the same
bytes. Floats, huge integers and names beyond ASCII, which are ordered by UTF-16, go the plain way.
"""

from typing import Any, Final

import msgspec
import rfc8785

_ENCODE: Final = msgspec.json.Encoder(order="sorted").encode
_LARGEST: Final = (1 << 53) - 1
_MOST: Final = 1_000_000


def canonical(value: Any) -> bytes:
    """Return JSON in its canonical form (RFC 8785). ValueError, TypeError or RecursionError for
    what has none."""
    return _ENCODE(value) if _is_ordinary(value) else rfc8785.dumps(value)


def _is_ordinary(value: Any) -> bool:
    """Return whether msgspec writes a value as the standard says."""
    waiting = [value]
    for one in waiting:  # without recursion, or a generator, at each of some hundred values
        kind = type(one)
        if kind is dict:
            if not "".join(one).isascii():
                return False
            waiting += [inner for inner in one.values() if type(inner) is not str]
        elif kind is list or kind is tuple:
            waiting += [inner for inner in one if type(inner) is not str]
        elif kind is int:
            if not -_LARGEST <= one <= _LARGEST:
                return False
        elif kind is not str and kind is not bool and one is not None:
            return False
        if len(waiting) > _MOST:
            return False  # far more than a document holds, or a thing that holds itself
    return True
