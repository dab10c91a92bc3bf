"""Intent -> activity: what somebody wants to say, made into the Create or Update that says it.

Pure: the house has scanned the text and resolved its handles (outbox/compose.py), loaded what is
answered, and gives the id and the time. Whether they may say it is not decided here but by the
verb's rule (actors/activities/create.py). Other acts than posting: outbox/acts.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from actors import audience, html
from actors.errors import Invalid
from actors.handles import Handle
from actors.hashtags import hashtag_key
from actors.people import Actor
from actors.posts import Media, Mention, Note, Post, Question, Quotable, Visibility
from actors.urls import Urls
from actors.verbs import Create, Update
from outbox import compose
from outbox.objects.record import Surroundings, mention_of, question_of

Resolved = Mapping[Handle, Actor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """What a post answers, and who wrote that."""

    post: Post
    author: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What somebody wants to say as `author`. `translations` are the same text by language;
    `addressed` are recipients who need not be mentioned: the group of a GROUP post. `quote` is
    the URI of what it quotes, `quoted` the post and its author where they are known."""

    author: Actor
    person: int | None = None
    text: str
    visibility: Visibility
    summary: str = ""
    sensitive: bool = False
    language: str = ""
    translations: Mapping[str, str] = field(default_factory=dict)
    parent: Parent | None = None
    addressed: tuple[Actor, ...] = ()
    media: tuple[Media, ...] = ()
    poll: Question | None = None
    quote: str = ""
    quoted: Parent | None = None
    can_quote: Quotable | None = None


def publish(intent: Intent, *, id: int, now: int, resolved: Resolved, urls: Urls) -> Create:
    """Return the Create of a new post. The post and its Create share `id`; `now` in Unix ms.

    Its visibility is the narrowest of what was asked, the parent's and the author's exposure.
    Raises Invalid for a post with nothing in it.
    """
    parent = intent.parent
    width = (parent.post.visibility, parent.author.id) if parent else None
    asked = audience.asked_of_group(intent.visibility, width[0]) if width else intent.visibility
    visibility = audience.narrowed(asked, intent.author, width)
    visibility = audience.narrowed_by_quote(visibility, intent.author, quoted_width(intent))
    if _stays_inside(intent):
        resolved = {handle: actor for handle, actor in resolved.items() if actor.local}
    note = _worded(intent, visibility, resolved, urls)
    named = [mention.href for mention in note.mentions]
    named += [actor.uri for actor in intent.addressed]
    if parent is not None and (
        parent.author.local or not audience.stays_inside(intent.visibility, intent.author)
    ):
        named.append(parent.author.uri)
    to, cc = _addressed(intent.author, visibility, named)
    note = replace(
        note,
        uri=urls.post(id),
        url=urls.post(id),
        published=now,
        to=to,
        cc=cc,
        in_reply_to=parent.post.uri if parent else "",
        context=(parent.post.context if parent else "") or urls.context(id),
        can_quote=intent.can_quote,
        replies=urls.post(id, "replies"),
    )
    return Create(
        uri=urls.activity(id),
        actor=intent.author.uri,
        note=note,
        person=intent.person,
        source=compose.scan(intent.text).text,
        visibility=visibility,
    )


def quoted_width(intent: Intent) -> tuple[Visibility, int] | None:
    """Return (visibility, author id) of what an intent quotes."""
    return (intent.quoted.post.visibility, intent.quoted.author.id) if intent.quoted else None


