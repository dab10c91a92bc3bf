"""Valkey's (or Redis') channels as the wire of a bus between machines: fedi/bus.py's MachinesBus.

It carries wake-ups and holds nothing: what is lost, with the server or on its way, is found by
looking, since everybody looks each second. So nothing here waits long for it, and no commit waits
at all. The same interface as PostgreSQL's notices, fedi/store/notices.py.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

import redis.asyncio
import redis.exceptions
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

LONGEST: Final = 60_000  # bytes of a notice
AGAIN: Final = (0.5, 30.0)  # s before a lost connection is opened again, doubled up to the second
_TOLD_SECONDS: Final = 2.0
_QUIET_SECONDS: Final = 15.0  # after which a silent line is asked whether it lives
_LOST: Final = (redis.exceptions.RedisError, OSError, TimeoutError)
_logger = logging.getLogger("fedi.bus")


class Channel:
    """Tells and hears every notice of one channel, its own too, as long as `keep` runs.

    A channel is the whole server's, whatever its databases: installations that share a server
    must name different ones.
    """

    def __init__(
        self,
        url: str,
        channel: str,
        heard: Callable[[str], None],
        *,
        again: tuple[float, float] = AGAIN,
    ) -> None:
        self._channel = channel
        self._heard = heard
        self._again = again
        self._pause = again[0]
        self._client: Any = redis.asyncio.Redis.from_url(
            url,
            client_name="fedi-wake-ups",
            decode_responses=True,
            encoding_errors="replace",
            socket_connect_timeout=_TOLD_SECONDS,
            socket_timeout=_TOLD_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self.listening = asyncio.Event()

    async def tell(self, text: str) -> None:
        """Send a notice, unless there is no connection now."""
        if not self.listening.is_set():
            return
        try:
            async with asyncio.timeout(_TOLD_SECONDS):
                await self._client.publish(self._channel, text)
        except _LOST as error:
            _logger.info("a wake-up was lost: %s", error)

    async def keep(self) -> None:
        """Listen until cancelled; a lost connection is opened again, each time a little later."""
        try:
            while True:
                try:
                    await self._listen()
                except _LOST as error:
                    _logger.warning("no wake-ups from other machines for now: %s", error)
                await asyncio.sleep(self._pause)
                self._pause = min(self._pause * 2, self._again[1])
        finally:
            await self._client.aclose()

    async def _listen(self) -> None:
        async with self._client.pubsub() as channel:
            try:
                await channel.subscribe(self._channel)
                asked = False
                while True:
                    message = await channel.get_message(timeout=_QUIET_SECONDS)
                    if message is not None:
                        asked = False
                        self._take(message)
                    elif asked:
                        raise TimeoutError("the server does not answer")
                    else:
                        await channel.ping()
                        asked = True
            finally:
                self.listening.clear()

    def _take(self, message: Any) -> None:
        if message["type"] == "subscribe":
            self._pause = self._again[0]
            self.listening.set()
        elif message["type"] == "message":
            self._heard(str(message["data"]))
