"""PostgreSQL's own notices, on a connection of their own: what a bus between machines goes by.

NOTIFY takes a lock over the whole database cluster when it commits. So it never stands in a unit
of work: it is a statement by itself, and fedi/bus.py says how seldom. A notice is a hint; a
connection that is lost is opened again, and what was missed meanwhile is missed.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

import asyncpg

CHANNEL: Final = "fedi"
LONGEST: Final = 7_900  # bytes; PostgreSQL takes fewer than 8,000
_AGAIN_SECONDS: Final = 1.0
_TOLD_SECONDS: Final = 2.0
_LOST: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
    asyncpg.InternalClientError,
)
_logger = logging.getLogger("fedi.bus")


class Notices:
    """Hears every notice of the channel, its own too, as long as `keep` runs."""

    def __init__(self, url: str, heard: Callable[[str], None]) -> None:
        self._url = url
        self._heard = heard
        self._connection: Any = None
        self.listening = asyncio.Event()
        self._ended = asyncio.Event()

    async def tell(self, text: str) -> None:
        """Send a notice, unless there is no connection now."""
        if self._connection is None:
            return
        try:
            async with asyncio.timeout(_TOLD_SECONDS):
                await self._connection.execute("SELECT pg_notify($1, $2)", CHANNEL, text)
        except _LOST as error:
            _logger.info("a wake-up was lost: %s", error)
            self._ended.set()  # a line that failed once is not trusted again: `keep` opens another

    async def keep(self) -> None:
        """Listen until cancelled; a lost connection is opened again after a second."""
        while True:
            try:
                await self._listen()
            except _LOST as error:
                _logger.warning("no wake-ups from other machines for now: %s", error)
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _listen(self) -> None:
        self._ended = ended = asyncio.Event()
        connection = await asyncpg.connect(
            self._url, server_settings={"application_name": "fedi wake-ups"}
        )
        try:
            connection.add_termination_listener(lambda _: ended.set())
            await connection.add_listener(CHANNEL, self._on_notice)
            self._connection = connection
            self.listening.set()
            await ended.wait()
        finally:
            self._connection = None
            self.listening.clear()
            # Not a polite close, which waits for whatever is under way on a line that may be dead.
            connection.terminate()

    def _on_notice(self, connection: Any, pid: int, channel: str, text: str) -> None:
        del connection, pid, channel
        self._heard(text)
