"""What somebody else hands on: with a proof it is its actor's, without it is nobody's (S4, S8)."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from actors.signatures import keys
from actors.signatures.proofs import add_proof
from fedi.store.domain_rules import put_rule
from tests.hostile.peer import (
    EVIL,
    GOOD,
    PUBLIC,
    THIRD,
    Stranger,
    Town,
    activity,
    create,
    note,
    town,
)
from tests.hostile.peer import now as clock

HOUR = 3_600_000
ALICES, MALLORYS = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def with_multikey(town: Town, name: str, host: str, private: Ed25519PrivateKey) -> Stranger:
    """A stranger who lists an Ed25519 key as an assertionMethod."""
    uri = f"http://{host}/users/{name}"
    key = {
        "id": f"{uri}#ed",
        "type": "Multikey",
        "controller": uri,
        "publicKeyMultibase": keys.to_multibase(private.public_key()),
    }
    return town.hostile.stranger(name, host, assertionMethod=[key])


def proved(
    document: dict[str, Any],
    by: Stranger,
    private: Ed25519PrivateKey = ALICES,
    *,
    made: int = 0,
    method: str = "",
) -> dict[str, Any]:
    return add_proof(document, private, method or f"{by.uri}#ed", clock() + made)


def scene(tmp_path: Path, play: Callable[[Town, Stranger, Stranger], Awaitable[None]]) -> None:
    """Alice says something; Mallory of another server hands it to us."""

    async def main() -> None:
        async with town(tmp_path) as here:
            alice = with_multikey(here, "alice", GOOD, ALICES)
            mallory = with_multikey(here, "mallory", EVIL, MALLORYS)
            await play(here, alice, mallory)

    asyncio.run(main())


async def signers(here: Town) -> list[tuple[str, int]]:
    return [(row[0], row[1]) for row in await here.sql("SELECT signer, inbox_owner FROM arrival")]


def like(here: Town, by: Stranger, **more: Any) -> dict[str, Any]:
    return activity("Like", by, f"{here.origin}/posts/001767225600000777", **more)


def test_what_is_handed_on_with_its_actors_proof_is_its_actors(tmp_path: Path) -> None:
    async def play(here: Town, alice: Stranger, mallory: Stranger) -> None:
        assert (await here.post(mallory, proved(like(here, alice), alice)))[0] == 202
        assert await signers(here) == [(alice.uri, 0)]

    scene(tmp_path, play)


def test_s8_handed_to_one_persons_inbox_it_still_has_its_own_audience_alone(tmp_path: Path) -> None:
    async def play(here: Town, alice: Stranger, mallory: Stranger) -> None:
        inbox = here.house.urls.actor(here.department.id, "inbox").removeprefix(here.origin)
        secret = create(note(alice, "1", to=[f"{alice.uri}/followers"]), alice)
        assert (await here.post(mallory, proved(secret, alice), inbox))[0] == 202
        assert await signers(here) == [(alice.uri, 0)]

    scene(tmp_path, play)


def spoiled(here: Town, alice: Stranger, mallory: Stranger) -> dict[str, dict[str, Any]]:
    """Likes of Alice's with proofs that prove nothing."""
    whole = like(here, alice)
    good = proved(whole, alice)
    twice = [good["proof"], proved(whole, alice)["proof"]]
    ended = {**whole, "proof": proof_with(whole, alice, expires="2020-01-01T00:00:00Z")}
    return {
        "none": whole,
        "made by another's key": proved(whole, alice, MALLORYS),
        "that names another's key": proved(whole, alice, MALLORYS, method=f"{mallory.uri}#ed"),
        "over another body": {**good, "object": f"{here.origin}/posts/001767225600000778"},
        "with a word added": {**good, "content": "💩"},
        "expired": ended,
        "of yesterday": proved(whole, alice, made=-13 * HOUR),
        "from the future": proved(whole, alice, made=2 * HOUR),
        "of nobody knows when": {**whole, "proof": proof_with(whole, alice, created=None)},
        "two of them": {**good, "proof": twice},
        "of an unknown suite": {**good, "proof": {**good["proof"], "cryptosuite": "rot13"}},
        "of another purpose": {**good, "proof": {**good["proof"], "proofPurpose": "x"}},
        "not even an object": {**good, "proof": "yes"},
        "of a follow": proved(activity("Follow", alice, here.department.uri), alice),
        "of a block": proved(activity("Block", alice, here.department.uri), alice),
        "of a like that is a follow too": proved({**whole, "type": ["Like", "Follow"]}, alice),
    }


