"""The standard dialect: HTTP Message Signatures (RFC 9421), RSA and Ed25519.

We send @method, @target-uri and content-digest with created, keyid and alg, label sig1.
We read the derived components of a request and any plain header, but no component with
parameters (sf, bs, key, name, req): nobody needs them here, and each is a way to be fooled.
"""

import base64
import re
from collections.abc import Callable

import http_sf
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from actors.errors import Invalid, Unauthorized
from actors.signatures import keys
from actors.signatures.message import (
    MAX_COVERED,
    MAX_KEY_ID,
    MAX_SIGNATURE,
    Claim,
    Message,
    Target,
    breaks_lines,
    content_digest,
    parse_dictionary,
    refusal,
    split_target,
)

RSA, ED25519 = "rsa-v1_5-sha256", "ed25519"
LABEL = "sig1"
MAX_LABELS = 8
"""Signatures in one request that we look at: a sender's and a few proxies'."""

_DERIVED: dict[str, Callable[[Message, Target], str]] = {
    "@method": lambda message, target: message.method,
    "@target-uri": lambda message, target: target.uri,
    "@authority": lambda message, target: target.plain_authority,
    "@scheme": lambda message, target: target.scheme,
    "@request-target": lambda message, target: target.path + target.query,
    "@path": lambda message, target: target.path,
    "@query": lambda message, target: target.query or "?",
}
_FIELD_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_QUOTABLE = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")


def sign(
    method: str,
    url: str,
    *,
    created_ms: int,
    body: bytes | None,
    key_id: str,
    private_key: keys.PrivateKey,
) -> list[tuple[str, str]]:
    """Headers to add to a request: Content-Digest (if there is a body), Signature-Input, Signature.

    The algorithm follows from the key. Invalid when the URL or key id cannot be signed.
    """
    target = split_target(url)
    if not _QUOTABLE.fullmatch(key_id):
        raise Invalid("The key id cannot be put in a header.", detail="sign: key id")
    headers: list[tuple[str, str]] = []
    names = ["@method", "@target-uri"]
    lines = [f'"@method": {method}', f'"@target-uri": {target.uri}']
    if body is not None:
        headers.append(("Content-Digest", content_digest(body)))
        names.append("content-digest")
        lines.append(f'"content-digest": {headers[0][1]}')
    alg = RSA if isinstance(private_key, RSAPrivateKey) else ED25519
    components = " ".join(f'"{name}"' for name in names)
    params = f'({components});created={created_ms // 1000};keyid="{key_id}";alg="{alg}"'
    lines.append(f'"@signature-params": {params}')
    signature = keys.sign(private_key, "\n".join(lines).encode("ascii"))
    headers.append(("Signature-Input", f"{LABEL}={params}"))
    headers.append(("Signature", f"{LABEL}=:{base64.b64encode(signature).decode('ascii')}:"))
    return headers


def parse(message: Message) -> Claim:
    """The first signature that would do for this request; Unauthorized if none would."""
    inputs = parse_dictionary(message.header("signature-input") or "", "signature-input")
    signatures = parse_dictionary(message.header("signature") or "", "signature")
    if not inputs or len(inputs) > MAX_LABELS:
        raise refusal("signature-input: no label, or too many")
    first: Unauthorized | None = None
    for label, member in inputs.items():
        try:
            claim = _claim(member, signatures.get(label))
            missing = shortfall(message, claim)
            if missing is None:
                return claim
            raise refusal(f"signature does not cover {missing}")
        except Unauthorized as error:
            first = first or error
    raise first or refusal("signature-input: empty")


def shortfall(message: Message, claim: Claim) -> str | None:
    """The first thing that the signature should cover and does not, or None.

    @target-uri alone will do for the target. @authority with @path and @query would bind as
    much, but every peer that wants to reach Mastodon signs @target-uri, so another
    way in would buy nothing and be one more thing to get wrong.
    """
    for name in ("@method", "@target-uri"):
        if name not in claim.covered:
            return name
    if claim.created is None:
        return "created"
    if message.has_content and "content-digest" not in claim.covered:
        return "content-digest"
    return None


