"""What a Block means: nothing more between two, whoever blocks whom."""

from actors.people import Actor
from actors.relationships import Relation, RelationKind
from actors.verbs import Block, Undo
from tests.people import ALICE, BOB, KARI, LEDERGRUPPEN, OLA, PERSON_OLA, Nordvik


def block(house: Nordvik, who: Actor, whom: Actor, person: int | None = None) -> Block:
    return Block(uri=house.uri(who), actor=who.uri, object=whom.uri, person=person)


def blocks(house: Nordvik) -> list[tuple[int, int]]:
    return [
        (row.source_id, row.target_id)
        for row in house.all(Relation)
        if row.kind is RelationKind.BLOCK
    ]


def test_our_block_ends_follows_both_ways_and_tells_the_other_server(house: Nordvik) -> None:
    house.follows(ALICE, KARI)
    house.follows(KARI, ALICE)
    house.done(block(house, KARI, ALICE))
    assert house.state(ALICE, KARI) == house.state(KARI, ALICE) == ""
    assert blocks(house) == [(KARI.id, ALICE.id)]
    # Not every server reads Block: the Reject is what ends the follow there.
    assert house.delivered() == [
        ("Reject", ALICE.inbox),
        ("Undo", ALICE.inbox),
        ("Block", ALICE.inbox),
    ]


def test_their_block_ends_follows_both_ways_in_silence(house: Nordvik) -> None:
    house.follows(ALICE, KARI)
    house.follows(KARI, ALICE)
    house.done(block(house, ALICE, KARI))
    assert house.state(ALICE, KARI) == house.state(KARI, ALICE) == ""
    assert blocks(house) == [(ALICE.id, KARI.id)]
    assert house.sent() == []
    assert house.told(KARI) == []


def test_a_block_between_two_of_ours_stays_inside(house: Nordvik) -> None:
    house.follows(OLA, KARI)
    house.done(block(house, KARI, OLA))
    assert house.state(OLA, KARI) == ""
    assert house.sent() == []


def test_a_block_twice_is_one_block(house: Nordvik) -> None:
    house.done(block(house, KARI, ALICE))
    before = house.counts()
    house.done(block(house, KARI, ALICE))
    assert house.counts() == before


def test_a_block_undone_before_it_came_has_no_effect(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    barred = block(house, ALICE, KARI)
    house.done(Undo(uri=house.uri(ALICE), actor=ALICE.uri, object=barred.uri, kind="Block"))
    house.done(barred)
    assert blocks(house) == []
    assert house.state(KARI, ALICE) == "accepted"


def test_a_block_shuts_each_out_from_what_the_blocker_wrote(house: Nordvik) -> None:
    post = house.says(KARI)
    assert house.sees(ALICE, post)
    house.done(block(house, KARI, ALICE))
    assert not house.sees(ALICE, post)
    assert house.sees(BOB, post)


def test_whom_two_strangers_block_is_not_kept_here(house: Nordvik) -> None:
    assert house.refused(block(house, ALICE, BOB)) == "not_ours"


def test_nobody_blocks_themselves(house: Nordvik) -> None:
    assert house.refused(block(house, KARI, KARI)) == "self"


def test_who_may_not_write_for_a_department_cannot_block_for_it(house: Nordvik) -> None:
    assert house.refused(block(house, LEDERGRUPPEN, ALICE, PERSON_OLA.id)) == "not_yours"
