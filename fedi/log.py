"""What the server says about its own work: one JSON object a line, or plain lines for people.

Use the standard library: `logging.getLogger(__name__).info("delivered", extra={"host": host})`.
Every line carries the request's id. Secrets are taken out here, on the way to the stream, whoever
wrote the line; bodies are never written, only their size. Access lines are sampled.
"""

import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec

from fedi.config import Log

REDACTED = "[redacted]"
LONGEST = 8192
DEEPEST = 4

request_id: ContextVar[str] = ContextVar("request_id", default="")

_PLAIN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECRET_NAME = re.compile(
    r"token|secret|passw|passord|authorization|cookie|signature|private_?key|proof_?value"
    r"|code_?verifier|api_?key|credential",
    re.IGNORECASE,
)
_BODY_NAMES = frozenset({"body", "content", "raw", "payload"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

# Each is linear in the length of the line: no part of a pattern can match in two ways.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]+-----|\Z)", re.S),
        REDACTED,
    ),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), rf"\1{REDACTED}@"),
    (re.compile(r"(?i)\b(cookie|authorization)(\\?[\"']?\s?[:=]\s?)[^\r\n]+"), rf"\1\2{REDACTED}"),
    (re.compile(r"(?i)\b(bearer|basic)\s[\w.~+/=-]{6,}"), rf"\1 {REDACTED}"),
    (re.compile(r"([?&]code=)[^\s&#\"']+"), rf"\1{REDACTED}"),
    (re.compile(r"\b(\w{1,20}=):[A-Za-z0-9+/=]{16,}:"), rf"\1{REDACTED}"),
    (
        re.compile(
            r"(?i)(token|secret|password|passwd|passord|signature|private_?key(?:_?pem)?"
            r"|proof_?value|code_?verifier|api_?key)(\\?[\"']?\s?[:=]\s?)"
            r"(\\?\"[^\"]*\"?|'[^']*'?|[^\s,;&\"'}\])]+)"
        ),
        rf"\1\2{REDACTED}",
    ),
)


def redact(text: str) -> str:
    """The text with every secret we can recognise taken out, cut at 8 kB, safe to encode."""
    text = text[:LONGEST].encode("utf-8", "backslashreplace").decode("utf-8")
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact_value(name: str, value: Any, depth: int = 0) -> Any:
    """A field's value as it may be logged: secrets by name, bodies by size, texts by pattern."""
    if _SECRET_NAME.search(name):
        return REDACTED
    if isinstance(value, bytes | bytearray | memoryview) or name in _BODY_NAMES:
        size = len(value) if hasattr(value, "__len__") else "?"
        return f"<{size} long>"
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth < DEEPEST and isinstance(value, Mapping):
        return {str(k): redact_value(str(k), v, depth + 1) for k, v in value.items()}
    if depth < DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [redact_value(name, item, depth + 1) for item in value]
    return redact(str(value))


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    given = {k: v for k, v in vars(record).items() if k not in _PLAIN_FIELDS}
    return {name: redact_value(name, value) for name, value in given.items()}


def _trace(record: logging.LogRecord) -> str:
    if not record.exc_info or record.exc_info[0] is None:
        return ""
    return redact("".join(traceback.format_exception(*record.exc_info))[-LONGEST:])


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request, then the line's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if request := request_id.get():
            line["request"] = request
        line.update((k, v) for k, v in _fields(record).items() if k not in line)
        if trace := _trace(record):
            line["trace"] = trace
        return msgspec.json.encode(line).decode()


class PlainLines(logging.Formatter):
    """For people at a terminal. Control characters are shown, so no line can pose as another."""

    def format(self, record: logging.LogRecord) -> str:
        words = [_time(record)[11:23], record.levelname, record.name, redact(record.getMessage())]
        words += [f"{name}={value}" for name, value in _fields(record).items()]
        if request := request_id.get():
            words.append(f"({request})")
        line = _visible("  ".join(words))
        trace = "".join(f"\n    {_visible(part)}" for part in _trace(record).splitlines())
        return line + trace


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _visible(text: str) -> str:
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def set_up(log: Log, stream: TextIO | None = None) -> None:
    """Send all logging of this process to `stream` (standard error), as the settings say."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if log.format == "json" else PlainLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(log.level.upper())
    logging.captureWarnings(True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
    for name in ("asyncio", "aiosqlite", "httpx2", "httpcore2"):  # these would log addresses asked
        logging.getLogger(name).setLevel(logging.WARNING)
    # A form that can't be read is its sender's fault, who is told so; it warns nobody here.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class AccessLog:
    """Wraps the ASGI application: gives each request an id, and logs it when it is over.

    One ordinary answer in `one_in` is logged; a 5xx and one slower than `slow_ms` always is. The
    query is left out, because tokens and searches stand in it, and the names of files, which are
    the keys to them.
    """

    def __init__(
        self, app: App, log: Log, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._app = app
        self._one_in = log.access_one_in
        self._slow_ms = log.slow_ms
        self._clock = clock
        self._ordinary = 0
        self._logger = logging.getLogger("fedi.access")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        name = secrets.token_hex(8)
        kept = request_id.set(name)
        started = self._clock()
        status = 500  # what the client sees if the application fails before it answers

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), (b"x-request-id", name.encode())]
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._note(scope, status, (self._clock() - started) * 1000)
            request_id.reset(kept)

    def _note(self, scope: Message, status: int, ms: float) -> None:
        if status < 500 and ms < self._slow_ms:
            self._ordinary += 1
            if self._ordinary % self._one_in:
                return
        extra = {
            "method": scope["method"],
            "path": _told(scope.get("raw_path") or scope["path"].encode()),
            "status": status,
            "ms": round(ms, 1),
        }
        self._logger.log(logging.ERROR if status >= 500 else logging.INFO, "answered", extra=extra)


def _told(path: bytes) -> str:
    """Return a path as it may be logged: of a file's address only where it lies."""
    for place in (b"/media/", b"/proxy/"):
        if path.startswith(place):
            return f"{place.decode()}…"
    return path[:200].decode("ascii", "backslashreplace")
