"""Post documents -> Note: every server's Note, Question, Article, Page, Event, Video, Audio, Image.

Other servers' shapes are smoothed here and only here; tests/wire has a document as sent for each.
What Note cannot hold is dropped, what is too long is cut as inbox/limits.py says, and HTML has
passed actors.html. Whose word it is, inbox/origin.py decides. Next: inbox/parse_media.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.errors import Invalid, TooLarge
from actors.hashtags import hashtag_key
from actors.html import clean, escape, plain
from actors.posts import Emoji, Mention, Note, Option, Question, Quotable
from actors.urls import Urls, same_host
from actors.vocabulary import ACTOR_TYPES, POST_TYPES
from inbox import limits, values
from inbox.parse_media import media_of

Document = Mapping[str, Any]

LANGUAGES: Final = ("nb", "nn", "no", "se", "en")
_NOT_HTML: Final = frozenset({"text/plain", "text/markdown", "text/x.misskeymarkdown"})
_QUOTES: Final = ("quote", "quoteUri", "quoteUrl", "quoteURL", "_misskey_quote")


@dataclass(frozen=True, slots=True)
class _Text:
    content: str
    by_language: Mapping[str, str]
    language: str


def note_of(
    document: Document,
    urls: Urls,
    *,
    author: str = "",
    now: int = 0,
    languages: Sequence[str] = LANGUAGES,
) -> Note:
    """Read a post. `author` is taken if it is among several, or none is named; `now` dates it.

    Raises Invalid where there is no id, author or known type, TooLarge for too many recipients.
    """
    kind = next((kind for kind in values.types(document) if kind in POST_TYPES), None)
    if kind is None:
        raise Invalid("This kind of object is not read here.", code="unsupported_object")
    uri = values.uri(document.get("id"))
    if not uri:
        raise Invalid("The object has no id.", code="no_id")
    written_by = _author(document, uri, author)
    text = _text(document, languages)
    published = values.when(document.get("published"))
    tags = values.items(document.get("tag"))[: limits.TAGS.size]
    return Note(
        uri=uri,
        kind=kind,
        attributed_to=written_by,
        content=text.content,
        content_map=text.by_language,
        language=text.language,
        summary=_summary(document, languages),
        sensitive=values.flag(document.get("sensitive")),
        name=_title(document, languages),
        url=_page(document, uri),
        published=now if published is None else published,
        updated=_updated(document, published),
        to=_recipients(document, "to"),
        cc=_recipients(document, "cc"),
        audience=_recipients(document, "audience"),
        in_reply_to=values.uri(document.get("inReplyTo")),
        context=_context(document),
        mentions=_mentions(tags, urls),
        hashtags=_hashtags(tags),
        emojis=emojis_of(tags, uri),
        media=media_of(document, kind, uri),
        question=_question(document),
        quote=_quote(document, tags),
        stamp=values.uri(document.get("quoteAuthorization")),
        can_quote=_can_quote(document),
        replies=_replies(document, uri),
    )


def recipients(document: Document) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (to, cc), Public spelled in full; TooLarge for more than we take."""
    return _recipients(document, "to"), _recipients(document, "cc")


def _recipients(document: Document, key: str) -> tuple[str, ...]:
    named = values.items(document.get(key))
    if len(named) > limits.RECIPIENTS.size:
        raise TooLarge("The activity names more recipients than we take.")
    return values.uris(named, limits.RECIPIENTS.size)


def _author(document: Document, uri: str, author: str) -> str:
    """The author: the one expected, also where none is named, else a person among several
    (PeerTube, Lemmy), else the first.

    Of several, only those on the object's own host are believed at all (security.md S9).
    """
    named = authors_of(document)
    found = values.uris(named, limits.OBJECTS.size)
    if not found and not author:
        raise Invalid("The object names no author.", code="no_author")
    if not found or author in found:
        return author
    near = [one for one in found if same_host(one, uri)]
    people = [
        one
        for item in named
        if isinstance(item, dict) and "Person" in values.types(item)
        for one in (values.uri(item),)
        if one in near
    ]
    return (people or near or list(found))[0]


def authors_of(document: Document) -> list[Any]:
    """Return whom a post names as its authors; Mobilizon names a group there, and the person who
    wrote it as `actor`."""
    return values.items(document.get("attributedTo")) + values.items(document.get("actor"))