def base(message: Message, claim: Claim) -> bytes:
    """The signature base (section 2.5); Unauthorized where a covered part is not there."""
    target = split_target(message.url)
    lines = []
    for name in claim.covered:
        derive = _DERIVED.get(name)
        value = derive(message, target) if derive else message.header(name)
        if value is None:
            raise refusal(f"{name}: covered, but missing or unknown")
        if breaks_lines(value):
            raise refusal(f"{name}: holds a line break")
        lines.append(f'"{name}": {value}')
    lines.append(f'"@signature-params": {claim.params}')
    try:
        return "\n".join(lines).encode("ascii")
    except UnicodeEncodeError as error:
        raise refusal("signature base: not ASCII") from error


def holds(message: Message, claim: Claim, public_key: keys.PublicKey) -> bool:
    """Whether the signature was made by `public_key`; Unauthorized if key and alg disagree."""
    alg = RSA if isinstance(public_key, RSAPublicKey) else ED25519
    if claim.algorithm not in ("", alg):
        raise refusal(f"signature: {claim.algorithm} with a key for {alg}")
    return keys.verifies(public_key, claim.signature, base(message, claim))


def accept_signature(method: str) -> str:
    """The Accept-Signature header that asks a peer for what we demand (section 5.1)."""
    components = '"@method" "@target-uri"'
    if method not in ("GET", "HEAD"):
        components += ' "content-digest"'
    return f"{LABEL}=({components});created"


def takes_rfc9421(accept_signature: str) -> bool:
    """Whether a peer's Accept-Signature header can be met by what sign() makes.

    Any list of components counts: a peer that offers the dialect demands the same few. A nonce
    is a challenge that we do not answer, a foreign algorithm one that we cannot.
    """
    try:
        members = parse_dictionary(accept_signature, "accept-signature")
    except Unauthorized:
        return False
    return any(
        isinstance(value, list)
        and "nonce" not in parameters
        and parameters.get("alg", RSA) in (RSA, ED25519)
        for value, parameters in members.values()
    )


def _claim(member: tuple[object, dict[str, object]], signed: tuple[object, object] | None) -> Claim:
    components, parameters = member
    signature = signed[0] if signed else None
    if not isinstance(signature, bytes) or not 0 < len(signature) <= MAX_SIGNATURE:
        raise refusal("signature: no usable bytes for the label")
    key_id = parameters.get("keyid")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= MAX_KEY_ID:
        raise refusal("signature-input: no usable keyid")
    algorithm = parameters.get("alg", "")
    if not isinstance(algorithm, str) or algorithm not in ("", RSA, ED25519):
        raise refusal("signature-input: unknown alg")
    return Claim(
        "rfc9421",
        key_id,
        algorithm,
        _covered(components),
        signature,
        _seconds(parameters, "created"),
        _seconds(parameters, "expires"),
        _serialised(components, parameters),
    )


def _serialised(components: object, parameters: dict[str, object]) -> str:
    """@signature-params: what was parsed, written anew by the strict rules (section 2.3)."""
    try:
        return http_sf.ser([(components, parameters)])  # type: ignore[list-item]
    except (ValueError, TypeError, OverflowError) as error:
        raise refusal("signature-input: cannot be serialised") from error


def _covered(components: object) -> tuple[str, ...]:
    if not isinstance(components, list) or len(components) > MAX_COVERED:
        raise refusal("signature-input: no list of components, or too long a one")
    names: list[str] = []
    for name, parameters in components:
        if not isinstance(name, str) or parameters:
            raise refusal("signature-input: a component with parameters")
        if name not in _DERIVED and not _FIELD_NAME.fullmatch(name):
            raise refusal("signature-input: unknown component")
        names.append(name)
    if len(set(names)) != len(names):
        raise refusal("signature-input: a component twice")
    return tuple(names)


def _seconds(parameters: dict[str, object], name: str) -> int | None:
    value = parameters.get(name)
    if value is not None and type(value) is not int:
        raise refusal(f"signature-input: {name} is not a time")
    return value