def proof_with(document: dict[str, Any], by: Stranger, **options: Any) -> dict[str, Any]:
    """A good signature over other options than we make."""
    from actors.signatures import proofs

    made = add_proof(document, ALICES, f"{by.uri}#ed", clock())["proof"]
    assert isinstance(made, dict)
    proof = {name: value for name, value in {**made, **options}.items() if value is not None}
    del proof["proofValue"]
    signature = keys.sign(ALICES, proofs._hashes(document, proof))
    return {**proof, "proofValue": keys.encode_base58(signature)}


def test_s4_what_is_handed_on_with_a_proof_that_proves_nothing_is_401(tmp_path: Path) -> None:
    async def play(here: Town, alice: Stranger, mallory: Stranger) -> None:
        for name, document in spoiled(here, alice, mallory).items():
            assert (await here.post(mallory, document))[0] == 401, name
        assert await signers(here) == []

    scene(tmp_path, play)


def test_a_post_handed_on_with_a_proof_needs_no_asking(tmp_path: Path) -> None:
    async def play(here: Town, alice: Stranger, mallory: Stranger) -> None:
        told = note(alice, "1", content="<p>Alices</p>", to=[PUBLIC, here.department.uri])
        assert (await here.post(mallory, proved(create(told, alice), alice)))[0] == 202
        await here.work()
        assert here.hostile.count(f"{GOOD}/notes/1") == 0
        found = await here.sql("SELECT content FROM post WHERE uri = ?", told["id"])
        assert found == [("<p>Alices</p>",)]

    scene(tmp_path, play)


def test_who_signs_the_request_need_not_prove_it_again(tmp_path: Path) -> None:
    """A spoiled proof beside a good signature says nothing: the bytes came from their actor."""

    async def play(here: Town, alice: Stranger, mallory: Stranger) -> None:
        for name, document in spoiled(here, alice, mallory).items():
            document = {**document, "id": f"{document['id']}/{name.replace(' ', '-')}"}
            assert (await here.post(alice, document))[0] == 202, name
        assert {signer for signer, _ in await signers(here)} == {alice.uri}

    scene(tmp_path, play)


def test_s17_a_blocked_server_does_not_come_in_by_another(tmp_path: Path) -> None:
    async def play(here: Town, alice: Stranger, mallory: Stranger) -> None:
        await here.house.engine.write(lambda tx: put_rule(tx, GOOD, "block", "", here.clock.now()))
        here.house.domains.forget()
        assert (await here.post(mallory, proved(like(here, alice), alice)))[0] == 403

    scene(tmp_path, play)


def test_a_key_that_cannot_be_had_just_now_is_503(tmp_path: Path) -> None:
    async def play(here: Town, alice: Stranger, mallory: Stranger) -> None:
        failing = b"HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n"
        here.hostile.table[f"{GOOD}/users/alice"] = failing
        assert (await here.post(mallory, proved(like(here, alice), alice)))[0] == 503

    scene(tmp_path, play)


def test_a_proof_makes_nobody_else_be_asked_for_a_key(tmp_path: Path) -> None:
    async def play(here: Town, alice: Stranger, mallory: Stranger) -> None:
        document = proved(like(here, alice), alice, method=f"http://{THIRD}/users/x#ed")
        assert (await here.post(mallory, document))[0] == 401
        assert here.hostile.count(THIRD) == 0

    scene(tmp_path, play)