def _text(document: Document, languages: Sequence[str]) -> _Text:
    """Text and its language: a map's entry equal to `content` names it (GoToSocial's rule);
    where there is only a map, the languages we prefer decide."""
    most = limits.CONTENT.size
    tagged = values.by_language(document.get("contentMap"), most)
    if not tagged:
        tagged = values.by_language(document.get("content"), most)
    given = values.text(document.get("content"), most)
    language = ""
    if given:
        equal = [tag for tag, words in tagged.items() if words == given]
        language = equal[0] if equal else next(iter(tagged), "") if len(tagged) == 1 else ""
    elif tagged:
        language = preferred(tagged, languages)
        given = tagged[language]
    if _media_type(document) in _NOT_HTML:
        return _Text(_from_plain(given), {}, language or _stated(document))
    by_language = {tag: clean(words) for tag, words in tagged.items()}
    content = by_language[language] if tagged.get(language) == given else clean(given)
    return _Text(content, by_language, language or _stated(document))


def preferred(tagged: Mapping[str, str], languages: Sequence[str]) -> str:
    """Return the language of a map that the house reads best, else its first."""
    for wanted in languages:
        for tag in tagged:
            if tag.partition("-")[0].lower() == wanted:
                return tag
    return next(iter(tagged))


def _stated(document: Document) -> str:
    """The language as PeerTube and Lemmy ({"identifier": "nb"}), Pleroma or Mobilizon state it."""
    stated = document.get("language") or document.get("inLanguage")
    if isinstance(stated, dict):
        stated = stated.get("identifier")
    return values.language(stated)


def _media_type(document: Document) -> str:
    return values.text(document.get("mediaType"), 100).partition(";")[0].strip().lower()


def _from_plain(words: str) -> str:
    """Plain text or Markdown as paragraphs; what the marks mean is left to the reader."""
    blocks = [block.strip("\r\n") for block in words.replace("\r\n", "\n").split("\n\n")]
    html = "".join(f"<p>{escape(b).replace(chr(10), '<br>')}</p>" for b in blocks if b.strip())
    return clean(html)


def _words(document: Document, key: str, most: int, languages: Sequence[str]) -> str:
    given = values.text(document.get(key), most)
    if given:
        return given
    tagged = values.by_language(document.get(f"{key}Map"), most)
    return tagged[preferred(tagged, languages)] if tagged else ""


def _summary(document: Document, languages: Sequence[str]) -> str:
    """A content warning (text everywhere), or an article's summary (HTML at WordPress)."""
    words = _words(document, "summary", limits.WARNING.size, languages)
    if not words:
        return ""
    return plain(words) if "<" in words or "&" in words else words.strip()


def _title(document: Document, languages: Sequence[str]) -> str:
    words = _words(document, "name", limits.TITLE.size, languages)
    return values.line(values.unescaped(words), limits.TITLE.size) if words else ""


def _updated(document: Document, published: int | None) -> int | None:
    """The date of an edit; WordPress and Mitra state the first one again, which is none."""
    updated = values.when(document.get("updated"))
    if updated is None or published is None:
        return updated
    return updated if updated > published else None


def _page(document: Document, uri: str) -> str:
    """Where people read it: text/html among several links, else the first that is no medium."""
    links = values.items(document.get("url"))
    if not links:
        return uri
    by_type = [
        (str(one.get("mediaType") or one.get("mimeType") or ""), one)
        for one in links
        if isinstance(one, dict)
    ]
    html = [one for kind, one in by_type if kind.partition(";")[0] == "text/html"]
    plain_links = [one for one in links if not isinstance(one, dict)]
    untyped = [one for kind, one in by_type if not kind]
    return values.link(html or plain_links or untyped, uri) or uri


def _context(document: Document) -> str:
    """The thread: `context`, or `conversation` of OStatus times; only ever compared."""
    for key in ("context", "conversation"):
        value = values.first(document.get(key))
        if isinstance(value, dict):
            value = value.get("id")
        if isinstance(value, str) and value.isprintable() and len(value) <= limits.URI.size:
            return value
    return ""


def _mentions(tags: Sequence[Any], urls: Urls) -> tuple[Mention, ...]:
    found: dict[str, Mention] = {}
    for tag in tags:
        if isinstance(tag, dict) and "Mention" in values.types(tag):
            href = values.uri(tag.get("href"))
            if href:
                found.setdefault(href, Mention(href, values.line(tag.get("name"), 512)))
    # A cut must not lose those whom it concerns here.
    ours_first = sorted(found.values(), key=lambda mention: not urls.is_local(mention.href))
    if len(ours_first) <= limits.MENTIONS.size:
        return tuple(found.values())
    return tuple(ours_first[: limits.MENTIONS.size])


