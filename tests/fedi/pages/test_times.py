"""Moments in words, in four languages and the organisation's own zone."""

from zoneinfo import ZoneInfo

import pytest

from fedi.pages.language import speech
from fedi.pages.times import Times
from tests.fedi.town import DAY, HOUR, MINUTE, NOW

OSLO = ZoneInfo("Europe/Oslo")
FIFTH_OF_MARCH = 1_772_716_020_000
_ = "\N{NO-BREAK SPACE}"


def times(code: str, now: int = NOW) -> Times:
    return Times(speech(code), OSLO, now)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("nb", "5. mars 2026, 14:07"),
        ("nn", f"5. mars 2026 kl.{_}14:07"),
        ("se", f"njukčamánu 5. b. 2026 dii.{_}14:07"),
        ("en", "5 March 2026, 14:07"),
    ],
)
def test_a_moment_is_written_as_each_language_does(code: str, words: str) -> None:
    assert times(code).moment(FIFTH_OF_MARCH) == words


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (0, "nå nettopp"),
        (MINUTE - 1, "nå nettopp"),
        (MINUTE, "for 1 minutt siden"),
        (59 * MINUTE, "for 59 minutter siden"),
        (HOUR, "for 1 time siden"),
        (DAY - 1, "for 23 timer siden"),
        (DAY, f"i går kl.{_}14:07"),
        (DAY + 14 * HOUR, f"i går kl.{_}00:07"),
        (DAY + 15 * HOUR, "for 2 dager siden"),
        (7 * DAY - 1, "for 7 dager siden"),
        (7 * DAY, "10. mars 2026"),
        (-HOUR, "17. mars 2026"),
    ],
)
def test_a_week_is_told_backwards_and_then_the_date(passed: int, words: str) -> None:
    assert times("nb").since(NOW - passed) == words


def test_the_hour_follows_summer_time() -> None:
    summer = 1_782_734_820_000  # 29 June 2026, 12:07 UTC
    assert times("nb").moment(summer) == "29. juni 2026, 14:07"


def test_the_exact_time_stands_beside_the_words() -> None:
    assert str(times("nb").ago(NOW - 3 * HOUR)) == (
        '<time datetime="2026-03-17T10:07:00Z" title="17. mars 2026, 11:07">'
        "for 3 timer siden</time>"
    )


def test_the_first_and_the_last_moment_there_is_can_be_said() -> None:
    assert times("nb").moment(0) == "1. januar 1970, 01:00"
    assert times("nb").day(253_402_300_799_000) == "31. desember 9999"
