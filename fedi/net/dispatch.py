"""The front door: hot paths found by table, whatever else is asked handed on to Starlette.

A list of two hundred routes costs each request more than its answer does; here the path's segments
are looked up one by one, so the cost does not grow with the table. The application registers raw
ASGI handlers at start; errors that leave one become answers (answer.py), and so does a method that
nobody registered for a path that is here.
"""

from collections.abc import Awaitable, Callable, Iterable

from fedi.net.answer import Receive, Scope, Send, answer_to, other_method, send_answer

RawHandler = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application; path parameters are in scope["path_params"]."""

_MAX_SEGMENTS = 12
_READING = ("GET", "HEAD")


class _Node:
    """One place in the table: the segments known here, and what ends here, by method."""

    __slots__ = ("handlers", "literals", "parameter", "rest")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.handlers: dict[str, tuple[RawHandler, tuple[str, ...]]] = {}
        self.rest: dict[str, tuple[RawHandler, tuple[str, ...]]] = {}


class Dispatch:
    """An ASGI application: a table of paths, and `fallback` for all that is not in it."""

    def __init__(self, fallback: RawHandler) -> None:
        self._fallback = fallback
        self._exact: dict[tuple[str, str], RawHandler] = {}
        self._root = _Node()
        self._sockets: dict[str, RawHandler] = {}

    def add_socket(self, path: str, handler: RawHandler) -> None:
        """Register the handler of WebSockets at a path and everything under it."""
        self._sockets[path.rstrip("/")] = handler

    def add(
        self, first_segments: str, handler: RawHandler, *, methods: Iterable[str] = _READING
    ) -> None:
        """Register a path: literal segments, `{name}` for one segment, a last `...` for the rest.

        Other methods on the same path go to another entry; where no entry has them, the answer is
        405, and for OPTIONS 204, with Allow. ValueError for a path registered twice.
        """
        if not first_segments.startswith("/"):
            raise ValueError(f"{first_segments!r} does not begin with a slash")
        node, names = self._root, list[str]()
        segments = first_segments[1:].split("/")
        rest = segments[-1] == "..."
        for segment in segments[:-1] if rest else segments:
            if segment.startswith("{") and segment.endswith("}"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        table = node.rest if rest else node.handlers
        for method in methods:
            if method in table:
                raise ValueError(f"{method} {first_segments} is registered twice")
            table[method] = (handler, (*names, "rest") if rest else tuple(names))
            if not names and not rest:
                self._exact[method, first_segments] = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._socket(scope)(scope, receive, send)
            return
        handler = self._exact.get((scope["method"], scope["path"]))
        if handler is not None:
            scope["path_params"] = {}
        else:
            handler = self._find(scope)
        if handler is None:
            allowed = self._allowed(scope["path"])
            if allowed:
                await send_answer(send, other_method(scope["method"], allowed))
            else:
                await self._fallback(scope, receive, send)
            return
        try:
            await handler(scope, receive, send)
        except Exception as error:
            await send_answer(send, answer_to(error))

    def _socket(self, scope: Scope) -> RawHandler:
        path = scope["path"] if scope["type"] == "websocket" else ""
        for prefix, handler in self._sockets.items():
            if path == prefix or path.startswith(f"{prefix}/"):
                return handler
        return self._fallback

    def _find(self, scope: Scope) -> RawHandler | None:
        segments = _segments(scope["path"])
        if not segments:
            return None
        found = _match(self._root, segments, 0, (), scope["method"])
        if found is None:
            return None
        (handler, names), values = found
        scope["path_params"] = dict(zip(names, values, strict=True))
        return handler

    def _allowed(self, path: str) -> set[str]:
        """Return the methods that have an entry for a path, none where it isn't in the table."""
        found = set[str]()
        _collect(self._root, _segments(path), 0, found)
        return found


def _segments(path: str) -> list[str]:
    empty, *segments = path.split("/", _MAX_SEGMENTS)
    return segments if not empty else []


_Found = tuple[tuple[RawHandler, tuple[str, ...]], tuple[str, ...]]


def _match(
    node: _Node, segments: list[str], at: int, values: tuple[str, ...], method: str
) -> _Found | None:
    # Literals first; a dead end there falls back to the parameter, then to the rest.
    if at == len(segments):
        entry = node.handlers.get(method)
        return (entry, values) if entry else None
    segment = segments[at]
    literal = node.literals.get(segment)
    found = _match(literal, segments, at + 1, values, method) if literal else None
    if found is None and node.parameter is not None and segment:
        found = _match(node.parameter, segments, at + 1, (*values, segment), method)
    if found is None and node.rest:
        entry = node.rest.get(method)
        found = (entry, (*values, "/".join(segments[at:]))) if entry else None
    return found


def _collect(node: _Node, segments: list[str], at: int, found: set[str]) -> None:
    # The same places as _match, whatever the method.
    if at == len(segments):
        found.update(node.handlers)
        return
    segment = segments[at]
    if literal := node.literals.get(segment):
        _collect(literal, segments, at + 1, found)
    if node.parameter is not None and segment:
        _collect(node.parameter, segments, at + 1, found)
    found.update(node.rest)
