"""A WebSocket message as it goes over the wire, made once for all who are sent the same.

Apart from sockets.py, which loads the library that opens sockets. fedi/streaming is the user.
"""


def frame_of(text: bytes) -> bytes:
    """Return a whole text message as it goes over the wire from a server, uncompressed: one frame,
    no mask (RFC 6455 section 5.2)."""
    size = len(text)
    if size < 126:
        return bytes((0x81, size)) + text
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + text
    return b"\x81\x7f" + size.to_bytes(8, "big") + text
