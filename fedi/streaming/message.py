"""What is sent: one event in the words of apps, written once however many hear it."""

from typing import Any, Final

import msgspec

from fedi.net.frames import frame_of
from fedi.store.events import Place

Sent = dict[str, Any]
_ENCODE: Final = msgspec.json.Encoder().encode


class Message:
    """An event and its payload (JSON text, or a bare id); None where it has none.

    `id` says where it stands in the event table, for whoever comes back.
    """

    __slots__ = ("_frames", "_sse", "event", "id", "payload")

    def __init__(self, event: str, payload: bytes | None, id: str) -> None:
        self.event = event
        self.payload = payload
        self.id = id
        self._frames: dict[tuple[tuple[str, ...], bool], Sent] = {}
        self._sse: bytes | None = None

    def socket(self, label: tuple[str, ...], *, with_id: bool = False) -> Sent:
        """Return it as ASGI sends a WebSocket message, for one stream's name."""
        found = self._frames.get((label, with_id))
        if found is None:
            said = b'{"stream":' + _ENCODE(label) + b',"event":' + _ENCODE(self.event)
            if self.payload is not None:
                said += b',"payload":' + _ENCODE(self.payload.decode())
            if with_id:
                said += b',"id":' + _ENCODE(self.id)
            said += b"}"
            found = {"type": "websocket.send", "text": said.decode(), "frame": frame_of(said)}
            self._frames[label, with_id] = found
        return found

    def sse(self) -> bytes:
        """Return it as a server-sent event (HTML standard, section 9.2).

        Where there is no payload it is `undefined`, as from Mastodon: libraries look for that.
        """
        if self._sse is None:
            data = b"undefined" if self.payload is None else self.payload
            self._sse = f"event: {self.event}\nid: {self.id}\ndata: ".encode() + data + b"\n\n"
        return self._sse


def id_of(epoch: str, place: Place) -> str:
    """Return what a message is known by: which table of events, and where in it."""
    return f"{epoch or '0'}-{place.tx}-{place.position}"


def place_of(epoch: str, id: str) -> Place | None:
    """Return the place that an id names; None for one of another table (a restored house), or of
    none: such a listener begins with what comes."""
    parts = id.strip().split("-")
    if len(id) > 100 or len(parts) != 3 or parts[0] != (epoch or "0"):
        return None
    if not all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts[1:]):
        return None
    return Place(int(parts[1]), int(parts[2]))
