"""Who comes back reads at once what their home timeline will have, while it is made behind."""

import asyncio
from collections.abc import Iterable

import pytest

from actors.people import Actor
from actors.posts import Visibility
from actors.relationships import RelationKind
from actors.verbs import Announce
from fedi.store import acquaintances, followed, home, timelines
from fedi.store.engine import Tx
from fedi.store.returning import merged_home
from fedi.store.timelines import Span
from tests.people import (
    ALICE,
    BOB,
    CARLA,
    KARI,
    LEDERGRUPPEN,
    MINUTE,
    NOW,
    OLA,
    PUBLIC,
    Nordvik,
)
from tests.running import run


def cold(nordvik: Nordvik, *readers: Actor) -> None:
    """Let readers never have been here."""
    gone = [(reader.id,) for reader in readers]

    async def unit(tx: Tx) -> None:
        await tx.many("DELETE FROM reader WHERE actor_id = ?", gone)
        await tx.many("DELETE FROM home WHERE reader_id = ?", gone)

    run(nordvik.engine.write(unit))


def merged(nordvik: Nordvik, reader: Actor, **span: int) -> list[timelines.Chosen]:
    wanted = Span(**{"limit": 40, **span})  # type: ignore[arg-type]
    found = run(nordvik.engine.read(lambda tx: merged_home(tx, reader.id, wanted)))
    assert found is not None
    return found


def kept(nordvik: Nordvik, reader: Actor, **span: int) -> list[timelines.Chosen]:
    wanted = Span(**{"limit": 40, **span})  # type: ignore[arg-type]
    run(home.Readers(nordvik.engine).ready(reader.id, nordvik.clock.time))
    return run(nordvik.engine.read(lambda tx: timelines.home(tx, reader.id, wanted)))


def says_all(nordvik: Nordvik, authors: Iterable[Actor]) -> list[int]:
    """Have each say something to every audience, and then share what Bob says; return the ids."""
    made = []
    for number, author in enumerate(authors):
        for place, audience in enumerate(Visibility):
            inside = audience is Visibility.INTERNAL and not author.local
            if inside or audience is Visibility.GROUP:
                continue
            published = NOW - (number * 7 + place * 11) * MINUTE
            made.append(nordvik.says(author, audience, published=published).id)
        shared = nordvik.says(BOB, published=NOW - number * MINUTE)
        uri = nordvik.uri(author)
        nordvik.done(Announce(
            uri=uri, actor=author.uri, object=shared.uri, published=NOW, to=(PUBLIC,),
        ))  # fmt: skip
        made.append(nordvik.post(uri).id)
    return made


def test_what_is_merged_is_what_is_kept_once_it_is_made(nordvik: Nordvik) -> None:
    for author in (ALICE, CARLA, LEDERGRUPPEN):
        nordvik.follows(KARI, author)
    says_all(nordvik, (ALICE, CARLA, LEDERGRUPPEN, OLA, KARI))
    cold(nordvik, KARI)
    pages = [merged(nordvik, KARI), merged(nordvik, KARI, limit=3)]
    below = pages[1][-1].id
    pages += [merged(nordvik, KARI, limit=3, below=below), merged(nordvik, KARI, above=below)]
    assert len(pages[0]) > 10
    spans: list[dict[str, int]] = [{}, {"limit": 3}, {"limit": 3, "below": below},
                                   {"above": below}]  # fmt: skip
    assert pages == [kept(nordvik, KARI, **span) for span in spans]


def test_what_one_does_not_want_is_not_merged_either(nordvik: Nordvik) -> None:
    for author in (ALICE, CARLA, LEDERGRUPPEN):
        nordvik.follows(KARI, author)
    nordvik.follows(KARI, ALICE, kind=RelationKind.MUTE)
    says_all(nordvik, (ALICE, CARLA, LEDERGRUPPEN))
    run(nordvik.engine.write(lambda tx: acquaintances.change(
        tx, KARI.id, CARLA.id, hides_boosts=True)))  # fmt: skip
    cold(nordvik, KARI)
    found = merged(nordvik, KARI)
    assert found
    assert ALICE.id not in {one.author_id for one in found}
    assert all(one.boost_of is None for one in found if one.author_id == CARLA.id)
    assert found == kept(nordvik, KARI)


def test_hashtags_and_authors_whom_many_follow_are_merged_as_well(
    nordvik: Nordvik, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "LISTED_FOLLOWERS", 1)
    for reader in (KARI, OLA):
        nordvik.follows(reader, LEDERGRUPPEN)
    wide = nordvik.says(LEDERGRUPPEN)
    run(nordvik.engine.write(lambda tx: followed.follow(tx, 1, KARI.id, "tog", "Tog")))
    tagged = nordvik.says(BOB)
    sql = "INSERT INTO hashtag (post_id, name, shown) VALUES (?, 'tog', 'Tog')"
    run(nordvik.engine.write(lambda tx: tx.run(sql, (tagged.id,))))
    cold(nordvik, KARI)
    assert [one.id for one in merged(nordvik, KARI)] == sorted([wide.id, tagged.id], reverse=True)
    assert merged(nordvik, CARLA) == merged(nordvik, KARI, limit=0) == []


def test_where_nearly_all_is_for_others_one_waits_for_what_is_kept(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, LEDERGRUPPEN)
    seen = nordvik.says(LEDERGRUPPEN, published=NOW - 90 * MINUTE)
    for number in range(20):
        nordvik.says(LEDERGRUPPEN, Visibility.DIRECT, OLA, published=NOW - number * MINUTE)
    page = Span(limit=1)
    assert run(nordvik.engine.read(lambda tx: merged_home(tx, KARI.id, page))) is None
    cold(nordvik, KARI)
    assert [one.id for one in kept(nordvik, KARI, limit=1)] == [seen.id]


def test_one_timeline_is_made_at_a_time_and_nobody_waits_for_anothers(nordvik: Nordvik) -> None:
    for reader in (KARI, OLA):
        nordvik.follows(reader, ALICE)
    post = nordvik.says(ALICE)
    cold(nordvik, KARI, OLA)
    readers = home.Readers(nordvik.engine)

    async def come() -> list[bool]:
        first = [readers.at_hand(who.id, NOW) for who in (KARI, OLA, KARI, OLA)]
        there = await asyncio.gather(*first)
        await readers.idle()
        return [*there, await readers.at_hand(OLA.id, NOW)]

    assert run(come()) == [True, False, False, False, True]
    assert nordvik.home(KARI) == nordvik.home(OLA) == [post.id]
    built = nordvik.ask("SELECT built FROM reader WHERE actor_id IN (?, ?)", KARI.id, OLA.id)
    assert built == [(NOW,), (NOW,)]


def test_what_was_begun_and_never_ended_is_made_anew(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, ALICE)
    post = nordvik.says(ALICE)
    cold(nordvik, KARI)
    sql = "INSERT INTO reader (actor_id, seen, built) VALUES (?, ?, -1)"
    run(nordvik.engine.write(lambda tx: tx.run(sql, (KARI.id, NOW))))
    run(home.Readers(nordvik.engine).ready(KARI.id, NOW + MINUTE))
    assert nordvik.home(KARI) == [post.id]
    assert nordvik.ask("SELECT built FROM reader WHERE actor_id = ?", KARI.id)[0][0] > 0
