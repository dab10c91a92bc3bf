"""A receiver of web push: takes what a server sends, proves who sent it, and reads it.

Decryption is http_ece's, which nobody here wrote; the VAPID token is verified by cryptography.
"""

import base64
import json
import os
import threading
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.peers.lab import eventually
from tests.ports import free_port


def octets(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text_of(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


@dataclass(frozen=True)
class Push:
    """One request that came: its headers in lower case, and its body."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushReceiver:
    """Where pushes arrive; `answer` is the status that each gets."""

    answer: int = 201
    port: int = field(default_factory=free_port)
    came: list[Push] = field(default_factory=list)

    def __post_init__(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.came.append(Push(self.path, headers, body))
                self.send_response(receiver.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def endpoint(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/push/{name}"

    def next(self, name: str, number: int = 1) -> Push:
        """Wait for the `number`th push to an endpoint."""

        def found() -> list[Push]:
            came = [one for one in self.came if one.path == f"/push/{name}"]
            return came[number - 1 : number]

        return eventually(found, f"push {number} to {name}")[0]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class Subscriber:
    """The keys of an app that subscribes, and what they open (RFC 8291)."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.public = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        self.auth = os.urandom(16)

    def subscribe(self, origin: str, token: str, endpoint: str, *alerts: str) -> None:
        """Subscribe as apps for phones do, by a form, and ask for the standard's encoding."""
        fields = {
            "subscription[endpoint]": endpoint,
            "subscription[keys][p256dh]": text_of(self.public),
            "subscription[keys][auth]": text_of(self.auth),
            "subscription[standard]": "true",
            "policy": "all",
            **{f"data[alerts][{alert}]": "true" for alert in alerts},
        }
        request = urllib.request.Request(
            f"{origin}/api/v1/push/subscription",
            urllib.parse.urlencode(fields).encode(),
            {"Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert json.load(answer)["standard"] is True

    def opened(self, push: Push) -> Any:
        """The message of a push in the standard's encoding."""
        assert push.headers["content-encoding"] == "aes128gcm"
        plain = http_ece.decrypt(
            push.body, private_key=self.private, auth_secret=self.auth, version="aes128gcm"
        )
        return json.loads(plain)


def vapid_claims(push: Push, public_key: str) -> Any:
    """What the server says of itself, its signature verified with the key that it announces."""
    scheme, _, rest = push.headers["authorization"].partition(" ")
    if scheme.lower() == "vapid":
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert octets(parts["k"]) == octets(public_key)
        token = parts["t"]
    else:
        assert scheme == "WebPush"
        token = rest.strip()
    signed, _, signature = token.rpartition(".")
    raw = octets(signature)
    half = len(raw) // 2
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), octets(public_key))
    key.verify(
        encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:])),
        signed.encode(),
        ec.ECDSA(hashes.SHA256()),
    )
    return json.loads(octets(signed.partition(".")[2]))
