"""Puts streaming into the dispatch table: the socket, the streams over HTTP, and a word of health.

With a slash at the end or without, as every path of the client API, and never by a redirect. The
process that only streams (fedi/roles.py) has a table with nothing else in it.
"""

from actors.errors import Unavailable
from fedi.mastodon.api import Api
from fedi.mastodon.asking import unknown
from fedi.net.answer import Header, Receive, Scope, Send
from fedi.net.cors import READING, add_preflight
from fedi.net.dispatch import Dispatch
from fedi.probes import Ready, healthy, live
from fedi.store import events
from fedi.streaming.entering import BASE
from fedi.streaming.hub import MOST, Hub
from fedi.streaming.sockets import Sockets
from fedi.streaming.sse import APART, EventSource, health
from fedi.streaming.telling import Telling


def open_streaming(table: Dispatch, hub: Hub, api: Api, *told: Header) -> None:
    """Register both ways in; `told` are headers of the word of health."""
    hub.open(Telling(api.engine, api.renderer, api.clock.now))
    source = EventSource(hub, api.callers)
    table.add_socket(BASE, Sockets(hub, api.callers))
    for path in (BASE, f"{BASE}/", f"{BASE}/..."):
        table.add(path, source, methods=("GET",))
    for path in (f"{BASE}/health", f"{BASE}/health/"):
        table.add(path, health(*told))


def streaming_alone(hub: Hub, api: Api) -> Dispatch:
    """Return the application of a process that only streams: whatever else is asked isn't here."""
    table = Dispatch(_elsewhere)
    open_streaming(table, hub, api, APART)
    for path in (BASE, f"{BASE}/..."):
        add_preflight(table, path, READING)
    table.add("/livez", live)
    table.add("/health", healthy)

    async def room() -> None:
        if hub.listeners >= MOST:
            raise Unavailable("No more connections are taken here.", retry_after=5)

    async def look() -> None:
        await api.engine.read(events.newest)

    table.add("/readyz", Ready(room, look))
    return table


async def _elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()  # websocket.connect
        await send({"type": "websocket.close", "code": 1008})
    else:
        await unknown(scope, receive, send)
