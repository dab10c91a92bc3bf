"""What an Update means: new words of a post, new tallies of a poll, a changed actor."""

from dataclasses import replace

import pytest

from actors.people import Actor, Exposure, Key, KeyKind, Profile
from actors.posts import Note, Option, Poll, Post, Question, Revision, Visibility, Vote
from actors.verbs import Delete, Update
from actors.vocabulary import PUBLIC
from tests.people import (
    ALICE,
    BOB,
    CARLA,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    MINUTE,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
    note,
    poll_note,
)

N1 = "https://mastodon.test/notes/n1"


def update(house: Nordvik, note: Note, person: int | None = None) -> Update:
    actor = house.actor(note.attributed_to)
    return Update(uri=house.uri(actor), actor=note.attributed_to, note=note, person=person)


def edited(content: str, minute: int, visibility: Visibility = Visibility.PUBLIC) -> Note:
    moment = NOW + minute * MINUTE
    return note(ALICE, N1, visibility, KARI, content=f"<p>{content}</p>", updated=moment)


def ours(house: Nordvik, post: Post, content: str, *named: Actor, **rest: str) -> Note:
    author = LEDERGRUPPEN
    made = note(author, post.uri, post.visibility, *named, content=content, updated=NOW + MINUTE)
    return replace(made, **rest)  # type: ignore[arg-type]


def test_new_words_take_the_place_of_the_old_which_are_kept(house: Nordvik) -> None:
    house.done(house.create(note(ALICE, N1, Visibility.PUBLIC, KARI, content="<p>En</p>")))
    house.done(update(house, edited("To", 1)))
    house.done(update(house, edited("Tre", 2)))
    post = house.post(N1)
    assert (post.content, post.edited, post.edit_number) == ("<p>Tre</p>", NOW + 2 * MINUTE, 2)
    assert [(row.number, row.content) for row in house.all(Revision)] == [
        (0, "<p>En</p>"),
        (1, "<p>To</p>"),
    ]


def test_older_words_than_those_kept_change_nothing(house: Nordvik) -> None:
    house.done(house.create(note(ALICE, N1, Visibility.PUBLIC, KARI)))
    house.done(update(house, edited("Tre", 2)))
    before = house.counts()
    house.done(update(house, edited("To", 1)))
    assert house.post(N1).content == "<p>Tre</p>"
    assert house.counts() == before


def test_the_same_update_twice_is_one_edit(house: Nordvik) -> None:
    house.done(house.create(note(ALICE, N1, Visibility.PUBLIC, KARI)))
    house.done(update(house, edited("To", 1)))
    house.done(update(house, edited("To", 1)))
    assert house.post(N1).edit_number == 1
    assert len(house.all(Revision)) == 1


def test_an_update_that_comes_before_its_create_stands_for_it(house: Nordvik) -> None:
    house.done(update(house, edited("To", 1)))
    house.done(house.create(note(ALICE, N1, Visibility.PUBLIC, KARI, content="<p>En</p>")))
    assert house.post(N1).content == "<p>To</p>"
    assert len(house.told(KARI)) == 1


def test_an_update_before_its_create_is_held_to_the_create_s_rules(house: Nordvik) -> None:
    assert house.refused(update(house, note(ALICE, N1, updated=NOW))) == "not_for_us"
    hidden = house.says(KARI, Visibility.DIRECT, OLA)
    answer = note(ALICE, N1, reply_to=hidden.uri, updated=NOW)
    assert house.refused(update(house, answer)) == "not_for_us"


def test_an_update_of_what_was_deleted_brings_nothing_back(house: Nordvik) -> None:
    house.done(house.create(edited("En", 0)))
    house.done(Delete(uri=house.uri(ALICE), actor=ALICE.uri, object=N1))
    house.done(update(house, edited("To", 1)))
    assert house.post(N1).content == ""
    house.done(Delete(uri=house.uri(ALICE), actor=ALICE.uri, object=f"{N1}2"))
    house.done(update(house, replace(edited("To", 1), uri=f"{N1}2")))
    assert house.find_post(f"{N1}2") is None


@pytest.mark.parametrize("who", [MALLORY, BOB])
def test_nobody_changes_another_s_post(house: Nordvik, who: Actor) -> None:
    """S9: an Update by one who is not the owner."""
    house.done(house.create(edited("En", 0)))
    forged = replace(edited("Tøv", 1), attributed_to=who.uri)
    assert house.refused(Update(uri=house.uri(who), actor=who.uri, note=forged)) == "not_yours"
    as_hers = Update(uri=house.uri(who), actor=who.uri, note=edited("Tøv", 1))
    assert house.refused(as_hers) == "not_yours"
    assert house.post(N1).content == "<p>En</p>"


def test_a_post_grows_no_wider_by_an_update(house: Nordvik) -> None:
    house.done(house.create(edited("En", 0, Visibility.DIRECT)))
    house.done(update(house, edited("To", 1, Visibility.PUBLIC)))
    post = house.post(N1)
    assert (post.visibility, post.content) == (Visibility.DIRECT, "<p>To</p>")
    assert not house.sees(OLA, post)


