"""Signatures inside documents: FEP-8b32 with the cryptosuite eddsa-jcs-2022.

A proof lets a document be believed whoever carried it. Canonical JSON (RFC 8785) of the
document and of the proof's own options is hashed and signed with Ed25519; the key must
be one of its actor's assertionMethods (authenticate.owner_holds). No JSON-LD is processed.
"""

import hashlib
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from actors.errors import Invalid
from actors.signatures import keys
from actors.signatures.canonical import canonical
from actors.signatures.message import MAX_KEY_ID, read_timestamp, refusal, write_timestamp

SUITE = "eddsa-jcs-2022"
MAX_PROOF_VALUE = 96
"""Characters of a 64-byte signature in base58, with some room."""

_FORBIDDEN = frozenset(("@graph", "@included", "@reverse"))

Document = dict[str, object]


def add_proof(
    document: Mapping[str, object],
    private_key: Ed25519PrivateKey,
    verification_method: str,
    created_ms: int,
) -> Document:
    """A copy of `document` with a proof; `verification_method` is the id of the actor's Multikey.

    Invalid if it has a proof already or holds what canonical JSON cannot (NaN, huge integers).
    """
    if "proof" in document:
        raise Invalid("The document is signed already.")
    proof: Document = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
        "created": write_timestamp(created_ms),
    }
    if "@context" in document:
        proof["@context"] = document["@context"]
    signature = keys.sign(private_key, _hashes(document, proof))
    return {**document, "proof": {**proof, "proofValue": keys.encode_base58(signature)}}


def proof_method(document: Mapping[str, object]) -> str | None:
    """The key id that a document's eddsa-jcs-2022 proof names, or None if it has no such proof."""
    proof = _proof(document)
    if proof is None or proof.get("cryptosuite") != SUITE:
        return None
    method = proof.get("verificationMethod")
    return method if isinstance(method, str) and 0 < len(method) <= MAX_KEY_ID else None


def verify_proof(
    document: Mapping[str, object],
    public_key: keys.PublicKey,
    *,
    now_ms: int | None = None,
    made: tuple[int, int] | None = None,
) -> None:
    """Raise Unauthorized unless the document's proof was made by `public_key`.

    Whether that key is the author's is for the caller. An unsupported or expired proof is
    refused too (without `now_ms`, any with an end): FEP-8b32 then asks for other evidence.
    With `made` (from, to; ms) it must say that it was made then, since proofs can be replayed.
    """
    proof = _proof(document)
    if proof is None or proof_method(document) is None:
        raise refusal("proof: none of a suite that we know")
    if not isinstance(public_key, Ed25519PublicKey):
        raise refusal("proof: not an Ed25519 key")
    if has_forbidden_keywords(document):
        raise refusal("proof: void, the document can be rearranged")
    _require_options(proof, now_ms, made)
    signature = _signature(proof)
    unsecured = {
        name: value for name, value in document.items() if name not in ("proof", "signature")
    }
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    if "@context" in proof:
        _require_context(document.get("@context"), proof["@context"])
        unsecured["@context"] = proof["@context"]
    try:
        hashes = _hashes(unsecured, options)
    except Invalid as error:
        raise refusal("proof: the document has no canonical form") from error
    if not keys.verifies(public_key, signature, hashes):
        raise refusal("proof: does not verify")


def has_forbidden_keywords(document: object) -> bool:
    """Whether @graph, @included or @reverse occurs as a key at any depth, or is given an alias.

    With them JSON-LD rearranges a document whose signature still holds (Mastodon
    CVE-2026-46349, Misskey CVE-2024-32983, Fedify CVE-2026-42462). Their names as plain text
    are harmless, except within a context, where `"x": "@graph"` makes x mean it.
    """
    waiting: list[tuple[object, bool]] = [(document, False)]
    while waiting:
        node, in_context = waiting.pop()
        if isinstance(node, dict):
            if not _FORBIDDEN.isdisjoint(node):
                return True
            waiting.extend((value, in_context or key == "@context") for key, value in node.items())
        elif isinstance(node, list):
            waiting.extend((value, in_context) for value in node)
        elif in_context and isinstance(node, str) and node in _FORBIDDEN:
            return True
    return False


def _proof(document: Mapping[str, object]) -> Document | None:
    """The document's proof; FEP-8b32 allows one, and a list of one is the same thing."""
    proof = document.get("proof")
    if isinstance(proof, list) and len(proof) == 1:
        proof = proof[0]
    return proof if isinstance(proof, dict) else None


def _require_options(proof: Document, now_ms: int | None, made: tuple[int, int] | None) -> None:
    if proof.get("type") != "DataIntegrityProof" or proof.get("proofPurpose") != "assertionMethod":
        raise refusal("proof: type or purpose")
    created = read_timestamp(proof["created"]) if "created" in proof else None
    if "created" in proof and created is None:
        raise refusal("proof: created is not a time")
    if made is not None and (created is None or not made[0] <= created <= made[1]):
        raise refusal("proof: made too long ago, in the future, or nobody knows when")
    if "expires" in proof:
        end = read_timestamp(proof["expires"])
        if end is None or now_ms is None or end <= now_ms:
            raise refusal("proof: expired")


def _signature(proof: Document) -> bytes:
    try:
        signature = keys.decode_base58(proof.get("proofValue"), MAX_PROOF_VALUE)
    except Invalid as error:
        raise refusal("proof: proofValue is not base58") from error
    if len(signature) != 64:
        raise refusal("proof: proofValue is not 64 bytes")
    return signature


def _require_context(given: object, signed: object) -> None:
    """The document's context must start with the signed one (Data Integrity EdDSA, 3.3.2).

    What follows it is not signed. URLs may be added: we never fetch one, and an unknown one
    means nothing here. Inline terms could rename what was signed, so they may not.
    """
    ours = given if isinstance(given, list) else [given]
    theirs = signed if isinstance(signed, list) else [signed]
    if ours[: len(theirs)] != theirs:
        raise refusal("proof: the context differs")
    if not all(isinstance(entry, str) for entry in ours[len(theirs) :]):
        raise refusal("proof: unsigned terms in the context")


def _hashes(document: Mapping[str, object], options: Document) -> bytes:
    try:
        return b"".join(
            hashlib.sha256(canonical(part)).digest() for part in (options, dict(document))
        )
    except (ValueError, TypeError, RecursionError) as error:
        raise Invalid("The document has no canonical form.", detail="proof: JCS") from error
