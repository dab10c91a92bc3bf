"""How one actor stands to others: what it follows, mutes and notes, and nobody else sees."""

import asyncio
from dataclasses import replace

import pytest

from actors.audience import LocalActor
from actors.effects import Put
from actors.relationships import Relation, RelationKind, RelationState
from fedi.store import acquaintances
from fedi.store.acquaintances import Standing
from fedi.store.engine import Tx, opened
from fedi.store.migrate import migrate
from fedi.store.timelines import Span
from tests.fedi.store.units import everything, read, write
from tests.people import ALICE, BOB, CARLA, KARI, LEDERGRUPPEN, NOW, OLA, Nordvik

ME = LocalActor(KARI.id)
ALL = Span(limit=40)


def standing(nordvik: Nordvik, me: int = KARI.id, other: int = ALICE.id) -> Standing:
    (found,) = read(nordvik, acquaintances.standings, me, [other])
    return found


def test_nothing_stands_between_strangers(nordvik: Nordvik) -> None:
    assert standing(nordvik) == Standing(id=ALICE.id)
    assert read(nordvik, acquaintances.standings, KARI.id, []) == []
    found = read(nordvik, acquaintances.standings, KARI.id, [BOB.id, 999, ALICE.id])
    assert [one.id for one in found] == [BOB.id, ALICE.id]


def test_follows_blocks_and_notes_stand_from_both_sides(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, ALICE, state=RelationState.PENDING)
    nordvik.follows(ALICE, KARI)
    nordvik.blocks(ALICE, KARI)
    write(
        nordvik, acquaintances.change, KARI.id, ALICE.id, hides_boosts=True, notifies=True,
        languages=["nb"], endorsed=True, note="Fra kurset",
    )  # fmt: skip
    write(nordvik, acquaintances.mute_domain, KARI.id, ALICE.domain, 1)
    assert standing(nordvik) == Standing(
        id=ALICE.id, follows="pending", followed="accepted", blocked=True, hides_boosts=True,
        notifies=True, languages=["nb"], endorsed=True, note="Fra kurset", domain_muted=True,
    )  # fmt: skip
    assert standing(nordvik, OLA.id) == Standing(id=ALICE.id)
    write(nordvik, acquaintances.change, KARI.id, ALICE.id, note="")
    assert standing(nordvik).hides_boosts, "what isn't named stays"
    with pytest.raises(ValueError, match="no such column"):
        write(nordvik, acquaintances.change, KARI.id, ALICE.id, owner_id=1)


def test_a_mute_that_is_taken_back_leaves_nothing(nordvik: Nordvik) -> None:
    before = everything(nordvik, "relation")
    write(nordvik, acquaintances.mute, KARI.id, ALICE.id, notifications=True, until=NOW)
    found = standing(nordvik)
    assert (found.mutes, found.mutes_notifications, found.muted_until) == (True, True, NOW)
    write(nordvik, acquaintances.mute, KARI.id, ALICE.id, notifications=False, until=None)
    found = standing(nordvik)
    assert (found.mutes, found.mutes_notifications, found.muted_until) == (True, False, None)
    write(nordvik, acquaintances.unmute, KARI.id, ALICE.id)
    assert standing(nordvik) == Standing(id=ALICE.id)
    assert everything(nordvik, "relation") == before


def test_a_mute_ends_when_its_time_is_over(nordvik: Nordvik) -> None:
    mute = acquaintances.mute
    write(nordvik, mute, KARI.id, ALICE.id, notifications=True, until=NOW + 5)
    write(nordvik, mute, KARI.id, BOB.id, notifications=True, until=NOW + 9)
    write(nordvik, mute, KARI.id, CARLA.id, notifications=True, until=None)
    assert not read(nordvik, acquaintances.any_mute_ends, NOW + 4)
    assert read(nordvik, acquaintances.any_mute_ends, NOW + 5)
    assert write(nordvik, acquaintances.end_mutes, NOW + 5) == 1
    assert write(nordvik, acquaintances.end_mutes, NOW + 5) == 0
    muted = read(nordvik, acquaintances.related, KARI.id, "mute", ALL, viewer=ME)
    assert {row[1] for row in muted} == {BOB.id, CARLA.id}


def test_those_related_are_paged_both_ways_without_who_is_gone(nordvik: Nordvik) -> None:
    for who in (CARLA, BOB, ALICE, LEDERGRUPPEN):
        nordvik.follows(KARI, who)
    nordvik.follows(OLA, KARI)
    nordvik.put(replace(BOB, suspended=NOW))

    def follows(span: Span) -> list[int]:
        return [
            row[1]
            for row in read(nordvik, acquaintances.related, KARI.id, "follow", span, viewer=ME)
        ]

    def toward(state: str = "accepted") -> list[int]:
        rows = read(
            nordvik, acquaintances.related, KARI.id, "follow", ALL, viewer=ME, toward=True,
            state=state,
        )  # fmt: skip
        return [row[1] for row in rows]

    newest, second, _ = (
        row[0] for row in read(nordvik, acquaintances.related, KARI.id, "follow", ALL, viewer=ME)
    )
    assert follows(ALL) == [LEDERGRUPPEN.id, ALICE.id, CARLA.id]
    assert follows(Span(limit=1, below=newest)) == [ALICE.id]
    assert follows(Span(limit=9, above=second)) == [LEDERGRUPPEN.id]
    assert follows(Span(limit=2, above=-1, upward=True)) == [ALICE.id, CARLA.id]
    assert (toward(), toward("pending")) == ([OLA.id], [])


