"""A stored post, with the rows around it, as it travels."""

from dataclasses import replace

import pytest

from actors.posts import Mention, Option, Visibility
from actors.vocabulary import PUBLIC
from outbox.objects.record import Named, Surroundings, mention_of, note_of
from tests.outbox.cast import (
    ALICE,
    BRIT,
    KARI,
    LEDERGRUPPEN,
    NOTICE,
    NOTICE_AROUND,
    POLL,
    POLL_AROUND,
    URLS,
    post,
)


def test_who_is_named_silently_gets_it_without_being_mentioned() -> None:
    note = note_of(NOTICE, NOTICE_AROUND, URLS)
    assert BRIT.uri in note.cc
    assert [mention.href for mention in note.mentions] == [ALICE.uri, KARI.uri]


def test_our_own_are_mentioned_by_the_domain_of_our_handles() -> None:
    assert mention_of(KARI, URLS) == Mention(KARI.uri, "@kari@nordvik.test")


def test_our_poll_shows_the_votes_that_were_counted() -> None:
    question = note_of(POLL, POLL_AROUND, URLS).question
    assert question is not None
    assert question.options == (Option("Tirsdag", 3), Option("Onsdag", 1))
    assert (question.multiple, question.voters) == (True, 3)


def test_another_server_s_poll_shows_what_that_server_last_told() -> None:
    assert POLL_AROUND.poll is not None
    told = replace(POLL_AROUND.poll, options=(Option("Ja", 9), Option("Nei", 2)), voters=10)
    around = replace(POLL_AROUND, poll=told, votes=None, voters=None)
    question = note_of(POLL, around, URLS).question
    assert question is not None
    assert question.options == told.options
    assert question.voters == 10


def test_votes_that_do_not_fit_the_options_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="argument"):
        note_of(POLL, replace(POLL_AROUND, votes=(1,)), URLS)


def test_a_text_in_one_language_is_in_the_map_too() -> None:
    note = note_of(post(1, KARI), Surroundings(author=KARI), URLS)
    assert note.content_map == {"nn": note.content}


def test_an_answer_to_what_was_never_found_keeps_its_uri() -> None:
    waiting = replace(post(1, KARI), in_reply_to_uri="https://a.test/1")
    assert note_of(waiting, Surroundings(author=KARI), URLS).in_reply_to == "https://a.test/1"


def test_an_internal_post_has_no_addressee_at_all() -> None:
    internal = post(1, KARI, Visibility.INTERNAL)
    around = Surroundings(author=KARI, addressees=(Named(actor=LEDERGRUPPEN),))
    note = note_of(internal, around, URLS)
    assert (note.to, note.cc) == ((), ())


def test_a_direct_post_is_never_addressed_to_the_public() -> None:
    direct = post(1, KARI, Visibility.DIRECT)
    note = note_of(direct, Surroundings(author=KARI, addressees=(Named(actor=ALICE),)), URLS)
    assert PUBLIC not in (*note.to, *note.cc)
    assert KARI.followers not in (*note.to, *note.cc)
