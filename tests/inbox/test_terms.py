from typing import Any

import pytest

from inbox import parse
from inbox.receive import Expand
from inbox.terms import NeedsExpansion, check
from tests.inbox.arrivals import CONTEXT, OUR_POST, URLS, activity, note, receiving


def under(context: Any) -> dict[str, Any]:
    return {"@context": context, "type": "Note"}


@pytest.mark.parametrize("inline", [
    {"actor": "https://ond.example/ns#actor"},
    {"object": "as:target"},
    {"to": "as:cc"},
    {"type": "https://ond.example/ns#type"},
    {"id": "https://ond.example/ns#id"},
    {"kind": "@type", "type": "as:name"},
    {"attributedTo": None},
    {"content": {"@id": "as:summary"}},
    {"publicKeyPem": "https://ond.example/ns#pem"},
    {"Create": "as:Delete"},
    {"as": "https://ond.example/ns#"},
    {"@vocab": "https://ond.example/ns#", "actor": {"@type": "@id"}},
    {"x": "https://ond.example/ns#", "object": "x:object"},
    {"Wrapper": {"@id": "as:Note", "@context": {"actor": "as:object"}}},
])  # fmt: skip
@pytest.mark.parametrize("list_", [True, False])
def test_s6_a_context_that_redefines_a_word_we_read_needs_expansion(
    inline: dict[str, Any], list_: bool
) -> None:
    with pytest.raises(NeedsExpansion):
        check(under([CONTEXT, inline] if list_ else inline))
    with pytest.raises(NeedsExpansion):
        check(under([CONTEXT, [[inline]]]))


def test_s6_a_redefinition_inside_the_object_is_found_too() -> None:
    lying = note(**{"@context": {"content": "as:summary"}})
    with pytest.raises(NeedsExpansion):
        check({"object": [{"tag": [lying]}]})
    told = activity("Create", lying)
    assert receiving(told) == Expand(told)


@pytest.mark.parametrize("inline", [
    {"gjerning": "as:actor"},
    {"adresse": "@id"},
    {"slag": {"@id": "@type"}},
    {"s": "https://www.w3.org/ns/activitystreams#"},
    {"tekst": {"@id": "as:content", "@container": "@language"}},
    {"@base": "https://avis.example/"},
])  # fmt: skip
def test_a_context_that_calls_what_we_read_by_another_word_needs_expansion(inline: Any) -> None:
    for context in (inline, [CONTEXT, inline]):
        with pytest.raises(NeedsExpansion):
            check(under(context))


@pytest.mark.parametrize("document", [
    {"@id": OUR_POST},
    {"object": {"@type": "Note"}},
    {"as:actor": OUR_POST},
    {"tag": [{"https://www.w3.org/ns/activitystreams#name": "#vei"}]},
])  # fmt: skip
def test_words_spelled_out_in_full_need_expansion(document: dict[str, Any]) -> None:
    with pytest.raises(NeedsExpansion):
        check(document)


def test_a_typed_literal_is_read_lightly() -> None:
    check({"votersCount": {"@type": "xsd:nonNegativeInteger", "@value": 3}, "misskey:x": 1})


def test_what_is_under_a_word_of_others_is_theirs_to_spell() -> None:
    check({"vcard:hasAddress": {"@type": "vcard:Home", "vcard:locality": {"@id": "x"}}})


@pytest.mark.parametrize("keyword", ["@graph", "@included", "@reverse", "@nest"])
def test_s7_keywords_that_rearrange_are_refused_at_any_depth(keyword: str) -> None:
    documents: tuple[dict[str, Any], ...] = (
        {keyword: []},
        {"object": [{"x": {keyword: {}}}]},
        {"@context": {"skjult": keyword}},
        {"@context": {"skjult": {"@id": keyword}}},
        {"@context": {"skjult": {keyword: "as:actor"}}},
        {"vcard:hasAddress": {"@type": "vcard:Home", "x": [{keyword: {}}]}},
    )
    for document in documents:
        with pytest.raises(NeedsExpansion):
            check(document)


@pytest.mark.parametrize("context", [
    None,
    CONTEXT,
    "https://aldri.hentet.example/context.json",
    [CONTEXT, "https://w3id.org/security/v1", {"@language": "und"}],
    [CONTEXT, {"id": "@id", "type": "@type"}],
    [CONTEXT, {"movedTo": {"@id": "as:movedTo", "@type": "@id"}}],
    [CONTEXT, {"as": "https://www.w3.org/ns/activitystreams#", "to": {"@id": "as:to"}}],
    [CONTEXT, {"to": "https://www.w3.org/ns/activitystreams#to"}],
    [CONTEXT, {"sec": "https://w3id.org/security#", "publicKeyPem": "sec:publicKeyPem"}],
    [CONTEXT, {"ldp": "http://www.w3.org/ns/ldp#", "inbox": {"@id": "ldp:inbox", "@type": "@id"}}],
    [CONTEXT, {"like": {"@id": "http://pixelfed.org/ns#canLike", "@type": "@id"}}],
    [CONTEXT, {"quoteUrl": "as:quoteUrl", "anything": "https://any.example/ns#anything"}],
    [CONTEXT, 5, [None], {"x": 5, "y": ["z"]}],
])  # fmt: skip
def test_contexts_that_leave_our_words_alone_are_read_lightly(context: Any) -> None:
    check(under(context))


def test_contexts_nested_without_end_are_refused() -> None:
    context: dict[str, Any] = {}
    for _ in range(20):
        context = {"x": {"@id": "https://x.example/", "@context": context}}
    with pytest.raises(NeedsExpansion):
        check(under(context))


def test_a_prefix_that_expands_to_itself_ends() -> None:
    check(under({"a": "b:c", "b": "a:c"}))


def test_s27_a_large_context_is_read_in_one_pass() -> None:
    chain = {f"p{n}": f"p{n + 1}:x" for n in range(5_000)}
    check(under([CONTEXT, chain]))


def test_unknown_contexts_change_nothing() -> None:
    document = note(
        **{
            "@context": [
                CONTEXT,
                "https://ny.example/ns",
                "https://x.example/schemas/litepub-0.1.jsonld",
            ]
        }
    )
    assert parse.note(document, URLS) == parse.note(note(), URLS)


def test_every_reader_checks_the_context_first() -> None:
    lying = {"@context": {"to": "as:cc"}}
    for read in (
        lambda: parse.activity({**activity("Like", OUR_POST), **lying}),
        lambda: parse.note(note(**lying), URLS),
        lambda: parse.profile(lying),
        lambda: parse.collection(lying),
    ):
        with pytest.raises(NeedsExpansion):
            read()
