"""One unit of work: all of it or nothing, fetches between its runs, and what leaves is signed."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from actors.effects import Done, Need, Recipients, Refusal, Send
from actors.errors import FetchTimeout, Unauthorized
from actors.people import Actor
from actors.posts import Visibility
from actors.relationships import Reaction
from actors.signatures import keys
from actors.signatures.proofs import proof_method, verify_proof
from actors.verbs import Announce, Like, Undo
from fedi.perform import ROUNDS, Answer
from fedi.store.rows import ACTOR
from fedi.store.unit import UnitStore
from tests.people import ALICE, BOB, KARI, LEDERGRUPPEN, NOW, Nordvik, key_of, theirs
from tests.running import run

ZOE = theirs(900, "zoe", "zoe.test")


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik


def like(actor: Actor, uri: str, number: int = 1) -> Like:
    return Like(uri=f"https://{actor.host}/likes/{number}", actor=actor.uri, object=uri)


class Fetching:
    """A resolver that puts an actor into the house when asked for it, or fails to."""

    def __init__(self, house: Nordvik, *, fails: bool = False, brings: bool = True) -> None:
        self.house, self.fails, self.brings = house, fails, brings
        self.asked: list[str] = []

    async def need(self, uri: str, *, since: int = 0) -> None:
        self.asked.append(uri)
        if self.fails:
            raise FetchTimeout("The other server took too long.")
        if self.brings:
            row = ACTOR.encode(replace(ZOE, fetched=NOW))
            await self.house.engine.write(lambda tx: tx.run(ACTOR.insert, row))


def perform(house: Nordvik, activity: Any, resolver: Any) -> Answer:
    return run(house.performer.perform(activity, resolver))


def test_what_a_rule_needs_is_fetched_between_two_runs(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    fetching = Fetching(house)
    answer = perform(house, like(ZOE, post.uri), fetching)
    assert isinstance(answer.outcome, Done)
    assert fetching.asked == [ZOE.uri]
    assert [row.actor_id for row in house.all(Reaction)] == [ZOE.id]


def test_a_rule_that_never_has_enough_is_given_up(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    fetching = Fetching(house, brings=False)
    answer = perform(house, like(ZOE, post.uri), fetching)
    assert isinstance(answer.outcome, Need)
    assert len(fetching.asked) == ROUNDS


def test_where_the_fetch_fails_the_answer_says_why_and_nothing_has_happened(
    house: Nordvik,
) -> None:
    post = house.says(LEDERGRUPPEN)
    answer = perform(house, like(ZOE, post.uri), Fetching(house, fails=True))
    assert isinstance(answer.problem, FetchTimeout)
    assert house.all(Reaction) == []


def test_what_is_written_along_is_in_the_same_transaction(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    said: list[object] = []

    async def also(store: UnitStore, outcome: Done | Refusal) -> None:
        said.append(outcome)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(house.performer.once(like(ALICE, post.uri), also))
    assert isinstance(said[-1], Done)
    assert house.all(Reaction) == []

    async def noted(store: UnitStore, outcome: Done | Refusal) -> None:
        said.append(outcome)

    run(house.performer.once(like(ALICE, "https://nordvik.test/posts/000000000000000009"), noted))
    assert isinstance(said[-1], Refusal)


def test_s34_fifty_at_once_are_one_row_and_one_notification(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)

    async def fifty() -> None:
        await asyncio.gather(*(house.performer.once(like(ALICE, post.uri)) for _ in range(50)))

    run(fifty())
    assert len(house.all(Reaction)) == 1
    assert house.told(LEDERGRUPPEN) == [("favourite", ALICE.id, post.id)]


def test_a_public_activity_carries_a_proof_that_holds(house: Nordvik) -> None:
    house.follows(ALICE, LEDERGRUPPEN)
    house.says(LEDERGRUPPEN)
    (document,) = house.bodies()
    key = key_of(LEDERGRUPPEN)
    assert proof_method(document) == key.uri
    verify_proof(document, keys.from_multibase(key.public), now_ms=NOW)
    document["object"]["content"] = "<p>Something else</p>"
    with pytest.raises(Unauthorized):
        verify_proof(document, keys.from_multibase(key.public), now_ms=NOW)


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
def test_what_is_not_public_carries_none(house: Nordvik, visibility: Visibility) -> None:
    """A proof would let whoever has a copy show the world who wrote it."""
    house.follows(ALICE, LEDERGRUPPEN)
    house.says(LEDERGRUPPEN, visibility, ALICE)
    (document,) = house.bodies()
    assert "proof" not in document


def test_an_activity_about_no_post_goes_by_name_and_without_a_proof(house: Nordvik) -> None:
    undo = Undo(
        uri=house.uri(KARI), actor=KARI.uri, object=f"{KARI.uri}#f", kind="Follow", target=BOB.uri
    )
    run(house.performer.send(Send(undo, KARI.id, Recipients(actors=(BOB.id,)), about=BOB.uri)))
    (document,) = house.bodies()
    assert document["to"] == [BOB.uri]
    assert "proof" not in document
    assert house.delivered() == [("Undo", BOB.inbox)]


def test_a_boost_is_written_once_however_often_it_is_done(house: Nordvik) -> None:
    house.follows(ALICE, LEDERGRUPPEN)
    post = house.says(BOB)
    for _ in range(3):
        boost = Announce(
            uri=house.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, object=post.uri, published=NOW
        )
        house.done(boost)
    assert [body["type"] for body in house.bodies()] == ["Announce"]
