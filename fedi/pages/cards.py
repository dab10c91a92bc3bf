"""How a post and its author look: rows made into what the templates print.

Nothing is loaded from other servers: who has no picture here gets initials, and their pictures
and films are links. Long posts are cut in lists, so that a page stays small.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from markupsafe import Markup

from actors import ids
from actors.html import first_words
from actors.people import Actor, ActorKind
from actors.posts import Media, Post, Question, Visibility
from actors.urls import Urls, host_of
from fedi.pages.language import Speech
from fedi.pages.times import Times
from fedi.store.showing import Shown

CUT_ABOVE: Final = 1_500  # characters of HTML
CUT_TO: Final = 500  # characters of text
NAME_MAX: Final = 100
COLOURS: Final = 8
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,2}")
_FALLBACK: Final = re.compile(r'<p class="quote-inline">(?:(?!</p>).)*+</p>', re.DOTALL)
_WORD: Final = re.compile(r"\w", re.UNICODE)
_PERSONS: Final = (ActorKind.PERSON, ActorKind.SERVICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """An actor, to be recognised by."""

    name: str
    href: str
    handle: str
    picture: str
    initials: str
    colour: int
    person: bool


@dataclass(frozen=True, slots=True)
class Picture:
    path: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Linked:
    href: str
    words: str
    outside: bool


@dataclass(frozen=True, slots=True)
class Choice:
    title: str
    share: int


@dataclass(frozen=True, slots=True)
class Tally:
    """A poll as it stands; shares in whole per cent."""

    options: tuple[Choice, ...]
    voters: int
    ends: int | None
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A post, ready to be printed. `outside` ones stand at another server, which is named."""

    id: str
    face: Face
    href: str
    label: str
    published: int
    edited: int | None
    outside: bool
    host: str
    shared_by: Markup | None
    answers: Markup | None
    warning: str
    title: str
    text: Markup
    language: str
    more: bool
    pictures: tuple[Picture, ...]
    files: tuple[Linked, ...]
    poll: Tally | None
    quoted: "Card | None"
    replies: int
    likes: int
    boosts: int

    @property
    def has_foot(self) -> bool:
        """Whether there is anything to say beneath the post."""
        return bool(self.replies or self.likes or self.boosts or self.edited)


