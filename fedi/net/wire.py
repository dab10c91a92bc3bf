"""One HTTP/1.1 answer, from bytes: strict, in bounded memory, without I/O.

AnswerReader takes what the socket gives and says when the answer is whole; connection.py feeds it.
Strict where leniency has let two readers disagree (RFC 9112 sections 2.2, 5, 6.3): bare line feeds,
folded lines, white space before a colon, length beside chunking are refused. All sizes are bytes;
the body's cap holds before and after decompression.
"""

import re
import zlib
from collections.abc import Callable

from fedi.net.failures import Reason, refused

MAX_HEAD = 32_768
MAX_CHUNKS = 16_384
"""A megabyte in chunks of one byte would cost seconds of processor time."""
MAX_INTERIM = 8
"""How many 1xx answers may come before the real one."""

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\x00-\x08\x0a-\x1f\x7f]*)?")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]*;[^\x00-\x08\x0a-\x1f\x7f]*)?")
_MAX_CHUNK_LINE = 256
_GZIP = 16 + zlib.MAX_WBITS


class Body:
    """The bytes of a body up to a cap, inflated on the way where it came as gzip.

    `tolerant` keeps what fits and ignores the rest: for answers whose status is all that matters.
    """

    __slots__ = ("_inflate", "_kept", "_limit", "_raw", "full", "tolerant")

    def __init__(self, limit: int, tolerant: bool) -> None:
        self._kept = bytearray()
        self._limit = limit
        self._raw = 0
        self._inflate: zlib._Decompress | None = None
        self.tolerant = tolerant
        self.full = False

    def expect(self, encoding: str, length: int | None) -> None:
        """Take note of Content-Encoding and Content-Length before the first byte."""
        if encoding in ("gzip", "x-gzip"):
            self._inflate = zlib.decompressobj(_GZIP)
        elif encoding not in ("", "identity"):
            self._give_up(Reason.ENCODING, encoding[:40])
        if length is not None and length > self._limit and not self.tolerant:
            raise refused(Reason.TOO_LARGE, f"{length} bytes")

    def add(self, data: bytes | bytearray) -> None:
        """Keep some more of the body; FetchRefused above the cap unless tolerant."""
        self._raw += len(data)
        room = self._limit - len(self._kept)
        if self._inflate is not None:
            try:
                data = self._inflate.decompress(data, room + 1)
            except zlib.error as error:
                return self._give_up(Reason.ENCODING, str(error))
            if self._inflate.unused_data:
                return self._give_up(Reason.ENCODING, "data after the end of gzip")
        self._kept += data[:room]
        if len(data) > room or self._raw > self._limit:
            self._give_up(Reason.TOO_LARGE, f"over {self._limit} bytes")
        return None

    def finish(self) -> bytes:
        """Give the whole body, or what was kept of it."""
        if self._inflate and self._raw and not self._inflate.eof and not self.full:
            self._give_up(Reason.ENCODING, "gzip ends early")
        return bytes(self._kept)

    def _give_up(self, reason: Reason, detail: str) -> None:
        if not self.tolerant:
            raise refused(reason, detail)
        self.full = True


