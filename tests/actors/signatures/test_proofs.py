"""Proofs inside documents: the published vectors, round trips, and what voids them (S6, S7)."""

import copy

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import Invalid, Unauthorized
from actors.signatures import authenticate, keys, proofs
from actors.signatures.proofs import Document
from tests.actors.signatures.keyring import ALICE, NOW, ed25519_of, rsa_of

# Published with the W3C cryptosuite and used by FEP-8b32: never a key of anybody's.
VECTOR_PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
VECTOR_SECRET = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
VECTOR_MS = 1_677_281_798_000  # 2023-02-24T23:36:38Z

FEP_CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/data-integrity/v2",
]
FEP_DOCUMENT: Document = {
    "@context": FEP_CONTEXT,
    "id": "https://server.example/activities/1",
    "type": "Create",
    "actor": "https://server.example/users/alice",
    "object": {
        "id": "https://server.example/objects/1",
        "type": "Note",
        "attributedTo": "https://server.example/users/alice",
        "content": "Hello world",
        "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962},
    },
}
FEP_METHOD = "https://server.example/users/alice#ed25519-key"
FEP_PROOF: Document = {
    "@context": FEP_CONTEXT,
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "verificationMethod": FEP_METHOD,
    "proofPurpose": "assertionMethod",
    "proofValue": "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJE"
    "NCxUDe9SdL",
    "created": "2023-02-24T23:36:38Z",
}
W3C_DOCUMENT: Document = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/examples/v2",
    ],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    "proof": {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": "2023-02-24T23:36:38Z",
        "verificationMethod": f"https://vc.example/issuers/5678#{VECTOR_PUBLIC}",
        "proofPurpose": "assertionMethod",
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://www.w3.org/ns/credentials/examples/v2",
        ],
        "proofValue": "z63t83Y53KfzJ5ZosfKTnqfMcKB2dmTrfjSaQjeNNjAD5srBowQfmWqeRb8rRjmeEuCBEsddF9"
        "LsVogtuTsijJKh4",
    },
}
# The first edition of FEP-8b32, before a proof carried its context.
OLD_DOCUMENT: Document = {
    "@context": [
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/data-integrity/v1",
    ],
    "type": "Create",
    "actor": "https://server.example/users/alice",
    "object": {"type": "Note", "content": "Hello world"},
    "proof": {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": FEP_METHOD,
        "proofPurpose": "assertionMethod",
        "proofValue": "z3sXaxjKs4M3BRicwWA9peyNPJvJqxtGsDmpt1jjoHCjgeUf71TRFz56osPSfDErszyLp5Ks1E"
        "hYSgpDaNM977Rg2",
        "created": "2023-02-24T23:36:38Z",
    },
}
METHOD = f"{ALICE}#ed25519-key"


def vector_secret() -> Ed25519PrivateKey:
    raw = keys.decode_base58(VECTOR_SECRET, 100)
    assert raw[:2] == b"\x80\x26"  # multicodec ed25519-priv
    return Ed25519PrivateKey.from_private_bytes(raw[2:])


def signed(document: Document) -> Document:
    return proofs.add_proof(document, ed25519_of("alice"), METHOD, NOW)


def holds(document: Document) -> bool:
    try:
        proofs.verify_proof(document, ed25519_of("alice").public_key(), now_ms=NOW)
    except Unauthorized:
        return False
    return True


def test_the_vector_of_fep_8b32_is_made_to_the_letter() -> None:
    made = proofs.add_proof(FEP_DOCUMENT, vector_secret(), FEP_METHOD, VECTOR_MS)
    assert made == {**FEP_DOCUMENT, "proof": FEP_PROOF}
    assert "proof" not in FEP_DOCUMENT


@pytest.mark.parametrize(
    "document",
    [{**FEP_DOCUMENT, "proof": FEP_PROOF}, W3C_DOCUMENT, OLD_DOCUMENT],
    ids=["FEP-8b32", "W3C", "FEP-8b32 of 2023"],
)
def test_the_published_vectors_verify_and_a_changed_word_does_not(document: Document) -> None:
    public = keys.from_multibase(VECTOR_PUBLIC)
    proofs.verify_proof(document, public)
    for name in document:
        if name != "proof":
            with pytest.raises(Unauthorized):
                proofs.verify_proof({**document, name: "changed"}, public)


