"""Counting who gets a post: people by their roles, those elsewhere by server, handles by name."""

from dataclasses import replace

from actors.effects import Recipients
from actors.handles import Handle
from actors.membership import Delegation, Membership, Role
from fedi.store import audiences, domain_rules
from fedi.store.audiences import Circle
from fedi.store.engine import Tx
from tests.people import (
    ALICE,
    ALLE,
    BOB,
    CARLA,
    DAY,
    IKT,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
)
from tests.running import run


def people(nordvik: Nordvik, circle: Circle, *, everyone: bool = False, now: int = NOW) -> int:
    return run(nordvik.engine.read(lambda tx: audiences.people(tx, circle, now, everyone=everyone)))


def outside(nordvik: Nordvik, *sent: Recipients, only_allowed: bool = False) -> dict[str, int]:
    author = LEDERGRUPPEN.id
    return run(
        nordvik.engine.read(
            lambda tx: audiences.outside(tx, author, sent, only_allowed=only_allowed)
        )
    )


def test_whoever_speaks_for_one_in_the_circle_is_counted_once(nordvik: Nordvik) -> None:
    assert people(nordvik, Circle(author=LEDERGRUPPEN.id)) == 2
    assert people(nordvik, Circle(author=KARI.id, actors=(LEDERGRUPPEN.id,))) == 2
    assert people(nordvik, Circle(author=KARI.id)) == 1
    assert people(nordvik, Circle(author=IKT.id)) == 0


def test_a_role_counts_while_it_lasts(nordvik: Nordvik) -> None:
    nordvik.put(
        Membership(
            person_id=PERSON_OLA.id, actor_id=IKT.id, role=Role.READER, starts=NOW, ends=NOW + DAY
        )
    )
    circle = Circle(author=IKT.id)
    assert people(nordvik, circle, now=NOW - 1) == 0
    assert people(nordvik, circle) == 1
    assert people(nordvik, circle, now=NOW + DAY) == 0


def test_a_stand_in_sees_what_the_absent_one_would(nordvik: Nordvik) -> None:
    nordvik.put(Membership(person_id=PERSON_KARI.id, actor_id=IKT.id, role=Role.AUTHOR))
    nordvik.put(
        Delegation(
            actor_id=IKT.id, absent_id=PERSON_KARI.id, stand_in_id=PERSON_OLA.id, starts=NOW,
            ends=NOW + DAY,
        )
    )  # fmt: skip
    assert people(nordvik, Circle(author=IKT.id)) == 2
    assert people(nordvik, Circle(author=IKT.id), now=NOW + DAY) == 1


def test_a_guest_is_counted_only_where_it_is_meant_for_them(nordvik: Nordvik) -> None:
    nordvik.put(replace(OLA, guest=True))
    assert people(nordvik, Circle(author=KARI.id), everyone=True) == 1
    meant = Circle(author=KARI.id, actors=(OLA.id,))
    assert people(nordvik, meant, everyone=True) == 2


def test_followers_elsewhere_are_counted_by_server_and_once(nordvik: Nordvik) -> None:
    for one in (ALICE, BOB, CARLA, OLA):
        nordvik.follows(one, LEDERGRUPPEN)
    of_all = Recipients(followers_of=LEDERGRUPPEN.id)
    assert outside(nordvik, of_all) == {"mastodon.test": 2, "gotosocial.test": 1}
    named = Recipients(actors=(ALICE.id, MALLORY.id))
    assert outside(nordvik, of_all, named)["mastodon.test"] == 2
    assert outside(nordvik, named) == {"mastodon.test": 1, "evil.test": 1}
    assert outside(nordvik) == {}


def test_what_is_sent_to_nobody_is_not_counted(nordvik: Nordvik) -> None:
    async def rules(tx: Tx) -> None:
        await domain_rules.put_rule(tx, "mastodon.test", "allow", "", NOW)
        await domain_rules.put_rule(tx, "evil.test", "block", "", NOW)

    run(nordvik.engine.write(rules))
    nordvik.blocks(BOB, LEDERGRUPPEN)
    named = Recipients(actors=(ALICE.id, BOB.id, CARLA.id, MALLORY.id))
    assert outside(nordvik, named) == {"mastodon.test": 1, "gotosocial.test": 1}
    assert outside(nordvik, named, only_allowed=True) == {"mastodon.test": 1}


def test_a_group_has_the_members_that_were_let_in(nordvik: Nordvik) -> None:
    for one in (KARI, OLA, ALICE):
        nordvik.follows(one, ALLE)
    found = run(nordvik.engine.read(lambda tx: audiences.members(tx, [ALLE.id, IKT.id])))
    assert found == {ALLE.id: 3, IKT.id: 0}


def test_handles_are_found_whatever_their_case_and_none_that_is_gone(nordvik: Nordvik) -> None:
    nordvik.put(replace(CARLA, deleted=NOW))
    asked = [
        Handle("Ola", None), Handle("ALICE", "mastodon.test"), Handle("carla", "gotosocial.test"),
        Handle("bob", "other.test"), Handle("nobody", None),
    ]  # fmt: skip
    found = run(nordvik.engine.read(lambda tx: audiences.known(tx, asked)))
    assert {one: actor.id for one, actor in found.items()} == {asked[0]: OLA.id, asked[1]: ALICE.id}
