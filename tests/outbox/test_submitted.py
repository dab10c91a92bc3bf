"""A client's note under ids of ours: what it may set, and what is set whatever it says."""

from dataclasses import replace

import pytest

from actors.errors import Invalid
from actors.posts import Media, Mention, Note, Option, Question, Visibility
from actors.vocabulary import PUBLIC
from outbox.objects.record import Surroundings
from outbox.submitted import Said, asked_for, create, update
from tests.outbox.cast import BRIT, KARI, NOW, URLS, post

FOREIGN = Note(
    uri="https://evil.test/1",
    kind="Article",
    attributed_to="https://evil.test/actor",
    content="<p>Hei</p>",
    name="Tittel",
    url="https://evil.test/page",
    published=1,
    updated=2,
    to=(PUBLIC,),
    context="https://evil.test/context",
    mentions=(Mention(BRIT.uri, "@someone@else"), Mention("https://evil.test/x", "@x")),
    media=(Media(url="https://evil.test/track.png"),),
    quote="https://evil.test/2",
    replies="https://evil.test/replies",
)


def said(note: Note = FOREIGN) -> Said:
    return Said(note=note, author=KARI, person=1, named=(BRIT, KARI), source="Hei")


def test_ids_dates_author_and_what_may_track_are_not_the_clients_to_say() -> None:
    made = create(said(), Visibility.DIRECT, None, id=400, now=NOW, urls=URLS)
    assert "evil" not in repr(made)
    assert (made.uri, made.note.uri) == (URLS.activity(400), URLS.post(400))
    assert (made.actor, made.note.attributed_to, made.person) == (KARI.uri, KARI.uri, 1)
    assert (made.note.published, made.note.updated) == (NOW, None)
    assert made.note.to == (BRIT.uri,)
    assert [one.name for one in made.note.mentions] == [f"@{BRIT.username}@{BRIT.domain}"]


def test_a_poll_begins_without_votes() -> None:
    poll = Question(options=(Option("a", 900), Option("b", 1)), ends=NOW + 1, voters=901)
    made = create(said(replace(FOREIGN, question=poll)), Visibility.PUBLIC, None, id=1, now=NOW,
                  urls=URLS)  # fmt: skip
    assert made.note.question is not None
    assert [option.votes for option in made.note.question.options] == [0, 0]
    assert made.note.question.voters == 0


def test_nothing_said_is_refused() -> None:
    with pytest.raises(Invalid):
        create(
            said(replace(FOREIGN, content="")), Visibility.PUBLIC, None, id=1, now=NOW, urls=URLS
        )


def test_an_edit_keeps_place_audience_and_files() -> None:
    files = (Media(url="https://sosial.nordvik.test/media/a.png"),)
    before = replace(post(300, KARI, Visibility.FOLLOWERS), media=files)
    made = update(said(), before, Surroundings(author=KARI), id=401, now=NOW, urls=URLS)
    assert made.note is not None
    assert "evil" not in repr(made)
    assert (made.note.uri, made.note.media) == (before.uri, files)
    assert (made.note.to, made.note.cc) == ((KARI.followers,), (BRIT.uri,))
    assert made.note.updated == NOW


def test_the_followers_of_the_house_are_everyone_inside_and_nobody_else() -> None:
    inside = f"{URLS.application()}/followers"
    for to, cc, asked in (
        ((inside,), (), Visibility.INTERNAL),
        ((PUBLIC,), (inside,), Visibility.INTERNAL),
        ((PUBLIC,), (KARI.followers,), Visibility.PUBLIC),
        ((), (PUBLIC,), Visibility.UNLISTED),
        ((BRIT.followers,), (), Visibility.DIRECT),
        ((), (), Visibility.DIRECT),
    ):
        assert asked_for(to, cc, KARI, URLS) is asked
