"""The older dialect: draft-cavage-http-signatures-12, as the fediverse really speaks it.

We send `rsa-sha256` over (request-target), host, date and digest, and nothing that a proxy
may rewrite. We read `rsa-sha256`, `hs2019` and no algorithm at all. The hot path of an inbox:
plain string work, no structured-field parser. What must be covered: shortfall().
"""

import base64
import binascii
import re

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from actors.errors import Invalid
from actors.signatures import keys
from actors.signatures.message import (
    MAX_COVERED,
    MAX_HEADER,
    MAX_KEY_ID,
    MAX_SIGNATURE,
    Claim,
    Message,
    breaks_lines,
    digest_header,
    refusal,
    split_target,
    write_http_date,
)

ALGORITHMS = frozenset(("rsa-sha256", "hs2019", ""))
SINGLE = frozenset(("host", "date", "digest", "content-type", "content-length"))
"""Headers that a signature may cover only where they came once."""

_PARAMETER = re.compile(
    r'[ \t]*([A-Za-z]+)[ \t]*=[ \t]*(?:"([^"\\]*)"|([0-9]{1,12}))[ \t]*(?:,|\Z)', re.ASCII
)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
_QUOTABLE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


def sign(
    method: str,
    url: str,
    *,
    date_ms: int,
    body: bytes | None,
    key_id: str,
    private_key: RSAPrivateKey,
    with_query: bool = True,
) -> list[tuple[str, str]]:
    """Headers to add to a request so that it is signed: Host, Date, Digest and Signature.

    `body` is None where there is none (GET). `with_query=False` is for servers that sign
    and verify the path alone. Invalid when the URL or key id cannot be put in a header.
    """
    target = split_target(url)
    if not _QUOTABLE.fullmatch(key_id):
        raise Invalid("The key id cannot be put in a header.", detail="sign: key id")
    path = target.path + target.query if with_query else target.path
    headers = [("Host", target.authority), ("Date", write_http_date(date_ms))]
    if body is not None:
        headers.append(("Digest", digest_header(body)))
    lines = [f"(request-target): {method.lower()} {path}"]
    lines += [f"{name.lower()}: {value}" for name, value in headers]
    covered = " ".join(("(request-target)", *(name.lower() for name, _ in headers)))
    signature = keys.sign(private_key, "\n".join(lines).encode("ascii"))
    encoded = base64.b64encode(signature).decode("ascii")
    headers.append(
        (
            "Signature",
            f'keyId="{key_id}",algorithm="rsa-sha256",headers="{covered}",signature="{encoded}"',
        )
    )
    return headers


def parse(message: Message) -> Claim:
    """Read the Signature header; Unauthorized if it is malformed, repeated or over-long."""
    parameters = _parameters(message.only("signature"))
    key_id = parameters.get("keyid", "")
    if not key_id or len(key_id) > MAX_KEY_ID:
        raise refusal("signature: no usable keyId")
    algorithm = parameters.get("algorithm", "").lower()
    if algorithm not in ALGORITHMS:
        raise refusal("signature: unknown algorithm")
    covered = tuple(parameters.get("headers", "").lower().split())
    if len(covered) > MAX_COVERED or len(set(covered)) != len(covered):
        raise refusal("signature: too many or repeated covered headers")
    return Claim(
        "cavage",
        key_id,
        algorithm,
        covered,
        _decoded(parameters.get("signature", "")),
        _seconds(parameters, "created"),
        _seconds(parameters, "expires"),
    )


def shortfall(message: Message, claim: Claim) -> str | None:
    """The first thing that the signature should cover and does not, or None.

    (request-target), host, a time, and the digest of any content: without any one of them a
    signature can be moved to another path, server, day or body.
    """
    covered = claim.covered
    for name in ("(request-target)", "host"):
        if name not in covered:
            return name
    if "date" not in covered and "(created)" not in covered:
        return "date or (created)"
    if message.has_content and "digest" not in covered:
        return "digest"
    return None


def base(message: Message, claim: Claim, *, with_query: bool = True) -> bytes:
    """The bytes that were signed (section 2.3); Unauthorized where a covered part is not there."""
    lines = []
    for name in claim.covered:
        if name == "(request-target)":
            target = split_target(message.url)
            path = target.path + target.query if with_query else target.path
            value = f"{message.method.lower()} {path}"
        elif name.startswith("("):
            value = _pseudo(name, claim)
        elif name in SINGLE:
            value = message.only(name)
        else:
            found = message.header(name)
            if found is None:
                raise refusal(f"{name}: covered, but missing")
            value = found
        if breaks_lines(value):
            raise refusal(f"{name}: holds a line break")
        lines.append(f"{name}: {value}")
    try:
        return "\n".join(lines).encode("latin-1")  # headers arrive as latin-1, so bytes return
    except UnicodeEncodeError as error:
        raise refusal("signature base: not latin-1") from error


def holds(message: Message, claim: Claim, public_key: keys.PublicKey) -> bool:
    """Whether the signature was made by `public_key`, over the target with or without query."""
    if claim.algorithm == "rsa-sha256" and not isinstance(public_key, RSAPublicKey):
        raise refusal("signature: rsa-sha256 with a key that is not RSA")
    if keys.verifies(public_key, claim.signature, base(message, claim)):
        return True
    if not split_target(message.url).query:
        return False
    # Older Mastodon, Takahe and others sign the path alone.
    return keys.verifies(public_key, claim.signature, base(message, claim, with_query=False))


def _parameters(header: str) -> dict[str, str]:
    if len(header) > MAX_HEADER:
        raise refusal("signature: too long")
    if not header.isascii() or not header.isprintable():
        raise refusal("signature: unprintable characters")
    parameters: dict[str, str] = {}
    at = 0
    while at < len(header):
        found = _PARAMETER.match(header, at)
        if found is None:
            raise refusal("signature: malformed")
        name, quoted, number = found.groups()
        name = name.lower()
        if name in parameters:
            raise refusal(f"signature: {name} twice")
        parameters[name] = number if quoted is None else quoted
        at = found.end()
    return parameters


def _decoded(encoded: str) -> bytes:
    try:
        signature = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise refusal("signature: not base64") from error
    if not signature or len(signature) > MAX_SIGNATURE:
        raise refusal("signature: empty or too long")
    return signature


def _seconds(parameters: dict[str, str], name: str) -> int | None:
    text = parameters.get(name)
    if text is None:
        return None
    if not _SECONDS.fullmatch(text):
        raise refusal(f"signature: {name} is not a time")
    return int(text)


def _pseudo(name: str, claim: Claim) -> str:
    value = {"(created)": claim.created, "(expires)": claim.expires}.get(name)
    if value is None:
        raise refusal(f"{name}: covered, but missing or unknown")
    if claim.algorithm != "hs2019":  # section 2.3, and old libraries sign it blank
        raise refusal(f"{name}: only with hs2019")
    return str(value)
