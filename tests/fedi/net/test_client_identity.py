"""An object is believed only where it is at its own id."""

import pytest

from actors.errors import Invalid, TooLarge
from fedi.net.client import Client
from tests.fedi.net.fetching import note, signer, visit
from tests.fedi.net.peers import Peer, ok, redirect


@pytest.mark.parametrize("identity", ["http://a.test/n", "http://A.test:80/n", "http://a.test./n"])
def test_an_object_at_its_own_id_is_taken_at_once(identity: str) -> None:
    async def story(client: Client, peer: Peer) -> None:
        assert (await client.get_activity("http://a.test/n", signer))["id"] == identity
        assert len(peer.requests) == 1

    visit({"a.test/n": note(identity)}, story)


def test_an_object_found_elsewhere_on_its_host_is_fetched_from_its_id() -> None:
    async def story(client: Client, peer: Peer) -> None:
        document = await client.get_activity("http://a.test/@alias", signer)
        assert document["id"] == "http://a.test/n"
        assert [asked.target for asked in peer.requests] == ["/@alias", "/n"]

    visit({"a.test/@alias": note("http://a.test/n"), "a.test/n": note("http://a.test/n")}, story)


@pytest.mark.parametrize(
    "table",
    [
        {"a.test/x": note("http://b.test/n"), "b.test/n": note("http://b.test/n")},
        {"a.test/x": redirect("//b.test/x"), "b.test/x": note("http://a.test/n")},
        {"a.test/x": redirect("//b.test/x"), "b.test/x": note("http://a.test/x")},
        {"a.test/x": note("http://a.test/y"), "a.test/y": note("http://a.test/z")},
        {"a.test/x": note("http://a.test/y"), "a.test/y": note("http://a.test/x")},
        {
            "a.test/x": note("http://a.test/y"),
            "a.test/y": redirect("/z"),
            "a.test/z": note("http://a.test/z"),
        },
        {
            "a.test/x": note("http://a.test/y"),
            "a.test/y": redirect("//b.test/y"),
            "b.test/y": note("http://a.test/y"),
        },
        {"a.test/x": note(None)},
        {"a.test/x": note(["http://a.test/x"])},
        {"a.test/x": note("")},
        {"a.test/x": note("acct:x@a.test")},
        {"a.test/x": ok(b'{"type":"Note"}')},
        {"a.test/x": ok(b'{"id":"http://a.test/x","n":NaN}')},
        {"a.test/x": ok(b"[]")},
    ],
)
def test_an_object_that_is_not_at_its_own_id_is_not_believed(table: dict[str, bytes]) -> None:
    async def story(client: Client, peer: Peer) -> None:
        with pytest.raises(Invalid):
            await client.get_activity("http://a.test/x", signer)
        assert len(peer.requests) <= 3

    visit(table, story)


def test_a_typed_address_may_lead_to_an_id_on_another_host_that_answers_for_it() -> None:
    async def story(client: Client, peer: Peer) -> None:
        document = await client.get_activity("http://a.test/x", signer, alias=True)
        assert document["id"] == "http://b.test/n"

    visit({"a.test/x": note("http://b.test/n"), "b.test/n": note("http://b.test/n")}, story)


def test_an_object_after_a_redirect_belongs_to_where_it_was_found() -> None:
    """A redirect makes nobody pose as the server that was asked (S3)."""

    async def story(client: Client, peer: Peer) -> None:
        document = await client.get_activity("http://a.test/x")
        assert document["id"] == "http://b.test/n"

    visit({"a.test/x": redirect("//b.test/n"), "b.test/n": note("http://b.test/n")}, story)


def test_an_object_nested_too_deeply_is_refused() -> None:
    raw = b'{"id":"http://a.test/x","o":' + b"[" * 40 + b"]" * 40 + b"}"

    async def story(client: Client, peer: Peer) -> None:
        with pytest.raises(TooLarge):
            await client.get_activity("http://a.test/x")

    visit({"a.test/x": ok(raw)}, story)
