"""How a connection shows whose it is, the same for both ways in: token, address, what it asks for.

The token may be in the Authorization header, the query, or (browsers can set nothing else on a
WebSocket) as its subprotocol; client-api.md §2.7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from actors.errors import Invalid, Unauthorized
from fedi.net.answer import Scope
from fedi.net.params import is_true
from fedi.oauth.callers import Caller, Callers, bearer_of
from fedi.streaming.listener import Listener
from fedi.streaming.streams import Wanted, of_path, wanted

BASE: Final = "/api/v1/streaming"
_FIELDS: Final = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """What a request to stream says. `last` is the id of the last event that it has."""

    caller: Caller
    address: str
    wanted: Wanted | None
    last: str

    def listener(self) -> Listener:
        return Listener(self.caller, self.address)


async def entry(scope: Scope, callers: Callers, protocols: Sequence[str] = ()) -> Entry:
    """Read a request. Unauthorized without a token that holds, Invalid for what can't be read."""
    query = query_of(scope)
    bearer = bearer_of(scope) or query.get("access_token") or next(iter(protocols), "")
    if not bearer:
        raise Unauthorized("Missing access token", code="invalid_token")
    caller = await callers.find(bearer)
    name = of_path(scope["path"].removeprefix(BASE)) or query.get("stream", "")
    asked = None
    if name:
        asked = wanted(
            name,
            tag=query.get("tag", ""),
            list=query.get("list", ""),
            only_media=is_true(query.get("only_media", "")),
        )
    last = header(scope, b"last-event-id") or query.get("last_event_id", "")
    client = scope.get("client")
    return Entry(caller, str(client[0]) if client else "", asked, last)


def query_of(scope: Scope) -> dict[str, str]:
    """Return the query by name, the last of several."""
    try:
        text = scope["query_string"].decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS))
    except (UnicodeDecodeError, ValueError):
        raise Invalid("The address cannot be read") from None


def header(scope: Scope, wanted: bytes) -> str:
    """Return a header, "" where there is none."""
    return next((str(v.decode("latin-1")) for name, v in scope["headers"] if name == wanted), "")
