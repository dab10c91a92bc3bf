"""Reads the demo's script, and says when in the six weeks before the first start it plays."""

import tomllib
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any, Final

import msgspec

FOLDER: Final = Path(__file__).parent
WEEKS: Final = 6
_DAYS: Final = {"man": 0, "tir": 1, "ons": 2, "tor": 3, "fre": 4}
_MINUTES: Final = {"h": 60, "m": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    name: str
    number: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """`record` is its number, contact and colour."""

    handle: str
    name: str
    nn: str
    summary: str
    se: str = ""
    en: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    record: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """Return its name by language, in those that it has one in."""
        given = {"nb": self.name, "nn": self.nn, "se": self.se, "en": self.en}
        return {code: name for code, name in given.items() if name}


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """`speaks_for` gives the role for each department."""

    handle: str
    name: str
    title: str
    language: str = "nb"
    speaks_for: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`by` makes and manages it; `members` are in it as well."""

    handle: str
    name: str
    by: str
    summary: str = ""
    access: str = "open"
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    file: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    at: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One post and what comes of it; see the head of posts.toml."""

    key: str
    at: str
    by: str
    text: str
    person: str = ""
    language: str = "nb"
    visibility: str = "public"
    reply_to: str = ""
    summary: str = ""
    picture: Picture | None = None
    pin: bool = False
    poll: tuple[str, ...] = ()
    poll_days: int = 5
    votes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    likes: tuple[str, ...] = ()
    boosts: tuple[str, ...] = ()
    edited: Edit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    organisation: Organisation
    departments: tuple[Department, ...]
    people: tuple[Employee, ...]
    groups: tuple[Group, ...]
    scenes: tuple[Scene, ...]


def read() -> Script:
    """Return the script as it stands in this folder."""
    people, posts = _table("people.toml"), _table("posts.toml")
    tables = {
        "organisation": people["organisation"],
        "departments": people["department"],
        "people": people["person"],
        "groups": people["group"],
        "scenes": posts["post"],
    }
    return msgspec.convert(tables, Script)


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


class Calendar:
    """The weeks before the first start. Week 6 ends with the last Friday that is over, week 0 is
    the one before everything. All answers are Unix ms, none of them after `now`."""

    def __init__(self, now: int) -> None:
        self._now = now
        local = datetime.fromtimestamp(now / 1000, _zone())
        friday = local.replace(hour=18, minute=0, second=0, microsecond=0)
        friday -= timedelta(days=(local.weekday() - _DAYS["fre"]) % 7)
        if friday > local:
            friday -= timedelta(days=7)
        self._monday = friday.replace(hour=0) - timedelta(days=4)

    def moment(self, at: str) -> int:
        """Return when "3 tir 09:15", "-3h" or "-40m" is."""
        if at.startswith("-"):
            return self._now - int(at[1:-1]) * _MINUTES[at[-1]] * 60_000
        week, day, clock = at.split()
        hour, minute = clock.split(":")
        date = self._monday + timedelta(weeks=int(week) - WEEKS, days=_DAYS[day])
        exact = date.replace(hour=int(hour), minute=int(minute))
        return min(self._now, int(exact.timestamp()) * 1000)


def _zone() -> tzinfo:
    try:
        return zoneinfo.ZoneInfo("Europe/Oslo")
    except zoneinfo.ZoneInfoNotFoundError:
        return timezone(timedelta(hours=1))
