"""Keys, addresses and requests that the tests of signatures share."""

import base64
import functools
from collections.abc import Iterable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from actors.errors import Unauthorized
from actors.signatures import authenticate, cavage, keys, rfc9421
from actors.signatures.message import Message, digest_header, write_http_date

NOW = 1_790_000_000_000
HOUR = 3_600_000
OURS = frozenset({"social.example"})
INBOX = "https://social.example/inbox"
ALICE = "https://remote.example/users/alice"
ALICE_KEY = f"{ALICE}#main-key"
BODY = b'{"type":"Like","actor":"https://remote.example/users/alice"}'


@functools.cache
def rsa_of(name: str) -> RSAPrivateKey:
    return keys.generate_rsa()


@functools.cache
def ed25519_of(name: str) -> Ed25519PrivateKey:
    return keys.generate_ed25519()


def request(
    added: Iterable[tuple[str, str]],
    *,
    method: str = "POST",
    url: str = INBOX,
    body: bytes = BODY,
) -> Message:
    """What arrives when `added` were put on a request like those other servers make."""
    headers = [
        ("user-agent", "Elk/2 (+https://remote.example)"),
        ("accept", "application/activity+json"),
        ("accept", "application/ld+json"),
        *((name.lower(), value) for name, value in added),
    ]
    if all(name != "host" for name, _ in headers):
        headers.insert(0, ("host", "social.example"))
    return Message(method, url, tuple(headers), body)


def cavage_post(
    *, url: str = INBOX, date_ms: int = NOW, body: bytes = BODY, with_query: bool = True
) -> Message:
    added = cavage.sign(
        "POST",
        url,
        date_ms=date_ms,
        body=body,
        key_id=ALICE_KEY,
        private_key=rsa_of("alice"),
        with_query=with_query,
    )
    return request(added, url=url, body=body)


def rfc9421_post(
    *, url: str = INBOX, created_ms: int = NOW, body: bytes = BODY, ed25519: bool = False
) -> Message:
    key = ed25519_of("alice") if ed25519 else rsa_of("alice")
    added = rfc9421.sign(
        "POST", url, created_ms=created_ms, body=body, key_id=ALICE_KEY, private_key=key
    )
    return request(added, url=url, body=body)


def with_header(message: Message, name: str, value: str | None) -> Message:
    """The message with every header of that name replaced by one, or by none."""
    headers = [pair for pair in message.headers if pair[0] != name]
    if value is not None:
        headers.append((name, value))
    return Message(message.method, message.url, tuple(headers), message.body)


def with_another(message: Message, name: str, value: str) -> Message:
    """The message with one more header of that name."""
    headers = (*message.headers, (name, value))
    return Message(message.method, message.url, headers, message.body)


def signed_over(
    covered: str,
    headers: dict[str, str],
    *,
    method: str = "POST",
    url: str = INBOX,
    algorithm: str | None = "rsa-sha256",
    more: str = "",
    key: keys.PrivateKey | None = None,
    body: bytes = BODY,
) -> Message:
    """A request signed by hand in the older dialect, over exactly the lines named.

    `headers` may give lines for pseudo headers too; they are signed and not sent.
    """
    lines = "\n".join(f"{name}: {headers[name]}" for name in covered.split())
    signature = keys.sign(key or rsa_of("alice"), lines.encode("latin-1"))
    named = "" if algorithm is None else f',algorithm="{algorithm}"'
    value = (
        f'keyId="{ALICE_KEY}"{named}{more},headers="{covered}",signature="{base64_of(signature)}"'
    )
    sent = [(name, text) for name, text in headers.items() if not name.startswith("(")]
    return request([*sent, ("signature", value)], method=method, url=url, body=body)


def base64_of(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def lines(*, date_ms: int = NOW, body: bytes = BODY, target: str = "post /inbox") -> dict[str, str]:
    """The lines of an ordinary POST in the older dialect, for signed_over."""
    return {
        "(request-target)": target,
        "host": "social.example",
        "date": write_http_date(date_ms),
        "digest": digest_header(body),
    }


def accept(
    message: Message,
    key: keys.PublicKey | None = None,
    *,
    now_ms: int = NOW,
    ours: frozenset[str] = OURS,
) -> str:
    """Demand what an inbox does; the id of the key that signed."""
    claim = authenticate.claim(message)
    assert claim is not None
    authenticate.check(
        message,
        claim,
        key or rsa_of("alice").public_key(),
        now_ms=now_ms,
        our_authorities=ours,
    )
    return claim.key_id


def reason(message: Message, key: keys.PublicKey | None = None, *, now_ms: int = NOW) -> str:
    """Why the message is refused, as the log will have it."""
    with pytest.raises(Unauthorized) as caught:
        accept(message, key, now_ms=now_ms)
    assert caught.value.status == 401
    assert caught.value.detail
    return caught.value.detail
