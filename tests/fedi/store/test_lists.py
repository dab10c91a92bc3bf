"""Lists: each actor's own, with their members, and gone without a trace."""

from dataclasses import replace

from fedi.store import lists
from fedi.store.timelines import Span
from tests.fedi.store.units import everything, read, write
from tests.people import ALICE, BOB, KARI, NOW, OLA, Nordvik

ONE = lists.List(id=1, actor_id=KARI.id, title="Nære")


def test_lists_are_each_actors_own(nordvik: Nordvik) -> None:
    for one in (replace(ONE, id=2), ONE, replace(ONE, id=3, actor_id=OLA.id)):
        write(nordvik, lists.keep, one)
    changed = replace(ONE, title="Fjerne", replies="none", exclusive=True)
    write(nordvik, lists.keep, changed)
    assert read(nordvik, lists.of_actor, KARI.id) == [changed, replace(ONE, id=2)]
    assert read(nordvik, lists.one, KARI.id, 1) == changed
    assert read(nordvik, lists.one, OLA.id, 1) is None


def test_members_are_paged_both_ways_without_who_is_gone(nordvik: Nordvik) -> None:
    write(nordvik, lists.keep, ONE)
    write(nordvik, lists.add, 1, [ALICE.id, BOB.id, OLA.id])
    write(nordvik, lists.add, 1, [BOB.id])
    nordvik.put(replace(ALICE, deleted=NOW))

    def members(span: Span) -> list[int]:
        return [row[1] for row in read(nordvik, lists.members, 1, span)]

    assert members(Span(limit=9)) == [BOB.id, OLA.id]
    assert members(Span(limit=1, below=BOB.id)) == [OLA.id]
    assert members(Span(limit=1, above=-1, upward=True)) == [OLA.id]
    assert read(nordvik, lists.holding, KARI.id, BOB.id) == [ONE]
    assert read(nordvik, lists.holding, OLA.id, BOB.id) == []


def test_what_is_done_and_undone_leaves_nothing(nordvik: Nordvik) -> None:
    empty = everything(nordvik, "list", "list_member")
    write(nordvik, lists.keep, ONE)
    alone = everything(nordvik, "list", "list_member")
    write(nordvik, lists.add, 1, [ALICE.id, BOB.id])
    write(nordvik, lists.remove, 1, [ALICE.id, BOB.id])
    assert everything(nordvik, "list", "list_member") == alone
    write(nordvik, lists.add, 1, [ALICE.id])
    write(nordvik, lists.drop, 1)
    assert everything(nordvik, "list", "list_member") == empty
