"""POST outbox and GET inbox as values: the owner alone, the type, the place of what came of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from actors.errors import FediError, Forbidden, Invalid, NotAcceptable, WrongType
from actors.people import Actor
from actors.vocabulary import ACTIVITY_JSON
from outbox.answers import Answer
from outbox.clients import Author, Clients
from outbox.objects.record import Surroundings
from outbox.reads import Posts
from tests.outbox.cast import ANNE, BRIT, KARI, URLS, post


class House:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.done: list[Mapping[str, Any]] = []

    async def known(self, request: object, scope: str) -> Author:
        self.asked.append(scope)
        return Author(KARI, 7)

    async def carry_out(self, author: Author, document: Mapping[str, Any]) -> str:
        assert author == Author(KARI, 7)
        self.done.append(document)
        return URLS.activity(5)

    async def received(self, owner: Actor, cursor: int | None, limit: int) -> Posts:
        boost = replace(post(31, BRIT), boost_of=30)
        own = post(30, ANNE)
        around = (Surroundings(author=BRIT, boosted=own.uri), Surroundings(author=ANNE))
        return Posts(tuple(zip((boost, own), around, strict=True)), following=30)

    @property
    def clients(self) -> Clients:
        def negotiate(accept: str | None, page: bool) -> str:
            return ACTIVITY_JSON if accept != "text/html" else ""

        return Clients(URLS, self.known, self.carry_out, self.received, negotiate)


def submit(
    house: House, id: int | None = KARI.id, kind: str = ACTIVITY_JSON, body: bytes = b'{"a": 1}'
) -> Answer:
    async def read() -> bytes:
        return body

    return asyncio.run(house.clients.submit(None, id, kind, read))


def test_what_is_taken_is_answered_with_its_place() -> None:
    house = House()
    answer = submit(house)
    assert (answer.status, answer.header(b"location")) == (201, URLS.activity(5).encode())
    assert (house.done, house.asked) == ([{"a": 1}], ["write"])


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"id": BRIT.id}, Forbidden),
        ({"id": None}, Forbidden),
        ({"kind": "application/json"}, WrongType),
        ({"kind": ""}, WrongType),
        ({"body": b"[1, 2]"}, Invalid),
        ({"body": b"{"}, Invalid),
    ],
)
def test_what_is_not_taken_does_nothing(more: Any, error: type[FediError]) -> None:
    house = House()
    with pytest.raises(error):
        submit(house, **more)
    assert house.done == []


def test_an_inbox_is_told_as_the_activities_by_which_things_came() -> None:
    house = House()
    answer = asyncio.run(house.clients.inbox(None, KARI.id, ACTIVITY_JSON, "first"))
    assert (answer.status, house.asked) == (200, ["read"])
    assert answer.header(b"cache-control") == b"private, no-store"
    text = answer.body.decode()
    assert '"type":"Announce"' in text
    assert '"type":"Create"' in text
    assert f'"next":"{KARI.inbox}?page=' in text


def test_an_inbox_of_another_in_another_type_or_a_page_of_no_kind_is_refused() -> None:
    clients = House().clients
    for id, accept, page, error in (
        (BRIT.id, ACTIVITY_JSON, None, Forbidden),
        (KARI.id, "text/html", None, NotAcceptable),
        (KARI.id, ACTIVITY_JSON, "-1", Invalid),
    ):
        with pytest.raises(error):
            asyncio.run(clients.inbox(None, id, accept, page))
