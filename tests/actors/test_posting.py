"""From a travelling note to rows: the parts that Create and Update share."""

from dataclasses import replace
from typing import Any

from actors.effects import Fetch, Notify, Put
from actors.people import Actor
from actors.posting import Around, beside, hashtags_of, poll_of, row_of, thread, told
from actors.posts import Addressee, Option, Poll, Post, Question, Visibility
from tests.people import ALICE, BOB, KARI, LEDERGRUPPEN, NOW, OLA, note

URI = "https://mastodon.test/n/1"
ALONE = Around(
    parent=None,
    parent_author=None,
    parent_visible=False,
    named={},
    blocking=frozenset(),
    waiting=(),
)


def around(*named: Actor, **rest: Any) -> Around:
    return replace(ALONE, named={one.uri: one for one in named}, **rest)


def parent(author_id: int = LEDERGRUPPEN.id) -> Post:
    return Post(
        id=7,
        uri="https://nordvik.test/posts/000000000000000007",
        author_id=author_id,
        visibility=Visibility.PUBLIC,
        published=NOW,
        context="https://nordvik.test/contexts/000000000000000007",
    )


def test_a_post_takes_its_place_in_the_conversation() -> None:
    written = note(ALICE, URI, reply_to=parent().uri)
    row = row_of(written, ALICE, 9, Visibility.PUBLIC, around(parent=parent()))
    assert (row.in_reply_to, row.context) == (7, parent().context)
    assert (row.local, row.published) == (False, written.published)


def test_who_is_mentioned_is_named_and_who_is_only_addressed_is_silent() -> None:
    written = note(ALICE, URI, Visibility.PUBLIC, KARI, cc=(KARI.uri, OLA.uri))
    effects = beside(written, 9, ALICE, around(KARI, OLA, ALICE))
    assert effects == (
        Put(Addressee(post_id=9, actor_id=KARI.id, silent=False)),
        Put(Addressee(post_id=9, actor_id=OLA.id, silent=True)),
    )


def test_hashtags_are_one_each_however_written() -> None:
    written = note(ALICE, URI, hashtags=("Æra", "æRA", "By"))
    assert {(tag.name, tag.shown) for tag in hashtags_of(written, 9)} == {
        ("æra", "Æra"),
        ("by", "By"),
    }


def test_a_question_has_a_poll() -> None:
    asked = Question(options=(Option("Ja"),), multiple=True, ends=NOW)
    assert poll_of(note(ALICE, URI), 9) is None
    assert poll_of(note(ALICE, URI, question=asked), 9) == Poll(
        post_id=9, options=(Option("Ja"),), multiple=True, ends=NOW
    )


def test_those_mentioned_and_the_one_answered_are_told_once_and_nobody_else() -> None:
    written = note(ALICE, URI, Visibility.PUBLIC, KARI, BOB)
    post = row_of(written, ALICE, 9, Visibility.PUBLIC, ALONE)
    found = told(
        written, post, ALICE, around(KARI, OLA, BOB, parent=parent(), parent_author=LEDERGRUPPEN)
    )
    assert [effect.recipient_id for effect in found if isinstance(effect, Notify)] == [
        LEDERGRUPPEN.id,
        KARI.id,
    ]
    barred = around(KARI, blocking=frozenset({KARI.id}))
    assert told(written, post, ALICE, barred) == ()


def test_an_unknown_parent_is_asked_for_and_waiting_answers_are_tied() -> None:
    written = note(ALICE, URI, reply_to="https://other.test/n/2")
    post = row_of(written, ALICE, 9, Visibility.PUBLIC, ALONE)
    assert thread(written, post, ALONE) == (Fetch("https://other.test/n/2", "parent", 1),)
    assert thread(written, post, ALONE, ask=False) == ()
    answer = Post(
        id=11, uri=f"{URI}/a", author_id=BOB.id, visibility=Visibility.PUBLIC, published=NOW
    )
    (tied,) = thread(note(ALICE, URI), post, around(waiting=(answer,)))
    assert isinstance(tied, Put)
    assert isinstance(tied.row, Post)
    assert tied.row.in_reply_to == 9
