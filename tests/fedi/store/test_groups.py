"""What members have of their groups: at home however it is kept, in lists, in streams."""

from dataclasses import replace

import pytest

from actors.audience import LocalActor, Nobody
from actors.grouping import Access, Grouping, Standing
from actors.membership import Membership, Role
from actors.people import Actor, ActorKind, Exposure
from actors.posts import Post, Visibility
from actors.relationships import RelationState
from actors.verbs import Delete, Undo
from fedi.store import acquaintances, authored, groups, home, knowing, lists, streaming, timelines
from fedi.store.engine import Tx
from fedi.store.returning import merged_home
from fedi.store.timelines import Span
from tests.fedi.store.units import read, write
from tests.people import IKT, KARI, LEDERGRUPPEN, NOW, OLA, PERSON_KARI, Nordvik, ours
from tests.running import run

CLUB = ours(26, "klubben", "Klubben", ActorKind.GROUP, exposure=Exposure.INTERNAL, locked=True)
SPAN = Span(limit=40)


@pytest.fixture
def club(nordvik: Nordvik) -> Nordvik:
    """Kari manages a closed group that Ola is in and the department is not."""
    nordvik.put(CLUB, Grouping(actor_id=CLUB.id, access=Access.CLOSED))
    nordvik.put(Membership(person_id=PERSON_KARI.id, actor_id=CLUB.id, role=Role.MANAGER))
    for member in (KARI, OLA):
        nordvik.follows(member, CLUB)
    return nordvik


def at_home(club: Nordvik, reader: Actor) -> list[int]:
    return [one.id for one in read(club, timelines.home, reader.id, SPAN)]


def leave(club: Nordvik, who: Actor) -> None:
    relation = club.follow_of(who, CLUB)
    assert relation is not None
    club.done(Undo(uri=club.uri(who), actor=who.uri, object=relation.uri, kind="Follow"))


def said(club: Nordvik) -> list[int]:
    """Return, newest first, what begins something; an answer lies between."""
    first = club.says(KARI, Visibility.PUBLIC, CLUB)
    club.says(OLA, Visibility.GROUP, reply_to=first.uri)
    return [club.says(OLA, Visibility.PUBLIC, CLUB).id, first.id]


