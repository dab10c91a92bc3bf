"""Conversations of direct posts: read, unread and put away, by each who takes part."""

from actors.people import Actor
from actors.posts import Post, Visibility
from fedi.store import acquaintances, direct
from fedi.store.direct import Conversation
from fedi.store.timelines import Span
from tests.fedi.store.units import read, write
from tests.people import ALICE, BOB, KARI, MINUTE, NOW, OLA, Nordvik


def says(nordvik: Nordvik, who: Actor, *to: Actor, at: int, reply_to: str = "") -> Post:
    nordvik.clock.time = NOW + at * MINUTE
    return nordvik.says(
        who, Visibility.DIRECT, *to, reply_to=reply_to, published=nordvik.clock.time
    )


def of(nordvik: Nordvik, who: Actor) -> list[Conversation]:
    return read(nordvik, direct.conversations, who.id, Span(limit=100))


def test_one_conversation_goes_by_its_root_and_the_newest_is_first(nordvik: Nordvik) -> None:
    first = says(nordvik, KARI, OLA, at=1)
    other = says(nordvik, ALICE, KARI, at=2)
    answer = says(nordvik, OLA, KARI, at=3, reply_to=first.uri)
    found = of(nordvik, KARI)
    assert [(one.first, one.last, one.unread) for one in found] == [
        (first.id, answer.id, True),
        (other.id, other.id, True),
    ]
    assert [(one.last, one.unread) for one in of(nordvik, OLA)] == [(answer.id, False)]
    assert of(nordvik, BOB) == []


def test_a_page_is_of_the_span_that_was_asked_for(nordvik: Nordvik) -> None:
    last = [says(nordvik, OLA, KARI, at=n).id for n in range(6)]

    def page(**span: int) -> list[int]:
        found = read(nordvik, direct.conversations, KARI.id, Span(**{"limit": 2, **span}))
        return [one.last for one in found]

    assert page() == last[:3:-1]
    assert page(below=last[4]) == [last[3], last[2]]
    assert page(above=last[1]) == [last[5], last[4]]
    assert page(above=last[1], upward=True) == [last[3], last[2]]
    assert page(limit=0) == []


def test_what_is_read_is_read_until_somebody_writes_again(nordvik: Nordvik) -> None:
    first = says(nordvik, OLA, KARI, at=1)
    (one,) = of(nordvik, KARI)
    write(nordvik, direct.read, KARI.id, one.root, one.last)
    assert not of(nordvik, KARI)[0].unread
    write(nordvik, direct.read, KARI.id, one.root, 0)
    assert of(nordvik, KARI)[0].unread
    write(nordvik, direct.read, KARI.id, one.root, one.last)
    says(nordvik, OLA, KARI, at=2, reply_to=first.uri)
    assert of(nordvik, KARI)[0].unread


def test_what_is_put_away_comes_back_when_somebody_writes_again(nordvik: Nordvik) -> None:
    first = says(nordvik, OLA, KARI, at=1)
    (one,) = of(nordvik, KARI)
    write(nordvik, direct.hide, KARI.id, one.root, one.last)
    assert of(nordvik, KARI) == []
    assert len(of(nordvik, OLA)) == 1
    says(nordvik, OLA, KARI, at=2, reply_to=first.uri)
    assert len(of(nordvik, KARI)) == 1


def test_whom_one_has_muted_writes_to_nobody(nordvik: Nordvik) -> None:
    says(nordvik, OLA, KARI, at=1)
    write(nordvik, acquaintances.mute, KARI.id, OLA.id, notifications=True, until=None)
    assert of(nordvik, KARI) == []
    write(nordvik, acquaintances.unmute, KARI.id, OLA.id)
    assert len(of(nordvik, KARI)) == 1


def test_who_takes_part_and_the_timeline_both_ways(nordvik: Nordvik) -> None:
    posts = [says(nordvik, KARI, OLA, ALICE, at=n) for n in range(4)]
    alone = says(nordvik, KARI, at=5)
    found = read(nordvik, direct.participants, [posts[0].id, alone.id], KARI.id)
    assert {id: set(who) for id, who in found.items()} == {
        posts[0].id: {OLA.id, ALICE.id},
        alone.id: {KARI.id},
    }
    assert read(nordvik, direct.participants, [], KARI.id) == {}

    def page(who: Actor, span: Span) -> list[int]:
        return [row[1] for row in read(nordvik, direct.timeline, who.id, span)]

    ids = [post.id for post in posts]
    assert page(OLA, Span(limit=9)) == ids[::-1]
    assert page(OLA, Span(limit=2, below=ids[3])) == [ids[2], ids[1]]
    assert page(OLA, Span(limit=2, above=ids[0], upward=True)) == [ids[2], ids[1]]
    assert page(BOB, Span(limit=9)) == []
