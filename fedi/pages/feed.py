"""An Atom feed (RFC 4287) for each department: its newest public posts, without replies.

Written as text, like all our XML; every value is escaped, and what XML cannot hold is left out.
"""

import hashlib
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from actors.errors import NotFound
from actors.html import first_words, printable
from actors.people import Actor, ActorKind
from fedi.pages.cards import Card, Cards
from fedi.pages.site import Asked, Site, redirect
from fedi.store import directory, showing
from fedi.store.engine import Tx
from fedi.store.showing import Shown
from outbox.answers import Answer
from outbox.objects.moment import stamp

ENTRIES: Final = 20
TITLE: Final = 80
MAX_AGE: Final = 300  # seconds
KIND: Final = b"application/atom+xml; charset=utf-8"


async def feed(site: Site, asked: Asked) -> Answer:
    """Answer the feed of one of our actors, or of whoever had that handle once."""
    username = asked.params["username"]

    async def query(tx: Tx) -> tuple[Actor, list[Shown]] | None:
        actor = await directory.by_handle(tx, username)
        if actor is None or not directory.is_open(actor):
            return None
        return actor, await showing.for_feed(tx, actor.id, ENTRIES)

    found = await site.engine.read(query)
    if found is None or found[0].kind is ActorKind.APPLICATION:
        raise NotFound("There is nobody of that name here.")
    actor, posts = found
    if actor.username != username:
        return redirect(site.urls.feed(actor.username), 301)
    return _answered(_document(site, asked, actor, posts).encode())


def _answered(body: bytes) -> Answer:
    headers = (
        (b"content-type", KIND),
        (b"content-length", b"%d" % len(body)),
        (b"etag", b'"%s"' % hashlib.sha256(body).hexdigest()[:32].encode()),
        (b"cache-control", b"public, max-age=%d" % MAX_AGE),
        (b"vary", b"Accept-Language, Cookie"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        (b"access-control-allow-origin", b"*"),
    )
    return Answer(200, headers, body)


def _document(site: Site, asked: Asked, actor: Actor, posts: list[Shown]) -> str:
    say = site.speech(asked)
    cards = Cards(site.urls, say, site.times(say), site.clock.now())
    face = cards.face(actor)
    updated = max([actor.created, *(s.post.edited or s.post.published for s in posts)])
    language = actor.language or site.organisation.language
    here = site.urls.feed(actor.username)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={_quoted(language)}>',
        f"<id>{_text(actor.uri)}</id>",  # not the address, which changes with the handle
        f"<title>{_text(face.name)}</title>",
        f"<updated>{stamp(updated)}</updated>",
        f'<link rel="self" type="application/atom+xml" href={_quoted(here)}/>',
        f'<link rel="alternate" type="text/html" href={_quoted(actor.url)}/>',
        f"<author><name>{_text(face.name)}</name><uri>{_text(actor.url)}</uri></author>",
        f"<rights>{_text(site.name(say))}</rights>",
    ]
    subtitle = first_words(actor.summary, 300)
    if subtitle:
        lines.append(f"<subtitle>{_text(subtitle)}</subtitle>")
    lines += [_entry(site, cards, shown) for shown in posts]
    return "\n".join([*lines, "</feed>", ""])


def _entry(site: Site, cards: Cards, shown: Shown) -> str:
    post, card = shown.post, cards.card(shown, whole=True)
    title = card.warning or post.name or first_words(post.content, TITLE) or card.label
    content = _content(site, card) if not card.warning else f"<p>{escape(card.warning)}</p>"
    lines = [
        f"<entry xml:lang={_quoted(card.language)}>" if card.language else "<entry>",
        f"<id>{_text(post.uri)}</id>",
        f"<title>{_text(title)}</title>",
        f"<published>{stamp(post.published)}</published>",
        f"<updated>{stamp(post.edited or post.published)}</updated>",
        f'<link rel="alternate" type="text/html" href={_quoted(post.uri)}/>',
        *(f"<category term={_quoted(tag)}/>" for tag in shown.hashtags),
        f'<content type="html">{_text(content)}</content>',
        "</entry>",
    ]
    return "\n".join(lines)


def _content(site: Site, card: Card) -> str:
    """Return a post as HTML for readers elsewhere, its pictures with their full addresses."""
    pictures = (
        f"<p><img src={_quoted(site.urls.page(one.path))} alt={_quoted(one.alt)}></p>"
        for one in card.pictures
    )
    return str(card.text) + "".join(pictures)


def _text(value: str) -> str:
    return escape(printable(str(value)))


def _quoted(value: str) -> str:
    return quoteattr(printable(str(value)))
