"""A post or an actor as words: what it is found by, and the marks that the operators look for.

A mark is a word that begins with _, which no text has: _b20 by actor 20, _tsak with the hashtag,
_lnb its language, _him with an image, _ire a reply. query.py makes the same ones.
"""

import re
from collections.abc import Iterator
from typing import Final

from actors.html import plain as plain_text
from actors.people import Actor
from actors.posts import Media
from fedi.store.search_index import Document, Entry

from . import words
from .links import first_link

EVERY: Final = "_x"
"""The mark of every post: what is looked for where only something unwanted is named."""
PROPERTIES: Final = {
    "media": "_hme", "image": "_him", "video": "_hvi", "audio": "_hau", "poll": "_hpo",
    "link": "_hli", "reply": "_ire", "sensitive": "_ise",
}  # fmt: skip
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?![a-z])")
_NOT_IN_TAGS: Final = re.compile(r"\W+")


def entry_of(document: Document) -> Entry:
    """Return what is kept of a post."""
    post = document.post
    return Entry(post.id, post.edit_number, words.text_of(_texts(document), _marks(document)))


def _texts(document: Document) -> Iterator[str]:
    post = document.post
    yield post.name
    yield plain_text(post.summary)
    yield plain_text(post.content)
    for content in dict.fromkeys(post.content_map.values()):
        if content != post.content:
            yield plain_text(content)
    yield from document.options
    for media in post.media:
        yield media.description
    yield " ".join(document.hashtags)
    yield document.author


def _marks(document: Document) -> Iterator[str]:
    post = document.post
    yield EVERY
    yield by(post.author_id)
    for tag in document.hashtags:
        yield tagged(tag)
        yield words.plain(tagged(tag))
    for language in {post.language, *post.content_map}:
        if mark := in_language(language):
            yield mark
    yield from (PROPERTIES[name] for name in _properties(document))


def _properties(document: Document) -> Iterator[str]:
    post = document.post
    if post.media:
        yield "media"
        yield from filter(None, map(kind_of, post.media))
    if document.options:
        yield "poll"
    if first_link(post.content):
        yield "link"
    if post.in_reply_to is not None or post.in_reply_to_uri:
        yield "reply"
    if post.sensitive:
        yield "sensitive"


def kind_of(media: Media) -> str:
    """Return image, video or audio; "" for anything else."""
    kind = media.media_type.partition("/")[0]
    return kind if kind in ("image", "video", "audio") else ""


def by(actor_id: int) -> str:
    """Return the mark of an author."""
    return f"_b{actor_id}"


def tagged(name: str) -> str:
    """Return the mark of a hashtag, given without its #."""
    return "_t" + words.folded(_NOT_IN_TAGS.sub("", name).lower())


def in_language(code: str) -> str:
    """Return the mark of a language by its code, whatever region follows; "" for none."""
    found = _LANGUAGE.match(code.lower())
    return f"_l{found[0]}" if found else ""


def words_of(actor: Actor) -> set[str]:
    """Return what an actor is found by the beginning of; nothing for one that is gone."""
    if actor.gone or actor.moved_to:
        return set()
    found: set[str] = set()
    for text in (actor.username, actor.name, *actor.names.values()):
        for word in words.words(text):
            found |= {word, words.plain(word)}
    found.add(words.plain(words.folded(actor.username.lower())))
    return found
