"""Wake-ups: "something of this topic changed, look now". A bus holds no truth.

Whoever waits also looks once a second by itself, so a wake-up may be lost. It may never block:
a full buffer drops it. LocalBus serves one process, SocketBus the processes of one supervisor,
MachinesBus adds other machines, by the PostgreSQL or the Valkey they share.
Lines between processes are laid before the fork (`Lines.lay`), and picked up after it.
"""

import asyncio
import secrets
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Protocol

LONGEST_TOPIC = 200
READS_AT_ONCE = 256
MOST_TOPICS = 1_000  # that may wait to be told to other machines; the rest is found by looking


class Listener:
    """One reader's own latch for one topic: a wake-up between two waits is not lost to it."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Let the next or present wait end."""
        self._woken.set()

    async def wait(self, timeout: float) -> bool:
        """True as soon as woken since the last wait, False after `timeout` seconds without."""
        try:
            async with asyncio.timeout(timeout):
                await self._woken.wait()
        except TimeoutError:
            return False
        self._woken.clear()
        return True


class Bus(Protocol):
    """What readers and writers of the store share."""

    def wake(self, topic: str) -> None:
        """Wake every listener of the topic, in every process. Any thread; never blocks."""

    def listen(self, topic: str) -> AbstractContextManager[Listener]:
        """`with bus.listen(topic) as listener:` from now until the block ends."""

    async def wait(self, topic: str, timeout: float) -> bool:
        """For a topic with one reader in this process: its latch is kept between calls."""

    def close(self) -> None:
        """Let go of sockets and listeners."""


class LocalBus:
    """Within one process. Made on the running loop that its listeners wait on."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._listeners: dict[str, set[Listener]] = {}
        self._kept: dict[str, Listener] = {}

    def wake(self, topic: str) -> None:
        """Wake the topic's listeners; from another thread, by way of the loop."""
        if threading.get_ident() == self._thread:
            self.wake_here(topic)
        else:
            with suppress(RuntimeError):  # the loop has closed: nobody is left to wake
                self._loop.call_soon_threadsafe(self.wake_here, topic)

    @contextmanager
    def listen(self, topic: str) -> Iterator[Listener]:
        """A listener of one's own; the topic is forgotten with its last listener."""
        listener = Listener()
        self._listeners.setdefault(topic, set()).add(listener)
        try:
            yield listener
        finally:
            remaining = self._listeners.get(topic, set())
            remaining.discard(listener)
            if not remaining:
                self._listeners.pop(topic, None)

    async def wait(self, topic: str, timeout: float) -> bool:
        """Wait on the topic's kept latch. For fixed topics: what is kept stays until close."""
        if topic not in self._kept:
            self._kept[topic] = Listener()
            self._listeners.setdefault(topic, set()).add(self._kept[topic])
        return await self._kept[topic].wait(timeout)

    def close(self) -> None:
        """Forget every listener."""
        self._listeners.clear()
        self._kept.clear()

    def wake_here(self, topic: str) -> None:
        """Wake this process's listeners alone; on the loop."""
        for listener in self._listeners.get(topic, ()):
            listener.wake()


class Lines:
    """One datagram socket pair for each process, laid by the supervisor before it forks.

    Every process may send to each of the others; only process i reads line i. The supervisor
    keeps them all open, so a process that is started again finds its line. `name` is no other
    supervisor's.
    """

    def __init__(self, pairs: Sequence[tuple[socket.socket, socket.socket]]) -> None:
        self._pairs = tuple(pairs)
        self.name = secrets.token_hex(8)

    @classmethod
    def lay(cls, processes: int) -> "Lines":
        """Lines for so many processes."""
        return cls([socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(processes)])

    def ends(self, slot: int) -> tuple[socket.socket, list[socket.socket]]:
        """For the process of this slot: where it reads, and where it writes to the others.

        Copies of the descriptors, so that closing a bus leaves the supervisor's lines alone.
        """
        reads = self._pairs[slot][0].dup()
        writes = [pair[1].dup() for number, pair in enumerate(self._pairs) if number != slot]
        for end in (reads, *writes):
            end.setblocking(False)
        return reads, writes

    def close(self) -> None:
        """Close the supervisor's ends."""
        for pair in self._pairs:
            for end in pair:
                end.close()


