"""What others look up about this server before they know it: /.well-known, NodeInfo, robots.txt.

All are raw handlers of the dispatch table (fedi/net/dispatch.py), found before any list of routes.
"""

from actors.ports import Clock
from actors.urls import Urls
from fedi.net.answer import Receive, Scope, Send
from fedi.net.cors import add_preflight
from fedi.net.dispatch import Dispatch, RawHandler
from fedi.store.engine import Engine
from fedi.wellknown import host_meta, nodeinfo
from fedi.wellknown.fixed import ROBOTS, favicon, unchanging
from fedi.wellknown.nodeinfo import NodeInfo
from fedi.wellknown.webfinger import WebFinger

_JSON = "application/json; charset=utf-8"
_HOUR = 3_600
_OPEN = (
    "/.well-known/webfinger",
    "/.well-known/host-meta",
    "/.well-known/host-meta.json",
    "/.well-known/nodeinfo",
    *(f"/nodeinfo/{schema}" for schema in nodeinfo.VERSIONS),
)
"""What pages of any origin may ask (on Mastodon too)."""


def open_wellknown(
    table: Dispatch, *, engine: Engine, urls: Urls, clock: Clock, name: str, version: str
) -> WebFinger:
    """Put these addresses into the dispatch table. `name` is the organisation's, `version` ours."""
    webfinger = WebFinger(engine, urls, clock)
    table.add("/.well-known/webfinger", webfinger)
    xrd, jrd = host_meta.xrd(urls), host_meta.jrd(urls)
    table.add("/.well-known/host-meta", unchanging("application/xrd+xml", xrd, open_to_all=True))
    table.add("/.well-known/host-meta.json", unchanging(_JSON, jrd, open_to_all=True))
    links = nodeinfo.discovery(urls)
    table.add("/.well-known/nodeinfo", unchanging(_JSON, links, max_age=_HOUR, open_to_all=True))
    documents = NodeInfo(engine, clock, name=name or urls.authority, version=version)
    for schema in nodeinfo.VERSIONS:
        table.add(f"/nodeinfo/{schema}", _nodeinfo(documents, schema))
    for path in _OPEN:
        add_preflight(table, path)
    table.add("/robots.txt", unchanging("text/plain; charset=utf-8", ROBOTS.encode()))
    table.add("/favicon.ico", unchanging("image/vnd.microsoft.icon", favicon()))
    return webfinger


def _nodeinfo(documents: NodeInfo, schema: str) -> RawHandler:
    kind = f'application/json; profile="{nodeinfo.schema(schema)}#"; charset=utf-8'

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        body = await documents.document(schema)
        await unchanging(kind, body, max_age=_HOUR, open_to_all=True)(scope, receive, send)

    return handle