def test_a_proof_names_its_key() -> None:
    assert proofs.proof_method({**FEP_DOCUMENT, "proof": FEP_PROOF}) == FEP_METHOD
    assert proofs.proof_method({**FEP_DOCUMENT, "proof": [FEP_PROOF]}) == FEP_METHOD
    for proof in (
        None,
        "x",
        [],
        [FEP_PROOF, FEP_PROOF],
        {**FEP_PROOF, "cryptosuite": "eddsa-rdfc-2022"},
        {**FEP_PROOF, "verificationMethod": {"id": FEP_METHOD}},
        {**FEP_PROOF, "verificationMethod": "x" * 2049},
    ):
        assert proofs.proof_method({**FEP_DOCUMENT, "proof": proof}) is None
    assert proofs.proof_method(FEP_DOCUMENT) is None


def test_the_named_key_is_found_in_its_owners_document() -> None:
    document = signed({"@context": FEP_CONTEXT, "actor": ALICE})
    method = proofs.proof_method(document)
    actor: Document = {
        "id": ALICE,
        "assertionMethod": {
            "id": METHOD,
            "type": "Multikey",
            "controller": ALICE,
            "publicKeyMultibase": keys.to_multibase(ed25519_of("alice")),
        },
    }
    held = authenticate.owner_holds(method or "", actor)
    assert held is not None
    proofs.verify_proof(document, held.key)


def test_another_key_or_kind_of_key_is_refused() -> None:
    document = signed({"a": 1})
    for key in (ed25519_of("mallory").public_key(), rsa_of("alice").public_key()):
        with pytest.raises(Unauthorized):
            proofs.verify_proof(document, key)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "Ed25519Signature2020"),
        ("type", None),
        ("cryptosuite", "eddsa-rdfc-2022"),
        ("proofPurpose", "authentication"),
        ("created", "2023-02-24T23:36:39Z"),
        ("created", "yesterday"),
        ("created", 5),
        ("verificationMethod", FEP_METHOD + "2"),
        ("proofValue", None),
        ("proofValue", ""),
        ("proofValue", "z" + "1" * 64),
        ("proofValue", "z" + "2" * 500),
        ("proofValue", FEP_PROOF["proofValue"][1:]),  # type: ignore[index]
        ("domain", "added.example"),
        ("@context", FEP_CONTEXT[:1]),
        ("@context", [*FEP_CONTEXT, "https://more.example"]),
        ("@context", None),
    ],
)
def test_a_proof_with_any_option_changed_is_refused(name: str, value: object) -> None:
    with pytest.raises(Unauthorized):
        proofs.verify_proof(
            {**FEP_DOCUMENT, "proof": {**FEP_PROOF, name: value}},
            keys.from_multibase(VECTOR_PUBLIC),
        )


def test_an_expired_proof_is_refused() -> None:
    key, public = ed25519_of("alice"), ed25519_of("alice").public_key()
    options: Document = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        "expires": "2023-02-24T23:36:38Z",
    }
    value = keys.encode_base58(keys.sign(key, proofs._hashes({"a": 1}, options)))
    document: Document = {"a": 1, "proof": {**options, "proofValue": value}}
    proofs.verify_proof(document, public, now_ms=VECTOR_MS - 1)
    for now_ms in (VECTOR_MS, None):
        with pytest.raises(Unauthorized):
            proofs.verify_proof(document, public, now_ms=now_ms)


def test_a_linked_data_signature_beside_the_proof_is_left_out() -> None:
    """It was added after the proof (FEP-8b32, backward compatibility)."""
    document = signed({"@context": FEP_CONTEXT, "actor": ALICE})
    assert holds({**document, "signature": {"type": "RsaSignature2017"}})


