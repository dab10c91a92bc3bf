"""What a request asks with: query, form, multipart and JSON merged into one tree of values.

Apps send the same thing in every one of these forms (Mastodon's API, Rails' nesting): `a[b]=1`,
`a[]=1`, `a[0][b]=1`, `a[][b]=1`, or JSON. Names without the last `[]` mean the same as with it.
Used by fedi/mastodon and fedi/oauth. Nothing here says what a value means; the resource does.
"""

import contextlib
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from actors.errors import Invalid, TooLarge
from fedi.net.answer import Receive, Scope

MAX_BODY: Final = 1 << 20
MAX_FIELDS: Final = 1_000
MAX_DEPTH: Final = 8
_NO: Final = frozenset({"0", "f", "F", "false", "FALSE", "off", "OFF", ""})
"""What Mastodon takes for no, to the letter."""
_WHOLE: Final = re.compile(r"-?[0-9]{1,19}")
_INDEX: Final = re.compile(r"[0-9]{1,9}")

Value = Any
"""str, int, float, bool, None, Upload, or a list or dict of Values."""


class Upload:
    """A file of a multipart body, spooled; `name` and `media_type` are what the sender claims."""

    def __init__(self, name: str, media_type: str, file: Any, size: int) -> None:
        self.name = name
        self.media_type = media_type
        self.file = file
        self.size = size


def is_true(text: str) -> bool:
    """Say whether a truth value is one, as Mastodon reads it."""
    return text not in _NO


class Params:
    """Values by name. Getters return None or an empty list for what isn't there, and raise
    Invalid, naming the parameter, for what cannot be what is asked for."""

    __slots__ = ("_values", "typed", "uploads")

    def __init__(
        self,
        values: Mapping[str, Value],
        uploads: tuple[Upload, ...] = (),
        *,
        typed: frozenset[str] = frozenset(),
    ) -> None:
        self._values = values
        self.uploads = uploads
        self.typed = typed
        """The names whose values came as JSON; those of all others are texts."""

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Any:
        return iter(self._values)

    def raw(self, name: str) -> Value:
        return self._values.get(name)

    def text(self, name: str) -> str | None:
        """Return a text; of several the last. A number or truth value is spelled out."""
        value = self._values.get(name)
        if isinstance(value, list):
            value = value[-1] if value else None
        return _spelled(name, value)

    def texts(self, name: str) -> list[str]:
        """Return every text under a name: one, a list, or a table with indices."""
        found = [_spelled(name, one) for one in _items(self._values.get(name))]
        return [one for one in found if one is not None]

    def whole(self, name: str) -> int | None:
        """Return a whole number of at most 19 digits."""
        text = self.text(name)
        if text is None or not text.strip():
            return None
        if _WHOLE.fullmatch(text.strip()) is None:
            raise Invalid(f"{name} must be a whole number")
        return int(text)

    def flag(self, name: str) -> bool | None:
        """Return a truth value as Mastodon reads it: whatever isn't spelled as a no is a yes."""
        text = self.text(name)
        return None if text is None else is_true(text)

    def inner(self, name: str) -> "Params | None":
        """Return the table under a name."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, dict):
            raise Invalid(f"{name} must be a table of values")
        return Params(value)

    def inners(self, name: str) -> list["Params"]:
        """Return the tables under a name: a list of them, or a table of tables by index."""
        found = _items(self._values.get(name))
        if not all(isinstance(one, dict) for one in found):
            raise Invalid(f"{name} must be a list of tables")
        return [Params(one) for one in found]

    def upload(self, name: str) -> Upload | None:
        value = self._values.get(name)
        return value if isinstance(value, Upload) else None

    def close(self) -> None:
        """Let go of spooled files."""
        for upload in self.uploads:
            upload.file.close()


def _spelled(name: str, value: Value) -> str | None:
    match value:
        case None | Upload():
            return None
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return str(value)
    raise Invalid(f"{name} must be a single value")


def _items(value: Value) -> list[Value]:
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        if all(_INDEX.fullmatch(key) for key in value):
            return [value[key] for key in sorted(value, key=int)]
        return [value]
    return [value]


async def read_params(
    scope: Scope, receive: Receive, *, max_body: int = MAX_BODY, max_upload: int = 0
) -> Params:
    """Return what a request carries: its query, and over it its body.

    `max_body` and `max_upload` in bytes; files are refused where `max_upload` is 0. Raises Invalid
    for what cannot be read (code bad_json for JSON) and TooLarge.
    """
    tree: dict[str, Value] = {}
    if scope["query_string"]:
        _put_all(tree, _pairs(scope["query_string"]))
    if scope["method"] in ("GET", "HEAD"):
        return Params(tree)
    kind = _header(scope, b"content-type").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _multipart(scope, receive, tree, max_body, max_upload)
    body = await read_body(receive, max_body)
    if kind == "application/json" or kind.endswith("+json"):
        given = _json(body)
        tree.update(given)
        return Params(tree, typed=frozenset(given))
    if body.strip() and kind in ("application/x-www-form-urlencoded", ""):
        _put_all(tree, _pairs(body))
    return Params(tree)


async def read_body(receive: Receive, limit: int) -> bytes:
    """Return a request's whole body; TooLarge beyond `limit` bytes."""
    parts: list[bytes] = []
    size = 0
    async for part in _stream(receive):
        size += len(part)
        if size > limit:
            raise TooLarge("This is more than can be sent at once")
        parts.append(part)
    return b"".join(parts)


