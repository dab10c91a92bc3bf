"""Servers of other software on the network of the tests, made by hand: what they serve, what they
were sent, and what they say, signed. They have no database and no opinions."""

import json
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from actors.signatures import cavage, keys
from fedi.net.sender import Request, Response
from tests.fediverse.houses import Fediverse

AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS2}#Public"
ACTIVITY = "application/activity+json"


@lru_cache(maxsize=1)
def key() -> Any:
    """One key for all strangers, made once: it takes a while."""
    return keys.generate_rsa()


@dataclass
class Stranger:
    """One server of another kind. `served` are documents by path; None has gone (410)."""

    world: Fediverse
    host: str
    served: dict[str, Any] = field(default_factory=dict)
    got: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _said: int = 0

    def __post_init__(self) -> None:
        self.world.network.apps[self.host] = self

    def uri(self, path: str) -> str:
        return f"https://{self.host}/{path}"

    def actor(self, name: str, kind: str = "Person", **more: Any) -> str:
        """Have an actor; return its id."""
        uri = self.uri(name)
        self.served[f"/{name}"] = {
            "@context": [AS2, "https://w3id.org/security/v1"],
            "id": uri,
            "type": kind,
            "preferredUsername": name,
            "name": name.title(),
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "followers": f"{uri}/followers",
            "publicKey": {
                "id": f"{uri}#main-key",
                "owner": uri,
                "publicKeyPem": keys.public_pem(key().public_key()),
            },
            **more,
        }
        return uri

    def serve(self, document: dict[str, Any]) -> dict[str, Any]:
        """Serve a document at its id."""
        self.served[urlsplit(document["id"]).path] = document
        return document

    def activity(self, kind: str, actor: str, obj: Any, **more: Any) -> dict[str, Any]:
        """Return an activity with an id of its own."""
        self._said += 1
        id = f"{actor}/activities/{self._said}"
        return {"@context": AS2, "id": id, "type": kind, "actor": actor, "object": obj, **more}

    async def send(self, inbox: str, activity: dict[str, Any]) -> int:
        """Post an activity, signed by its actor; return the status."""
        body = json.dumps(activity).encode()
        signed = cavage.sign(
            "POST",
            inbox,
            date_ms=self.world.clock.now(),
            body=body,
            key_id=f"{activity['actor']}#main-key",
            private_key=key(),
        )
        headers = [*signed, ("Content-Type", ACTIVITY)]
        answer = await self.world.network.bring(
            Request("POST", inbox, headers, body, 8.0, 1_000_000)
        )
        return answer.status

    async def fetch(self, url: str, actor: str = "") -> Response:
        """Ask for a document, signed by an actor if one is named."""
        headers = [("Accept", ACTIVITY)]
        if actor:
            headers += cavage.sign(
                "GET",
                url,
                date_ms=self.world.clock.now(),
                body=None,
                key_id=f"{actor}#main-key",
                private_key=key(),
            )
        return await self.world.network.bring(Request("GET", url, headers, b"", 8.0, 1_000_000))

    def sent(self, kind: str) -> list[dict[str, Any]]:
        """What came of one kind, in order."""
        return [one for one in self.got if one["type"] == kind]

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        path = scope["path"]
        status, document = 202, None
        if scope["method"] == "POST":
            self.got.append(json.loads((await receive())["body"]))
        else:
            self.asked.append(path)
            status, document = self._found(path, scope["query_string"].decode())
        body = json.dumps(document).encode() if document is not None else b""
        kind = b"application/jrd+json" if "webfinger" in path else ACTIVITY.encode()
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _found(self, path: str, query: str) -> tuple[int, Any]:
        if path == "/.well-known/webfinger":
            name = query.partition("acct%3A")[2] or query.partition("acct:")[2]
            name = name.partition("@")[0].partition("%40")[0]
            link = {"rel": "self", "type": ACTIVITY, "href": self.uri(name)}
            return 200, {"subject": f"acct:{name}@{self.host}", "links": [link]}
        if path not in self.served:
            return 404, {"error": "not found"}
        document = self.served[path]
        return (410, {"error": "gone"}) if document is None else (200, document)
