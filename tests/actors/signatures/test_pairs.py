"""The pair of keys of an actor of ours: the ids follow from the actor, the keys from chance."""

from actors.people import KeyKind
from actors.signatures import pairs
from actors.signatures.keys import from_multibase, load_private, load_public, sign, verifies
from tests.people import IKT


def test_the_first_pair_of_an_actor_always_has_the_same_ids() -> None:
    one, two = pairs.ed25519(IKT, 5), pairs.ed25519(IKT, 6)
    assert one.uri == two.uri == f"{IKT.uri}#ed25519-key-1"
    assert one.public != two.public
    assert (one.created, one.active_from, one.actor_id) == (5, 5, IKT.id)
    assert pairs.ed25519(IKT, 5, 3).uri == f"{IKT.uri}#ed25519-key-3"


def test_what_a_pair_signs_its_public_halves_verify() -> None:
    rsa, ed25519 = pairs.rsa(IKT, 5, 2), pairs.ed25519(IKT, 5)
    assert (rsa.kind, rsa.uri) == (KeyKind.RSA, f"{IKT.uri}#main-key-2")
    for key, public in (
        (rsa, load_public(rsa.public)),
        (ed25519, from_multibase(ed25519.public)),
    ):
        assert key.private is not None
        assert verifies(public, sign(load_private(key.private), b"text"), b"text")
