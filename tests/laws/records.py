"""Hypothesis strategies for what travels: notes, profiles and the records of all verbs.

HERE writes and THERE reads, two servers of this kind. Only what a record can carry abroad is
drawn; what is kept inside (person, source, reader) keeps its default.
"""

from collections.abc import Mapping
from dataclasses import replace
from string import ascii_letters, digits
from typing import Any

from hypothesis import strategies as st

from actors import verbs
from actors.html import clean, escape
from actors.people import Actor, ActorKind, Field, Image, Key, KeyKind, Profile
from actors.posts import Emoji, Media, Mention, Note, Option, Question, Quotable
from actors.urls import Urls
from actors.vocabulary import PUBLIC
from tests.outbox.cast import MULTIKEY, RSA_PEM

HERE = Urls("https://her.test", "her.test")
THERE = Urls("https://der.test", "der.test")

_LETTERS = ascii_letters + digits + "æøåÆØÅáčđŋšŧž"
ids = st.integers(0, 2**62)
moments = st.integers(0, 4_102_444_800_000)
names = st.text(_LETTERS, min_size=1, max_size=12)
lines = st.lists(names, min_size=1, max_size=4).map(" ".join)
words = st.text(_LETTERS + " <>&\"'-!?.🎉", max_size=40)
html = words.map(lambda text: clean(f"<p>{escape(text)}</p>"))
languages = st.sampled_from(["nb", "nn", "se", "en", "nb-NO"])

posts_here, posts_there = ids.map(HERE.post), ids.map(THERE.post)
actors_here, actors_there = ids.map(HERE.actor), ids.map(THERE.actor)
activities_here, activities_there = ids.map(HERE.activity), ids.map(THERE.activity)
elsewhere = st.builds("https://{}.test/{}".format, st.sampled_from("abc"), ids)
anyone = actors_here | actors_there | elsewhere
links = st.builds("https://media.test/{}.png".format, ids)


def optional(strategy: st.SearchStrategy[Any], absent: Any = "") -> st.SearchStrategy[Any]:
    return st.just(absent) | strategy


def several(
    strategy: st.SearchStrategy[Any], by: Any = None, most: int = 3
) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most, unique_by=by or (lambda one: one)).map(tuple)


recipients = several(anyone | st.just(PUBLIC) | actors_here.map(lambda uri: f"{uri}/followers"))

media = st.builds(
    Media,
    url=links,
    media_type=st.sampled_from(["", "image/png", "video/mp4", "application/pdf"]),
    kind=st.sampled_from(["Document", "Image", "Video", "Audio"]),
    description=optional(lines),
    blurhash=optional(names),
    focus=st.none() | st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
) | st.builds(
    Media,
    url=links,
    width=st.integers(1, 9000),
    height=st.integers(1, 9000),
    preview=links,
    preview_width=st.integers(1, 900),
    preview_height=st.integers(1, 900),
    duration=st.integers(0, 86_400_000),
)

questions = st.builds(
    Question,
    options=st.lists(
        st.builds(Option, title=lines, votes=st.integers(0, 10**6)),
        min_size=1,
        max_size=4,
        unique_by=lambda option: option.title,
    ).map(tuple),
    multiple=st.booleans(),
    ends=st.none() | moments,
    closed=st.none() | moments,
    voters=st.none() | st.integers(0, 10**6),
)


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, Mapping[str, str], str]:
    """A text with its translations: (content, by language, its language)."""
    by_language = draw(st.dictionaries(languages, html, max_size=3))
    if not by_language:
        return draw(html), {}, ""
    # Two languages with one and the same text cannot be told apart by it.
    by_language = {words: tag for tag, words in by_language.items()}
    by_tag = {tag: words for words, tag in by_language.items()}
    language = draw(st.sampled_from(sorted(by_tag)))
    return by_tag[language], by_tag, language


quotables = st.builds(
    Quotable,
    automatic=several(anyone | st.just(PUBLIC)),
    manual=several(anyone),
)


@st.composite
def notes(draw: st.DrawFn) -> Note:
    """A post of HERE as it travels."""
    id = draw(ids)
    content, by_language, language = draw(texts())
    question = draw(st.none() | questions)
    published = draw(moments)
    edited = draw(st.none() | st.integers(1, 10**9))
    return Note(
        uri=HERE.post(id),
        kind="Question" if question else "Note",
        attributed_to=draw(actors_here),
        content=content,
        content_map=by_language,
        language=language,
        summary=draw(optional(lines)),
        sensitive=draw(st.booleans()),
        url=draw(posts_here),
        published=published,
        updated=None if edited is None else published + edited,
        to=draw(recipients),
        cc=draw(recipients),
        audience=draw(several(actors_there | elsewhere)),
        in_reply_to=draw(optional(posts_there | elsewhere)),
        context=draw(optional(ids.map(HERE.context))),
        mentions=draw(
            several(st.builds(Mention, href=anyone, name=lines), lambda mention: mention.href)
        ),
        hashtags=draw(several(names, str.casefold)),
        emojis=draw(
            several(
                st.builds(
                    Emoji,
                    name=st.text(ascii_letters, min_size=1, max_size=9),
                    icon=links,
                    uri=optional(elsewhere),
                ),
                lambda emoji: emoji.name,
            )
        ),
        media=draw(several(media, lambda one: one.url)),
        question=question,
        quote=draw(optional(elsewhere)),
        stamp=draw(optional(elsewhere)),
        can_quote=draw(st.none() | quotables),
        replies=HERE.post(id, "replies"),
    )


