"""How one actor stands to others: what it follows, mutes and notes, and nobody else sees."""

from dataclasses import replace

import pytest

from actors.audience import LocalActor
from actors.relationships import RelationState
from fedi.store import acquaintances
from fedi.store.acquaintances import Standing
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
    for who in (ALICE, BOB, CARLA, LEDERGRUPPEN):
        nordvik.follows(KARI, who)
    nordvik.follows(OLA, KARI)
    nordvik.put(replace(BOB, suspended=NOW))

    def follows(span: Span) -> list[int]:
        return [
            row[1]
            for row in read(nordvik, acquaintances.related, KARI.id, "follow", span, viewer=ME)
        ]

    assert follows(ALL) == [CARLA.id, ALICE.id, LEDERGRUPPEN.id]
    assert follows(Span(limit=1, below=CARLA.id)) == [ALICE.id]
    assert follows(Span(limit=2, above=-1, upward=True)) == [ALICE.id, LEDERGRUPPEN.id]
    toward = read(nordvik, acquaintances.related, KARI.id, "follow", ALL, viewer=ME, toward=True)
    assert toward == [(OLA.id, OLA.id)]
    assert (
        read(nordvik, acquaintances.related, KARI.id, "follow", ALL, viewer=ME, state="pending")
        == []
    )


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
