"""An intent becomes the activity that says it: words, audience, and no wider than it may be."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.audience import visibility_of
from actors.errors import Invalid
from actors.handles import Handle
from actors.html import clean
from actors.people import Actor, Exposure
from actors.posts import Hashtag, Media, Mention, Option, Question, Visibility
from actors.vocabulary import PUBLIC
from outbox.activities import write
from outbox.objects.record import Named, Surroundings
from outbox.publish import Edited, Intent, Parent, edit, publish
from tests.outbox.cast import (
    ALICE,
    ALLE,
    BRIT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    POLL,
    POLL_AROUND,
    URLS,
    post,
)

RESOLVED = {Handle("alice", "mastodon.test"): ALICE, Handle("kari"): KARI}
TEXT = "Hei @alice@mastodon.test og @kari, se #Møter\nhttps://nordvik.test/sak"


def said(text: str = TEXT, **more: Any) -> Intent:
    values = {"author": LEDERGRUPPEN, "visibility": Visibility.PUBLIC, "language": "nb"}
    return Intent(text=text, **{**values, **more})


def published(intent: Intent) -> Any:
    return publish(intent, id=900, now=NOW, resolved=RESOLVED, urls=URLS)


def test_a_post_says_who_where_and_when() -> None:
    create = published(said(person=7))
    note = create.note
    assert (create.uri, create.actor) == (URLS.activity(900), LEDERGRUPPEN.uri)
    assert (create.person, create.visibility) == (7, Visibility.PUBLIC)
    assert (note.uri, note.published) == (URLS.post(900), NOW)
    assert (note.context, note.replies) == (URLS.context(900), URLS.post(900, "replies"))
    assert create.source == TEXT


def test_a_post_carries_its_mentions_and_hashtags() -> None:
    note = published(said()).note
    assert note.mentions == (
        Mention(ALICE.uri, "@alice@mastodon.test"),
        Mention(KARI.uri, "@kari@nordvik.test"),
    )
    assert note.hashtags == ("Møter",)
    assert f'href="{ALICE.url}"' in note.content
    assert f'href="{URLS.tag("møter")}"' in note.content
    assert note.content_map == {"nb": note.content}


def test_a_handle_that_led_nowhere_stays_text() -> None:
    note = published(said("Hei @nobody@mastodon.test")).note
    assert note.mentions == ()
    assert note.content == "<p>Hei @nobody@mastodon.test</p>"


@pytest.mark.parametrize(
    ("visibility", "to", "cc"),
    [
        (Visibility.PUBLIC, (PUBLIC,), (LEDERGRUPPEN.followers, ALICE.uri, KARI.uri)),
        (Visibility.UNLISTED, (LEDERGRUPPEN.followers,), (PUBLIC, ALICE.uri, KARI.uri)),
        (Visibility.FOLLOWERS, (LEDERGRUPPEN.followers,), (ALICE.uri, KARI.uri)),
        (Visibility.DIRECT, (ALICE.uri, KARI.uri), ()),
        (Visibility.INTERNAL, (), ()),
    ],
)
def test_a_post_is_addressed_to_its_audience(
    visibility: Visibility, to: tuple[str, ...], cc: tuple[str, ...]
) -> None:
    note = published(said(visibility=visibility)).note
    assert (note.to, note.cc) == (to, cc)


def test_a_group_post_is_addressed_to_the_group() -> None:
    note = published(said("Hei", visibility=Visibility.GROUP, addressed=(ALLE,))).note
    assert (note.to, note.cc) == ((ALLE.uri,), ())


def test_an_internal_post_mentions_our_own_and_nobody_outside() -> None:
    note = published(said(visibility=Visibility.INTERNAL)).note
    assert note.mentions == (Mention(KARI.uri, "@kari@nordvik.test"),)
    assert "@alice@mastodon.test" in note.content
    assert ALICE.url not in note.content


def test_what_an_internal_actor_says_in_public_stays_inside() -> None:
    inside = replace(KARI, exposure=Exposure.INTERNAL)
    create = published(said(author=inside))
    assert create.visibility is Visibility.INTERNAL
    assert (create.note.to, create.note.cc) == ((), ())


def test_a_reply_stands_in_its_parent_s_conversation_and_reaches_its_author() -> None:
    parent = replace(post(1, BRIT), uri="https://gotosocial.test/1", context="tag:a.test:thread")
    note = published(said("Ja", parent=Parent(post=parent, author=BRIT))).note
    assert note.in_reply_to == parent.uri
    assert note.context == parent.context
    assert BRIT.uri in note.cc
    assert note.mentions == ()


def test_a_reply_to_oneself_is_not_addressed_to_oneself() -> None:
    parent = Parent(post=post(1, LEDERGRUPPEN), author=LEDERGRUPPEN)
    assert published(said("Og", parent=parent)).note.cc == (LEDERGRUPPEN.followers,)


def test_a_reply_to_an_internal_post_is_internal_whatever_was_asked() -> None:
    parent = Parent(post=post(1, KARI, Visibility.INTERNAL), author=KARI)
    create = published(said("Ja", parent=parent))
    assert create.visibility is Visibility.INTERNAL
    assert (create.note.to, create.note.cc) == ((), ())


def test_a_reply_to_another_s_followers_only_post_is_for_its_author_and_those_mentioned() -> None:
    parent = Parent(post=post(1, BRIT, Visibility.FOLLOWERS), author=BRIT)
    create = published(said("Ja @kari", parent=parent))
    assert create.visibility is Visibility.DIRECT
    assert create.note.to == (KARI.uri, BRIT.uri)


def test_a_post_in_two_languages_has_both() -> None:
    note = published(said("Hei #By", translations={"en": "Hello @kari #Town"})).note
    assert note.content == note.content_map["nb"]
    assert "Hello" in note.content_map["en"]
    assert note.hashtags == ("By", "Town")
    assert note.mentions == (Mention(KARI.uri, "@kari@nordvik.test"),)


def test_a_poll_makes_it_a_question() -> None:
    poll = Question(options=(Option("Ja"), Option("Nei")), ends=NOW + 1000)
    note = published(said("Skal vi?", poll=poll)).note
    assert (note.kind, note.question) == ("Question", poll)


def test_a_quote_ends_with_a_link_for_servers_that_know_none() -> None:
    note = published(said("Se", quote="https://mastodon.test/1?a=1&b=2")).note
    assert note.quote == "https://mastodon.test/1?a=1&b=2"
    assert note.content.endswith(">https://mastodon.test/1?a=1&amp;b=2</a></p>")
    assert clean(note.content) == note.content


def test_a_post_with_nothing_in_it_is_invalid() -> None:
    for text in ("", " \n ", "\u200b"[:0]):
        with pytest.raises(Invalid):
            published(said(text))
    assert published(said("", media=(Media(url="https://a.test/1.png"),))).note.content_map == {}


def test_an_edit_gives_new_words_to_the_same_audience() -> None:
    before = Edited(
        post=replace(post(5, LEDERGRUPPEN, Visibility.FOLLOWERS), context="tag:a.test:t"),
        around=Surroundings(
            author=LEDERGRUPPEN,
            addressees=(Named(actor=BRIT),),
            hashtags=(Hashtag(post_id=5, name="gammel", shown="Gammel"),),
            parent="https://gotosocial.test/1",
        ),
    )
    update = edit(before, said("Nytt @kari #Ny"), id=901, now=NOW + 5, resolved=RESOLVED, urls=URLS)
    note = update.note
    assert note is not None
    assert (note.uri, note.published, note.updated) == (URLS.post(5), NOW, NOW + 5)
    assert (note.in_reply_to, note.context) == ("https://gotosocial.test/1", "tag:a.test:t")
    assert (note.to, note.cc) == ((LEDERGRUPPEN.followers,), (BRIT.uri, KARI.uri))
    assert note.hashtags == ("Ny",)
    assert [mention.href for mention in note.mentions] == [KARI.uri]
    assert update.uri == URLS.activity(901)


def test_an_edit_keeps_the_votes_unless_the_options_are_others() -> None:
    before = Edited(post=POLL, around=POLL_AROUND)
    same = Question(options=(Option("Tirsdag"), Option("Onsdag")), multiple=True, ends=NOW + 9)
    other = replace(same, options=(Option("Tirsdag"), Option("Fredag")))
    single = replace(same, multiple=False)
    kept, *anew = [
        edit(before, said("Ny", poll=poll), id=901, now=NOW, resolved=RESOLVED, urls=URLS).note
        for poll in (same, other, single)
    ]
    assert kept is not None
    assert kept.question is not None
    assert [option.votes for option in kept.question.options] == [3, 1]
    assert (kept.question.voters, kept.question.ends) == (3, NOW + 9)
    assert [note.question for note in anew if note] == [other, single]


@given(
    asked=st.sampled_from(Visibility),
    parent=st.none() | st.tuples(st.sampled_from(Visibility), st.sampled_from([KARI, BRIT])),
    exposure=st.sampled_from(Exposure),
)
def test_law_a_post_is_never_wider_than_asked_or_than_what_it_answers(
    asked: Visibility, parent: tuple[Visibility, Actor] | None, exposure: Exposure
) -> None:
    author = replace(LEDERGRUPPEN, exposure=exposure)
    answered = Parent(post=post(1, parent[1], parent[0]), author=parent[1]) if parent else None
    create = published(said(author=author, visibility=asked, parent=answered))
    note, named = create.note, {ALICE.uri, KARI.uri, *((parent[1].uri,) if parent else ())}
    assert {*note.to, *note.cc} <= named | {PUBLIC, author.followers}
    width = [Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT]
    if create.visibility is Visibility.INTERNAL:
        assert (note.to, note.cc) == ((), ())
        return
    said_to_all = visibility_of(note.to, note.cc, author.followers)
    assert create.visibility is Visibility.GROUP or said_to_all is create.visibility
    for limit in (asked, parent[0] if parent else Visibility.PUBLIC):
        if limit in width and create.visibility in width:
            assert width.index(create.visibility) >= width.index(limit)
    if Visibility.INTERNAL in (asked, parent[0] if parent else asked):
        assert create.visibility is not Visibility.PUBLIC


def test_what_is_published_can_be_written() -> None:
    written = write(published(said()), URLS)
    assert written["object"]["content"] == published(said()).note.content
