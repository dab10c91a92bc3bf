"""Who signs is who acts: forged signers, confused keys, poisoned keys, locked-out neighbours."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.peer import AS2, EVIL, Town, activity, create, note, rsa, town


def run(folder: Path, story: Any, **federation: Any) -> None:
    async def main() -> None:
        async with town(folder, **federation) as here:
            await story(here)

    asyncio.run(main())


def test_s4_an_honest_create_is_taken_and_a_forged_signer_is_not(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = here.hostile.stranger(), here.hostile.stranger("mallory", EVIL, 1)
        follow = activity("Follow", alice, here.department.uri)
        status, said = await here.post(alice, follow)
        assert status == 202, said
        await here.work()
        assert await here.number("SELECT count(*) FROM relation") == 1
        for dialect in ("cavage", "rfc9421"):
            forged = create(note(alice, dialect), alice)
            status, said = await here.post(mallory, forged, dialect=dialect)
            assert status == 401, said
            status, said = await here.post(mallory, forged, key_id=alice.key_id, dialect=dialect)
            assert status == 401, said
        assert await here.number("SELECT count(*) FROM arrival") == 0
        assert rsa(0) is alice.private

    run(tmp_path, story)


def test_trial_29_a_type_in_a_list_is_no_fault_of_ours(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        kinds: tuple[Any, ...] = (["Follow"], [], {}, None, 7, ["Delete", {}], [["Update"]])
        for kind in kinds:
            follow = {**activity("Follow", alice, here.department.uri), "type": kind}
            status, said = await here.post(alice, follow)
            assert status in (202, 400), (kind, said)

    run(tmp_path, story)


def test_trial_29_keys_that_a_document_lacks_are_asked_for_once_a_minute(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = here.hostile.stranger(), here.hostile.stranger("mallory", EVIL, 1)
        for number in range(12):
            follow = activity("Follow", mallory, here.department.uri)
            key_id = f"{alice.uri}#none-{number}"
            status, said = await here.post(mallory, follow, key_id=key_id)
            assert status == 401, said
        assert here.hostile.count("good.test/users/alice") == 1
        # And nobody keeps alice out by that: her own key is in what was fetched.
        status, said = await here.post(alice, activity("Follow", alice, here.department.uri))
        assert status == 202, said
        assert here.hostile.count("good.test/users/alice") == 1

    run(tmp_path, story)


def test_trial_29_who_cannot_prove_it_uses_up_nobodys_rate(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = here.hostile.stranger(), here.hostile.stranger("mallory", EVIL, 1)
        status, _ = await here.post(alice, activity("Follow", alice, here.department.uri))
        assert status == 202
        for _ in range(60):  # three times the burst
            follow = activity("Follow", alice, here.department.uri)
            status, said = await here.post(mallory, follow, key_id=alice.key_id)
            assert status == 401, said
        status, said = await here.post(alice, activity("Follow", alice, here.department.uri))
        assert status == 202, said
        statuses = [
            (await here.post(alice, activity("Follow", alice, here.department.uri)))[0]
            for _ in range(40)
        ]
        assert 429 in statuses  # what she does send counts

    run(tmp_path, story, rate_per_host=1)


def test_s35_an_expired_key_from_the_store_signs_no_more(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        await here.house.resolver.actor(alice.uri)
        alice.document["publicKey"]["expires"] = "2020-01-01T00:00:00Z"
        here.clock.ahead = 90_000
        await here.house.resolver.actor(alice.uri, fresh=True)
        status, said = await here.post(alice, activity("Follow", alice, here.department.uri))
        assert status == 401, said

    run(tmp_path, story)


def test_s35_a_key_that_its_owner_took_back_is_forgotten_within_a_minute(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        await here.house.resolver.actor(alice.uri)
        status, _ = await here.post(alice, activity("Follow", alice, here.department.uri))
        assert status == 202
        new = {**alice.document["publicKey"], "id": f"{alice.uri}#second"}
        alice.document["publicKey"] = new
        # Another process reads her Update; this one still has the old key in memory.
        async with here.neighbour() as other:
            here.clock.ahead = 61_000
            await other.resolver.actor(alice.uri, fresh=True)
        follow = activity("Follow", alice, here.department.uri)
        status, said = await here.post(alice, follow, key_id=f"{alice.uri}#main-key")
        assert status == 401, said
        status, said = await here.post(alice, follow, key_id=f"{alice.uri}#second")
        assert status == 202, said

    run(tmp_path, story)


def test_s35_nobody_takes_the_key_id_of_a_neighbour(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        await here.house.resolver.actor(alice.uri)
        thief = here.hostile.stranger("thief", key=1)
        thief.document["publicKey"]["id"] = alice.key_id
        await here.house.resolver.actor(thief.uri)
        owners = await here.sql(
            "SELECT a.uri FROM actor_key k JOIN actor a ON a.id = k.actor_id WHERE k.uri = ?",
            alice.key_id,
        )
        assert owners == [(alice.uri,)]

    run(tmp_path, story)


def test_s35_a_post_that_lists_a_key_is_nobody(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        mallory = here.hostile.stranger("mallory", EVIL, 1)
        mallory.document["type"] = "Note"
        status, said = await here.post(mallory, activity("Follow", mallory, here.department.uri))
        assert status == 401, said

    run(tmp_path, story)


def test_s5_an_actor_may_not_list_a_key_of_another_host(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = here.hostile.stranger(), here.hostile.stranger("mallory", EVIL, 1)
        here.hostile.table["good.test/keys/1"] = {
            "@context": AS2,
            "id": "http://good.test/keys/1",
            "owner": mallory.uri,
            "publicKeyPem": mallory.document["publicKey"]["publicKeyPem"],
        }
        mallory.document["publicKey"]["id"] = "http://good.test/keys/1"
        follow = activity("Follow", mallory, here.department.uri)
        status, said = await here.post(mallory, follow)
        assert status == 401, said
        status, said = await here.post(mallory, activity("Follow", alice, here.department.uri))
        assert status == 401, said

    run(tmp_path, story)


@pytest.mark.slow
def test_s13_a_key_that_trickles_is_waited_for_eight_seconds_in_all(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        mallory = here.hostile.stranger("mallory", EVIL, 1)

        async def slow(asked: Any) -> Any:
            del asked
            await asyncio.sleep(5)
            key = {"id": mallory.key_id, "owner": f"{mallory.uri}2"}
            return {"@context": AS2, "id": mallory.uri, "type": "Person", "publicKey": key}

        here.hostile.table["evil.test/users/mallory"] = slow
        here.hostile.table["evil.test/users/mallory2"] = slow
        began = asyncio.get_running_loop().time()
        status, said = await here.post(mallory, activity("Follow", mallory, here.department.uri))
        assert status == 503, said
        assert asyncio.get_running_loop().time() - began < 9

    run(tmp_path, story)
