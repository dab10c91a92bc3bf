"""Puts streaming into the dispatch table: the socket, the streams over HTTP, and a word of health.

With a slash at the end or without, as every path of the client API, and never by a redirect.
"""

from fedi.mastodon.api import Api
from fedi.net.dispatch import Dispatch
from fedi.streaming.entering import BASE
from fedi.streaming.hub import Hub
from fedi.streaming.sockets import Sockets
from fedi.streaming.sse import EventSource, health
from fedi.streaming.telling import Telling


def open_streaming(table: Dispatch, hub: Hub, api: Api) -> None:
    """Register both ways in."""
    hub.open(Telling(api.engine, api.renderer, api.clock.now))
    source = EventSource(hub, api.callers)
    table.add_socket(BASE, Sockets(hub, api.callers))
    for path in (BASE, f"{BASE}/", f"{BASE}/..."):
        table.add(path, source, methods=("GET",))
    for path in (f"{BASE}/health", f"{BASE}/health/"):
        table.add(path, health)
