"""Moments as documents carry them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.values import when
from outbox.objects.moment import stamp


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_764_000_000_000, "2025-11-24T16:00:00Z"),
        (1_764_000_061_005, "2025-11-24T16:01:01.005Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ],
)
def test_a_moment_is_in_utc_with_milliseconds_only_where_there_are_any(ms: int, text: str) -> None:
    assert stamp(ms) == text


@given(st.integers(0, 253_402_300_799_999))
def test_law_a_moment_reads_as_it_was_written(ms: int) -> None:
    assert when(stamp(ms)) == ms
