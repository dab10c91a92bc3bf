"""The organisation as a tree: what a file of it means, whether it can be, and what it would change.

Pure. Rows come from sheets.py, those of the house from fedi/departments/importing.py; the
differences between the two are told in plain words before anything is done.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from actors.assignments import roles_of
from actors.handles import valid_local_username
from actors.sheets import NAMES, Kind, Problem, Row


class Sort(StrEnum):
    """What a difference is."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that a file would change: a row that is new or missing, or a column of one."""

    sort: Sort
    row: Row
    column: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The organisation as the house has it: its rows, handles that are given to others or lead
    elsewhere (with why they can't be had), and how long names and descriptions may be."""

    rows: tuple[Row, ...] = ()
    taken: Mapping[str, str] = field(default_factory=dict)
    name_most: int = 100
    summary_most: int = 1000

    def by_key(self) -> dict[tuple[Kind, str], Row]:
        return {(row.kind, row.handle): row for row in self.rows}


def check(rows: Sequence[Row], now: Standing) -> list[Problem]:
    """Return why these rows can't be what the organisation becomes; none where they can."""
    known = now.by_key()
    return [
        *_twice(rows),
        *(problem for row in rows for problem in _alone(row, known, now)),
        *_parents(rows, now),
        *_numbers(rows, now),
        *_roles(rows, now),
    ]


def _twice(rows: Sequence[Row]) -> list[Problem]:
    often = Counter(row.handle for row in rows)
    return [
        Problem(row.line, "handle", f"{row.handle} is in the file {often[row.handle]} times.")
        for row in rows
        if often[row.handle] > 1
    ]


def _alone(row: Row, known: Mapping[tuple[Kind, str], Row], now: Standing) -> list[Problem]:
    """Return what is wrong with a row by itself."""
    problems: list[Problem] = []
    is_new = (row.kind, row.handle) not in known
    other = Kind.PERSON if row.kind is Kind.DEPARTMENT else Kind.DEPARTMENT
    if (other, row.handle) in known:
        problems.append(Problem(row.line, "handle", f"{row.handle} is a {other.value} here."))
    elif is_new and row.handle in now.taken:
        problems.append(Problem(row.line, "handle", now.taken[row.handle]))
    elif is_new and not valid_local_username(row.handle):
        sentence = (
            f"{row.handle!r} can't be a handle: use 1-30 of a-z, 0-9 and _, no reserved word."
        )
        problems.append(Problem(row.line, "handle", sentence))
    name = row.values.get("name")
    if name == "" or (name is None and is_new):
        problems.append(Problem(row.line, "name", "It is missing."))
    for column, most in (
        *((name, now.name_most) for name in ("name", *NAMES)),
        ("summary", now.summary_most),
    ):
        length = len(row.values.get(column, ""))
        if length > most:
            problems.append(Problem(row.line, column, f"It has {length} of {most} characters."))
    return problems


def _parents(rows: Sequence[Row], now: Standing) -> list[Problem]:
    """Return departments that stand under none that there is, or under themselves."""
    above = {one.handle: one.values.get("parent", "") for one in now.rows if _is_department(one)}
    lines = {row.handle: row for row in rows if _is_department(row)}
    above |= {handle: "" for handle in lines if handle not in above}
    above |= {h: row.values["parent"] for h, row in lines.items() if "parent" in row.values}
    problems = []
    for handle, row in lines.items():
        parent = above[handle]
        if parent and parent not in above:
            problems.append(Problem(row.line, "parent", f"There is no department {parent}."))
        elif circle := _circle(handle, above):
            way = " under ".join(circle)
            problems.append(Problem(row.line, "parent", f"It would stand under itself: {way}."))
    return problems


def _circle(handle: str, above: Mapping[str, str]) -> list[str]:
    """Return the way from a department up to itself, or nothing."""
    way, at = [handle], above.get(handle, "")
    while at and at not in way:
        way.append(at)
        at = above.get(at, "")
    return [*way, handle] if at == handle else []


def _numbers(rows: Sequence[Row], now: Standing) -> list[Problem]:
    holders = {one.handle: one.values.get("number", "") for one in now.rows if _is_department(one)}
    given = [row for row in rows if _is_department(row) and "number" in row.values]
    holders |= {row.handle: row.values["number"] for row in given}
    often = Counter(number for number in holders.values() if number)
    return [
        Problem(row.line, "number", f"{row.values['number']} is another department's as well.")
        for row in given
        if often[row.values["number"]] > 1
    ]


def _roles(rows: Sequence[Row], now: Standing) -> list[Problem]:
    departments = {one.handle for one in (*now.rows, *rows) if _is_department(one)}
    return [
        Problem(row.line, "roles", f"There is no department {one.handle}.")
        for row in rows
        for one in roles_of(row.values.get("roles", ""))
        if one.handle not in departments
    ]


def differences(rows: Iterable[Row], now: Standing) -> list[Difference]:
    """Return what the rows would change, in the order of the file, and at last who is missing from
    it. Of kinds that the file does not have at all, nobody is missing."""
    known, seen, kinds = now.by_key(), set[tuple[Kind, str]](), set[Kind]()
    found: list[Difference] = []
    for row in rows:
        key = (row.kind, row.handle)
        seen.add(key)
        kinds.add(row.kind)
        old = known.get(key)
        if old is None:
            found.append(Difference(sort=Sort.NEW, row=row))
        else:
            found += _changes(row, old)
    found += [
        Difference(sort=Sort.MISSING, row=one)
        for one in now.rows
        if one.kind in kinds and (one.kind, one.handle) not in seen
    ]
    return found


def _changes(row: Row, old: Row) -> Iterable[Difference]:
    for column, new in row.values.items():
        before = old.values.get(column, "")
        if new != before:
            sort = Sort.MOVED if column == "parent" else Sort.CHANGED
            yield Difference(sort=sort, row=row, column=column, old=before, new=new)


def told(one: Difference) -> str:
    """Say a difference in plain words, in one line."""
    who = f"{one.row.kind.value} {one.row.handle}"
    match one.sort:
        case Sort.NEW:
            return f"new {who}: {_introduced(one.row)}"
        case Sort.MISSING:
            return f"{who} is no longer in the file"
        case Sort.MOVED:
            where = f"under {one.new}" if one.new else "to the top"
            return f"{who}: moves {where}, from {one.old or 'the top'}"
    if one.column == "roles":
        return f"{who}: {_told_roles(one.old, one.new)}"
    return f"{who}: {one.column} from {_quoted(one.old)} to {_quoted(one.new)}"


def _introduced(row: Row) -> str:
    parts = [row.values.get("name", "")]
    if parent := row.values.get("parent"):
        parts.append(f"under {parent}")
    if roles := row.values.get("roles"):
        parts.append(roles)
    return ", ".join(parts)


def _told_roles(old: str, new: str) -> str:
    before = {one.handle: one for one in roles_of(old)}
    after = {one.handle: one for one in roles_of(new)}
    parts = [
        f"{one.role.value} of {handle}"
        + (f" (was {before[handle].role.value})" if handle in before else "")
        for handle, one in after.items()
        if before.get(handle) != one
    ]
    parts += [f"no longer {one.role.value} of {h}" for h, one in before.items() if h not in after]
    return ", ".join(parts)


def _quoted(text: str) -> str:
    short = text if len(text) <= 60 else f"{text[:57]}…"
    return f"“{' '.join(short.split())}”" if short else "nothing"


def _is_department(row: Row) -> bool:
    return row.kind is Kind.DEPARTMENT
