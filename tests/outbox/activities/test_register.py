"""What each verb looks like when it leaves, beyond what the law of read and write binds."""

from typing import Any

import pytest

from actors.relationships import Relation, RelationKind
from actors.verbs import Accept, Undo, Update
from actors.vocabulary import PUBLIC
from outbox.activities import shape, write
from outbox.acts import Acting
from tests.outbox.cast import ALICE, KARI, LEDERGRUPPEN, NOTICE, NOW, URLS
from tests.outbox.shapes import verbs

ME = Acting(actor=LEDERGRUPPEN, urls=URLS, id=700, person=7)
FOLLOW = Relation(
    kind=RelationKind.FOLLOW, source_id=1, target_id=2, uri="https://mastodon.test/follows/1"
)
ACTIVITIES = verbs()


@pytest.mark.parametrize("name", ACTIVITIES)
def test_addressees_are_lists_and_actor_and_id_are_not(name: str) -> None:
    activity = ACTIVITIES[name]
    assert isinstance(activity["to"], list)
    assert isinstance(activity["cc"], list)
    assert activity["actor"] == LEDERGRUPPEN.uri
    assert activity["id"].startswith(URLS.origin)
    obj: Any = activity["object"]
    for inner in ("to", "cc", "tag", "attachment"):
        assert isinstance(obj, str | list) or isinstance(obj.get(inner, []), list)


@pytest.mark.parametrize("name", ACTIVITIES)
def test_who_of_ours_acted_is_never_written(name: str) -> None:
    assert "person" not in str(ACTIVITIES[name])
    assert "source" not in str(ACTIVITIES[name])


@pytest.mark.parametrize("name", ACTIVITIES)
def test_public_is_written_in_full(name: str) -> None:
    text = str({**ACTIVITIES[name], "@context": ""})
    assert "as:Public" not in text
    assert text.count("Public'") == text.count(PUBLIC)


def test_the_context_is_written_once() -> None:
    activity = ACTIVITIES["create-note"]
    assert "@context" in activity
    assert "@context" not in activity["object"]
    assert "@context" not in shape(ME.follow(ALICE), URLS)


def test_an_accept_holds_the_follow_as_mastodon_wants_it() -> None:
    accept = write(ME.accept(FOLLOW, ALICE), URLS)
    assert accept["to"] == [ALICE.uri]
    assert accept["object"] == {
        "type": "Follow",
        "id": FOLLOW.uri,
        "actor": ALICE.uri,
        "object": LEDERGRUPPEN.uri,
    }


def test_an_accept_of_a_follow_whose_id_was_lost_goes_without_one() -> None:
    accept = Accept(uri=ME.uri, actor=KARI.uri, object="", follower=ALICE.uri)
    assert "id" not in write(accept, URLS)["object"]


def test_an_undo_of_which_only_the_id_is_known_names_it() -> None:
    undo = Undo(uri=ME.uri, actor=KARI.uri, object=URLS.activity(1))
    assert write(undo, URLS)["object"] == URLS.activity(1)


def test_a_delete_tells_nothing_but_that_it_is_gone() -> None:
    delete = write(ME.remove(NOTICE), URLS)
    assert delete["object"] == {"type": "Tombstone", "id": NOTICE.uri}


def test_a_vote_is_for_whoever_asks_and_nobody_else() -> None:
    vote = ACTIVITIES["vote"]
    assert (vote["to"], vote["cc"]) == ([ALICE.uri], [])
    assert (vote["object"]["to"], vote["object"]["cc"]) == ([ALICE.uri], [])
    assert "content" not in vote["object"]


def test_a_boost_reaches_the_followers_and_the_author() -> None:
    boost = write(ME.boost(NOTICE, ALICE, NOW), URLS)
    assert boost["to"] == [PUBLIC]
    assert boost["cc"] == [LEDERGRUPPEN.followers, ALICE.uri]


def test_an_update_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="updates nothing"):
        write(Update(uri=ME.uri, actor=KARI.uri), URLS)


def test_each_act_has_the_id_it_was_given() -> None:
    acts = [ME.like(NOTICE), ME.follow(ALICE), ME.block(ALICE), ME.pin(NOTICE), ME.close()]
    assert {act.uri for act in acts} == {URLS.activity(700)}
    assert {act.actor for act in acts} == {LEDERGRUPPEN.uri}
    assert {act.person for act in acts} == {7}
