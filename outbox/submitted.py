"""A note that a client handed in at an outbox -> the Create or Update that says it.

Pure, as outbox/publish.py is for what people type: the house has read the document, looked up
whom it names and what it answers. Ids, dates, author and audience are ours to set, whatever the
client wrote; that a note is no wider than it may be is decided by the verb's rule
(actors/activities/create.py). Next: outbox/clients.py.
"""

from dataclasses import dataclass, replace

from actors import audience
from actors.errors import Invalid
from actors.hashtags import hashtag_key
from actors.people import Actor
from actors.posts import Media, Note, Post, Question, Visibility
from actors.urls import Urls
from actors.verbs import Create, Update
from outbox.objects.record import Surroundings, mention_of, note_of, question_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A note as read from a client's document. `named` are the actors that its addressing and
    mentions name, as far as they are known; `source` is its text as written."""

    note: Note
    author: Actor
    person: int | None
    named: tuple[Actor, ...]
    source: str


def asked_for(to: tuple[str, ...], cc: tuple[str, ...], author: Actor, urls: Urls) -> Visibility:
    """Return the audience that a client's addressing asks for.

    The followers of the Application actor stand for everyone of this organisation: who names
    them gets an internal post, whomever else is named. Nobody named: nobody but the author.
    """
    if f"{urls.application()}/followers" in (*to, *cc):
        return Visibility.INTERNAL
    return audience.visibility_of(to, cc, author.followers)


def create(
    said: Said, asked: Visibility, parent: Post | None, *, id: int, now: int, urls: Urls,
    media: tuple[Media, ...] = (),
) -> Create:  # fmt: skip
    """Return the Create of a note under ids of ours, with `media` on it; `now` in Unix ms.

    Raises Invalid for a note with nothing in it.
    """
    note = _worded(said, urls, carries=bool(media))
    to, cc = audience.addressing(asked, said.author.followers, _uris(said))
    return Create(
        uri=urls.activity(id),
        actor=said.author.uri,
        note=replace(
            note,
            uri=urls.post(id),
            url=urls.post(id),
            published=now,
            to=to,
            cc=cc,
            in_reply_to=parent.uri if parent is not None else "",
            context=(parent.context if parent is not None else "") or urls.context(id),
            media=media,
            replies=urls.post(id, "replies"),
        ),
        person=said.person,
        source=said.source,
        visibility=asked,
    )


def update(
    said: Said, before: Post, around: Surroundings, *, id: int, now: int, urls: Urls
) -> Update:
    """Return the Update that gives a post of ours new words. Its place, audience, files and (with
    the same choices) votes stay."""
    old, note = note_of(before, around, urls), _worded(said, urls)
    named = dict.fromkeys([*(one.actor.uri for one in around.addressees), *_uris(said)])
    to, cc = audience.addressing(before.visibility, said.author.followers, tuple(named))
    return Update(
        uri=urls.activity(id),
        actor=said.author.uri,
        note=replace(
            old,
            kind=note.kind,
            content=note.content,
            content_map=note.content_map,
            language=note.language,
            summary=note.summary,
            sensitive=note.sensitive,
            mentions=note.mentions,
            hashtags=note.hashtags,
            question=_polled(note.question, question_of(around)),
            updated=now,
            to=to,
            cc=cc,
        ),
        person=said.person,
        source=said.source,
    )


def _worded(said: Said, urls: Urls, *, carries: bool = False) -> Note:
    """Return what a client may set of a note: its words, and whom and what they name."""
    note, known = said.note, {actor.uri: actor for actor in said.named}
    if not (note.content or note.question or carries):
        raise Invalid("There is nothing in the post.", code="empty")
    mentioned = dict.fromkeys(one.href for one in note.mentions if one.href in known)
    tags = {hashtag_key(tag): tag for tag in reversed(note.hashtags) if hashtag_key(tag)}
    return Note(
        uri="",
        kind="Question" if note.question else "Note",
        attributed_to=said.author.uri,
        content=note.content,
        content_map=note.content_map,
        language=note.language,
        summary=note.summary,
        sensitive=note.sensitive,
        published=0,
        mentions=tuple(mention_of(known[uri], urls) for uri in mentioned),
        hashtags=tuple(tags.values()),
        question=_fresh(note.question),
    )


def _uris(said: Said) -> tuple[str, ...]:
    return tuple(actor.uri for actor in said.named if actor.uri != said.author.uri)


def _fresh(question: Question | None) -> Question | None:
    """Return a poll in which nobody has voted, whatever the client says."""
    if question is None:
        return None
    options = tuple(replace(option, votes=0) for option in question.options)
    return Question(options=options, multiple=question.multiple, ends=question.ends, voters=0)


def _polled(wanted: Question | None, before: Question | None) -> Question | None:
    """Return the poll after an edit: the same choices keep their votes, others begin anew."""
    if wanted is None or before is None:
        return wanted
    titles = [[option.title for option in poll.options] for poll in (wanted, before)]
    same = titles[0] == titles[1] and wanted.multiple == before.multiple
    return replace(before, ends=wanted.ends) if same else wanted