def _hashtags(tags: Sequence[Any]) -> tuple[str, ...]:
    """The names without #, each once; those with spaces are none (Hubzilla's categories)."""
    found: dict[str, str] = {}
    for tag in tags:
        if isinstance(tag, dict) and "Hashtag" in values.types(tag):
            name = values.line(tag.get("name"), limits.HASHTAG.size + 2).lstrip("#")
            if name and " " not in name and len(name) <= limits.HASHTAG.size:
                found.setdefault(hashtag_key(name), name)
                if len(found) == limits.HASHTAGS.size:
                    break
    return tuple(found.values())


def emojis_of(tags: Sequence[Any], base: str) -> tuple[Emoji, ...]:
    """Return the custom emojis; some have no id (Akkoma, Iceshrimp), none is needed."""
    found: dict[str, Emoji] = {}
    for tag in tags[: limits.TAGS.size]:
        if isinstance(tag, dict) and "Emoji" in values.types(tag):
            name = values.line(tag.get("name"), limits.EMOJI.size + 1).strip(":")
            icon = values.link(tag.get("icon"), base)
            if name and icon and len(name) <= limits.EMOJI.size and ":" not in name:
                found.setdefault(name, Emoji(name, icon, values.uri(tag.get("id"))))
                if len(found) == limits.EMOJIS.size:
                    break
    return tuple(found.values())


def _question(document: Document) -> Question | None:
    """The poll, wherever there is one: Misskey and others send a Note with `oneOf` too."""
    several = values.items(document.get("anyOf"))
    choices = several or values.items(document.get("oneOf"))
    if not choices:
        return None
    options: dict[str, Option] = {}
    for choice in choices[: limits.OPTIONS.size]:
        if isinstance(choice, dict):
            title = values.line(choice.get("name"), limits.OPTION.size)
            replies = choice.get("replies")
            votes = values.whole(replies.get("totalItems")) if isinstance(replies, dict) else None
            if title:
                options.setdefault(title, Option(title, votes or 0))
    if not options:
        return None
    return Question(
        options=tuple(options.values()),
        multiple=bool(several),
        ends=values.when(document.get("endTime")),
        closed=values.when(document.get("closed")),
        voters=values.whole(document.get("votersCount")),
    )


def _quote(document: Document, tags: Sequence[Any]) -> str:
    """What it quotes, in any of the keys in use, or as an object link in `tag` (FEP-e232)."""
    for key in _QUOTES:
        found = values.uri(document.get(key))
        if found:
            return found
    for tag in tags:
        if isinstance(tag, dict) and "Link" in values.types(tag):
            rel = [one for one in values.items(tag.get("rel")) if isinstance(one, str)]
            if any("quote" in one for one in rel):
                return values.uri(tag.get("href"))
    return ""


def _can_quote(document: Document) -> Quotable | None:
    """Whom the author lets quote it (FEP-044f), in GoToSocial's words too; None if it says not."""
    policy = values.first(document.get("interactionPolicy"))
    stated = values.first(policy.get("canQuote")) if isinstance(policy, dict) else None
    if not isinstance(stated, dict):
        return None
    most = limits.OBJECTS.size
    automatic, manual = (
        values.uris(stated.get(key), most) or values.uris(stated.get(older), most)
        for key, older in (("automaticApproval", "always"), ("manualApproval", "approvalRequired"))
    )
    return Quotable(automatic=automatic, manual=manual)


def _replies(document: Document, uri: str) -> str:
    """The replies collection or, if it has no id, its first page; only on the post's own host."""
    replies = values.first(document.get("replies"))
    found = values.uri(replies)
    if not found and isinstance(replies, dict):
        page = values.first(replies.get("first"))
        found = values.uri(page) or (values.uri(page.get("next")) if isinstance(page, dict) else "")
    return found if same_host(found, uri) else ""


def is_actor(document: Document) -> bool:
    """Return whether an object is an actor's document."""
    return not ACTOR_TYPES.isdisjoint(values.types(document))


def is_post(document: Document) -> bool:
    """Return whether an object is a post of any kind we read."""
    return not POST_TYPES.isdisjoint(values.types(document))
