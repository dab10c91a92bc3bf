"""What changes without an event: seen from one look to the next."""

from typing import Any

from fedi.store import announcements, filters
from fedi.store.announcements import Announcement
from fedi.store.filters import Filter
from fedi.streaming.board import Board, News
from tests.people import KARI, NOW, OLA, Nordvik
from tests.running import run

ACTORS = (KARI.id, OLA.id)


def looked(nordvik: Nordvik, board: Board, now: int = NOW) -> News:
    return run(nordvik.engine.read(lambda tx: board.look(tx, ACTORS, now)))


def keep(nordvik: Nordvik, **rest: Any) -> None:
    values = {"starts": None, "ends": None, "all_day": False, "published": NOW, "updated": NOW}
    new = Announcement(id=7, content="<p>Hei</p>", text="Hei", **{**values, **rest})
    run(nordvik.engine.write(lambda tx: announcements.keep(tx, new)))


def test_what_was_there_at_the_first_look_is_no_news(nordvik: Nordvik) -> None:
    keep(nordvik)
    board = Board()
    assert looked(nordvik, board) == News()
    assert looked(nordvik, board) == News()
    board.forget()
    keep(nordvik, updated=NOW + 1)
    assert looked(nordvik, board) == News()


def test_an_announcement_is_told_when_its_time_comes_changes_and_ends(nordvik: Nordvik) -> None:
    board = Board()
    looked(nordvik, board)
    keep(nordvik, starts=NOW + 10, ends=NOW + 20)
    names = []
    for now in (NOW, NOW + 10, NOW + 11, NOW + 20):
        names.append([name for name, _ in looked(nordvik, board, now).announced])
    assert names == [[], ["announcement"], [], ["announcement.delete"]]


def test_a_filter_of_somebody_listening_is_told_to_them(nordvik: Nordvik) -> None:
    board = Board()
    looked(nordvik, board)
    new = Filter(id=1, actor_id=OLA.id, title="a", context=("home",), action="warn")
    run(nordvik.engine.write(lambda tx: filters.keep(tx, new)))
    assert looked(nordvik, board).filters == {OLA.id}
    assert looked(nordvik, board).filters == frozenset()
    run(nordvik.engine.write(lambda tx: filters.drop(tx, 1)))
    assert looked(nordvik, board).filters == {OLA.id}


def test_a_filter_changed_before_the_first_look_is_told_to_who_listens_already(
    nordvik: Nordvik,
) -> None:
    board = Board()

    def begins(actor: int) -> None:
        run(nordvik.engine.read(lambda tx: board.begin(tx, actor)))

    begins(OLA.id)
    new = Filter(id=1, actor_id=OLA.id, title="a", context=("home",), action="warn")
    run(nordvik.engine.write(lambda tx: filters.keep(tx, new)))
    begins(OLA.id)  # another connection of the same actor
    assert looked(nordvik, board) == News(filters=frozenset({OLA.id}))
    assert looked(nordvik, board) == News()
    begins(KARI.id)
    run(nordvik.engine.write(lambda tx: filters.drop(tx, 1)))
    assert looked(nordvik, board).filters == {OLA.id}