def test_home_has_what_begins_something_however_it_is_kept(
    club: Nordvik, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = said(club)
    own = [id for id in at_home(club, KARI) if id in begun]
    assert own == begun
    run(home.build(club.engine, KARI.id, NOW))
    assert at_home(club, KARI) == begun
    merged = read(club, merged_home, KARI.id, SPAN)
    assert merged is not None
    assert [one.id for one in merged] == begun
    monkeypatch.setattr(home, "LISTED_FOLLOWERS", 1)
    wide = [club.says(OLA, Visibility.PUBLIC, CLUB).id]
    assert club.ask("SELECT actor_id FROM widely_followed") == [(CLUB.id,)]
    assert club.ask("SELECT 1 FROM home WHERE reader_id = ? AND post_id = ?", KARI.id, *wide) == []
    club.says(KARI, Visibility.GROUP, reply_to=club.ask("SELECT uri FROM post")[0][0])
    assert [id for id in at_home(club, KARI) if id in (*wide, *begun)] == [*wide, *begun]
    assert at_home(club, LEDERGRUPPEN) == []


def test_who_leaves_has_it_at_home_no_more(club: Nordvik) -> None:
    begun = said(club)
    assert set(begun) <= set(at_home(club, KARI))
    leave(club, KARI)
    assert begun[0] not in at_home(club, KARI)


def test_who_joins_later_reads_what_was_said_before(club: Nordvik) -> None:
    begun = said(club)
    club.follows(IKT, CLUB)
    (mine,) = read(club, lists.groups, IKT.id)
    assert (mine.id, mine.title, mine.group) == (CLUB.id, "Klubben", True)
    rows = read(club, lists.timeline, mine, SPAN)
    assert len(rows) == 3
    assert [id for id, _ in rows if id in begun] == begun
    up = read(club, lists.timeline, mine, Span(limit=2, upward=True))
    assert up == rows[1:]
    assert read(club, lists.one, LEDERGRUPPEN.id, CLUB.id) is None
    assert read(club, authored.in_group, Nobody(), CLUB.id, SPAN) == []


def test_a_stream_of_a_group_tells_its_members(club: Nordvik) -> None:
    post = club.says(KARI, Visibility.PUBLIC, CLUB)
    asked = {(CLUB.id, one.id) for one in (KARI, OLA, LEDERGRUPPEN)} | {(IKT.id, KARI.id)}
    heard = {(CLUB.id, KARI.id), (CLUB.id, OLA.id)}
    assert read(club, streaming.in_groups, post.id, asked) == heard
    viewers = {one.id for one in (KARI, OLA, LEDERGRUPPEN)}
    assert read(club, streaming.at_home, post.id, viewers) == {KARI.id, OLA.id}
    club.done(Delete(uri=club.uri(KARI), actor=KARI.uri, object=post.uri))
    assert read(club, streaming.in_groups, post.id, asked) == set()
    assert read(club, streaming.in_groups, post.id, asked, even_deleted=True) == heard


def test_who_manages_heeds_and_asks(club: Nordvik) -> None:
    standing = read(club, groups.standing, CLUB, KARI.id, NOW)
    assert isinstance(standing, Standing)
    assert (standing.member, standing.manager, standing.invited) == (True, True, False)
    assert read(club, groups.managers, CLUB.id, NOW) == (KARI.id,)
    assert read(club, groups.managed_by, PERSON_KARI.id, NOW) == [CLUB.id]
    assert read(club, groups.standing, IKT, KARI.id, NOW) is None
    club.follows(IKT, CLUB, state=RelationState.PENDING)
    club.follows(LEDERGRUPPEN, KARI, state=RelationState.PENDING)
    targets = [KARI.id, CLUB.id]
    asking = read(club, groups.asking, targets, SPAN)
    assert [id for _, id in asking] == [LEDERGRUPPEN.id, IKT.id]
    assert read(club, groups.asked_of, targets, IKT.id) == CLUB.id
    assert read(club, groups.asked_of, [KARI.id], IKT.id) is None
    write(club, acquaintances.change, OLA.id, CLUB.id, notifies=True)
    post = club.says(KARI, Visibility.PUBLIC, CLUB)
    told = club.ask("SELECT recipient_id FROM notification WHERE kind = 'status'")
    assert told == [(OLA.id,)]
    assert post.visibility is Visibility.GROUP


def test_the_newest_post_of_a_group_is_no_post_of_it_once_it_is_taken_out(club: Nordvik) -> None:
    post = club.says(KARI, Visibility.PUBLIC, CLUB)
    assert read(club, groups.of_post, post.id) == (CLUB,)
    assert read(club, groups.members_among, [CLUB.id], [KARI.id, IKT.id]) == {KARI.id}
    assert read(club, groups.members_among, [], [KARI.id]) == frozenset()


def test_a_secret_group_is_listed_for_those_alone_who_may_know_of_it(club: Nordvik) -> None:
    club.put(replace(CLUB, secret=True), Grouping(actor_id=CLUB.id, access=Access.SECRET))

    def listed(who: Actor) -> list[tuple[int, int, str]]:
        known = knowing.known_to(LocalActor(who.id))
        found = read(club, groups.listed, known, who.id)
        return [(one.group.id, one.members, one.state) for one in found]

    assert listed(OLA) == [(CLUB.id, 2, "member")]
    assert listed(LEDERGRUPPEN) == []


def test_one_statement_reads_a_group_s_page(club: Nordvik) -> None:
    posts: list[Post] = [club.says(KARI, Visibility.PUBLIC, CLUB) for _ in range(3)]

    async def page(tx: Tx) -> list[tuple[int, int]]:
        span = Span(limit=2, below=posts[2].id)
        return await authored.in_group(tx, LocalActor(OLA.id), CLUB.id, span)

    assert [id for id, _ in run(club.engine.read(page))] == [posts[1].id, posts[0].id]