def _stays_inside(intent: Intent) -> bool:
    """Return whether nobody outside may be named: also a quote of what is internal is."""
    width = quoted_width(intent)
    inside = width is not None and width[0] is Visibility.INTERNAL
    return inside or audience.stays_inside(intent.visibility, intent.author)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A post of ours as it stands, with the rows around it."""

    post: Post
    around: Surroundings


def edit(
    before: Edited, intent: Intent, *, id: int, now: int, resolved: Resolved, urls: Urls
) -> Update:
    """Return the Update that gives a post new words. Its place and audience stay: of `intent`
    only wording, media and poll count. Whoever had it keeps getting it, mentioned or not."""
    post = before.post
    note = _worded(intent, post.visibility, resolved, urls)
    note = replace(note, question=_polled(intent.poll, question_of(before.around)))
    named = [named.actor.uri for named in before.around.addressees]
    named += [mention.href for mention in note.mentions]
    to, cc = _addressed(intent.author, post.visibility, named)
    note = replace(
        note,
        uri=post.uri,
        url=post.url,
        published=post.published,
        updated=now,
        to=to,
        cc=cc,
        in_reply_to=before.around.parent or post.in_reply_to_uri,
        context=post.context,
        stamp=before.around.stamp,
        can_quote=post.can_quote,
        replies=urls.post(post.id, "replies"),
    )
    return Update(
        uri=urls.activity(id),
        actor=intent.author.uri,
        note=note,
        person=intent.person,
        source=compose.scan(intent.text).text,
    )


def _polled(wanted: Question | None, before: Question | None) -> Question | None:
    """Return the poll after an edit: the same options keep their votes, others begin anew."""
    if wanted is None or before is None:
        return wanted
    titles = [[option.title for option in poll.options] for poll in (wanted, before)]
    if titles[0] != titles[1] or wanted.multiple != before.multiple:
        return wanted
    return replace(before, ends=wanted.ends)


def _worded(intent: Intent, visibility: Visibility, resolved: Resolved, urls: Urls) -> Note:
    """Return the note with its words, tags and media; who gets it and where it stands follow."""
    known = _reachable(resolved, visibility)
    languages = {intent.language: intent.text} if intent.language else {}
    rendered = {
        language: _rendered(text, known, urls, intent.quote)
        for language, text in {**intent.translations, **languages}.items()
    }
    main = rendered.get(intent.language) or _rendered(intent.text, known, urls, intent.quote)
    if not (main.html or intent.media or intent.poll):
        raise Invalid("There is nothing in the post.", code="empty")
    texts = (main, *rendered.values())
    mentioned = {one.uri for text in texts for one in text.mentions}
    tags = {hashtag_key(tag): tag for text in reversed(texts) for tag in text.hashtags}
    return Note(
        uri="",
        kind="Question" if intent.poll else "Note",
        attributed_to=intent.author.uri,
        content=main.html,
        content_map={language: text.html for language, text in rendered.items() if text.html},
        language=intent.language,
        summary=intent.summary,
        sensitive=intent.sensitive,
        published=0,
        mentions=_mentions(mentioned, known, urls),
        hashtags=tuple(tags.values()),
        media=intent.media,
        question=intent.poll,
        quote=intent.quote,
    )


def _reachable(resolved: Resolved, visibility: Visibility) -> dict[Handle, Actor]:
    """Return whom a post can mention: of an internal one, nobody outside hears (the model)."""
    inside_only = not audience.leaves_the_house(visibility)
    return {handle: actor for handle, actor in resolved.items() if actor.local or not inside_only}


def _mentions(wanted: set[str], known: Resolved, urls: Urls) -> tuple[Mention, ...]:
    found = {actor.uri: mention_of(actor, urls) for actor in known.values() if actor.uri in wanted}
    return tuple(found.values())


_QUOTED: Final = '<p class="quote-inline">RE: <a href="{0}" rel="{1}">{0}</a></p>'


def _rendered(text: str, known: Resolved, urls: Urls, quote: str) -> compose.Rendered:
    """Return the HTML; for servers that know no quotes, it ends with a link to what is quoted."""
    mentioned = {
        handle: compose.Mentioned(
            url=actor.url or actor.uri,
            uri=actor.uri,
            username=actor.username,
            domain=actor.domain or urls.handle_domain,
        )
        for handle, actor in known.items()
    }
    rendered = compose.render(compose.scan(text), mentioned, urls.tag)
    if quote:
        link = _QUOTED.format(html.escape(quote), html.LINK_REL)
        rendered = replace(rendered, html=rendered.html + link)
    return rendered


def _addressed(
    author: Actor, visibility: Visibility, named: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    others = tuple(uri for uri in dict.fromkeys(named) if uri != author.uri)
    return audience.addressing(visibility, author.followers, others)
