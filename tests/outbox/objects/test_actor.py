"""Actor documents: which keys are shown, and what is left out where there is nothing to say."""

from dataclasses import replace

from actors.people import ActorKind, Key, KeyKind, Profile
from outbox.objects.actor import write
from tests.outbox.cast import (
    APPLICATION_PROFILE,
    KARI,
    KARI_PROFILE,
    MULTIKEY,
    NOW,
    RSA_PEM,
    URLS,
)

RSA, ED25519 = KARI_PROFILE.keys


def with_keys(*keys: Key) -> Profile:
    return Profile(actor=KARI, keys=keys)


def test_the_rsa_key_is_one_object_even_when_there_are_two() -> None:
    newer = replace(RSA, uri=f"{KARI.uri}#key-2", created=NOW)
    for keys in ((RSA, newer), (newer, RSA)):
        assert write(with_keys(*keys), URLS)["publicKey"] == {
            "id": newer.uri,
            "owner": KARI.uri,
            "publicKeyPem": RSA_PEM,
        }


def test_a_retired_key_is_shown_no_more() -> None:
    shape = write(with_keys(replace(RSA, retired=NOW), replace(ED25519, retired=NOW)), URLS)
    assert "publicKey" not in shape
    assert "assertionMethod" not in shape


def test_every_ed25519_key_in_use_is_shown() -> None:
    newer = replace(ED25519, uri=f"{KARI.uri}#ed25519-2", created=NOW)
    shown = write(with_keys(ED25519, newer), URLS)["assertionMethod"]
    assert [key["id"] for key in shown] == [ED25519.uri, newer.uri]
    assert {key["publicKeyMultibase"] for key in shown} == {MULTIKEY}
    assert {key["controller"] for key in shown} == {KARI.uri}


def test_no_private_key_is_ever_written() -> None:
    secret = replace(RSA, private=b"secret"), replace(ED25519, private=b"secret")
    assert "secret" not in str(write(with_keys(*secret), URLS))


def test_the_handle_is_at_the_domain_of_handles_not_of_actors() -> None:
    assert write(KARI_PROFILE, URLS)["webfinger"] == "kari@nordvik.test"


def test_what_there_is_nothing_of_is_left_out() -> None:
    shape = write(KARI_PROFILE, URLS)
    for term in ("icon", "image", "nameMap", "summaryMap", "movedTo", "alsoKnownAs"):
        assert term not in shape
    assert shape["attachment"] == []


def test_the_application_says_what_it_implements_and_the_others_point_to_it() -> None:
    application, kari = write(APPLICATION_PROFILE, URLS), write(KARI_PROFILE, URLS)
    assert "featuredTags" not in application
    assert "generator" not in application
    assert kari["generator"]["id"] == application["id"] == URLS.application()
    assert kari["generator"]["implements"] == application["implements"]


def test_each_kind_of_actor_goes_by_its_own_type() -> None:
    for kind in ActorKind:
        shape = write(Profile(actor=replace(KARI, kind=kind)), URLS)
        assert shape["type"] == kind.value


def test_a_key_of_the_other_kind_is_not_taken_for_rsa() -> None:
    assert ED25519.kind is KeyKind.ED25519
    assert "publicKey" not in write(with_keys(ED25519), URLS)
