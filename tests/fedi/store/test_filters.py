"""Filters with their words and posts: whole, one's own, and gone without a trace."""

from dataclasses import replace

from fedi.store import filters
from fedi.store.filters import Filter, Keyword, Marked
from tests.fedi.store.units import everything, read, write
from tests.people import KARI, OLA, Nordvik

TABLES = ("filter", "filter_keyword", "filter_status")
ONE = Filter(
    id=1, actor_id=KARI.id, title="Fotball", context=("home", "public"), action="hide", expires=9
)
WORD = Keyword(id=5, filter_id=1, keyword="brann", whole_word=True)
MARK = Marked(id=7, filter_id=1, post_id=70)


def test_a_filter_comes_back_whole(nordvik: Nordvik) -> None:
    write(nordvik, filters.keep, ONE)
    write(nordvik, filters.keep_keyword, WORD)
    write(nordvik, filters.keep_keyword, replace(WORD, id=6, whole_word=False))
    write(nordvik, filters.mark, MARK)
    write(nordvik, filters.mark, replace(MARK, id=8))
    (found,) = read(nordvik, filters.of_actor, KARI.id)
    assert found == replace(
        ONE, keywords=(WORD, replace(WORD, id=6, whole_word=False)), statuses=(MARK,)
    )
    assert read(nordvik, filters.one, KARI.id, 1) == found
    changed = replace(ONE, title="Sport", context=("thread",), action="warn", expires=None)
    write(nordvik, filters.keep, changed)
    (found,) = read(nordvik, filters.of_actor, KARI.id)
    assert (found.title, found.context, found.action, found.expires) == (
        "Sport", ("thread",), "warn", None,
    )  # fmt: skip


def test_nobody_reaches_anothers_filters(nordvik: Nordvik) -> None:
    write(nordvik, filters.keep, ONE)
    write(nordvik, filters.keep_keyword, WORD)
    write(nordvik, filters.mark, MARK)
    assert read(nordvik, filters.keyword, KARI.id, WORD.id) == WORD
    assert read(nordvik, filters.marked, KARI.id, MARK.id) == MARK
    assert read(nordvik, filters.of_actor, OLA.id) == []
    assert read(nordvik, filters.one, OLA.id, 1) is None
    assert read(nordvik, filters.keyword, OLA.id, WORD.id) is None
    assert read(nordvik, filters.marked, OLA.id, MARK.id) is None


def test_what_is_done_and_undone_leaves_nothing(nordvik: Nordvik) -> None:
    empty = everything(nordvik, *TABLES)
    write(nordvik, filters.keep, ONE)
    alone = everything(nordvik, *TABLES)
    write(nordvik, filters.keep_keyword, WORD)
    write(nordvik, filters.mark, MARK)
    write(nordvik, filters.drop_keyword, WORD)
    write(nordvik, filters.unmark, MARK)
    assert everything(nordvik, *TABLES) == alone
    write(nordvik, filters.keep_keyword, WORD)
    write(nordvik, filters.mark, MARK)
    write(nordvik, filters.drop, ONE.id)
    assert everything(nordvik, *TABLES) == empty


def test_every_change_has_a_version_of_its_own(nordvik: Nordvik) -> None:
    versions = [read(nordvik, filters.version, KARI.id)]
    changes = (
        (filters.keep, ONE),
        (filters.keep_keyword, WORD),
        (filters.mark, MARK),
        (filters.drop_keyword, WORD),
        (filters.unmark, MARK),
        (filters.keep, replace(ONE, title="Sport")),
        (filters.drop, ONE.id),
    )
    for change, what in changes:
        write(nordvik, change, what)  # type: ignore[arg-type]
        versions.append(read(nordvik, filters.version, KARI.id))
    assert versions == sorted(set(versions))
    assert read(nordvik, filters.version, OLA.id) == 0
