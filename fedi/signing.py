"""Threads that sign: RSA takes 0.3 ms and frees the GIL, so the loop goes on meanwhile.

Not the loop's executor: a call costs 10 µs here instead of 50, for what is signed while the loop
is busy comes back in one wake-up. Fills `sign` of outbox.deliver.Carrier.
"""

import asyncio
import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")
_Work = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class SigningThreads:
    """A few threads for pure functions. Made on the loop that waits for them; close it."""

    def __init__(self, threads: int = 2) -> None:
        self._loop = asyncio.get_running_loop()
        self._work: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._ended: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self._told = False
        self._threads = [
            threading.Thread(target=self._run, name="signing", daemon=True) for _ in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    async def sign(self, signing: Callable[[], T]) -> T:
        """Run a function on one of the threads and return its value; it touches nothing shared."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._work.put((signing, future))
        return await future

    def close(self) -> None:
        """End the threads once what was handed in is done."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            signing, future = work
            if future.cancelled():
                continue
            try:
                ended = (future, signing(), None)
            except Exception as error:
                ended = cast(Any, (future, None, error))
            self._ended.append(ended)
            if not self._told:
                self._told = True
                with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits
                    self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        self._told = False
        while self._ended:
            future, value, error = self._ended.popleft()
            if future.done():
                continue
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(error)
