"""A small ActivityPub server on pubby that the tests federate with.

The protocol (WebFinger, actor, signatures, inbox dispatch, delivery, the SQLite store) is
pubby's. What is here says what a test may ask it to do, and remembers what it was told.
Runs in a virtualenv of its own; see ../conftest.py.
"""

import json
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from ledger import Ledger
from pubby import (
    ActivityDisposition,
    ActivityPubHandler,
    FollowPolicy,
    SignatureVerificationError,
)
from pubby.crypto import ensure_private_key_file, load_private_key
from pubby.server.adapters.fastapi import bind_activitypub
from pubby.storage.adapters.db import init_db_storage
from verbs import Verbs

ORIGIN = os.environ["PEER_ORIGIN"]
DATA = Path(os.environ["PEER_DATA"])
HOSTS = frozenset(filter(None, os.environ.get("PEER_HOSTS", "").split(",")))
USER = "bob"

# The table of host names: these are on this machine, as a line in /etc/hosts would say.
_system_getaddrinfo = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **named: _system_getaddrinfo(
    "127.0.0.1" if host in HOSTS else host, *rest, **named
)

DATA.mkdir(parents=True, exist_ok=True)
ledger = Ledger(DATA / "ledger.json")
arrivals = threading.local()  # what is known of the request this thread is handling


class Witness(ActivityPubHandler):
    """pubby's handler, with a note taken of each arrival that it verified or refused."""

    def process_inbox_activity(self, activity_data: Any, **request: Any) -> Any:
        about = {
            "raw": activity_data,
            "inbox": request["path"],
            "headers": request["headers"],
            "signature": signature_of(request["headers"]),
            "proof": {"present": "proof" in activity_data, "verified": None},
        }
        arrivals.about = about
        try:
            done = super().process_inbox_activity(activity_data, **request)
        except SignatureVerificationError as error:
            ledger.refused.append({"status": 401, "why": str(error), **about})
            raise
        ledger.saw(activity_data, about)  # last, so that what was seen has had its effect
        return done


def signature_of(headers: dict[str, str]) -> dict[str, Any]:
    """Which dialect the request carries; pubby verifies draft-cavage and no other."""
    dialect = "rfc9421" if "signature-input" in headers else None
    return {"dialect": dialect or ("cavage" if "signature" in headers else None)}


def verified(activity: Any, raw: dict[str, Any]) -> ActivityDisposition:
    """pubby calls this once the signature held and its signer is the activity's actor."""
    arrivals.about["signature"]["verified"] = True
    ledger.understand(raw)
    return ActivityDisposition.PASS_THROUGH


def policy(_target: str, _requester: str) -> FollowPolicy:
    return FollowPolicy.ACCEPT if ledger.auto_accept else FollowPolicy.MANUAL


def delivered(result: dict[str, Any]) -> None:
    ledger.deliveries.append(result)


private_key = load_private_key(ensure_private_key_file(DATA / "key.pem").read_text())
storage = init_db_storage(f"sqlite:///{DATA / 'pubby.db'}")
handler = Witness(
    storage=storage,
    actor_config={
        "base_url": ORIGIN,
        "username": USER,
        "name": "Bob på pubby",
        "summary": "<p>Prøvekonto</p>",
        "type": "Person",
    },
    private_key=private_key,
    webfinger_domain=ORIGIN.split("://")[1],
    allow_private_targets=True,
    async_delivery=False,
    max_retries=1,
    strict_attribution=True,
    follow_policy=policy,
    on_activity=verified,
    on_follow_response=lambda target, ok: ledger.answered(target, ok),
    on_delivery_result=delivered,
)
ledger.me = handler.actor_id
ledger.fetch = lambda url: verbs.fetch(url)
verbs = Verbs(handler, private_key, storage, ledger)

app = FastAPI()
bind_activitypub(app, handler)


@app.get("/ap/posts/{post}")
def serve_post(post: str, request: Request) -> JSONResponse:
    """Serve a post of ours; what isn't public only to an actor it is addressed to."""
    row = ledger.posts.get(f"{ORIGIN}/ap/posts/{post}")
    if row is None:
        return JSONResponse({"error": "not found"}, status_code=404)
    if row["deleted"]:
        return JSONResponse({"error": "gone"}, status_code=410)
    if row["visibility"] not in ("public", "unlisted"):
        try:
            reader = handler.verify_fetch_signature("GET", request.url.path, dict(request.headers))
        except SignatureVerificationError:
            return JSONResponse({"error": "not found"}, status_code=404)
        followers = {f.actor_id for f in storage.get_followers(actor_id=handler.actor_id)}
        named = row["visibility"] == "followers" and reader in followers
        if not named and reader not in row["to"] + row["cc"]:
            return JSONResponse({"error": "not found"}, status_code=404)
    return JSONResponse(verbs.document(row), media_type="application/activity+json")


class Control(BaseHTTPRequestHandler):
    """The port where the tests say what to do and ask what was seen."""

    def do_GET(self) -> None:
        pages = {
            "/seen": lambda: ledger.seen,
            "/refused": lambda: ledger.refused,
            "/deliveries": lambda: ledger.deliveries,
            "/state": verbs.state,
        }
        page = pages.get(self.path)
        self.answer(200 if page else 404, page() if page else {"error": "no such page"})

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["content-length"])))
        try:
            self.answer(200, verbs.do(order.pop("verb"), order))
        except Exception as error:
            self.answer(500, {"error": f"{type(error).__name__}: {error}"})

    def answer(self, status: int, content: Any) -> None:
        body = json.dumps(content, default=str).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


class Announcing(uvicorn.Server):
    """Says when the peer's own port answers, and only then opens the control port."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        address = ("127.0.0.1", int(os.environ["PEER_CONTROL_PORT"]))
        control = ThreadingHTTPServer(address, Control)
        threading.Thread(target=control.serve_forever, daemon=True).start()
        print("ready", flush=True)


if __name__ == "__main__":
    tls = {}
    if os.environ.get("PEER_CERT"):
        tls = {"ssl_certfile": os.environ["PEER_CERT"], "ssl_keyfile": os.environ["PEER_KEY"]}
    port = int(os.environ["PEER_PORT"])
    Announcing(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", **tls)).run()
