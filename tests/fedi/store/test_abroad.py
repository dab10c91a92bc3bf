"""Groups across servers, as kept: where members are, who was told, what stands for what."""

from dataclasses import replace

import pytest

from actors.elsewhere import hosts_of
from actors.grouping import Access, Grouping
from actors.people import ActorKind, Exposure
from actors.relationships import RelationState
from fedi.store import abroad, domain_rules
from fedi.store.abroad import Standin
from tests.fedi.store.units import read, write
from tests.people import ALICE, KARI, NOW, PERSON_KARI, Nordvik, ours, theirs

CLUB = ours(26, "klubben", "Klubben", ActorKind.GROUP, locked=True, exposure=Exposure.ALLOWED)
BO = theirs(40, "bo", "sor.test", shares_groups=True)
DAG = theirs(41, "dag", "ost.test", shares_groups=True)
THERE = replace(
    theirs(50, "klubb", "sor.test", shares_groups=True, locked=True), kind=ActorKind.GROUP
)


@pytest.fixture
def club(nordvik: Nordvik) -> Nordvik:
    nordvik.put(CLUB, BO, DAG, THERE, Grouping(actor_id=CLUB.id, access=Access.CLOSED))
    for member in (KARI, BO, ALICE):
        nordvik.follows(member, CLUB)
    nordvik.follows(DAG, CLUB, state=RelationState.PENDING)
    for host in ("sor.test", "ost.test", "mastodon.test"):
        write(nordvik, domain_rules.put_rule, host, "allow", "", NOW)
    return nordvik


def test_servers_like_ours_with_members_are_known_as_long_as_they_are_welcome(
    club: Nordvik,
) -> None:
    assert read(club, abroad.member_hosts, CLUB) == ("sor.test",)
    assert read(club, abroad.closed_groups) == [CLUB.id]
    write(club, domain_rules.drop_rule, "sor.test")
    assert read(club, abroad.member_hosts, CLUB) == ()


def test_members_elsewhere_are_those_of_another_kind(club: Nordvik) -> None:
    assert read(club, abroad.has_others, CLUB.id)
    assert read(club, abroad.other_hosts, (CLUB.id,)) == ("mastodon.test",)


def test_an_author_is_told_once_for_each_person_and_group(club: Nordvik) -> None:
    asked = (KARI.id, PERSON_KARI.id)
    assert read(club, abroad.unasked, (CLUB.id,), *asked) == ("mastodon.test",)
    write(club, abroad.tell, (CLUB.id,), *asked, NOW)
    assert read(club, abroad.unasked, (CLUB.id,), *asked) == ()
    assert read(club, abroad.unasked, (CLUB.id,), KARI.id, None) == ("mastodon.test",)


def test_a_list_of_hosts_is_taken_over_whole_and_only_of_a_group_elsewhere(club: Nordvik) -> None:
    for hosts in (["a.test", "b.test"], ["b.test"]):
        write(club, abroad.replace_hosts, hosts_of(THERE.uri), hosts)
        assert read(club, abroad.told_hosts, THERE.id) == frozenset(hosts)
    write(club, abroad.replace_hosts, hosts_of(CLUB.uri), ["evil.test"])
    assert read(club, abroad.told_hosts, CLUB.id) == frozenset()


def test_what_stands_for_a_post_is_noted_once_and_grows_newer(club: Nordvik) -> None:
    note = Standin("https://nordvik.test/activities/1#note", CLUB.id, 7, 0)
    assert write(club, abroad.put_note, note, ours=True)
    assert not write(club, abroad.put_note, replace(note, edited=5), ours=True)
    assert read(club, abroad.note_for, CLUB.id, 7) == replace(note, edited=5)
    assert read(club, abroad.note_for, CLUB.id, 7, ours=False) is None
    write(club, abroad.drop_note, note.uri)
    assert read(club, abroad.stands_for, note.uri) is None


def test_who_manages_a_group_may_be_known(club: Nordvik) -> None:
    assert read(club, abroad.moderators, CLUB.id) == ()
