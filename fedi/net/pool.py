"""Open connections between exchanges: found, kept and let go in constant time.

The pool knows each peer only while it has a request or an idle connection, so two thousand hosts
leave nothing behind. Over the cap the connection idle for longest is closed. sender.py is the user.
"""

import asyncio
from collections import OrderedDict

from fedi.net.connection import Connection, Peer


class Line:
    """What is open or wanted at one peer: idle connections and who takes turns."""

    __slots__ = ("idle", "peer", "turn", "users")

    def __init__(self, peer: Peer, at_once: int) -> None:
        self.peer = peer
        self.idle: dict[Connection, None] = {}
        self.turn = asyncio.Semaphore(at_once)
        self.users = 0


class Pool:
    """Connections by peer, at most `max_open` while any of them is idle."""

    def __init__(self, *, per_host: int, max_open: int, idle_seconds: float) -> None:
        self._per_host = per_host
        self._max_open = max_open
        self._idle_seconds = idle_seconds
        self._lines: dict[Peer, Line] = {}
        self._idle: OrderedDict[Connection, float] = OrderedDict()
        self._open: set[Connection] = set()
        self._dialling = 0
        self._sweep: asyncio.TimerHandle | None = None
        self._emptied: asyncio.Event | None = None

    @property
    def open(self) -> int:
        """How many connections are open, idle or in use."""
        return len(self._open)

    @property
    def peers(self) -> int:
        """How many peers are known at this moment."""
        return len(self._lines)

    def enter(self, peer: Peer) -> Line:
        """Begin to use a peer; every enter has its leave."""
        line = self._lines.get(peer)
        if line is None:
            line = self._lines[peer] = Line(peer, self._per_host)
        line.users += 1
        return line

    def leave(self, line: Line) -> None:
        """End the use of a peer and forget it when nothing of it is left."""
        line.users -= 1
        self._forget_if_unused(line)

    def take(self, line: Line) -> Connection | None:
        """Take the connection used last: the one least likely to have been closed."""
        while line.idle:
            connection, _ = line.idle.popitem()
            del self._idle[connection]
            if not connection.lost:
                return connection
        return None

    def give_back(self, line: Line, connection: Connection) -> None:
        """Keep a connection for the next exchange, if it can carry one."""
        if connection.lost:
            return
        loop = asyncio.get_running_loop()
        line.idle[connection] = None
        self._idle[connection] = loop.time() + self._idle_seconds
        if self._sweep is None:
            self._sweep = loop.call_later(self._idle_seconds, self._close_expired)

    def begin_dial(self) -> None:
        """Make room for one more connection by closing the ones idle for longest."""
        self._dialling += 1
        while self._idle and len(self._open) + self._dialling > self._max_open:
            self._close_idle(next(iter(self._idle)))

    def end_dial(self, connection: Connection | None) -> None:
        """Note how a dial ended; a connection counts as open until it is lost."""
        self._dialling -= 1
        if connection is not None and not connection.lost:
            self._open.add(connection)

    def lost(self, connection: Connection) -> None:
        """Forget a connection that ended, whoever ended it."""
        self._open.discard(connection)
        if connection in self._idle:
            del self._idle[connection]
            line = self._lines[connection.peer]
            del line.idle[connection]
            self._forget_if_unused(line)
        if self._emptied is not None and not self._open:
            self._emptied.set()

    async def close(self) -> None:
        """End every connection at once and wait until the system has let go of them."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        self._emptied = asyncio.Event()
        for connection in list(self._open):
            connection.abort()
        if self._open:
            await self._emptied.wait()

    def _close_expired(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._idle:
            connection, expires = next(iter(self._idle.items()))
            if expires > now:
                self._sweep = loop.call_at(expires, self._close_expired)
                return
            self._close_idle(connection)
        self._sweep = None

    def _close_idle(self, connection: Connection) -> None:
        del self._idle[connection]
        line = self._lines[connection.peer]
        del line.idle[connection]
        self._forget_if_unused(line)
        connection.close()

    def _forget_if_unused(self, line: Line) -> None:
        if not line.users and not line.idle:
            self._lines.pop(line.peer, None)
