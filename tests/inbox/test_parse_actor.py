from typing import Any

import pytest

from actors.errors import Invalid
from actors.people import ActorKind, KeyKind, Profile
from actors.signatures import keys
from inbox import limits, parse
from tests.inbox.arrivals import HOST, SOLVEIG

PEM = keys.public_pem(keys.generate_rsa())
MULTIBASE = keys.to_multibase(keys.generate_ed25519())
MAIN = {"id": f"{SOLVEIG}#main-key", "owner": SOLVEIG, "publicKeyPem": PEM}


def person(**more: Any) -> dict[str, Any]:
    return {
        "id": SOLVEIG,
        "type": "Person",
        "preferredUsername": "solveig",
        "inbox": f"{SOLVEIG}/inbox",
        "publicKey": MAIN,
        **more,
    }


def read(**more: Any) -> Profile:
    return parse.profile(person(**more))


@pytest.mark.parametrize(("wrong", "code"), [
    ({"id": None}, "no_id"),
    ({"type": "Note"}, "not_an_actor"),
    ({"inbox": None}, "no_inbox"),
    ({"inbox": "https://offer.example/inbox"}, "foreign_inbox"),
    ({"inbox": "https://inn.avis.example/inbox"}, "foreign_inbox"),
    ({"inbox": "https://avis.example:8443/inbox"}, "foreign_inbox"),
    ({"preferredUsername": None}, "invalid_username"),
    ({"preferredUsername": "a b"}, "invalid_username"),
    ({"preferredUsername": "x" * 2_049}, "invalid_username"),
])  # fmt: skip
def test_an_actor_without_the_least_is_refused(wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(**wrong)
    assert caught.value.code == code


def test_a_servers_own_actor_may_have_no_name_and_goes_by_its_host() -> None:
    actor = read(type="Application", preferredUsername=None).actor
    assert (actor.kind, actor.username, actor.bot) == (ActorKind.APPLICATION, "avis.example", True)


def test_s11_the_handle_is_the_hosts_until_both_ends_agree() -> None:
    claiming = person(webfinger="ordfører@by.example")
    assert parse.profile(claiming).actor.domain == "avis.example"
    assert parse.webfinger_claim(claiming) == "ordfører@by.example"
    assert parse.webfinger_claim(person()) == ""


def test_collections_and_shared_inbox_on_another_host_are_not_believed() -> None:
    elsewhere = "https://ond.example/alt"
    actor = read(followers=elsewhere, following=elsewhere, featured=elsewhere, outbox=elsewhere,
                 endpoints={"sharedInbox": elsewhere}).actor  # fmt: skip
    assert {actor.followers, actor.following, actor.featured, actor.outbox} == {""}
    assert actor.shared_inbox == ""
    assert read(endpoints=[{"sharedInbox": f"{HOST}/inbox"}]).actor.shared_inbox == f"{HOST}/inbox"


def test_an_inlined_featured_collection_is_named_by_its_id() -> None:
    inlined = {"id": f"{SOLVEIG}/pinned", "type": "OrderedCollection", "orderedItems": []}
    assert read(featured=inlined).actor.featured == f"{SOLVEIG}/pinned"


def test_texts_are_cleaned_and_by_language() -> None:
    actor = read(name="A\u202eB", nameMap={"nb": "Ab", "se": "Áb"}, summary="<p>x<script>y</p>",
                 summaryMap={"nb": "<b>x</b>"}).actor  # fmt: skip
    assert (actor.name, actor.names) == ("AB", {"nb": "Ab", "se": "Áb"})
    assert "script" not in actor.summary
    assert actor.summaries == {"nb": "<b>x</b>"}
    assert read(name=None, nameMap={"se": "Áb", "nb": "Ab"}).actor.name == "Ab"


def test_s16_an_oversize_profile_is_cut() -> None:
    field = {"type": "PropertyValue", "name": "n" * 9_999, "value": "v" * 9_999}
    actor = read(
        name="n" * 9_999, summary="s" * 99_999, attachment=[field] * 99,
        alsoKnownAs=[f"https://a.example/{n}" for n in range(999)],
    ).actor  # fmt: skip
    assert len(actor.name) == limits.NAME.size
    assert len(actor.summary) == limits.SUMMARY.size
    assert len(actor.fields) == limits.FIELDS.size
    assert {len(f.name) for f in actor.fields} == {limits.FIELD.size}
    assert len(actor.also_known_as) == limits.ALIASES.size


# -- keys


def test_keys_come_as_object_or_list_and_as_multikeys() -> None:
    multikey = {"id": f"{SOLVEIG}#ed", "type": "Multikey", "controller": SOLVEIG,
                "publicKeyMultibase": MULTIBASE}  # fmt: skip
    assert [key.kind for key in read(assertionMethod=multikey).keys] == [
        KeyKind.RSA, KeyKind.ED25519,
    ]  # fmt: skip
    listed = read(publicKey=[MAIN, {**MAIN, "id": f"{SOLVEIG}#two"}]).keys
    assert [key.uri for key in listed] == [f"{SOLVEIG}#main-key", f"{SOLVEIG}#two"]
    assert {key.public for key in listed} == {PEM}


def test_an_ed25519_key_in_pem_is_kept_as_multibase() -> None:
    ed = keys.public_pem(keys.generate_ed25519())
    assert [key.kind for key in read(publicKey={**MAIN, "publicKeyPem": ed}).keys] == [
        KeyKind.ED25519
    ]


@pytest.mark.parametrize("wrong", [
    {"owner": "https://ond.example/users/mallory"},
    {"id": "https://ond.example/key"},
    {"id": None},
    {"owner": None},
    {"publicKeyPem": None},
    {"publicKeyPem": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"},
    {"publicKeyMultibase": "z0"},
    {"publicKeyMultibase": ["z6Mk"]},
])  # fmt: skip
def test_s35_a_key_of_another_or_of_no_use_is_left_out(wrong: dict[str, Any]) -> None:
    assert read(publicKey={**MAIN, **wrong}).keys == ()


def test_a_revoked_or_expired_key_is_kept_as_retired() -> None:
    ended = {**MAIN, "revoked": "2026-03-14T09:26:53Z", "expires": "2027-01-01T00:00:00Z"}
    assert read(publicKey=ended).keys[0].retired == 1_773_480_413_000
    assert read(publicKey=MAIN).keys[0].retired is None


def test_many_keys_are_cut() -> None:
    many = [{**MAIN, "id": f"{SOLVEIG}#{n}"} for n in range(99)]
    assert len(read(publicKey=many).keys) == limits.KEYS.size


def test_the_owner_of_a_key_document_is_found_in_each_of_its_forms() -> None:
    bare = {"id": f"{SOLVEIG}/main-key", "type": "Key", "owner": SOLVEIG, "publicKeyPem": PEM}
    stub = {"id": f"{SOLVEIG}/main-key", "type": "Person", "publicKey": MAIN}
    multikey = {"id": f"{SOLVEIG}#ed", "type": "Multikey", "controller": SOLVEIG}
    for document in (bare, stub, multikey, person(), person(publicKey=None)):
        assert parse.key_owner(document) == SOLVEIG
    assert parse.key_owner({"id": SOLVEIG}) == ""


def test_who_lets_followers_in_by_hand_is_read_as_fedify_spells_it() -> None:
    assert read(**{"as:manuallyApprovesFollowers": True}).actor.locked
    assert not read(**{"as:manuallyApprovesFollowers": False}).actor.locked
    assert read(manuallyApprovesFollowers=True).actor.locked