class AnswerReader:
    """Reads one answer; `done` when whole, `reusable` when the connection may carry another.

    `cut` keeps the first `max_body` bytes instead of refusing more; answers other than 2xx are
    always cut.
    """

    __slots__ = (
        *("_body", "_buffer", "_chunks", "_cut", "_interim", "_left", "_max_body", "_method"),
        *("_step", "_trailer", "body", "done", "headers", "reusable", "started", "status"),
    )

    def __init__(self, method: str, max_body: int, *, cut: bool = False) -> None:
        self._method = method
        self._max_body = max_body
        self._cut = cut
        self._buffer = bytearray()
        self._step: Callable[[], bool] = self._head
        self._interim = self._chunks = self._left = self._trailer = 0
        self._body = Body(max_body, cut)
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.body = b""
        self.started = self.done = self.reusable = False

    def feed(self, data: bytes) -> None:
        """Read on; FetchRefused for what is not HTTP or more than we take."""
        self.started = True
        self._buffer += data
        while not self.done and self._step():
            pass
        if self._buffer and self.done:
            self.reusable = False  # bytes nobody asked for: the two sides are out of step

    def feed_eof(self) -> bool:
        """Note that the other side closed; say whether the answer is whole by that."""
        if not self.done and self._step == self._until_close:
            self._finish()
        return self.done

    def _head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n", 0, MAX_HEAD)
        if end < 0:
            if len(self._buffer) >= MAX_HEAD:
                raise refused(Reason.TOO_LARGE, "header block")
            return False
        lines = self._buffer[:end].split(b"\r\n")
        del self._buffer[: end + 4]
        status_line = _STATUS.fullmatch(lines[0])
        if status_line is None:
            raise refused(Reason.PROTOCOL, "status line")
        self.status = int(status_line[2])
        self.headers = [_field(line) for line in lines[1:]]
        if self.status < 200:
            self._interim += 1
            if self.status == 101 or self._interim > MAX_INTERIM:
                raise refused(Reason.PROTOCOL, f"unexpected {self.status}")
            return True
        closes = "close" in self._joined("connection").lower()
        self.reusable = status_line[1] == b"1" and not closes
        self._frame(http11=status_line[1] == b"1")
        return True

    def _frame(self, *, http11: bool) -> None:
        codings, lengths = self._values("transfer-encoding"), self._values("content-length")
        if codings and (lengths or not http11 or [c.lower() for c in codings] != ["chunked"]):
            raise refused(Reason.PROTOCOL, "transfer encoding")
        length = _length(lengths) if lengths else None
        if self._method == "HEAD" or self.status in (204, 304):
            return self._finish()
        self._body.tolerant = self._cut or not 200 <= self.status < 300
        self._body.expect(self._joined("content-encoding").lower(), length)
        if codings:
            self._step = self._chunk_size
        elif length is None:
            self.reusable = False
            self._step = self._until_close
        else:
            self._left = length
            self._step = self._counted
            if not length:
                self._finish()
        return None

    def _counted(self) -> bool:
        self._take()
        if not self._left and not self.done:
            self._finish()
        return False

    def _until_close(self) -> bool:
        self._left = len(self._buffer)
        self._take()
        return False

    def _chunk_size(self) -> bool:
        line = self._line(_MAX_CHUNK_LINE)
        if line is None:
            return False
        size = _CHUNK.fullmatch(line)
        self._chunks += 1
        if size is None or self._chunks > MAX_CHUNKS:
            raise refused(Reason.PROTOCOL, "chunk size" if size is None else "too many chunks")
        self._left = int(size[1], 16)
        self._step = self._chunk_data if self._left else self._trailers
        return True

    def _chunk_data(self) -> bool:
        self._take()
        if self._left or self.done or len(self._buffer) < 2:
            return False
        if not self._buffer.startswith(b"\r\n"):
            raise refused(Reason.PROTOCOL, "end of chunk")
        del self._buffer[:2]
        self._step = self._chunk_size
        return True

    def _trailers(self) -> bool:
        line = self._line(MAX_HEAD)
        if line is None:
            return False
        self._trailer += len(line)
        if not line:
            self._finish()
        elif self._trailer > MAX_HEAD:
            raise refused(Reason.TOO_LARGE, "trailers")
        else:
            _field(line)  # checked and dropped: nothing we read may come in a trailer
        return True

    def _line(self, limit: int) -> bytearray | None:
        end = self._buffer.find(b"\r\n", 0, limit)
        if end < 0:
            if len(self._buffer) >= limit:
                raise refused(Reason.PROTOCOL, "line too long")
            return None
        line = self._buffer[:end]
        del self._buffer[: end + 2]
        return line

    def _take(self) -> None:
        part = self._buffer[: self._left]
        if not part:
            return
        del self._buffer[: len(part)]
        self._left -= len(part)
        self._body.add(part)
        if self._body.full:
            self._finish()
            self.reusable = False

    def _finish(self) -> None:
        self.body = self._body.finish()
        self.done = True

    def _values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def _joined(self, name: str) -> str:
        return ", ".join(self._values(name))


def _field(line: bytearray) -> tuple[str, str]:
    field = _FIELD.fullmatch(line)
    if field is None:
        raise refused(Reason.PROTOCOL, "header line")
    return field[1].lower().decode("ascii"), field[2].rstrip(b" \t").decode("latin-1")


def _length(values: list[str]) -> int:
    first = values[0]
    if len(set(values)) > 1 or len(first) > 15 or not (first.isascii() and first.isdigit()):
        raise refused(Reason.PROTOCOL, "content length")
    return int(first)
