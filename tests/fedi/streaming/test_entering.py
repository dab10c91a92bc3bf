"""How a request shows whose it is and what it asks for."""

import asyncio
from typing import Any

import pytest

from actors.errors import Invalid, Unauthorized
from fedi.oauth.callers import Caller
from fedi.streaming.entering import Entry, entry
from fedi.streaming.streams import Stream
from tests.fedi.streaming.test_streams import caller


class Everybody:
    """Takes any token, and keeps which it was."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def find(self, bearer: str) -> Caller:
        self.asked.append(bearer)
        return caller("read")


def entered(
    path: str = "",
    query: bytes = b"",
    *,
    protocols: tuple[str, ...] = (),
    client: Any = ("192.0.2.1", 5),
    **headers: str,
) -> tuple[Entry, str]:
    callers: Any = Everybody()
    scope = {
        "path": f"/api/v1/streaming{path}",
        "query_string": query,
        "client": client,
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    return asyncio.run(entry(scope, callers, protocols)), callers.asked[0]


def test_the_header_goes_before_the_query_and_that_before_the_protocol() -> None:
    query, protocols = b"access_token=b", ("c", "d")
    assert entered("", query, protocols=protocols, authorization="Bearer a")[1] == "a"
    assert entered("", query, protocols=protocols)[1] == "b"
    assert entered(protocols=protocols)[1] == "c"
    with pytest.raises(Unauthorized):
        entered()


def test_a_stream_is_named_by_the_path_or_the_query() -> None:
    for path, query in (("/hashtag/local", b"tag=vei"), ("/", b"stream=hashtag:local&tag=vei")):
        found, _ = entered(path, query, authorization="Bearer a")
        assert found.wanted is not None
        assert found.wanted.stream == Stream("hashtag:local", "vei")
    assert entered("/", b"tag=vei", authorization="Bearer a")[0].wanted is None


def test_the_last_id_is_in_the_header_or_the_query() -> None:
    assert entered("", b"last_event_id=e-0-1", authorization="Bearer a")[0].last == "e-0-1"
    found, _ = entered(authorization="Bearer a", last_event_id="e-0-2")
    assert found.last == "e-0-2"


def test_a_call_from_nowhere_has_no_address() -> None:
    assert entered(authorization="Bearer a", client=None)[0].listener().address == ""


@pytest.mark.parametrize("query", [b"\xff=1", b"&".join([b"a=1"] * 51)])
def test_a_query_that_cannot_be_read_is_refused(query: bytes) -> None:
    with pytest.raises(Invalid):
        entered("", query, authorization="Bearer a")