async def _stream(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Invalid("The request ended before it was whole")
        yield message.get("body", b"")
        more = message.get("more_body", False)


def _header(scope: Scope, name: bytes) -> str:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""


def _json(body: bytes) -> dict[str, Value]:
    if not body.strip():
        return {}
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("The JSON you sent cannot be read", code="bad_json") from None
    if not isinstance(found, dict):
        raise Invalid("The JSON you sent must be an object", code="bad_json")
    _check_depth(found, 0)
    return {name.removesuffix("[]"): value for name, value in found.items()}


def _check_depth(value: Value, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Invalid("The JSON you sent is nested too deep", code="bad_json")
    if isinstance(value, str):
        _clean(value)
    elif isinstance(value, dict):
        for inner in value.values():
            _check_depth(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_depth(inner, depth + 1)


def _clean(text: str) -> str:
    # Neither database keeps NUL in text; lone surrogates cannot be encoded again.
    if "\x00" in text:
        raise Invalid("Text must not hold the character NUL")
    with contextlib.suppress(UnicodeEncodeError):
        text.encode()
        return text
    raise Invalid("Text must be Unicode")


def _pairs(raw: bytes) -> list[tuple[str, Value]]:
    try:
        found = parse_qsl(
            raw.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"
        )
    except UnicodeDecodeError:
        raise Invalid("The parameters must be UTF-8") from None
    except ValueError:
        raise Invalid("There are too many parameters") from None
    return [(name, _clean(value)) for name, value in found]


async def _multipart(
    scope: Scope, receive: Receive, tree: dict[str, Value], max_body: int, max_upload: int
) -> Params:
    from starlette.datastructures import Headers, UploadFile
    from starlette.formparsers import MultiPartException, MultiPartParser

    limit = max_body + max_upload

    async def bounded() -> AsyncGenerator[bytes, None]:
        size = 0
        async for part in _stream(receive):
            size += len(part)
            if size > limit:
                raise TooLarge("This is more than can be sent at once")
            yield part

    parser = MultiPartParser(
        Headers(scope=scope),
        bounded(),
        max_files=16 if max_upload else 0,
        max_fields=MAX_FIELDS,
        max_part_size=max_body,
    )
    try:
        form = await parser.parse()
    except MultiPartException as problem:
        raise Invalid("The form you sent cannot be read", detail=str(problem)) from None
    uploads: list[Upload] = []
    pairs: list[tuple[str, Value]] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            upload = Upload(
                value.filename or "", value.content_type or "", value.file, value.size or 0
            )
            uploads.append(upload)
            pairs.append((name, upload))
        else:
            pairs.append((name, _clean(value)))
    _put_all(tree, pairs)
    return Params(tree, tuple(uploads))


def _put_all(tree: dict[str, Value], pairs: list[tuple[str, Value]]) -> None:
    replaced: set[str] = set()
    for name, value in pairs:
        path = _path(name)
        if path[0] not in replaced:
            # What the body says replaces what the query said; it isn't added to it.
            replaced.add(path[0])
            tree.pop(path[0], None)
        _put(tree, path, value)


def _path(name: str) -> list[str]:
    """Return the steps of a name: `a[b][][c]` gives a, b, "", c; unbalanced ones are one step."""
    first, bracket, rest = name.partition("[")
    if not bracket or not first or not rest.endswith("]"):
        return [name]
    steps = rest[:-1].split("][")
    if len(steps) > MAX_DEPTH:
        raise Invalid("A parameter is nested too deep")
    return [first, *steps]


def _put(tree: dict[str, Value], path: list[str], value: Value) -> None:
    step, rest = path[0], path[1:]
    if not rest:
        tree[step] = value
        return
    if rest[0] == "":
        items = tree.setdefault(step, [])
        if not isinstance(items, list):
            items = tree[step] = [items]
        if len(rest) == 1:
            items.append(value)
            return
        # A key that the last element has already begins the next one (Rails).
        key = rest[1]
        if not items or not isinstance(items[-1], dict) or (key in items[-1] and len(rest) == 2):
            items.append({})
        _put(items[-1], rest[1:], value)
        return
    inner = tree.setdefault(step, {})
    if not isinstance(inner, dict):
        inner = tree[step] = {}
    _put(inner, rest, value)