class Cards:
    """Makes cards in one language."""

    def __init__(self, urls: Urls, say: Speech, times: Times, now: int) -> None:
        self._urls = urls
        self._say = say
        self._times = times
        self._now = now

    def face(self, actor: Actor) -> Face:
        """Return how an actor is shown; ours link to their page here, others to their own."""
        name = (actor.names.get(self._say.code) or actor.name or actor.username)[:NAME_MAX]
        home = self.path(self._urls.profile(actor.username)) if actor.local else web(actor.url)
        return Face(
            name=name,
            href=home or web(actor.uri),
            handle=f"@{actor.username}@{actor.domain or self._urls.handle_domain}",
            picture=self._own(actor.icon.url) if actor.icon is not None else "",
            initials=initials(name),
            colour=(actor.id ^ actor.id >> 16) % COLOURS,
            person=actor.kind in _PERSONS,
        )

    def card(self, shown: Shown, *, whole: bool = False, answers: bool = True) -> Card:
        """Return a post as it is printed; `whole` cuts nothing, `answers` names what it answers."""
        if shown.boosted is not None:
            booster = self.face(shown.author)
            link = Markup('<a href="{}">{}</a>').format(booster.href, booster.name)
            return self._card(shown.boosted, whole, answers, link)
        return self._card(shown, whole, answers, None)

    def _quoted(self, shown: Shown | None) -> Card | None:
        """Return what is quoted as a card, which itself shows no quote."""
        if shown is None:
            return None
        return self._card(replace(shown, quoted=None), False, False, None)

    def _card(self, shown: Shown, whole: bool, answers: bool, by: Markup | None) -> Card:
        post, face = shown.post, self.face(shown.author)
        outside = not post.local
        text, language, more = self.text(post, whole, quoted=shown.quoted is not None)
        pictures, files = self._media(post)
        return Card(
            id=ids.text(post.id),
            face=face,
            href=self.href(post),
            label=self._label(post, face),
            published=post.published,
            edited=None if outside else post.edited,
            outside=outside,
            host=shown.author.domain or host_of(post.uri),
            shared_by=by,
            answers=self._answers(shown) if answers else None,
            warning=self._warning(post),
            title=post.name,
            text=text,
            language=language,
            more=more,
            pictures=pictures,
            files=files,
            poll=self._tally(shown.question) if shown.question is not None else None,
            quoted=self._quoted(shown.quoted),
            replies=shown.replies,
            likes=shown.likes,
            boosts=shown.boosts,
        )

    def href(self, post: Post) -> str:
        """Return where a post is read: ours here, another's at its own server."""
        if post.local:
            return self.path(self._urls.post(post.id))
        return web(post.url) or web(post.uri)

    def path(self, url: str) -> str:
        """Return a URL of ours as a path, so that pages work at whatever name they are read."""
        return url.removeprefix(self._urls.origin)

    def text(self, post: Post, whole: bool, *, quoted: bool = False) -> tuple[Markup, str, bool]:
        """Return (HTML, its language, whether it is cut); in the reader's language if it can be.
        The line that stands for what is quoted is left out where that is shown."""
        own = post.content_map.get(self._say.code)
        html = own or post.content
        if quoted:
            html = _FALLBACK.sub("", html)
        code = self._say.code if own else post.language
        code = code if _LANGUAGE.fullmatch(code) else ""
        if whole or len(html) <= CUT_ABOVE:
            return Markup(html), code, False  # noqa: S704  (sanitised when it was stored)
        return Markup("<p>{}</p>").format(first_words(html, CUT_TO)), code, True

    def _warning(self, post: Post) -> str:
        if post.summary:
            return post.summary[:500]
        return self._say.text("compose.warning") if post.sensitive else ""

    def _label(self, post: Post, face: Face) -> str:
        audience = "aud.unlisted" if post.visibility is Visibility.UNLISTED else "aud.public"
        return self._say.text(
            "a11y.post_by",
            name=face.name,
            time=self._times.since(post.published),
            audience=self._say.text(audience).lower(),
        )

    def _answers(self, shown: Shown) -> Markup | None:
        post = shown.post
        if shown.answered is not None:
            name: Any = self.face(shown.answered).name
            if shown.answered.local and post.in_reply_to is not None:
                href = self.path(self._urls.post(post.in_reply_to))
                name = Markup('<a href="{}">{}</a>').format(href, name)
            return self._say("re.reply_to", name=name)
        if web(post.in_reply_to_uri):
            host = host_of(post.in_reply_to_uri)
            link = Markup('<a href="{}" rel="nofollow noopener noreferrer">{}</a>')
            return self._say("re.reply_elsewhere", host=link.format(post.in_reply_to_uri, host))
        return None

    # -- pictures and polls

    def _own(self, url: str) -> str:
        """Return the path of a file of our own, or "" for another server's."""
        local = self._urls.parse(url)
        return self.path(url) if local is not None and local.kind == "media" else ""

    def _media(self, post: Post) -> tuple[tuple[Picture, ...], tuple[Linked, ...]]:
        pictures, files = list[Picture](), list[Linked]()
        for item in post.media:
            own = self._own(item.url)
            if own and item.media_type.startswith("image/"):
                pictures.append(Picture(own, item.description, item.width, item.height))
            elif own or web(item.url):
                files.append(Linked(own or item.url, self._words(item, own), not own))
        return tuple(pictures), tuple(files)

    def _words(self, item: Media, own: str) -> str:
        say = self._say.text
        kind = item.media_type.partition("/")[0]
        name = item.description[:200] or item.media_type or item.kind
        if kind == "image":
            alt = item.description[:200]
            what = say("a11y.image_of", alt=alt) if alt else say("a11y.no_alt")
        else:
            key = {"video": "post.film", "audio": "post.sound"}.get(kind, "post.file")
            what = say(key, name=name)
        return what if own else say("post.at", what=what, host=host_of(item.url))

    def _tally(self, question: Question) -> Tally:
        votes = sum(max(0, option.votes) for option in question.options)
        voters = question.voters if question.voters is not None else votes
        whole = max(voters, 1) if question.multiple else max(votes, 1)
        return Tally(
            options=tuple(
                Choice(option.title, min(100, round(100 * max(0, option.votes) / whole)))
                for option in question.options
            ),
            voters=max(0, voters),
            ends=question.closed or question.ends,
            over=(question.closed or question.ends or self._now + 1) <= self._now,
        )


def web(url: str) -> str:
    """Return a URL that a reader may be sent to, or "" for any but http and https."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("https", "http") and parts.netloc else ""


def initials(name: str) -> str:
    """Return one or two letters for an actor without a picture."""
    words = [match[0] for word in name.split() if (match := _WORD.search(word))]
    letters = words[:1] + (words[-1:] if len(words) > 1 else [])
    return "".join(letters).upper()[:2] or "–"


Print = Callable[..., Markup]
"""The macro of a template that prints a card: (card, level, main)."""