images = st.none() | st.builds(
    Image,
    url=links,
    media_type=st.sampled_from(["", "image/png"]),
    description=optional(lines),
)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """An actor of HERE as it travels, with its keys."""
    id = draw(ids)
    uri = HERE.actor(id)
    kind = draw(st.sampled_from(list(ActorKind)))
    username = draw(st.text(ascii_letters + digits, min_size=1, max_size=12))
    name, summary = draw(lines), draw(html)
    actor = Actor(
        id=0,
        kind=kind,
        uri=uri,
        username=username,
        domain="her.test",
        host="her.test",
        name=name,
        names=draw(st.dictionaries(languages, lines, max_size=2)),
        summary=summary,
        summaries=draw(st.dictionaries(languages, html, max_size=2)),
        url=HERE.profile(username),
        inbox=HERE.actor(id, "inbox"),
        shared_inbox=HERE.shared_inbox(),
        outbox=HERE.actor(id, "outbox"),
        followers=HERE.actor(id, "followers"),
        following=HERE.actor(id, "following"),
        featured=HERE.actor(id, "featured"),
        icon=draw(images),
        image=draw(images),
        fields=draw(several(st.builds(Field, name=lines, value=html), lambda one: one.name)),
        locked=draw(st.booleans()),
        discoverable=draw(st.booleans()),
        indexable=draw(st.booleans()),
        bot=kind in (ActorKind.APPLICATION, ActorKind.SERVICE),
        shares_groups=True,
        also_known_as=draw(several(elsewhere)),
        moved_to=draw(optional(elsewhere)),
        created=draw(moments),
        updated=draw(moments),
    )
    keys = (
        Key(uri=HERE.key(uri, "main-key"), actor_id=0, kind=KeyKind.RSA, public=RSA_PEM),
        Key(uri=HERE.key(uri, "ed25519-key"), actor_id=0, kind=KeyKind.ED25519, public=MULTIKEY),
    )
    return Profile(actor=actor, keys=keys[: draw(st.integers(0, 2))])


def _of(verb: type, **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(verb, uri=activities_here, **{"actor": actors_here, **more})


@st.composite
def _by_author(draw: st.DrawFn, verb: type) -> Any:
    note = draw(notes())
    return verb(uri=draw(activities_here), actor=note.attributed_to, note=note)


@st.composite
def _quoting(draw: st.DrawFn) -> verbs.QuoteRequest:
    """A request with the quoting post inside, which names what it quotes or not yet."""
    quoted = draw(posts_there)
    note = replace(draw(notes()), quote=draw(optional(st.just(quoted))))
    return verbs.QuoteRequest(
        uri=draw(activities_here),
        actor=note.attributed_to,
        object=quoted,
        instrument=note.uri,
        note=note,
    )


@st.composite
def _of_profile(draw: st.DrawFn) -> verbs.Update:
    profile = draw(profiles())
    return verbs.Update(uri=draw(activities_here), actor=profile.actor.uri, profile=profile)


@st.composite
def _of_itself(draw: st.DrawFn, /, verb: type, **more: st.SearchStrategy[Any]) -> Any:
    actor = draw(actors_here)
    others = {name: draw(strategy) for name, strategy in more.items()}
    return verb(uri=draw(activities_here), actor=actor, object=actor, **others)


_answers = {"object": activities_there, "follower": actors_there}
_quotes = {
    "object": activities_there,
    "follower": actors_there,
    "quoted": posts_here,
    "instrument": posts_there,
}
_pins = {"object": posts_here, "target": actors_here.map(lambda uri: f"{uri}/featured")}
_reactions = optional(st.sampled_from(["🎉", "👍🏽", ":nordvik:"]))

VERBS: dict[str, st.SearchStrategy[Any]] = {
    "accept": _of(verbs.Accept, **_answers)
    | _of(verbs.Accept, object=activities_there)
    | _of(verbs.Accept, stamp=ids.map(HERE.stamp), **_quotes),
    "add": _of(verbs.Add, **_pins),
    "announce": _of(
        verbs.Announce,
        object=posts_there | elsewhere,
        published=moments,
        to=recipients,
        cc=recipients,
    ),
    "block": _of(verbs.Block, object=actors_there),
    "create": _by_author(verbs.Create),
    "delete": _of(verbs.Delete, object=posts_here) | _of_itself(verbs.Delete),
    "flag": _of(
        verbs.Flag,
        objects=st.tuples(actors_there, posts_there),
        content=optional(lines),
    ),
    "follow": _of(verbs.Follow, object=actors_there),
    "like": _of(verbs.Like, object=posts_there | elsewhere, content=_reactions),
    "move": _of_itself(verbs.Move, target=elsewhere),
    "quoterequest": _of(verbs.QuoteRequest, object=posts_there, instrument=posts_here) | _quoting(),
    "reject": _of(verbs.Reject, **_answers)
    | _of(verbs.Reject, object=activities_there)
    | _of(verbs.Reject, **_quotes),
    "remove": _of(verbs.Remove, **_pins),
    "undo": _of(
        verbs.Undo,
        object=activities_here,
        kind=st.sampled_from(["Follow", "Announce", "Block"]),
        target=anyone,
    )
    | _of(
        verbs.Undo,
        object=activities_here,
        kind=st.sampled_from(["Like", "EmojiReact"]),
        target=posts_there,
        content=_reactions,
    )
    | _of(verbs.Undo, object=activities_here),
    "update": _by_author(verbs.Update) | _of_profile(),
    "vote": _of(verbs.Vote, question=posts_there, choice=lines, note=posts_here),
}
