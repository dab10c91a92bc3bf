"""The two keys that an actor of ours signs with: made new, under the ids they keep for ever.

RSA for HTTP signatures, Ed25519 for proofs. The ids follow from the actor and a number alone, so
that of two who make the first pair at once only one is stored (fedi/store/keys.py).
"""

from actors.people import Actor, Key, KeyKind
from actors.signatures import keys
from actors.urls import Urls


def rsa(actor: Actor, at: int, number: int = 1) -> Key:
    """Return a new RSA key in use from `at` (ms); takes some 75 ms, so not on the event loop.
    `number` counts the pairs that the actor has had."""
    made = keys.generate_rsa()
    name = "main-key" if number == 1 else f"main-key-{number}"
    return Key(
        uri=Urls.key(actor.uri, name),
        actor_id=actor.id,
        kind=KeyKind.RSA,
        public=keys.public_pem(made),
        private=keys.private_bytes(made),
        created=at,
        active_from=at,
    )


def ed25519(actor: Actor, at: int, number: int = 1) -> Key:
    """Return a new Ed25519 key in use from `at` (ms)."""
    made = keys.generate_ed25519()
    return Key(
        uri=Urls.key(actor.uri, f"ed25519-key-{number}"),
        actor_id=actor.id,
        kind=KeyKind.ED25519,
        public=keys.to_multibase(made),
        private=keys.private_bytes(made),
        created=at,
        active_from=at,
    )
