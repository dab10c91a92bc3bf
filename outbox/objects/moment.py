"""A moment as documents carry it: RFC 3339 in UTC, with milliseconds where there are any."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def stamp(ms: int) -> str:
    """Return Unix milliseconds as xsd:dateTime, e.g. 2026-11-24T08:48:41Z or …41.005Z."""
    moment = _EPOCH + timedelta(milliseconds=ms)
    precision = "milliseconds" if ms % 1000 else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
