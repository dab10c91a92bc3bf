import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.effects import Activity, Need, Refusal
from actors.errors import Invalid
from actors.people import Profile
from actors.posts import Note
from inbox import parse
from inbox.parse_collection import Collection
from inbox.receive import Expand, receive
from inbox.verdicts import Facts
from tests.examples import examples
from tests.inbox.arrivals import (
    CONTEXT,
    HOST,
    MALLORY,
    NOW,
    OUR_POST,
    PUBLIC,
    SECRETARIAT,
    SOLVEIG,
    URLS,
    activity,
    note,
    receiving,
)

FACTS = Facts(now=NOW)

# -- arbitrary JSON in the shape of activities: the words we read, with anything in them

WORDS = st.sampled_from([
    "@context", "id", "type", "actor", "object", "target", "to", "cc", "attributedTo", "content",
    "contentMap", "name", "nameMap", "summary", "url", "href", "tag", "attachment", "icon", "image",
    "published", "updated", "inReplyTo", "oneOf", "anyOf", "endTime", "closed", "votersCount",
    "replies", "first", "next", "items", "orderedItems", "totalItems", "publicKey", "publicKeyPem",
    "publicKeyMultibase", "assertionMethod", "owner", "controller", "inbox", "endpoints",
    "sharedInbox", "preferredUsername", "featured", "alsoKnownAs", "mediaType", "focalPoint",
    "language", "context", "quote", "@value", "@id", "@graph", "sensitive", "value", "blurhash",
])  # fmt: skip
TELLING = st.sampled_from([
    CONTEXT, SOLVEIG, MALLORY, SECRETARIAT, OUR_POST, PUBLIC, "as:Public", f"{HOST}/posts/1",
    "Create", "Update", "Delete", "Announce", "Undo", "Like", "EmojiReact", "Follow", "Accept",
    "Flag", "Move", "Add", "Note", "Question", "Page", "Video", "Image", "Person", "Application",
    "Mention", "Hashtag", "Emoji", "PropertyValue", "Link", "Collection", "Tombstone", "Multikey",
    "text/html", "text/markdown", "2026-03-14T09:26:53Z", "<p>Hei</p>", "nb", "solveig", "#vei",
])  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=20)
    | TELLING
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=8),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(WORDS, JSON, max_size=14)
ACTIVITIES = st.builds(
    lambda more, kind, object: activity(kind, object) | more,
    st.dictionaries(WORDS, JSON, max_size=4),
    TELLING,
    st.builds(lambda more: note() | more, st.dictionaries(WORDS, JSON, max_size=8)) | JSON,
)


@settings(max_examples=examples(150), deadline=None)
@given(ACTIVITIES | DOCUMENTS, st.sampled_from([SOLVEIG, MALLORY]), DOCUMENTS | st.none())
def test_nothing_but_an_answer_comes_of_arbitrary_json(
    document: dict[str, Any], signer: str, served: dict[str, Any] | None
) -> None:
    fetched: dict[str, Any] = {}
    for _ in range(3):
        reading = receiving(document, signer=signer, fetched=fetched)
        assert isinstance(reading, Activity | Need | Refusal | Expand)
        if not isinstance(reading, Need):
            break
        fetched.update(dict.fromkeys(reading.uris, served))


@settings(max_examples=examples(100), deadline=None)
@given(DOCUMENTS)
def test_reading_an_arbitrary_document_gives_a_record_or_invalid(document: dict[str, Any]) -> None:
    for kind, read in (
        (Note, lambda d: parse.note(d, URLS)),
        (Profile, parse.profile),
        (Collection, parse.collection),
    ):
        name = "Person" if kind is Profile else kind.__name__
        for told in (document, {**document, "type": name, "id": SOLVEIG, "attributedTo": SOLVEIG}):
            with suppress(Invalid):
                assert isinstance(read(told), kind)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(raw: bytes) -> None:
    reading = receive(raw, signer=SOLVEIG, urls=URLS, facts=FACTS)
    assert isinstance(reading, Refusal)


@pytest.mark.parametrize("raw", [
    b"", b"[]", b"null", b'"x"', b"{", b"\xef\xbb\xbf{}", b'{"a": NaN}', b'{"a": 1e400}',
    b'{"a": ' + b"9" * 5_000 + b"}", b'{"a": "\\ud800"}', b"[" * 1_100 + b"]" * 1_100,
    b'{"a":' * 1_100 + b"1" + b"}" * 1_100, b'{"a": "' + b"x" * 1_100_000 + b'"}',
])  # fmt: skip
def test_s38_what_parsers_differ_about_is_refused(raw: bytes) -> None:
    reading = receive(raw, signer=SOLVEIG, urls=URLS, facts=FACTS)
    assert isinstance(reading, Refusal)
    assert reading.code in {"invalid", "too_large", "no_type"}


def test_s38_of_duplicate_keys_the_last_counts_in_every_rule() -> None:
    like = json.dumps(activity("Like", OUR_POST))
    doubled = like[:-1] + f', "actor": "{MALLORY}"' + "}"
    reading = receive(doubled.encode(), signer=SOLVEIG, urls=URLS, facts=FACTS)
    assert getattr(reading, "code", "") == "other_host"


def test_s27_nesting_is_refused_before_anything_walks_it() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = {"object": deep}
    reading = receiving(activity("Create", deep))
    assert getattr(reading, "code", "") == "too_large"


def test_s16_hostile_html_never_raises() -> None:
    for hostile in ("<" * 50_000, "<a " * 9_000, "<p>" * 40_000, "&" * 50_000, "</" * 9_000,
                    "<!--", "<svg><script>", "\u202e" * 9_000,
                    "<a href='" + "x" * 99_999):  # fmt: skip
        reading = receiving(activity("Create", note(content=hostile, summary=hostile)))
        assert isinstance(reading, Activity)


def test_the_policies_speak_before_anything_is_fetched() -> None:
    facts = Facts(now=NOW, blocked=frozenset({"ond.example"}))
    reading = receiving(activity("Create", "https://ond.example/posts/1"), facts=facts)
    assert getattr(reading, "code", "") == "blocked"


def test_the_same_arrival_is_read_the_same_twice() -> None:
    document = activity("Create", note())
    assert receiving(document, owner=7) == receiving(document, owner=7)
