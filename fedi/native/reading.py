"""From what a request carries to the struct it is about: strict, and every fault by its field.

Values that came as JSON must be of the type; those of queries and forms are texts and are read as
what they should be. Faults leave as Mastodon's: 422, `error`, and `details` by field.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from msgspec import UNSET, inspect
from msgspec.structs import FieldInfo

from actors.errors import Invalid
from fedi.net.params import Params, Upload, is_true

S = TypeVar("S", bound=msgspec.Struct)
_OF_THE_REQUEST: Final = frozenset({"access_token"})
"""Names that say who asks, not what."""

LONGEST_NAME: Final = 64
"""Of a name that is told as not known; what somebody sends isn't sent back in whole."""

BLANK: Final = "ERR_BLANK"
INVALID: Final = "ERR_INVALID"
UNKNOWN: Final = "ERR_UNKNOWN"


class NotValid(Invalid):
    """What is asked can't be; `details` has every field with what is wrong (code, sentence)."""

    def __init__(self, faults: Mapping[str, tuple[str, str]]) -> None:
        named = ", ".join(f"{field} {told}" for field, (_, told) in faults.items())
        super().__init__(f"Validation failed: {named}")
        self.details = {
            field: [{"error": code, "description": told}] for field, (code, told) in faults.items()
        }


def wrong(field: str, told: str, code: str = INVALID) -> NotValid:
    """Return what a handler raises where one field can't be what it is; `told` goes on from its
    name, as in `wrong("ends", "lies before the start")`."""
    return NotValid({field: (code, told)})


def carries_files(body: type[msgspec.Struct]) -> bool:
    """Return whether a struct has a field for a file."""
    return any(
        Upload in (field.type, *getattr(field.type, "__args__", ()))
        for field in msgspec.structs.fields(body)
    )


def read(params: Params, body: type[S]) -> S:
    """Return the struct that a request carries; NotValid, naming each field that is wrong."""
    faults: dict[str, tuple[str, str]] = {}
    values: dict[str, Any] = {}
    known = _known(body)
    for name in params:
        if name not in known and name not in _OF_THE_REQUEST:
            faults[name[:LONGEST_NAME]] = (UNKNOWN, "is not known here")
    for name, field in known.items():
        try:
            value = _value(params, name, field)
        except msgspec.ValidationError as problem:
            faults[name] = (INVALID, _told(problem))
            continue
        if value is not UNSET:
            values[field.name] = value
        elif field.required:
            faults[name] = (BLANK, "can't be blank")
    if faults:
        raise NotValid(faults)
    return body(**values)


@cache
def _known(body: type[msgspec.Struct]) -> Mapping[str, FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(body)}


def _value(params: Params, name: str, field: FieldInfo) -> Any:
    if name not in params:
        return UNSET
    raw = params.raw(name)
    if name in params.typed:
        return msgspec.convert(raw, field.type)
    shaped = _shaped(raw, _shape(field.type))
    if shaped is UNSET:
        return UNSET
    return msgspec.convert(shaped, field.type, strict=False)


@cache
def _shape(type: Any) -> inspect.Type:
    return inspect.type_info(type)


def _shaped(raw: Any, shape: inspect.Type) -> Any:
    """Return a value from a form in the shape that its type has there: one of a list is a list, a
    table of numbers too, `on` is true; a text left empty that can't be a text is not given."""
    kinds = shape.types if isinstance(shape, inspect.UnionType) else (shape,)
    for kind in kinds:
        match kind:
            case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
                return [_shaped(one, item) for one in _items(raw)]
            case inspect.StructType() if isinstance(raw, dict):
                inner = {field.encode_name: field.type for field in kind.fields}
                return {
                    key: _shaped(value, inner[key]) if key in inner else value
                    for key, value in raw.items()
                }
            case inspect.BoolType() if isinstance(raw, str) and raw:
                return _flag(raw)
    texts = any(isinstance(kind, inspect.StrType | inspect.AnyType) for kind in kinds)
    return UNSET if raw == "" and not texts else raw


def _items(raw: Any) -> Sequence[Any]:
    if isinstance(raw, dict) and all(key.isdecimal() for key in raw):
        return [raw[key] for key in sorted(raw, key=int)]
    if isinstance(raw, list):
        return [one for one in raw if one != ""]
    return [] if raw in ("", None) else [raw]


_YES: Final = frozenset({"1", "t", "true", "on", "yes"})


def _flag(raw: str) -> Any:
    if raw.lower() in _YES:
        return True
    return raw if is_true(raw) else False  # what is neither is then told to be no truth value


def _told(problem: msgspec.ValidationError) -> str:
    """Return msgspec's sentence, going on from the field's name."""
    told, _, place = str(problem).partition(" - at ")
    told = told.replace("`", "")
    where = f" (at {place.strip('`')})" if place else ""
    if told.startswith("Expected"):
        return f"must be{told.removeprefix('Expected')}{where}".replace("matching regex", "like")
    return f"is invalid: {told}{where}"
