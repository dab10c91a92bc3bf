"""Fetching as the server itself: which dialect is tried, what is remembered, and for how long."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from actors.errors import FetchAnswered, Invalid
from actors.signatures import keys
from fedi.fetching import Fetcher
from fedi.jsonld import expand_here, load_or_nothing
from inbox.expanded import in_plain_words as plain_words
from inbox.expanded import under_usual_terms
from tests.fedi.net.fetching import Clock, fetching
from tests.fedi.net.peers import Asked, Peer, answering, ok

URI = "http://a.test/n"
DOCUMENT = json.dumps({"id": URI, "type": "Note"}).encode()
Answer = Callable[[Asked], bytes]


@cache
def key() -> RSAPrivateKey:
    return keys.generate_rsa()


def dialect(asked: Asked) -> str:
    """How a request is signed."""
    if asked.all("signature-input"):
        return "rfc9421"
    return "cavage" if asked.all("signature") else "none"


def refusing(*refused: str, status: int = 401) -> Answer:
    """A server that answers everything but these dialects."""

    def answer(asked: Asked) -> bytes:
        return ok(b"", "", status=status) if dialect(asked) in refused else ok(DOCUMENT)

    return answer


def visit(
    answer: Answer, then: Callable[[Fetcher, Peer, Clock], Awaitable[None]], signed: bool = True
) -> None:
    async def main() -> None:
        clock = Clock()
        async with Peer(answering(answer)) as peer, fetching(peer, clock=clock) as client:
            own = ("http://house.test/actor#main-key", key()) if signed else None
            await then(Fetcher(client, clock, own), peer, clock)

    asyncio.run(main())


def test_the_older_dialect_is_tried_first() -> None:
    async def story(fetcher: Fetcher, peer: Peer, clock: Clock) -> None:
        assert (await fetcher.document(URI))["id"] == URI
        assert [dialect(asked) for asked in peer.requests] == ["cavage"]

    visit(refusing(), story)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refusal_is_followed_by_the_other_and_what_worked_is_remembered(status: int) -> None:
    async def story(fetcher: Fetcher, peer: Peer, clock: Clock) -> None:
        await fetcher.document(URI)
        await fetcher.document(URI, fresh=True)
        assert [dialect(asked) for asked in peer.requests] == ["cavage", "rfc9421", "rfc9421"]

    visit(refusing("cavage", status=status), story)


@pytest.mark.parametrize("status", [404, 410, 500])
def test_other_answers_are_no_reason_to_sign_otherwise(status: int) -> None:
    async def story(fetcher: Fetcher, peer: Peer, clock: Clock) -> None:
        with pytest.raises(FetchAnswered) as caught:
            await fetcher.document(URI)
        assert caught.value.answered == status
        assert len(peer.requests) == 1

    visit(refusing("cavage", "rfc9421", status=status), story)


def test_who_refuses_both_is_asked_twice_and_no_more() -> None:
    async def story(fetcher: Fetcher, peer: Peer, clock: Clock) -> None:
        with pytest.raises(FetchAnswered):
            await fetcher.document(URI)
        assert [dialect(asked) for asked in peer.requests] == ["cavage", "rfc9421"]

    visit(refusing("cavage", "rfc9421"), story)


def test_a_query_is_left_out_of_the_signature_before_the_other_dialect_is_tried() -> None:
    asked = f"{URI}?page=1"
    document = json.dumps({"id": asked, "type": "Note"}).encode()
    seen: list[str] = []

    def answer(request: Asked) -> bytes:
        seen.extend(request.all("signature"))
        return ok(document) if len(seen) >= 2 else ok(b"", "", status=401)

    async def story(fetcher: Fetcher, peer: Peer, clock: Clock) -> None:
        await fetcher.document(asked)
        assert [dialect(one) for one in peer.requests] == ["cavage", "cavage"]
        assert len(set(seen)) == 2
        await fetcher.document(asked, fresh=True)
        assert seen[2] == seen[1], "what worked comes first, signed the same way"

    async def refused(fetcher: Fetcher, peer: Peer, clock: Clock) -> None:
        with pytest.raises(FetchAnswered):
            await fetcher.document(asked)
        assert [dialect(one) for one in peer.requests] == ["cavage", "cavage", "rfc9421"]

    visit(answer, story)
    visit(refusing("cavage", "rfc9421"), refused)


def test_a_document_serves_for_a_minute_and_fresh_asks_anew() -> None:
    async def story(fetcher: Fetcher, peer: Peer, clock: Clock) -> None:
        first = await fetcher.document(URI)
        first["id"] = "bent by whoever had it"
        assert (await fetcher.document(URI))["id"] == URI
        assert len(peer.requests) == 1
        await fetcher.document(URI, fresh=True)
        assert len(peer.requests) == 2
        clock.now += 60_000
        await fetcher.document(URI)
        assert len(peer.requests) == 3

    visit(refusing(), story)


def test_what_has_changed_since_is_asked_for_anew_once() -> None:
    async def story(fetcher: Fetcher, peer: Peer, clock: Clock) -> None:
        await fetcher.document(URI)
        told = clock.now
        clock.now += 1_000
        for _ in range(2):
            await fetcher.document(URI, since=told)
        assert len(peer.requests) == 2
        await fetcher.document(URI)
        assert len(peer.requests) == 2

    visit(refusing(), story)


def test_a_copy_is_as_old_as_the_question_was_and_not_as_its_answer() -> None:
    async def story(fetcher: Fetcher, peer: Peer, clock: Clock) -> None:
        slow.append(clock)
        await fetcher.document(URI)
        told = clock.now - 1_000
        await fetcher.document(URI, since=told)
        assert len(peer.requests) == 2

    slow: list[Clock] = []

    def answer(asked: Asked) -> bytes:
        slow[0].now += 5_000
        return ok(DOCUMENT)

    visit(answer, story)


def test_without_a_key_it_asks_unsigned() -> None:
    async def story(fetcher: Fetcher, peer: Peer, clock: Clock) -> None:
        await fetcher.document(URI)
        assert [dialect(asked) for asked in peer.requests] == ["none"]

    visit(refusing(), story, signed=False)


async def in_plain_words(document: Mapping[str, Any], host: str) -> Mapping[str, Any]:
    """As the house reads it, without the worker."""
    assert host == "a.test"
    return plain_words(expand_here(under_usual_terms(document), load_or_nothing))


EXPANDED = [{"@id": URI, "@type": ["https://www.w3.org/ns/activitystreams#Note"]}]
RENAMED = {
    "@context": {"id": "https://www.w3.org/ns/activitystreams#name", "adresse": "@id"},
    "id": URI,
    "adresse": "http://a.test/other",
}


def reads(document: Any) -> dict[str, Any]:
    """What a fetcher makes of a document that is served."""

    async def main() -> dict[str, Any]:
        clock = Clock()
        async with (
            Peer(answering(lambda _: ok(json.dumps(document).encode()))) as peer,
            fetching(peer, clock=clock) as client,
        ):
            return await Fetcher(client, clock, None, in_plain_words).read(URI)

    return asyncio.run(main())


def test_a_document_in_words_of_its_own_is_read_in_plain_ones() -> None:
    assert reads(EXPANDED) == {"id": URI, "type": "Note"}


def test_s1_a_document_whose_context_makes_another_of_it_is_refused() -> None:
    with pytest.raises(Invalid):
        reads(RENAMED)
