"""JSON-LD, read lightly: which @context leaves the words we read with the meaning we give them.

No context is ever fetched. A known or unknown URL changes nothing: unknown terms are dropped
when records are made. An inline context that maps a word we read to something else or another
word to what we read, and whatever rearranges documents, would make plain reading wrong
(security.md S6): `check` raises NeedsExpansion. Next: inbox/parse.py; inbox/expanded.py.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from actors.errors import Invalid
from actors.vocabulary import (
    ACTOR_TYPES,
    COLLECTION_TYPES,
    POST_TYPES,
)

Document = Mapping[str, Any]

_AS: Final = "https://www.w3.org/ns/activitystreams#"
_SEC: Final = "https://w3id.org/security#"
_LDP: Final = "http://www.w3.org/ns/ldp#"

# fmt: off
_AS_WORDS: Final = frozenset({
    "actor", "object", "target", "attributedTo", "attachment", "tag", "icon", "image", "url",
    "href", "to", "cc", "bto", "bcc", "audience", "inReplyTo", "context", "content", "contentMap",
    "name", "nameMap", "summary", "summaryMap", "published", "updated", "endTime", "closed",
    "mediaType", "oneOf", "anyOf", "replies", "first", "next", "items", "orderedItems",
    "totalItems", "inbox", "outbox", "followers", "following", "endpoints", "sharedInbox",
    "preferredUsername", "manuallyApprovesFollowers", "movedTo", "alsoKnownAs", "instrument",
    "result",
    "Accept", "Add", "Announce", "Block", "Create", "Delete", "Flag", "Follow", "Like", "Move",
    "Reject", "Remove", "Undo", "Update", "Tombstone", "Link", "Mention", "Document",
}) | ACTOR_TYPES | POST_TYPES | COLLECTION_TYPES

_OTHER_SPELLING: Final = {
    "orderedItems": "items", "contentMap": "content", "nameMap": "name", "summaryMap": "summary",
}
# fmt: on
_KEYWORD_WORDS: Final = {"id": "@id", "type": "@type"}
_PREFIXES: Final = {"as": _AS, "sec": _SEC, "ldp": _LDP}


def _meanings() -> dict[str, frozenset[str]]:
    """The word -> the IRIs it may be mapped to; whatever is not in here may mean anything."""
    words = {word: frozenset({_AS + _OTHER_SPELLING.get(word, word)}) for word in _AS_WORDS}
    words |= {word: frozenset({_AS + of, _AS + word}) for word, of in _OTHER_SPELLING.items()}
    words |= {word: frozenset({keyword}) for word, keyword in _KEYWORD_WORDS.items()}
    words |= {word: frozenset({iri}) for word, iri in _PREFIXES.items()}
    for word in ("inbox", "outbox"):
        words[word] = frozenset({_LDP + word, _AS + word})
    for word in ("publicKey", "publicKeyPem", "owner", "controller", "publicKeyMultibase"):
        words[word] = frozenset({_SEC + word})
    words["assertionMethod"] = frozenset({_SEC + "assertionMethod"})
    words["sec"] = frozenset({_SEC, "https://w3id.org/security/v1#"})
    return words


_MEANINGS: Final = _meanings()
_REARRANGING: Final = frozenset({"@graph", "@included", "@reverse", "@nest"})
_SPELLED_OUT: Final = frozenset({"@id", "@type"})
READ_SPELLED_OUT: Final = "as:manuallyApprovesFollowers"
"""Fedify 2.3 writes it so for every actor, and parse_actor.py reads it so."""
_MEANT: Final = frozenset().union(*_MEANINGS.values()) | {_AS}
"""What a word that is not ours may not stand for: we would not see it."""
_MAX_NESTED: Final = 8

_SOUND: Final[dict[str, None]] = {}
_SOUND_COUNT: Final = 256
_SOUND_LENGTH: Final = 8_192


class NeedsExpansion(Invalid):
    """Plain reading could misread it: it is expanded first, or refused."""

    code = "needs_expansion"


def check(document: Document) -> None:
    """Raise NeedsExpansion if plain reading could take any of the document for something else."""
    stack: list[tuple[Any, bool]] = [(document, True)]
    while stack:
        value, read = stack.pop()
        if isinstance(value, list):
            stack.extend([(inner, read) for inner in value if isinstance(inner, dict | list)])
            continue
        context = value.get("@context")
        if context is not None and not isinstance(context, str):
            _check_once(context)
        for word, inner in value.items():
            ours = ":" not in word
            if not ours or word[:1] == "@":
                _check_key(word, value, read=read)
            if isinstance(inner, dict | list) and word != "@context":
                # What is under a word of others is dropped with it; it may not rearrange, though.
                stack.append((inner, read and ours))


def are_plain(document: Document) -> bool:
    """Return whether every word in the document means what we take it to mean."""
    try:
        check(document)
    except NeedsExpansion:
        return False
    return True


def _check_key(word: str, node: Mapping[str, Any], *, read: bool) -> None:
    """Keywords and words spelled out in full; an `@type` beside an `@value` is no object's."""
    spelled_out = word in _SPELLED_OUT and "@value" not in node
    if word in _REARRANGING or (read and (spelled_out or word.startswith(("as:", _AS)))):
        if word == READ_SPELLED_OUT:
            return
        raise _needs(word)


