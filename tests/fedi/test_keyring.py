"""Public keys by their exact id: known ones cost nothing, unknown ones are asked of their owner."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from actors.errors import FediError, Unauthorized, Unavailable
from actors.signatures import keys
from tests.hostile.peer import AS2, GOOD, Served, Town, answer, rsa, town


def run(folder: Path, story: Callable[[Town], Awaitable[None]]) -> None:
    async def main() -> None:
        async with town(folder) as here:
            await story(here)

    asyncio.run(main())


def test_an_unknown_key_is_asked_of_its_owner_once_and_then_known(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, ring = here.hostile.stranger(), here.house.keys
        assert await ring.find(alice.key_id) is None
        known = await ring.fetch(alice.key_id)
        assert (known.key_id, known.owner) == (alice.key_id, alice.uri)
        assert keys.public_pem(known.public) == keys.public_pem(rsa(0))
        found = await ring.find(alice.key_id)
        assert found is not None
        assert found.owner == alice.uri
        assert here.hostile.asked == [f"{GOOD}/users/alice"]
        assert await ring.find(alice.uri) is None

    run(tmp_path, story)


def test_a_key_of_a_stored_actor_needs_no_question(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        await here.house.resolver.actor(alice.uri)
        here.hostile.asked.clear()
        found = await here.house.keys.find(alice.key_id)
        assert found is not None
        assert here.hostile.asked == []

    run(tmp_path, story)


def test_a_stub_at_the_keys_own_address_leads_to_its_owner(tmp_path: Path) -> None:
    """As GoToSocial serves it."""

    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        key_id = f"{alice.uri}/main-key"
        alice.document["publicKey"]["id"] = key_id
        stub = {"@context": AS2, "id": alice.uri, "publicKey": alice.document["publicKey"]}
        here.hostile.table[f"{GOOD}/users/alice/main-key"] = {
            **stub,
            "id": key_id,
            "owner": alice.uri,
        }
        known = await here.house.keys.fetch(key_id)
        assert known.owner == alice.uri

    run(tmp_path, story)


@pytest.mark.parametrize(
    ("served", "kind"),
    [
        (answer({}, status=404), Unauthorized),
        (answer({}, status=410), Unauthorized),
        (answer({}, status=403), Unauthorized),
        (answer(b"<html>", kind="text/html"), Unauthorized),
        (answer(b"{"), Unauthorized),
        (answer({"id": f"http://{GOOD}/users/alice", "type": "Person"}), Unauthorized),
        (answer({}, status=500), Unavailable),
        (answer({}, status=429), Unavailable),
        (b"", Unavailable),
    ],
)
def test_the_peer_is_told_to_come_back_only_where_that_may_help(
    tmp_path: Path, served: Served, kind: type[FediError]
) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()

        async def broken(_: object) -> bytes:
            raise ConnectionError

        here.hostile.table[f"{GOOD}/users/alice"] = served or broken
        with pytest.raises(kind):
            await here.house.keys.fetch(alice.key_id)
        assert await here.house.keys.find(alice.key_id) is None

    run(tmp_path, story)


def test_a_key_may_be_asked_for_anew_once_a_minute(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, ring = here.hostile.stranger(), here.house.keys
        assert ring.may_refetch(alice.key_id)
        await ring.fetch(alice.key_id)
        assert not ring.may_refetch(alice.key_id)
        here.clock.ahead = 61_000
        assert ring.may_refetch(alice.key_id)

    run(tmp_path, story)