def test_our_edit_goes_where_the_post_went_and_says_no_wider_address(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    post = house.says(LEDERGRUPPEN, Visibility.DIRECT, CARLA)
    wide = ours(house, post, "<p>To</p>", CARLA, to=(PUBLIC,))  # type: ignore[arg-type]
    house.done(update(house, wide, PERSON_KARI.id))
    assert [kind for kind, _ in house.sent()] == ["Create", "Update"]
    # Nothing has been tried yet, so the Create goes with the new words.
    assert house.delivered() == [("Create", CARLA.inbox)]
    assert PUBLIC not in str(house.bodies()[-1])


def test_an_edit_of_an_internal_post_stays_inside(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    post = house.says(LEDERGRUPPEN, Visibility.INTERNAL)
    house.done(update(house, ours(house, post, "<p>To</p>", CARLA)))
    assert house.post(post.uri).content == "<p>To</p>"
    assert house.delivered() == []


def test_a_reader_cannot_edit_what_the_department_wrote(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    changed = update(house, ours(house, post, "<p>To</p>"), PERSON_OLA.id)
    assert house.refused(changed) == "not_yours"


def test_hashtags_follow_the_words(house: Nordvik) -> None:
    house.done(house.create(replace(edited("En", 0), hashtags=("Vei", "Snø"))))
    house.done(update(house, replace(edited("To", 1), hashtags=("snø", "By"))))
    assert house.ask("SELECT name FROM hashtag ORDER BY name") == [("by",), ("snø",)]


def test_new_tallies_are_no_edit(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.done(house.create(poll_note(ALICE, N1, ("Ja", "Nei"))))
    counted = poll_note(ALICE, N1, ())
    question = Question(options=(Option("Ja", 3), Option("Nei", 1)), voters=4)
    house.done(update(house, replace(counted, question=question, updated=NOW)))
    assert house.all(Poll)[0].options == (Option("Ja", 3), Option("Nei", 1))
    assert house.post(N1).edited is None
    assert house.all(Revision) == []


def test_votes_of_ours_in_a_poll_elsewhere_end_with_its_words(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.done(house.create(poll_note(ALICE, N1, ("Ja", "Nei"))))
    post = house.post(N1)
    house.put(Vote(post_id=post.id, actor_id=KARI.id, choice=0))
    counted = replace(poll_note(ALICE, N1, ()), updated=NOW)
    for words, left in ((("Ja", "Nei"), 1), (("Nei", "Ja"), 0)):
        question = Question(options=tuple(map(Option, words)))
        house.done(update(house, replace(counted, question=question)))
        assert len(house.all(Vote)) == left


# -- actors


def changed(house: Nordvik, actor: Actor, *keys: Key, **rest: str) -> Update:
    profile = Profile(actor=replace(actor, id=0, **rest), keys=keys)  # type: ignore[arg-type]
    return Update(uri=house.uri(actor), actor=actor.uri, profile=profile)


def key(actor: Actor, uri: str, public: str = "new") -> Key:
    return Key(uri=uri, actor_id=actor.id, kind=KeyKind.RSA, public=public)


def test_an_actor_changes_itself(house: Nordvik) -> None:
    house.done(changed(house, ALICE, name="Alice i Nord"))
    found = house.actor(ALICE.uri)
    assert (found.name, found.id, found.fetched) == ("Alice i Nord", ALICE.id, NOW)


def test_an_actor_changes_no_other(house: Nordvik) -> None:
    profile = Profile(actor=replace(ALICE, name="Tull"))
    forged = Update(uri=house.uri(BOB), actor=BOB.uri, profile=profile)
    assert house.refused(forged) == "not_yours"


def test_a_new_handle_counts_only_once_both_ends_agree(house: Nordvik) -> None:
    """S11: the actor is looked up again, and keeps the old handle until then."""
    house.done(changed(house, ALICE, username="statsministeren", domain="regjeringen.test"))
    found = house.actor(ALICE.uri)
    assert (found.username, found.domain, found.host) == ("alice", "mastodon.test", "mastodon.test")
    assert found.fetched == 0
    assert house.ask("SELECT uri, why FROM wanted") == [(ALICE.uri, "actor")]


def test_keys_that_are_no_longer_listed_are_forgotten(house: Nordvik) -> None:
    old, new = f"{ALICE.uri}#1", f"{ALICE.uri}#2"
    house.put(key(ALICE, old))
    house.done(changed(house, ALICE, key(ALICE, new)))
    keys = house.ask("SELECT uri FROM actor_key WHERE actor_id = ?", ALICE.id)
    assert keys == [(new,)]


def test_nobody_takes_a_neighbour_s_key(house: Nordvik) -> None:
    """S35, between two actors of one host."""
    theirs = f"{ALICE.uri}#main-key"
    house.put(key(ALICE, theirs, "alice"))
    house.done(changed(house, BOB, key(BOB, theirs, "bob")))
    found = house.ask("SELECT actor_id, public FROM actor_key WHERE uri = ?", theirs)
    assert found == [(ALICE.id, "alice")]


def test_a_suspended_actor_stays_suspended(house: Nordvik) -> None:
    house.put(replace(ALICE, suspended=NOW))
    assert house.refused(changed(house, ALICE, name="Ny")) == "actor_gone"


def test_only_a_manager_changes_the_department_itself(house: Nordvik) -> None:
    profile = Profile(actor=replace(LEDERGRUPPEN, name="Ny", exposure=Exposure.OPEN))
    update = Update(uri=house.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, profile=profile)
    assert house.refused(replace(update, person=PERSON_KARI.id)) == "not_yours"
    house.follows(BOB, LEDERGRUPPEN)
    house.done(update)
    assert house.actor(LEDERGRUPPEN.uri).name == "Ny"
    assert house.delivered() == [("Update", BOB.shared_inbox)]
