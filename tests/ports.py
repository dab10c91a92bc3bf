"""Ports for servers that tests start: free now, and given to nobody else of this run.

Between the asking and the listening anybody could take a port. So each worker of pytest-xdist has
ports of its own, far from those the kernel gives out by itself, and gives each of them out again
only after all the others.
"""

import os
import socket
from itertools import cycle

EACH = 49
FIRST = 20_601

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_begin = FIRST + EACH * (_worker % 4)
_ports = cycle(range(_begin, _begin + EACH))


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    for _ in range(EACH):
        port = next(_ports)
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")
