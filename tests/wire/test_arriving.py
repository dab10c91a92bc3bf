"""Every document in tests/wire/<software>-<version>/, as that server sends it, and what we read.

`<thing>.json` is what arrived; `<thing>.fetched.json`, where there is one, what its owners serve
(null: 410 Gone); `<thing>.expected.json` the record, without what is at its default. After a
change that is meant, FEDI_REWRITE_GOLDEN=1 writes the expectations anew: read the diff.
"""

import json
import os
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from actors.documents import read_document
from actors.effects import Need, Refusal
from actors.urls import Urls
from fedi.jsonld import expand_here, load_or_nothing
from inbox import parse, terms, values
from inbox.expanded import in_plain_words, under_usual_terms
from inbox.parse import Document
from inbox.parse_note import is_actor, is_post
from inbox.receive import receive
from inbox.verdicts import Facts

HERE = Path(__file__).parent
URLS = Urls("https://by.example", "by.example")
NOW = 1_775_000_000_000
KARI = 1741234567890123
DOCUMENTS = sorted(
    path
    for path in HERE.glob("*-*/*.json")
    if not path.stem.endswith((".expected", ".fetched")) and path.parent.name != "from-us"
)


def told(value: Any) -> Any:
    """A record as JSON: its type, and the fields that are not at their default."""
    if is_dataclass(value) and not isinstance(value, type):
        found: dict[str, Any] = {"is": type(value).__name__}
        for field in fields(value):
            content = getattr(value, field.name)
            default = field.default_factory() if callable(field.default_factory) else field.default
            if default is MISSING or content != default:
                found[field.name] = told(content)
        return found
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [told(item) for item in value]
    if isinstance(value, dict):
        return {key: told(item) for key, item in value.items()}
    return value


def plain(document: Document) -> Document:
    """What the house makes of it: expanded where plain reading could misread it."""
    if terms.are_plain(document):
        return document
    return in_plain_words(expand_here(under_usual_terms(document), load_or_nothing))


def read(path: Path) -> Any:
    raw = path.read_bytes()
    document = plain(read_document(raw))
    beside = path.with_suffix(".fetched.json")
    fetched = json.loads(beside.read_text()) if beside.exists() else {}
    if "actor" in document and "object" in document:
        return receive(
            raw,
            plain=document,
            signer=values.uri(document["actor"]),
            owner=KARI if "direct" in path.stem else 0,
            urls=URLS,
            facts=Facts(now=NOW),
            fetched=fetched,
        )
    if is_actor(document):
        return parse.profile(document)
    if is_post(document):
        return parse.note(document, URLS, now=NOW)
    return parse.collection(document)


@pytest.mark.parametrize(
    "path", DOCUMENTS, ids=[f"{path.parent.name}/{path.stem}" for path in DOCUMENTS]
)
def test_what_another_server_sends_is_read_as_expected(path: Path) -> None:
    expected = path.with_suffix(".expected.json")
    found = json.loads(json.dumps(told(read(path))))
    if os.environ.get("FEDI_REWRITE_GOLDEN") == "1":
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    assert found == json.loads(expected.read_text())


def test_there_are_documents_of_every_software_we_name() -> None:
    named = {path.parent.name.rpartition("-")[0] for path in DOCUMENTS}
    assert named >= {
        "akkoma", "bovine", "bridgyfed", "friendica", "funkwhale", "gotosocial", "hollo", "honk",
        "hubzilla", "iceshrimp", "lemmy", "mastodon", "misskey", "mitra", "mobilizon", "nodebb",
        "peertube", "pixelfed", "pleroma", "smithereen", "snac2", "takahe", "threads", "wordpress",
    }  # fmt: skip
    assert len(DOCUMENTS) >= 40


def test_no_software_we_know_needs_expansion() -> None:
    needing = {
        path.parent.name
        for path in DOCUMENTS
        if not terms.are_plain(read_document(path.read_bytes()))
    }
    assert needing == {"jsonld-1.1"}


def test_only_what_needs_more_or_is_not_for_us_is_left_unread() -> None:
    unread = {
        f"{path.parent.name}/{path.stem}": found
        for path in DOCUMENTS
        if isinstance(found := read(path), Need | Refusal)
    }
    assert {name: getattr(found, "code", "need") for name, found in unread.items()} == {
        "lemmy-0.19/announce_like": "need",
        "lemmy-0.19/announce_lock": "wrapped_kind",
        "lemmy-0.19/dislike": "unsupported_activity",
        "mastodon-4.5/add_featured_tag": "unsupported_object",
        "pleroma-2.10/chat_message": "unsupported_object",
    }
