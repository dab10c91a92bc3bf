"""Bytes from outside -> one JSON object, strictly and in bounded memory; and which types are AS2.

One parser for everything that arrives or is fetched (security.md S38). Beyond what the parser
refuses (NaN, infinities, lone surrogates, BOM, trailing text) we refuse integers over 64 bits and
U+0000, which no database takes. Duplicate keys: the last one wins, as in every peer we know;
whatever must not change meaning (digest, signature) is computed over the raw bytes.
Next: inbox.parse makes records of it.
"""

import re
from functools import lru_cache
from typing import Any

import msgspec

from actors.errors import Invalid, TooLarge

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_VALUES = 100_000
"""Commas and brackets: a megabyte of empty lists would be thirty in memory."""

_AS2 = "https://www.w3.org/ns/activitystreams"
_decoder = msgspec.json.Decoder()
_long_number = re.compile(rb"[0-9](?=[0-9]{18})")
_parameter = re.compile(r';\s*([A-Za-z0-9!#$%&\'*+.^_`|~-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]*)\s*')


def read_document(
    raw: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH
) -> dict[str, Any]:
    """Read one JSON object, alone or as a list's only item; TooLarge above `max_bytes` or
    `max_depth`, Invalid for the rest."""
    if len(raw) > max_bytes:
        raise TooLarge("The document is larger than we take.", detail=f"{len(raw)} bytes")
    if len(raw) > MAX_VALUES and sum(map(raw.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise TooLarge("The document has more values than we take.")
    try:
        document = _decoder.decode(raw)
    except RecursionError:
        raise TooLarge("The document is nested too deeply.") from None
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Invalid("The document is not valid JSON.", detail=str(error)) from None
    if isinstance(document, list) and len(document) == 1:
        document = document[0]  # what JSON-LD calls expanded: a list of one object
    if not isinstance(document, dict):
        raise Invalid("The document is not a JSON object.")
    # Each open bracket is one level at most, so a document with few of them needs no walk.
    if raw.count(b"{") + raw.count(b"[") > max_depth:
        _check_depth(document, max_depth)
    if b"\\u0000" in raw or _long_number.search(raw):
        _check_values(document)
    return document


@lru_cache(maxsize=512)
def is_activity_type(content_type: str) -> bool:
    """Say whether a Content-Type promises ActivityStreams: plain JSON and plain JSON-LD do not.

    ActivityPub section 3.2: application/activity+json, or application/ld+json whose `profile`
    holds the ActivityStreams namespace among any others.
    """
    kind, _, rest = content_type.partition(";")
    kind = kind.strip().lower()
    if kind == "application/activity+json":
        return True
    if kind != "application/ld+json":
        return False
    for name, value in _parameter.findall(";" + rest):
        if name.lower() == "profile":
            return _AS2 in value.strip('"').split()
    return False


def _check_depth(document: dict[str, Any], max_depth: int) -> None:
    level: list[Any] = [document]
    for _ in range(max_depth):
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise TooLarge("The document is nested too deeply.")


def _children(item: Any) -> list[Any]:
    values = item.values() if isinstance(item, dict) else item
    return [value for value in values if isinstance(value, dict | list)]


def _check_values(document: dict[str, Any]) -> None:
    stack: list[Any] = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value)
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, str):
            if "\0" in value:
                raise Invalid("The document has a character that cannot be stored.")
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise Invalid("The document has a number that is too large.")
