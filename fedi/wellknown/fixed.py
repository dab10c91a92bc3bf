"""Answers that never change while a process lives: host-meta, NodeInfo's discovery, robots.txt.

Each is one raw ASGI handler with its headers and body made at start.
"""

from importlib.resources import files
from typing import Final

from fedi.net.answer import Receive, Scope, Send
from fedi.net.dispatch import RawHandler

ROBOTS: Final = (
    "User-agent: *\n"
    "Disallow: /follow\n"
    "Disallow: /authorize_interaction\n"
    "Disallow: /api/\n"
    "Disallow: /oauth/\n"
)


def favicon() -> bytes:
    """Return the icon for browsers that ask without having been told of one."""
    return files(__package__).joinpath("favicon.ico").read_bytes()


def unchanging(
    kind: str, body: bytes, *, max_age: int = 86_400, open_to_all: bool = False
) -> RawHandler:
    """Return the handler of one unchanging answer; `max_age` in seconds, `open_to_all` is CORS."""
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"public, max-age=%d" % max_age),
        (b"x-content-type-options", b"nosniff"),
    ]
    if open_to_all:
        headers.append((b"access-control-allow-origin", b"*"))
    start = {"type": "http.response.start", "status": 200, "headers": tuple(headers)}

    async def handle(scope: Scope, _receive: Receive, send: Send) -> None:
        await send(start)
        content = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": content})

    return handle
