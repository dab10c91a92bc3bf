"""Played time stands still between two deeds and never goes back."""

from fedi.demo.stage import PlayedClock


def test_the_clock_goes_where_it_is_told_and_never_back() -> None:
    clock = PlayedClock(1_000)
    clock.go_to(5_000)
    clock.go_to(2_000)
    assert clock.now() == 5_000
