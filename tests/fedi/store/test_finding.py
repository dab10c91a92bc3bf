"""Hashtags by how they begin; whom one may want to know. On both engines."""

from dataclasses import replace
from typing import Any

import pytest

from actors.audience import LocalActor, Nobody, Viewer
from actors.membership import Membership, Role
from actors.people import Actor
from actors.posts import Hashtag, Visibility
from actors.relationships import Relation, RelationKind
from fedi.search.asking import Search, spellings
from fedi.store import finding
from tests.fedi.search.searched import AASHILD, BJORN, OTHER_KARI, finder
from tests.people import (
    ALICE,
    ALLE,
    BEREDSKAP,
    BOB,
    CARLA,
    HOUR,
    IKT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    SAMARBEID,
    Nordvik,
)
from tests.running import run

INTERNAL, DIRECT = Visibility.INTERNAL, Visibility.DIRECT
ME = LocalActor(KARI.id)


@pytest.fixture
def nordvik(nordvik: Nordvik) -> Nordvik:
    nordvik.put(BJORN, OTHER_KARI, AASHILD)
    return nordvik


def hashtags(house: Nordvik, text: str, viewer: Viewer = ME, **rest: Any) -> list[str]:
    found = run(finder(house).hashtags(Search(text=text, **rest), viewer))
    return [tag.shown for tag in found]


def tagged(house: Nordvik, author: Actor, tag: str, ago: int, visibility: Visibility) -> None:
    post = house.says(author, visibility, published=NOW - ago)
    house.put(Hashtag(post_id=post.id, name=tag.casefold(), shown=tag))


def test_hashtags_are_found_by_their_beginning_the_last_used_first(nordvik: Nordvik) -> None:
    house = nordvik
    tagged(house, ALICE, "Sak", 5 * HOUR, Visibility.PUBLIC)
    tagged(house, ALICE, "Sakspapir", 3 * HOUR, Visibility.PUBLIC)
    tagged(house, ALICE, "sakskart", 2 * HOUR, Visibility.PUBLIC)
    tagged(house, ALICE, "SAKSPAPIR", HOUR, Visibility.PUBLIC)
    tagged(house, ALICE, "annet", HOUR, Visibility.PUBLIC)
    assert hashtags(house, "saks") == ["SAKSPAPIR", "sakskart"]
    assert hashtags(house, "#sak") == ["Sak", "SAKSPAPIR", "sakskart"]
    assert hashtags(house, "sak", limit=1, offset=1) == ["SAKSPAPIR"]
    assert hashtags(house, "saker") == []
    assert hashtags(house, "sak papir") == []


def test_a_hashtag_of_what_one_may_not_see_is_not_there(nordvik: Nordvik) -> None:
    tagged(nordvik, KARI, "hemmelig", HOUR, DIRECT)
    tagged(nordvik, KARI, "helt_internt", HOUR, INTERNAL)
    assert hashtags(nordvik, "he") == ["hemmelig", "helt_internt"] or hashtags(nordvik, "he") == [
        "helt_internt",
        "hemmelig",
    ]
    assert hashtags(nordvik, "he", LocalActor(OLA.id)) == ["helt_internt"]
    assert hashtags(nordvik, "he", Nobody()) == []


def test_a_hashtag_is_found_without_the_letters_for_it(nordvik: Nordvik) -> None:
    tagged(nordvik, ALICE, "Tromsø", HOUR, Visibility.PUBLIC)
    tagged(nordvik, ALICE, "Åsgårdstrand", HOUR, Visibility.PUBLIC)
    assert hashtags(nordvik, "tromso") == ["Tromsø"]
    assert hashtags(nordvik, "aasgaard") == ["Åsgårdstrand"]
    assert len(spellings("oooooooooo" * 50)) <= 16


def suggested(house: Nordvik) -> list[tuple[int, str]]:
    found = run(
        house.engine.read(lambda tx: finding.suggestions(tx, ME, PERSON_KARI.id, 40, now=NOW))
    )
    return [(actor.id, why) for actor, why in found]


def test_colleagues_come_first_then_leaders_then_friends_of_friends(nordvik: Nordvik) -> None:
    nordvik.put(replace(IKT, parent_id=LEDERGRUPPEN.id), replace(BOB, discoverable=True))
    for friend in (CARLA, ALICE):
        nordvik.follows(KARI, friend)
        nordvik.follows(friend, BOB)
    found = suggested(nordvik)
    assert found[:2] == [(LEDERGRUPPEN.id, "colleagues"), (OLA.id, "colleagues")]
    assert {why for _, why in found[2:-1]} == {"leadership"}
    assert found[-1] == (BOB.id, "friends")


def test_whom_one_follows_or_wants_nothing_of_is_suggested_no_more(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, LEDERGRUPPEN)
    run(nordvik.engine.write(lambda tx: finding.unsuggest(tx, KARI.id, OLA.id)))
    nordvik.put(Relation(kind=RelationKind.MUTE, source_id=KARI.id, target_id=IKT.id))
    found = {id for id, _ in suggested(nordvik)}
    assert found.isdisjoint({LEDERGRUPPEN.id, OLA.id, IKT.id, KARI.id})


def directory(house: Nordvik, viewer: Viewer, **rest: Any) -> list[int]:
    wanted = {"local": False, "newest": True, "limit": 40, "offset": 0, **rest}
    found = run(house.engine.read(lambda tx: finding.directory(tx, viewer, **wanted)))
    return [actor.id for actor in found]


def test_the_directory_shows_who_wants_to_be_found_and_inside_all_of_ours(
    nordvik: Nordvik,
) -> None:
    nordvik.put(replace(IKT, discoverable=True))
    assert directory(nordvik, Nobody()) == [OTHER_KARI.id, BJORN.id, IKT.id]
    inside = directory(nordvik, ME, local=True)
    assert {KARI.id, OLA.id, BEREDSKAP.id, SAMARBEID.id, ALLE.id} <= set(inside)
    assert BJORN.id not in inside
    nordvik.says(LEDERGRUPPEN)
    assert directory(nordvik, ME, newest=False, limit=1) == [LEDERGRUPPEN.id]
    assert directory(nordvik, ME, newest=False, local=True, limit=1) == [LEDERGRUPPEN.id]
    assert directory(nordvik, Nobody(), newest=False) == []
    assert directory(nordvik, ME, local=True, limit=2, offset=1) == inside[1:3]


def test_who_has_left_is_no_colleague(nordvik: Nordvik) -> None:
    left = Membership(
        person_id=PERSON_OLA.id, actor_id=LEDERGRUPPEN.id, role=Role.READER, ends=NOW - 1
    )
    nordvik.put(left)
    assert (OLA.id, "colleagues") not in suggested(nordvik)
    nordvik.put(replace(left, ends=NOW + 1))
    assert (OLA.id, "colleagues") in suggested(nordvik)
