"""The practice group is empty in the morning, and nothing else is touched."""

from datetime import datetime
from zoneinfo import ZoneInfo

from actors.posts import Addressee, Visibility
from fedi.departments.practising import AT_ONCE, Practising
from tests.people import ALLE, HOUR, KARI, OLA, Nordvik
from tests.running import run

OSLO = ZoneInfo("Europe/Oslo")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=OSLO).timestamp() * 1000)


def wiped(nordvik: Nordvik, handle: str = "alle") -> list[int]:
    """Wipe until there is nothing more to do."""
    practising, found = Practising(nordvik.performer, handle, OSLO), []
    while count := run(practising.wipe()):
        found.append(count)
    return found


def left(nordvik: Nordvik) -> int:
    row = run(
        nordvik.engine.read(lambda tx: tx.one("SELECT count(*) FROM post WHERE deleted IS NULL"))
    )
    return int(row[0])


def test_what_was_written_in_it_before_the_night_is_deleted(nordvik: Nordvik) -> None:
    nordvik.clock.time = at("2026-03-17T15:00")
    for author in (KARI, OLA):
        post = nordvik.says(author, Visibility.INTERNAL)
        nordvik.put(Addressee(post_id=post.id, actor_id=ALLE.id, silent=True))
    elsewhere = nordvik.says(KARI, Visibility.INTERNAL)
    assert left(nordvik) == 3
    nordvik.clock.time = at("2026-03-18T01:59")
    assert wiped(nordvik) == []
    nordvik.clock.time = at("2026-03-18T02:10")
    late = nordvik.says(KARI, Visibility.INTERNAL)
    nordvik.put(Addressee(post_id=late.id, actor_id=ALLE.id, silent=True))
    assert wiped(nordvik) == [2]
    assert left(nordvik) == 2  # what stood elsewhere, and what was written after the night
    assert nordvik.post(elsewhere.uri) is not None
    nordvik.clock.time += HOUR
    assert wiped(nordvik) == []
    nordvik.clock.time = at("2026-03-19T08:00")  # the server was off at night
    assert wiped(nordvik) == [1]


def test_it_is_done_in_pieces_over_the_summer_time_too(nordvik: Nordvik) -> None:
    nordvik.clock.time = at("2026-03-28T23:00")
    for _ in range(AT_ONCE + 3):
        post = nordvik.says(KARI, Visibility.INTERNAL)
        nordvik.put(Addressee(post_id=post.id, actor_id=ALLE.id, silent=True))
    nordvik.clock.time = at("2026-03-29T04:00")  # there is no 02:30 this night
    assert wiped(nordvik) == [AT_ONCE, 3]


def test_without_a_group_nothing_happens(nordvik: Nordvik) -> None:
    nordvik.says(KARI, Visibility.INTERNAL)
    assert wiped(nordvik, "") == wiped(nordvik, "finnes_ikke") == []
    assert left(nordvik) == 1
