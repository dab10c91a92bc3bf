"""An actor without a server: eve, who keeps every request as it came, byte for byte.

Her keys, her actor document and her signatures are made by our rooms, and she sends what a
test wants sent, so that these can be tried on foreign libraries without the house around them.
"""

import http.client
import json
import ssl
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from actors.people import Actor, ActorKind, Key, KeyKind, Profile
from actors.signatures import cavage, keys, proofs, rfc9421
from actors.signatures.message import Message
from actors.urls import Urls
from actors.vocabulary import ACTIVITY_JSON
from outbox import context
from outbox.objects import actor as actor_shape
from tests.peers.lab import Certificates, eventually
from tests.ports import free_port

ID = 115_000_000_000_000_001


def now_ms() -> int:
    """The clock of the machine, which the foreign servers go by too."""
    return time.time_ns() // 1_000_000


@dataclass
class ListeningPost:
    """eve: her address, her keys, and what came to her."""

    certificates: Certificates
    port: int = field(default_factory=free_port)
    answers: list[int] = field(default_factory=list)  # statuses for the next arrivals, then 202
    arrived: list[Message] = field(default_factory=list)
    rsa: Any = field(default_factory=keys.generate_rsa)
    ed25519: Any = field(default_factory=keys.generate_ed25519)

    @property
    def authority(self) -> str:
        return f"kommune.test:{self.port}"

    @property
    def origin(self) -> str:
        return f"https://{self.authority}"

    @property
    def urls(self) -> Urls:
        return Urls(self.origin, self.authority)

    @property
    def actor(self) -> str:
        return self.urls.actor(ID)

    @property
    def handle(self) -> str:
        return f"@eve@{self.authority}"

    def document(self) -> dict[str, Any]:
        """Her actor document, written as the house writes its own."""
        actor = Actor(
            id=ID,
            kind=ActorKind.ORGANIZATION,
            uri=self.actor,
            local=True,
            username="eve",
            name="Eve Ærlig",
            inbox=self.urls.actor(ID, "inbox"),
            outbox=self.urls.actor(ID, "outbox"),
            followers=self.urls.actor(ID, "followers"),
            following=self.urls.actor(ID, "following"),
            url=self.urls.profile("eve"),
            discoverable=True,
        )
        made = (
            (KeyKind.RSA, self.main_key, keys.public_pem(self.rsa)),
            (KeyKind.ED25519, self.proof_key, keys.to_multibase(self.ed25519)),
            (KeyKind.ED25519, self.request_key, keys.to_multibase(self.ed25519)),
        )
        shown = tuple(Key(uri=uri, actor_id=ID, kind=kind, public=key) for kind, uri, key in made)
        return context.document(actor_shape.write(Profile(actor=actor, keys=shown), self.urls))

    @property
    def main_key(self) -> str:
        return self.urls.key(self.actor, "main-key")

    @property
    def proof_key(self) -> str:
        return self.urls.key(self.actor, "ed25519-key")

    @property
    def request_key(self) -> str:
        """For requests signed with Ed25519. Fedify looks for such keys in `publicKey` alone and
        remembers the id as missing, so one and the same id would spoil the proofs too."""
        return self.urls.key(self.actor, "request-key")

    def documents(self) -> dict[str, tuple[str, Any]]:
        """What she serves, by path."""
        link = {"rel": "self", "type": ACTIVITY_JSON, "href": self.actor}
        found = {"subject": f"acct:{self.handle[1:]}", "aliases": [self.actor], "links": [link]}
        return {
            urlsplit(self.actor).path: (ACTIVITY_JSON, self.document()),
            "/.well-known/webfinger": ("application/jrd+json", found),
        }

    # -- receiving

    def start(self) -> None:
        """Listen with TLS in a thread of its own."""
        post = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, document = post.documents().get(self.path.partition("?")[0], ("", None))
                self._answer(200 if document else 404, kind, document)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = tuple((name.lower(), value) for name, value in self.headers.items())
                status = post.answers.pop(0) if post.answers else 202
                post.arrived.append(Message("POST", post.origin + self.path, headers, body))
                self._answer(status, "application/json", {})

            def _answer(self, status: int, kind: str, document: Any) -> None:
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("content-type", kind or "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                return

        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(self.certificates.certificate, self.certificates.key)
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def gets(self, kind: str, count: int = 1) -> Message:
        """Wait for the `count`-th arrival of a kind of activity."""

        def found() -> Message | None:
            matching = [m for m in self.arrived if json.loads(m.body)["type"] == kind]
            return matching[count - 1] if len(matching) >= count else None

        return eventually(found, f"{kind} number {count} arriving at eve")

    # -- sending

    def proven(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document with her proof on it."""
        return proofs.add_proof(document, self.ed25519, self.proof_key, now_ms())

    def signed(self, url: str, body: bytes | None, dialect: str) -> list[tuple[str, str]]:
        """Our headers for a request, in a dialect: cavage, rfc9421 or ed25519."""
        method = "GET" if body is None else "POST"
        if dialect == "cavage":
            return cavage.sign(
                method, url, date_ms=now_ms(), body=body, key_id=self.main_key, private_key=self.rsa
            )
        both = {"rfc9421": (self.main_key, self.rsa), "ed25519": (self.request_key, self.ed25519)}
        key_id, key = both[dialect]
        headers = rfc9421.sign(
            method, url, created_ms=now_ms(), body=body, key_id=key_id, private_key=key
        )
        return [("Host", urlsplit(url).netloc), *headers]

    def send(
        self, inbox: str, activity: dict[str, Any], dialect: str, changed: bytes = b""
    ) -> tuple[int, str]:
        """POST an activity; status and answer. `changed` is sent in place of what was signed."""
        body = json.dumps(activity, ensure_ascii=False).encode()
        headers = {**dict(self.signed(inbox, body, dialect)), "Content-Type": ACTIVITY_JSON}
        return self._request("POST", inbox, headers, changed or body)

    def fetch(self, url: str, dialect: str = "cavage") -> Any:
        """GET a document, signed."""
        headers = {**dict(self.signed(url, None, dialect)), "Accept": ACTIVITY_JSON}
        status, said = self._request("GET", url, headers, None)
        assert status == 200, f"GET {url}: {status} {said[:300]}"
        return json.loads(said)

    def _request(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> tuple[int, str]:
        parts = urlsplit(url)
        trust = ssl.create_default_context(cafile=str(self.certificates.authority))
        trust.check_hostname = False  # connected by address; the chain is still checked
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        with closing(
            http.client.HTTPSConnection("127.0.0.1", parts.port, context=trust, timeout=20)
        ) as line:
            line.request(method, target, body, headers)
            answer = line.getresponse()
            return answer.status, answer.read().decode()
