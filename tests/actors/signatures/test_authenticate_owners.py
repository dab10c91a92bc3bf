"""Whose key a signature was made with (S4, S5, S35)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.signatures import authenticate, keys
from actors.signatures.message import write_timestamp
from tests.actors.signatures.keyring import ALICE, ALICE_KEY, NOW, ed25519_of, rsa_of

MALLORY = "https://evil.example/users/mallory"


def alice(**changes: object) -> dict[str, object]:
    return {
        "id": ALICE,
        "type": "Person",
        "publicKey": {
            "id": ALICE_KEY,
            "owner": ALICE,
            "publicKeyPem": keys.public_pem(rsa_of("alice")),
        },
        "assertionMethod": [
            {
                "id": f"{ALICE}#ed25519-key",
                "type": "Multikey",
                "controller": ALICE,
                "publicKeyMultibase": keys.to_multibase(ed25519_of("alice")),
            }
        ],
        **changes,
    }


def test_both_kinds_of_key_are_found_in_the_actor() -> None:
    held = authenticate.owner_holds(ALICE_KEY, alice())
    assert held == (rsa_of("alice").public_key(), "rsa")
    held = authenticate.owner_holds(f"{ALICE}#ed25519-key", alice())
    assert held == (ed25519_of("alice").public_key(), "ed25519")


def test_a_key_is_found_in_a_list_and_by_its_whole_id_alone() -> None:
    document = alice()
    document["publicKey"] = ["https://x.example/k", None, document["publicKey"]]
    assert authenticate.owner_holds(ALICE_KEY, document) is not None
    for other in (ALICE, ALICE + "#Main-key", ALICE_KEY + "2", ALICE_KEY + "/", ""):
        assert authenticate.owner_holds(other, document) is None


def test_s4_a_key_that_names_another_owner_is_not_held() -> None:
    """Mallory's document may list a key of hers as Alice's, or Alice's as her own."""
    key = {"id": f"{MALLORY}#k", "owner": ALICE, "publicKeyPem": keys.public_pem(rsa_of("m"))}
    document = {"id": MALLORY, "publicKey": key}
    assert authenticate.owner_holds(f"{MALLORY}#k", document) is None
    poisoned = {"id": MALLORY, "publicKey": {**key, "id": ALICE_KEY}}
    assert authenticate.owner_holds(ALICE_KEY, poisoned) is None


def test_s35_a_key_is_not_held_without_an_owner_or_with_two() -> None:
    pem = keys.public_pem(rsa_of("alice"))
    for named in (
        {},
        {"owner": None},
        {"owner": ""},
        {"owner": [ALICE]},
        {"owner": ALICE, "controller": MALLORY},
        {"owner": MALLORY},
    ):
        document = alice(publicKey={"id": ALICE_KEY, "publicKeyPem": pem, **named})
        assert authenticate.owner_holds(ALICE_KEY, document) is None
    both = {"id": ALICE_KEY, "publicKeyPem": pem, "owner": ALICE, "controller": {"id": ALICE}}
    assert authenticate.owner_holds(ALICE_KEY, alice(publicKey=both)) is not None


def test_s36_a_key_on_another_host_counts_only_where_the_owner_lists_it() -> None:
    foreign = "https://keys.example/1"
    key = {"id": foreign, "owner": ALICE, "publicKeyPem": keys.public_pem(rsa_of("alice"))}
    assert authenticate.owner_holds(foreign, alice(publicKey=key)) is not None
    assert authenticate.key_stub_owner(key, foreign) == ALICE  # to be fetched, not believed
    assert authenticate.owner_holds(foreign, key) is None
    assert authenticate.owner_holds(foreign, alice()) is None


def test_s5_a_document_without_an_id_holds_no_key() -> None:
    for identifier in (None, 5, [ALICE]):
        assert authenticate.owner_holds(ALICE_KEY, alice(id=identifier)) is None


@pytest.mark.parametrize("name", ["expires", "revoked"])
def test_an_expired_or_revoked_key_is_not_held(name: str) -> None:
    def held(end: object, now_ms: int | None) -> bool:
        document = alice()
        document["publicKey"] = {**document["publicKey"], name: end}  # type: ignore[dict-item]
        return authenticate.owner_holds(ALICE_KEY, document, now_ms=now_ms) is not None

    assert held(write_timestamp(NOW + 1000), NOW)
    assert not held(write_timestamp(NOW), NOW)
    assert not held(write_timestamp(NOW + 1000), None)
    assert not held("some day", NOW)
    assert not held(True, NOW)
    assert held(None, NOW)


def test_a_key_that_cannot_be_read_is_not_held() -> None:
    for key in (
        {"publicKeyPem": "nonsense"},
        {"publicKeyPem": 5},
        {"publicKeyMultibase": "z"},
        {"publicKeyMultibase": 5},
        {},
    ):
        document = alice(publicKey={"id": ALICE_KEY, "owner": ALICE, **key})
        assert authenticate.owner_holds(ALICE_KEY, document) is None


def test_a_stub_a_bare_key_and_the_actor_itself_all_name_the_owner() -> None:
    """What a fetched key id answers with: GoToSocial, servers with key documents, Mastodon."""
    key_id = f"{ALICE}/main-key"
    key = {"id": key_id, "owner": ALICE, "publicKeyPem": keys.public_pem(rsa_of("alice"))}
    multikey = {"id": key_id, "type": "Multikey", "controller": ALICE, "publicKeyMultibase": "z"}
    for document in (
        {"id": ALICE, "type": "Person", "publicKey": key},
        key,
        multikey,
        {"id": ALICE, "assertionMethod": [multikey]},
        alice(publicKey=[key]),
    ):
        assert authenticate.key_stub_owner(document, key_id) == ALICE


def test_a_document_about_another_key_names_nobody() -> None:
    key = {"id": f"{ALICE}#other", "owner": ALICE}
    for document in (key, {"id": ALICE, "publicKey": key}, {}, {"id": ALICE_KEY}, alice(id=5)):
        if document.get("id") != 5:
            assert authenticate.key_stub_owner(document, ALICE_KEY) is None
    assert authenticate.key_stub_owner({"id": ALICE_KEY, "owner": "x" * 3000}, ALICE_KEY) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(ALICE),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "owner",
                    "controller",
                    "publicKey",
                    "publicKeyPem",
                    "assertionMethod",
                    "expires",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values, json_values, json_values)
def test_no_document_breaks_the_search_for_a_key(
    first: object, second: object, id_: object
) -> None:
    document = {"id": id_, "publicKey": first, "assertionMethod": second}
    found = authenticate.owner_holds(ALICE_KEY, document, now_ms=NOW)
    assert found is None or id_ == ALICE
    owner = authenticate.key_stub_owner(document, ALICE_KEY)
    assert owner is None or isinstance(owner, str)
