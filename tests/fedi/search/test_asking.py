"""Accounts by how they begin and by their handles, as one asker finds them. On both engines."""

from dataclasses import replace
from typing import Any

import pytest

from actors.audience import LocalActor, Nobody, Viewer
from actors.people import Actor, ActorKind, Profile
from actors.posts import Visibility
from actors.verbs import Update
from fedi.search.asking import Search
from fedi.search.indexing import Indexer
from tests.fedi.search.searched import AASHILD, BJORN, OTHER_KARI, finder
from tests.people import (
    ALICE,
    BEREDSKAP,
    CARLA,
    IKT,
    KARI,
    NOW,
    Nordvik,
    ours,
    theirs,
)
from tests.running import run

INTERNAL, DIRECT = Visibility.INTERNAL, Visibility.DIRECT
ME = LocalActor(KARI.id)


@pytest.fixture
def nordvik(nordvik: Nordvik) -> Nordvik:
    nordvik.put(BJORN, OTHER_KARI, AASHILD)
    return nordvik


def index(house: Nordvik) -> None:
    run(Indexer(house.engine, house.urls, house.clock.now, lambda: 0.0).all())


def accounts(house: Nordvik, text: str, viewer: Viewer = ME, **rest: Any) -> list[int]:
    index(house)
    return list(run(finder(house).accounts(Search(text=text, **rest), viewer)))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("kari", [KARI, OTHER_KARI]),
        ("@kari", [KARI, OTHER_KARI]),
        ("KARI NORD", [KARI]),
        ("nordmann kari", [KARI]),
        ("odegard", [AASHILD, OTHER_KARI]),
        ("Ødegård", [AASHILD, OTHER_KARI]),
        ("ødegård bø", [AASHILD]),
        ("bø", [AASHILD]),
        ("asen", [BJORN]),
        ("aasen", [BJORN]),
        ("bjørn å", [BJORN]),
        ("åshild", [AASHILD]),
        ("ashild", [AASHILD]),
        ("aashi", [AASHILD]),
        ("kari@mastodon.test", [OTHER_KARI]),
        ("@kari@nordvik.test", [KARI]),
        ("kari@masto", [OTHER_KARI]),
        ("ikt", [IKT]),
        ("arine", []),
        ("#kari", []),
        ("", []),
        ("@", []),
        ("nordvik.test", []),
    ],
)
def test_accounts_are_found_by_the_beginnings_of_their_words(
    nordvik: Nordvik, typed: str, found: list[Actor]
) -> None:
    assert accounts(nordvik, typed) == [actor.id for actor in found]


def test_whom_one_follows_comes_before_ours_and_ours_before_others(nordvik: Nordvik) -> None:
    nordvik.put(
        theirs(50, "testaa", "mastodon.test", name="Test"),
        theirs(51, "testab", "mastodon.test", name="Test"),
        ours(52, "testzz", "Test", ActorKind.PERSON),
        theirs(53, "test", "gotosocial.test", name="Test"),
    )
    nordvik.follows(KARI, theirs(51, "testab", "mastodon.test"))
    assert accounts(nordvik, "test") == [53, 51, 52, 50]
    assert accounts(nordvik, "test", following=True) == [51]
    assert accounts(nordvik, "test", limit=2, offset=1) == [51, 52]


def test_a_name_that_changed_is_found_as_it_is_now(nordvik: Nordvik) -> None:
    assert accounts(nordvik, "alice") == [ALICE.id]
    renamed = Profile(actor=replace(ALICE, name="Ingrid Vik"))
    nordvik.done(Update(uri=nordvik.uri(ALICE), actor=ALICE.uri, profile=renamed, note=None))
    assert accounts(nordvik, "ingrid") == [ALICE.id]
    assert accounts(nordvik, "alice") == [ALICE.id]  # by the handle, which stays


def test_who_is_gone_or_blocks_the_asker_or_is_a_secret_is_not_found(nordvik: Nordvik) -> None:
    assert accounts(nordvik, "bered") == [BEREDSKAP.id]
    assert accounts(nordvik, "bered", Nobody()) == []
    assert accounts(nordvik, "beredskap", Nobody()) == []
    nordvik.blocks(CARLA, KARI)
    assert accounts(nordvik, "carl") == []
    nordvik.put(replace(BJORN, suspended=NOW))
    assert accounts(nordvik, "bjorn") == []
    assert run(finder(nordvik).lookup("bjorn@mastodon.test", ME)) is None


@pytest.mark.parametrize(
    ("handle", "found"),
    [
        ("kari", KARI), ("@Kari", KARI), ("kari@nordvik.test", KARI), ("KARI@NORDVIK.TEST", KARI),
        ("kari@mastodon.test", OTHER_KARI), ("alice@mastodon.test", ALICE), ("nobody", None),
        ("", None), ("a b", None), ("alice@gotosocial.test", None), ("alice", None),
    ],
)  # fmt: skip
def test_a_handle_means_one_account_or_none(
    nordvik: Nordvik, handle: str, found: Actor | None
) -> None:
    index(nordvik)
    actor = run(finder(nordvik).lookup(handle, ME))
    assert (actor.id if actor else None) == (found.id if found else None)