def test_s6_unsigned_terms_after_the_signed_context_are_refused_and_urls_are_not() -> None:
    document = signed({"@context": FEP_CONTEXT, "actor": ALICE, "object": "https://x.example/1"})
    context = list(FEP_CONTEXT)
    assert holds({**document, "@context": [*context, "https://w3id.org/fep/5711"]})
    remapped = {"actor": "https://evil.example/ns#ignored", "author": "as:actor"}
    assert not holds({**document, "@context": [*context, remapped]})
    assert not holds({**document, "@context": [remapped, *context]})
    assert not holds({**document, "@context": context[::-1]})
    assert not holds({name: value for name, value in document.items() if name != "@context"})


def test_a_context_of_one_string_matches_itself() -> None:
    document = signed({"@context": FEP_CONTEXT[0], "actor": ALICE})
    assert holds(document)
    assert holds({**document, "@context": [FEP_CONTEXT[0]]})


KEYWORDS = ("@graph", "@included", "@reverse")


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_s7_a_rearranging_keyword_at_any_depth_voids_the_proof(keyword: str) -> None:
    base: Document = {"@context": FEP_CONTEXT, "actor": ALICE, "object": {"tag": [{"name": "x"}]}}
    for place in ("top", "object", "tag", "context"):
        document = copy.deepcopy(base)
        inner: object = {
            "top": document,
            "object": document["object"],
            "tag": document["object"]["tag"][0],  # type: ignore[index]
            "context": document.setdefault("@context", []),
        }[place]
        if isinstance(inner, list):
            inner.append({"parent": {keyword: "as:object"}})
        else:
            inner[keyword] = {"actor": "https://evil.example"}  # type: ignore[index]
        assert proofs.has_forbidden_keywords(document), place
        assert not holds(signed(document)), place


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_s7_an_alias_of_a_rearranging_keyword_voids_the_proof(keyword: str) -> None:
    for alias in (keyword, {"@id": keyword}, {"@id": "as:x", "@context": {"y": keyword}}):
        document: Document = {"@context": [*FEP_CONTEXT, {"nest": alias}], "actor": ALICE}
        assert proofs.has_forbidden_keywords(document)
        assert not holds(signed(document))


def test_s7_the_same_words_as_plain_text_void_nothing() -> None:
    document: Document = {
        "@context": FEP_CONTEXT,
        "content": "<p>@graph</p>",
        "tag": [{"type": "Mention", "name": "@reverse"}],
        "graph": {"included": 1},
    }
    assert not proofs.has_forbidden_keywords(document)
    assert holds(signed(document))


def test_a_document_is_not_signed_twice() -> None:
    with pytest.raises(Invalid):
        signed(signed({"a": 1}))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, "\ud800", {1: 2}, object()])
def test_what_has_no_canonical_form_is_neither_signed_nor_verified(value: object) -> None:
    with pytest.raises(Invalid):
        signed({"a": value})
    assert not holds({**signed({"a": 1}), "b": value})


def test_a_document_nested_beyond_reason_is_refused_without_a_crash() -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    assert not holds({**signed({"a": 1}), "a": deep})


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)
documents = st.dictionaries(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=6).filter(
        lambda name: name not in ("proof", "signature", "@context")
    ),
    json_values,
    max_size=4,
)


@given(documents)
def test_every_json_document_signs_and_verifies_and_no_change_survives(document: Document) -> None:
    try:
        made = signed(document)
    except Invalid:
        return
    assert holds(made)
    assert holds(dict(reversed(made.items())))
    assert not holds({**made, "added": 1} if "added" not in made else {**made, "added": []})
    for name in document:
        assert not holds({key: value for key, value in made.items() if key != name})


@given(json_values, json_values, st.dictionaries(st.sampled_from(sorted(FEP_PROOF)), json_values))
def test_no_document_breaks_verification(proof: object, context: object, options: Document) -> None:
    for tried in (proof, options, {**FEP_PROOF, **options}):
        document: Document = {"@context": context, "proof": tried}
        proofs.proof_method(document)
        assert not holds(document)
