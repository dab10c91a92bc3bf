"""Moments in words: «for 3 timer siden» for a week, then the date; the exact time always beside.

Times are Unix milliseconds, shown in the organisation's own zone.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from fedi.pages.language import Speech
from outbox.objects.moment import stamp

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = 60_000
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_LAST: Final = 253_402_214_400_000  # 31 December 9999
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"


class Times:
    """Says moments in one language and zone, seen from `now`."""

    def __init__(self, speech: Speech, zone: ZoneInfo, now: int) -> None:
        self._speech = speech
        self._zone = zone
        self._now = now

    def moment(self, ms: int) -> str:
        """Return date and time: «5. mars 2026, 14:07»."""
        return self._pattern("time.moment", self._local(ms))

    def day(self, ms: int) -> str:
        """Return the date: «5. mars 2026»."""
        return self._pattern("time.day", self._local(ms))

    def since(self, ms: int) -> str:
        """Return how long ago it was, up to a week; the date after that, or when it lies ahead."""
        passed = self._now - ms
        say = self._speech.text
        if passed < 0 or passed >= 7 * _DAY:
            return self.day(ms)
        if passed < _MINUTE:
            return say("time.now")
        if passed < _HOUR:
            return say("time.minutes", passed // _MINUTE)
        if passed < _DAY:
            return say("time.hours", passed // _HOUR)
        then, today = self._local(ms), self._local(self._now)
        days = (today.date() - then.date()).days
        if days <= 1:
            return say("time.yesterday", t=f"{then:%H:%M}").replace("kl. ", f"kl.{_NO_BREAK}")
        return say("time.days", days)

    def ago(self, ms: int) -> Markup:
        """Return a <time> element that says how long ago it was, and the exact time beside."""
        return self._element(ms, self.since(ms))

    def exact(self, ms: int) -> Markup:
        """Return a <time> element with date and time."""
        return self._element(ms, self.moment(ms))

    def _element(self, ms: int, words: str) -> Markup:
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            stamp(ms), self.moment(ms), words
        )

    def _pattern(self, key: str, at: datetime) -> str:
        months = self._speech.list("time.months")
        words = self._speech.text(
            key, day=at.day, month=months[at.month - 1], year=at.year, t=f"{at:%H:%M}"
        )
        return words.replace("kl. ", f"kl.{_NO_BREAK}").replace("dii. ", f"dii.{_NO_BREAK}")

    def _local(self, ms: int) -> datetime:
        # A zone may lie past the last year there is; nobody means that day.
        return (_EPOCH + timedelta(milliseconds=min(ms, _LAST))).astimezone(self._zone)