def _check_once(context: Any) -> None:
    """Check a context unless this very one was found sound before: each software sends its own
    again and again, and the check is a quarter of reading a post."""
    spelled = repr(context)
    if spelled in _SOUND:
        return
    _check_context(context, 0)
    if len(spelled) <= _SOUND_LENGTH:
        if len(_SOUND) >= _SOUND_COUNT:
            _SOUND.pop(next(iter(_SOUND)))
        _SOUND[spelled] = None


def _check_context(context: Any, depth: int) -> None:
    if depth > _MAX_NESTED:
        raise _needs("contexts within contexts")
    inline = list(_inline(context))
    # Later entries win in JSON-LD, and a prefix may be defined in another entry than its use:
    # every definition must agree, so the order does not matter here.
    prefixes = dict(_PREFIXES)
    for entry in inline:
        prefixes.update({word: _iri(mapping) for word, mapping in entry.items() if _iri(mapping)})
    for entry in inline:
        for word, mapping in entry.items():
            _check_word(word, mapping, prefixes, depth)


def _inline(context: Any) -> Iterator[dict[str, Any]]:
    for entry in context if isinstance(context, list) else [context]:
        if isinstance(entry, dict):
            yield entry
        elif isinstance(entry, list):
            yield from _inline(entry)


def _check_word(word: str, mapping: Any, prefixes: Mapping[str, str], depth: int) -> None:
    if word.startswith("@"):
        if word == "@base" and mapping is not None:
            raise _needs(word)
        return
    if isinstance(mapping, dict):
        if not _REARRANGING.isdisjoint(mapping):
            raise _needs(word)
        if mapping.get("@context") is not None:
            _check_context(mapping["@context"], depth + 1)
    meant = _MEANINGS.get(word)
    iri = _expand(_iri(mapping), prefixes)
    if iri in _REARRANGING or (iri in _MEANT if meant is None else iri not in meant):
        raise _needs(word)


def _iri(mapping: Any) -> str:
    iri = mapping.get("@id") if isinstance(mapping, dict) else mapping
    return iri if isinstance(iri, str) else ""


def _expand(mapping: str, prefixes: Mapping[str, str]) -> str:
    for _ in range(_MAX_NESTED):
        prefix, colon, rest = mapping.partition(":")
        if not colon or rest.startswith("//") or prefix not in prefixes:
            break
        mapping = prefixes[prefix] + rest
    return mapping


def _needs(detail: str) -> NeedsExpansion:
    return NeedsExpansion(
        "The document's context redefines words that we read plainly.", detail=detail
    )
