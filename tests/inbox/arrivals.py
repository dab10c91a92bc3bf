"""What the tests of this room send: Solveig of another server writes to our secretariat."""

import json
from typing import Any

from actors.urls import Urls
from inbox import parse
from inbox.origin import NOTHING, Fetched
from inbox.parse import Arrived
from inbox.receive import Reading, receive
from inbox.verdicts import Facts

CONTEXT = "https://www.w3.org/ns/activitystreams"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
URLS = Urls("https://by.example", "by.example")
NOW = 1_775_000_000_000
HOST = "https://avis.example"
SOLVEIG = f"{HOST}/users/solveig"
MALLORY = "https://ond.example/users/mallory"
SECRETARIAT = URLS.actor(1741234567000042)
OUR_POST = URLS.post(1767225600000777)


def note(**more: Any) -> dict[str, Any]:
    return {
        "id": f"{HOST}/posts/1",
        "type": "Note",
        "attributedTo": SOLVEIG,
        "content": "<p>Hei</p>",
        "published": "2026-03-14T09:26:53Z",
        "to": [PUBLIC],
        "cc": [f"{SOLVEIG}/followers"],
        **more,
    }


def activity(type: str, object: Any, **more: Any) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "id": f"{HOST}/activities/1",
        "type": type,
        "actor": SOLVEIG,
        "object": object,
        **more,
    }


def arrived(document: dict[str, Any], **more: Any) -> Arrived:
    return parse.activity(document, now=NOW, **more)


def receiving(
    document: Any,
    *,
    signer: str = SOLVEIG,
    fetched: Fetched = NOTHING,
    facts: Facts | None = None,
    owner: int = 0,
) -> Reading:
    return receive(
        json.dumps(document).encode(),
        signer=signer,
        owner=owner,
        urls=URLS,
        facts=facts or Facts(now=NOW),
        fetched=fetched,
    )
