"""The standard dialect against an independent implementation, http-message-signatures."""

import dataclasses
import datetime
import time

import http_message_signatures as oracle
import pytest
from http_message_signatures.structures import CaseInsensitiveDict

from actors.signatures import keys, rfc9421
from actors.signatures.message import Message
from tests.actors.signatures.keyring import (
    ALICE_KEY,
    BODY,
    INBOX,
    NOW,
    ed25519_of,
    request,
    rsa_of,
)


class OracleRequest:
    """A request in the shape that http-message-signatures reads."""

    def __init__(self, message: Message) -> None:
        self.method, self.url = message.method, message.url
        self.headers = CaseInsensitiveDict(dict(message.headers))


class OneKey(oracle.HTTPSignatureKeyResolver):
    def __init__(self, key: keys.PrivateKey) -> None:
        self.key = key

    def resolve_public_key(self, key_id: str) -> keys.PublicKey:
        return self.key.public_key()

    def resolve_private_key(self, key_id: str) -> keys.PrivateKey:
        return self.key


ALGORITHMS = {
    "ed25519": (oracle.algorithms.ED25519, lambda: ed25519_of("alice")),
    "rsa": (oracle.algorithms.RSA_V1_5_SHA256, lambda: rsa_of("alice")),
}
URLS = (INBOX, "https://Social.Example:443/users/1?page=2&x=%C3%A5", "https://social.example")


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("kind", ALGORITHMS)
def test_an_independent_implementation_verifies_what_we_sign(kind: str, url: str) -> None:
    algorithm, key = ALGORITHMS[kind]
    now_ms = int(time.time() * 1000)  # the other implementation has no clock to set
    added = rfc9421.sign(
        "POST", url, created_ms=now_ms, body=BODY, key_id=ALICE_KEY, private_key=key()
    )
    message = request(added, url=url)
    verifier = oracle.HTTPMessageVerifier(signature_algorithm=algorithm, key_resolver=OneKey(key()))
    verifier.allow_label_only_selection = True
    (result,) = verifier.verify(
        OracleRequest(message),
        body=BODY,
        require_components=("@method", "@target-uri", "content-digest"),
    )
    assert result.parameters["keyid"] == ALICE_KEY
    assert result.body == BODY


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("kind", ALGORITHMS)
@pytest.mark.parametrize("include_alg", [True, False])
def test_we_verify_what_an_independent_implementation_signs(
    kind: str, url: str, include_alg: bool
) -> None:
    algorithm, key = ALGORITHMS[kind]
    theirs = OracleRequest(request([("Date", "Tue, 20 Apr 2021 02:07:55 GMT")], url=url))
    theirs.headers.pop("accept")
    signer = oracle.HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=OneKey(key()))
    signer.sign(
        theirs,
        key_id=ALICE_KEY,
        created=datetime.datetime.fromtimestamp(NOW // 1000, datetime.UTC),
        expires=datetime.datetime.fromtimestamp(NOW // 1000 + 300, datetime.UTC),
        nonce='quo"ted',
        tag="fedi",
        include_alg=include_alg,
        covered_component_ids=(
            "@method",
            "@target-uri",
            "@authority",
            "@scheme",
            "@request-target",
            "@path",
            "@query",
            "date",
            "content-digest",
        ),
        body=BODY,
    )
    message = Message(
        "POST", url, tuple((name.lower(), value) for name, value in theirs.headers.items()), BODY
    )
    claim = rfc9421.parse(message)
    assert (claim.key_id, claim.expires) == (ALICE_KEY, NOW // 1000 + 300)
    assert rfc9421.holds(message, claim, key().public_key())
    elsewhere = dataclasses.replace(message, url=INBOX + "/elsewhere")
    assert not rfc9421.holds(elsewhere, claim, key().public_key())