def test_those_whom_one_recommends(nordvik: Nordvik) -> None:
    for who in (ALICE, BOB):
        write(nordvik, acquaintances.change, KARI.id, who.id, endorsed=True)
    write(nordvik, acquaintances.change, KARI.id, BOB.id, endorsed=False)
    assert read(nordvik, acquaintances.endorsed, KARI.id, ALL, ME) == [(ALICE.id, ALICE.id)]


def test_familiar_followers_are_those_one_follows_oneself(nordvik: Nordvik) -> None:
    for who, whom in ((KARI, ALICE), (KARI, OLA), (OLA, BOB), (CARLA, BOB), (KARI, BOB)):
        nordvik.follows(who, whom)
    found = read(nordvik, acquaintances.familiar, KARI.id, [BOB.id, ALICE.id, 999])
    assert found == {BOB.id: [OLA.id], ALICE.id: []}
    nordvik.follows(ALICE, BOB)
    assert read(nordvik, acquaintances.familiar, KARI.id, [BOB.id], 1) == {BOB.id: [ALICE.id]}
    assert read(nordvik, acquaintances.familiar, KARI.id, []) == {}


def test_a_muted_domain_and_who_is_there(nordvik: Nordvik) -> None:
    before = everything(nordvik, "domain_mute")
    nordvik.follows(ALICE, KARI)
    nordvik.follows(KARI, BOB)
    nordvik.follows(KARI, CARLA)
    assert read(nordvik, acquaintances.from_domain, KARI.id, ALICE.domain) == ([30], [31])
    for id, domain in ((1, "b.test"), (2, "a.test"), (3, "a.test")):
        write(nordvik, acquaintances.mute_domain, KARI.id, domain, id)
    muted = acquaintances.muted_domains
    assert read(nordvik, muted, KARI.id, ALL) == [(2, "a.test"), (1, "b.test")]
    upward = Span(limit=1, above=0, upward=True)
    assert read(nordvik, muted, KARI.id, upward) == [(1, "b.test")]
    for domain in ("a.test", "b.test"):
        write(nordvik, acquaintances.unmute_domain, KARI.id, domain)
    assert everything(nordvik, "domain_mute") == before


def test_who_is_let_in_is_the_newest_follower_and_who_asks_again_stays(nordvik: Nordvik) -> None:
    def followers() -> list[int]:
        return [
            row[1]
            for row in read(
                nordvik, acquaintances.related, KARI.id, "follow", ALL, viewer=ME, toward=True
            )
        ]

    asks = nordvik.follows(ALICE, KARI, state=RelationState.PENDING)
    nordvik.follows(BOB, KARI)
    granted = replace(asks, state=RelationState.ACCEPTED, uri="https://good.test/2")
    again = Relation(kind=RelationKind.FOLLOW, source_id=BOB.id, target_id=KARI.id, uri="x:1")

    async def put(tx: Tx, row: Relation) -> None:
        await nordvik.performer.apply(tx, (Put(row, replace=True),))

    write(nordvik, put, granted)
    assert followers() == [ALICE.id, BOB.id]
    write(nordvik, put, again)
    assert followers() == [ALICE.id, BOB.id]


def test_what_was_there_before_relations_had_numbers_comes_after_what_is_new(
    empty_database: str,
) -> None:
    async def scene() -> list[tuple[int, int]]:
        async with opened(empty_database, readers=1) as engine:
            await migrate(engine, now=NOW, up_to=21)

            async def before(tx: Tx) -> None:
                for kind, who, created in (
                    ("follow", 7, 30), ("follow", 5, 20), ("follow", 6, 20), ("block", 4, 25),
                    ("mute", 3, 0), ("mute", 2, 0),
                ):  # fmt: skip
                    await tx.run(
                        "INSERT INTO relation (kind, source_id, target_id, state, uri, created)"
                        " VALUES (?, 1, ?, 'accepted', '', ?)",
                        (kind, who, created),
                    )

            await engine.write(before)
            await migrate(engine, now=NOW)
            rows = await engine.read(
                lambda tx: tx.rows("SELECT target_id, number FROM relation ORDER BY number")
            )
            return [(row[0], row[1]) for row in rows]

    assert asyncio.run(scene()) == [(2, 1), (3, 2), (5, 3), (6, 4), (4, 5), (7, 6)]
