"""Ids: sortable by time, never twice, and printed so that apps can sort the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors import ids
from actors.ids import SLOTS, Ids

NOW = 1_764_000_000_000


@given(st.lists(st.integers(0, (1 << 46) - 1), min_size=1, max_size=300), st.integers(0, 31))
def test_each_is_above_the_one_before_whatever_the_clock_does(clock: list[int], slot: int) -> None:
    maker = Ids(slot)
    made = [maker.make(now) for now in clock]
    assert made == sorted(set(made))


def test_a_full_millisecond_runs_over_into_the_next() -> None:
    maker = Ids(0)
    made = [maker.make(NOW) for _ in range(5_000)]
    assert len(set(made)) == 5_000
    assert ids.moment(made[0]) == NOW
    assert ids.moment(made[-1]) == NOW + 2


def test_two_processes_never_make_the_same() -> None:
    makers = [Ids(slot) for slot in range(SLOTS)]
    made = [maker.make(NOW) for maker in makers for _ in range(100)]
    assert len(set(made)) == len(made)
    with pytest.raises(ValueError, match="slot"):
        Ids(SLOTS)


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=50), st.integers(0, 3_000))
def test_ids_begin_above_what_was_reached_and_follow_the_clock_so_far_and_no_further(
    clock: list[int], after: int
) -> None:
    maker = Ids(0, after=after, until=2_000)
    made = [maker.make(now) for now in clock]
    assert ids.moment(made[0]) == max(after + 1, min(clock[0], 2_000))
    assert ids.moment(made[-1]) <= max(after + 1, 2_000) == max(maker.reached, after + 1, 2_000)


@given(st.integers(0, (1 << 63) - 1))
def test_the_text_of_an_id_is_read_back_padded_or_not(id: int) -> None:
    text = ids.text(id)
    assert len(text) >= 18
    assert ids.parse(text) == ids.parse(str(id)) == id


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", " 1", "1\n", "٣", "9" * 19, "1" * 20])
def test_what_is_no_id_is_none(text: str) -> None:
    assert ids.parse(text) is None


@given(st.integers(-(10**15), 10**15), st.integers(0, 0xFFFF))
def test_what_was_published_elsewhere_lands_in_its_time_and_never_ahead(
    published: int, low: int
) -> None:
    id = ids.back_dated(published, NOW, low)
    assert ids.moment(id) == min(max(published, 0), NOW)
    assert id & 0xFFFF == low
    assert ids.at(ids.moment(id)) <= id