class SocketBus(LocalBus):
    """Between the processes of one supervisor. Made after the fork, on the process's own loop."""

    def __init__(self, lines: Lines, slot: int) -> None:
        super().__init__()
        self._reads, self._writes = lines.ends(slot)
        self._loop.add_reader(self._reads.fileno(), self._arrived)

    def wake(self, topic: str) -> None:
        """Wake this process's listeners and tell the other processes."""
        datagram = topic.encode()
        if len(datagram) > LONGEST_TOPIC:
            raise ValueError(f"a topic has at most {LONGEST_TOPIC} bytes: {topic[:40]}…")
        super().wake(topic)
        for line in self._writes:
            with suppress(OSError):  # full, or its process is gone: they look once a second
                line.send(datagram)

    def close(self) -> None:
        """Stop reading and close this process's ends."""
        if self._reads.fileno() != -1:
            self._loop.remove_reader(self._reads.fileno())
        for end in (self._reads, *self._writes):
            end.close()
        super().close()

    def _arrived(self) -> None:
        """Take what has come, each topic once; the rest at the loop's next turn."""
        topics: set[bytes] = set()
        with suppress(OSError):  # read empty
            for _ in range(READS_AT_ONCE):
                topics.add(self._reads.recv(LONGEST_TOPIC))
        for topic in topics:
            self.wake_here(topic.decode("utf-8", "replace"))


class Wire(Protocol):
    """What carries the notices."""

    async def tell(self, text: str) -> None:
        """Send a notice; it may get lost, and takes a moment at most."""


class KeptWire(Wire, Protocol):
    """One that is connected: fedi/store/notices.py (PostgreSQL), fedi/net/valkey.py."""

    async def keep(self) -> None:
        """Listen until cancelled, and connect again what is lost."""


class MachinesBus:
    """The bus inside, and other machines. Topics are gathered, so that a process tells at most
    `per_second` times; `here` names the supervisor, whose processes have been woken already."""

    def __init__(self, inside: LocalBus, wire: Wire, *, here: str, per_second: int) -> None:
        self._inside = inside
        self._wire = wire
        self._here = here
        self._pause = 1 / per_second
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._topics: dict[str, None] = {}
        self._some = asyncio.Event()

    def wake(self, topic: str) -> None:
        """Wake every listener of the topic, here at once and elsewhere soon."""
        self._inside.wake(topic)
        if threading.get_ident() == self._thread:
            self._gather(topic)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._gather, topic)

    def listen(self, topic: str) -> AbstractContextManager[Listener]:
        return self._inside.listen(topic)

    async def wait(self, topic: str, timeout: float) -> bool:
        return await self._inside.wait(topic, timeout)

    def close(self) -> None:
        """Let go of the bus inside; the wire is whoever's who opened it."""
        self._inside.close()

    def heard(self, text: str) -> None:
        """Wake this process's listeners of what another machine told."""
        sender, *topics = text.split("\n")
        if sender != self._here:
            for topic in topics:
                self._inside.wake_here(topic)

    async def carry(self, longest: int) -> None:
        """Tell the other machines what gathers, until cancelled; `longest` notice in bytes."""
        while True:
            await self._some.wait()
            await self._wire.tell(self._notice(longest))
            if not self._topics:
                self._some.clear()
            await asyncio.sleep(self._pause)

    def _gather(self, topic: str) -> None:
        if len(self._topics) < MOST_TOPICS:
            self._topics[topic] = None
            self._some.set()

    def _notice(self, longest: int) -> str:
        """Take as many topics as a notice holds."""
        text = self._here
        for topic in list(self._topics):
            if len(text.encode()) + len(topic.encode()) >= longest:
                break
            text += f"\n{topic}"
            del self._topics[topic]
        return text
