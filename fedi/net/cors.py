"""Which answers a page of any origin may read, and what browsers are told that ask first (CORS).

Without credentials throughout: what lets an app in a browser act is the token in its hands, and no
cookie of ours ever goes along. So nothing is open to pages that isn't open to programs.
"""

from typing import Final

from fedi.net.answer import Header, Receive, Scope, Send
from fedi.net.dispatch import Dispatch, RawHandler

OPEN: Final[Header] = (b"access-control-allow-origin", b"*")
EXPOSED: Final[Header] = (
    b"access-control-expose-headers",
    b"Link, Location, Mastodon-Async-Refresh, X-RateLimit-Limit, X-RateLimit-Remaining,"
    b" X-RateLimit-Reset, X-Request-Id",
)
READING: Final = "GET, HEAD, OPTIONS"


def preflight(methods: str) -> RawHandler:
    """Return the handler of OPTIONS for what any page may ask with these methods and with any
    header of its choice."""
    told: tuple[Header, ...] = (
        OPEN,
        (b"access-control-allow-methods", methods.encode()),
        (b"access-control-max-age", b"7200"),
        (b"vary", b"Origin, Access-Control-Request-Headers"),
        (b"allow", methods.encode()),
    )

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        asked = [value for name, value in scope["headers"] if name == _ASKED]
        headers = [*told, *((b"access-control-allow-headers", value) for value in asked)]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    return handle


def add_preflight(table: Dispatch, path: str, methods: str = READING) -> None:
    """Let a browser ask first whether pages elsewhere may use an address, and how."""
    table.add(path, preflight(methods), methods=("OPTIONS",))


_ASKED: Final = b"access-control-request-headers"
