"""Announcements stand for their time, are put away by each reader, and are reacted to."""

from dataclasses import replace

from fedi.store import announcements
from fedi.store.announcements import REACTIONS_MAX, Announcement, Reaction
from tests.fedi.store.units import everything, read, write
from tests.people import KARI, NOW, OLA, Nordvik

TABLES = ("announcement", "announcement_read", "announcement_reaction")
ONE = Announcement(
    id=1, content="<p>Vaktmøte</p>", text="Vaktmøte", starts=NOW, ends=NOW + 5, all_day=True,
    published=NOW, updated=NOW,
)  # fmt: skip


def current(nordvik: Nordvik, who: int, now: int, *, dismissed: bool = False) -> list[int]:
    found = read(nordvik, announcements.current, who, now, dismissed=dismissed)
    return [one.id for one in found]


def test_they_stand_from_their_beginning_to_their_end(nordvik: Nordvik) -> None:
    write(nordvik, announcements.keep, ONE)
    write(nordvik, announcements.keep, replace(ONE, id=2, starts=None, ends=None))
    assert current(nordvik, KARI.id, NOW - 1) == [2]
    assert current(nordvik, KARI.id, NOW) == current(nordvik, KARI.id, NOW + 4) == [2, 1]
    assert current(nordvik, KARI.id, NOW + 5) == [2]
    write(nordvik, announcements.keep, replace(ONE, text="Flyttet", ends=None, updated=NOW + 6))
    found = read(nordvik, announcements.current, KARI.id, NOW + 9, dismissed=False)
    assert found[1] == replace(ONE, text="Flyttet", ends=None, updated=NOW + 6)


def test_who_has_read_one_sees_it_no_more_unless_asking(nordvik: Nordvik) -> None:
    write(nordvik, announcements.keep, ONE)
    for _ in range(2):
        write(nordvik, announcements.dismiss, 1, KARI.id)
    assert current(nordvik, KARI.id, NOW) == []
    assert current(nordvik, KARI.id, NOW, dismissed=True) == [1]
    assert current(nordvik, OLA.id, NOW) == [1]


def test_reactions_are_counted_and_ones_own_known(nordvik: Nordvik) -> None:
    write(nordvik, announcements.keep, ONE)
    for name, who in (("👍", KARI), ("👍", OLA), ("👍", OLA), ("🎉", OLA)):
        assert write(nordvik, announcements.react, 1, name, who.id)
    found = read(nordvik, announcements.reactions, [1, 2], KARI.id)
    assert found == {
        1: [Reaction(name="👍", count=2, me=True), Reaction(name="🎉", count=1, me=False)],
        2: [],
    }
    write(nordvik, announcements.unreact, 1, "👍", KARI.id)
    found = read(nordvik, announcements.reactions, [1], KARI.id)
    assert [(one.count, one.me) for one in found[1]] == [(1, False), (1, False)]
    assert read(nordvik, announcements.reactions, [], KARI.id) == {}


def test_there_are_only_so_many_kinds_of_reactions(nordvik: Nordvik) -> None:
    names = [chr(0x1F600 + n) for n in range(REACTIONS_MAX + 1)]
    taken = [write(nordvik, announcements.react, 1, name, KARI.id) for name in names]
    assert taken == [True] * REACTIONS_MAX + [False]
    assert write(nordvik, announcements.react, 1, names[0], OLA.id)


def test_what_is_removed_leaves_nothing(nordvik: Nordvik) -> None:
    empty = everything(nordvik, *TABLES)
    write(nordvik, announcements.keep, ONE)
    write(nordvik, announcements.dismiss, 1, KARI.id)
    write(nordvik, announcements.react, 1, "👍", KARI.id)
    assert read(nordvik, announcements.exists, 1)
    assert write(nordvik, announcements.drop, 1)
    assert not write(nordvik, announcements.drop, 1)
    assert not read(nordvik, announcements.exists, 1)
    assert everything(nordvik, *TABLES) == empty
