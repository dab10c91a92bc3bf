"""Expanded JSON-LD -> the words that inbox/parse.py reads: what `terms.check` calls for, finished.

The house expands (fedi/jsonld.py, pyld in its worker); here the result is written in plain words
again, so that one parser reads everything. Whatever has no word of ours is dropped, so a document
that was expanded means what its context says and nothing besides. Next: inbox/receive.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from actors.errors import Invalid
from actors.vocabulary import ACTIVITYSTREAMS, SECURITY, TERMS

_AS: Final = "https://www.w3.org/ns/activitystreams#"
_UNDEFINED: Final = "_:"
"""Where the ActivityStreams context puts words that nobody defined: we read those as they are."""


def _table(namespaces: Iterable[str], words: str) -> dict[str, str]:
    return {space + word: word for space in namespaces for word in words.split()}


_SCHEMA: Final = tuple(f"{http}://schema.org{end}" for http in ("http", "https") for end in "#/")
_OF_OTHERS: Final = (
    _table(
        ("http://joinmastodon.org/ns#",),
        "featured featuredTags discoverable indexable votersCount Emoji blurhash focalPoint",
    )
    | _table(_SCHEMA, "PropertyValue value")
    | _table(("http://www.w3.org/ns/ldp#",), "inbox outbox")
    | _table(
        ("https://w3id.org/security#", "https://w3id.org/security/v1#"),
        "publicKey publicKeyPem owner controller publicKeyMultibase assertionMethod expires revoked"
        " Key Multikey",
    )
    | _table(("http://purl.org/dc/terms/",), "created")
    | _table(("http://ostatus.org#",), "conversation")
    | _table(("http://litepub.social/ns#",), "EmojiReact ChatMessage")
    | _table(("https://misskey-hub.net/ns#",), "_misskey_reaction _misskey_quote")
    | _table(("http://fedibird.com/ns#",), "quoteUri")
    | _table(
        ("https://w3id.org/fep/044f#",),
        "quote quoteAuthorization QuoteRequest QuoteAuthorization",
    )
    | _table(
        ("https://gotosocial.org/ns#",),
        "interactionPolicy canQuote automaticApproval manualApproval always approvalRequired"
        " interactingObject interactionTarget",
    )
    | _table(("https://purl.archive.org/socialweb/webfinger#",), "webfinger")
)
_BY_LANGUAGE: Final = {"content": "contentMap", "name": "nameMap", "summary": "summaryMap"}


def under_usual_terms(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with the usual contexts ahead of its own, ready to be expanded.

    ActivityStreams 2.0 section 2.1: its context applies whether a document names it or not. The
    terms of the fediverse apply as well, since most are defined at URLs that we do not fetch.
    """
    given = document.get("@context")
    own = given if isinstance(given, list) else [given]
    usual: list[Any] = [ACTIVITYSTREAMS, SECURITY, TERMS]
    return {**document, "@context": usual + [entry for entry in own if entry is not None]}


def in_plain_words(expanded: Sequence[Any]) -> dict[str, Any]:
    """Write one expanded object in plain words; Invalid unless it is exactly one."""
    if len(expanded) != 1 or not isinstance(expanded[0], dict):
        raise Invalid("The document is not one object.", code="not_one_object")
    found = _node(expanded[0])
    if not isinstance(found, dict):
        raise Invalid("The document says nothing of its object.", code="not_one_object")
    return found


def _node(node: Mapping[str, Any]) -> Any:
    """A literal, an id alone, or an object."""
    if "@value" in node:
        return node["@value"]
    if "@id" in node and len(node) == 1:
        return node["@id"]
    plain: dict[str, Any] = {}
    if isinstance(node.get("@id"), str):
        plain["id"] = node["@id"]
    if kinds := [_word(kind) or kind for kind in node.get("@type", ()) if isinstance(kind, str)]:
        plain["type"] = kinds[0] if len(kinds) == 1 else kinds
    for iri, values in node.items():
        word = _word(iri)
        if word and isinstance(values, list):
            _put(plain, word, values)
    return plain


def _put(plain: dict[str, Any], word: str, values: list[Any]) -> None:
    if word == "items" and any(isinstance(one, dict) and "@list" in one for one in values):
        word = "orderedItems"
    tagged = _tagged(values) if word in _BY_LANGUAGE else {}
    if tagged:
        plain[_BY_LANGUAGE[word]] = tagged
        values = [one for one in values if "@language" not in one] or values[:1]
    found = [one for value in values for one in _flat(value)]
    if found:
        plain[word] = found[0] if len(found) == 1 and word != "orderedItems" else found


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict) and isinstance(value.get("@list"), list):
        return [_node(one) for one in value["@list"] if isinstance(one, dict)]
    return [_node(value)] if isinstance(value, dict) else []


def _tagged(values: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in values:
        if isinstance(one, dict) and "@language" in one:
            found.setdefault(str(one["@language"]), one.get("@value"))
    return found


def _word(iri: str) -> str:
    """The word for an IRI, "" where we read none."""
    if iri.startswith(_AS):
        return iri.removeprefix(_AS)
    if iri.startswith(_UNDEFINED):
        return iri.removeprefix(_UNDEFINED)
    return _OF_OTHERS.get(iri, "")
