"""What a supervisor or load balancer asks: does this process live, and may it be sent requests?

/livez says that the loop turns. /readyz says that what is sent here now would be served: there is
room, and the database takes a commit; 503 with a sentence and Retry-After where not.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final

from actors.errors import Unavailable
from fedi.net.answer import Receive, Scope, Send, respond

_FRESH_SECONDS: Final = 1.0
_DEADLINE_SECONDS: Final = 5.0
_TEXT: Final = b"text/plain; charset=utf-8"
_NO_STORE: Final = ((b"cache-control", b"no-store"),)


async def live(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer GET /livez, as a raw ASGI handler."""
    del scope
    await respond(send, 200, _TEXT, b"alive\n", _NO_STORE)


async def healthy(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer GET /health with Mastodon's own word, which its clients look for."""
    del scope
    await respond(send, 200, _TEXT, b"OK", _NO_STORE)


class Ready:
    """Answers GET /readyz, as a raw ASGI handler. Errors are raised, for the dispatch to answer.

    `write` commits something small (or reads, where nothing is written); it is asked once a second,
    however often this is. `room` raises Unavailable while more waits than is taken on.
    """

    def __init__(
        self, room: Callable[[], Awaitable[None]], write: Callable[[], Awaitable[None]]
    ) -> None:
        self._room = room
        self._write = write
        self._asked = 0.0
        self._writing: asyncio.Task[str] | None = None

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        del scope
        await self._room()
        if self._writing is None or (
            self._writing.done() and monotonic() - self._asked >= _FRESH_SECONDS
        ):
            self._asked = monotonic()
            self._writing = asyncio.create_task(self._trouble())
        trouble = await asyncio.shield(self._writing)
        if trouble:
            raise Unavailable(trouble, retry_after=5)
        await respond(send, 200, _TEXT, b"ready\n", _NO_STORE)

    async def _trouble(self) -> str:
        """Return why the database cannot be written to, "" where it can."""
        try:
            async with asyncio.timeout(_DEADLINE_SECONDS):
                await self._write()
        except TimeoutError:
            return "The database does not answer in time."
        except Unavailable as problem:
            return problem.sentence
        return ""
