"""The organisation as a table in a file: departments and people, one a line; CSV or JSON.

Pure: bytes to rows and back, each cell brought to one form, every fault named by its line and
column. What the rows mean together is chart.py's; fedi/departments/importing.py does it.
"""

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from actors.assignments import roles_of, roles_text
from actors.departments import HELD, checked
from actors.errors import Invalid
from actors.handles import local_key
from actors.people import Exposure
from actors.posts import Visibility

LANGUAGES: Final = ("nb", "nn", "se", "en")
NAMES: Final = tuple(f"name_{code}" for code in LANGUAGES)
DEPARTMENT: Final = (
    "name", *NAMES, "parent", "number", "email", "phone", "website", "address", "color", "summary",
    "language", "exposure", "audience",
)  # fmt: skip
PERSON: Final = ("name", "email", "language", "roles")
COLUMNS: Final = ("kind", "handle", *DEPARTMENT, "roles")
MOST: Final = 64 * 1024 * 1024
"""Bytes that a file has at most."""
_ALIASES: Final[Mapping[str, str]] = {
    "slag": "kind", "type": "kind", "brukernavn": "handle", "username": "handle", "navn": "name",
    "namn": "name", "overordnet": "parent", "overordna": "parent", "organisasjonsnummer": "number",
    "orgnr": "number", "e-post": "email", "epost": "email", "e-mail": "email", "telefon": "phone",
    "nettsted": "website", "nettstad": "website", "besøksadresse": "address", "adresse": "address",
    "farge": "color", "colour": "color", "omtale": "summary", "språk": "language",
    "synlighet": "exposure", "lesere": "audience", "roller": "roles",
}  # fmt: skip
_KINDS: Final = {
    "department": "department", "avdeling": "department", "person": "person", "ansatt": "person",
    "tilsett": "person",
}  # fmt: skip
_STAYS: Final = ("language", "exposure", "audience")
"""Columns in which an empty cell says nothing."""
_AUDIENCES: Final = frozenset(one.value for one in Visibility if one is not Visibility.GROUP)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_FORMULA: Final = re.compile(r"'*[=+@\t\r-]")


class Kind(StrEnum):
    DEPARTMENT = "department"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One department or person: `values` by column, each in one form; a column that the file
    lacks is not in it. `line` says where it stood."""

    kind: Kind
    handle: str
    values: Mapping[str, str]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell, for people to mend."""

    line: int
    column: str
    sentence: str

    def __str__(self) -> str:
        where = f"line {self.line}" if self.line else "the file"
        place = f"{where}, {self.column}" if self.column else where
        return f"{place}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file says, and what of it can't be read."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()


# -- reading


def read(data: bytes) -> Sheet:
    """Read a file: JSON where it begins like that, else CSV, by whatever program it was saved."""
    if len(data) > MOST:
        return _unreadable(f"It is larger than {MOST // 1024**2} MB.")
    text = _text(data)
    if text.lstrip()[:1] in ("{", "["):
        return _read_json(text)
    return _read_csv(text)


def _text(data: bytes) -> str:
    """Decode as UTF-8, with or without its mark; UTF-16 by its mark; else as Windows does."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _read_csv(text: str) -> Sheet:
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(_LINE.findall(text), delimiter=delimiter)
    try:
        lines = [(cells, reader.line_num) for cells in reader]
    except csv.Error as error:
        return _unreadable(f"It is no table: {error}.", reader.line_num)
    if not lines:
        return _unreadable("It is empty.")
    heads = [_head(cell) for cell in lines[0][0]]
    problems = _check_heads(heads, lines[0][0])
    rows: list[Row] = []
    before = lines[0][1]
    for cells, end in lines[1:]:
        line, before = before + 1, end
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(heads) and any(cell.strip() for cell in cells[len(heads) :]):
            problems.append(
                Problem(line, "", f"It has {len(cells)} cells for {len(heads)} columns.")
            )
            continue
        given = dict(zip(heads, map(_cell, cells), strict=False))
        row, wrong = _row(given, line)
        problems += wrong
        rows += [row] if row is not None else []
    return Sheet(tuple(rows), tuple(problems))


def _head(cell: str) -> str:
    name = cell.strip().casefold().replace(" ", "_")
    return _ALIASES.get(name, name)


def _check_heads(heads: Sequence[str], written: Sequence[str]) -> list[Problem]:
    problems = [
        Problem(1, cell.strip(), f"There is no such column. There are: {', '.join(COLUMNS)}.")
        for head, cell in zip(heads, written, strict=True)
        if head and head not in COLUMNS
    ]
    problems += [
        Problem(1, head, "The column is there twice.")
        for head in sorted({head for head in heads if head and heads.count(head) > 1})
    ]
    problems += [
        Problem(1, head, "The column is missing.")
        for head in ("kind", "handle")
        if head not in heads
    ]
    return problems


def _cell(text: str) -> str:
    """Undo what keeps a spreadsheet from taking a cell for a formula."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text) else text


def _read_json(text: str) -> Sheet:
    try:
        document = json.loads(text)
    except ValueError as error:
        return _unreadable(f"It is no JSON: {error}.", getattr(error, "lineno", 0))
    if not isinstance(document, dict) or not {*document} <= {"departments", "people"}:
        return _unreadable("It must be an object with the lists `departments` and `people`.")
    rows: list[Row] = []
    problems: list[Problem] = []
    for kind, part in ((Kind.DEPARTMENT, "departments"), (Kind.PERSON, "people")):
        listed = document.get(part, [])
        if not isinstance(listed, list):
            return _unreadable(f"`{part}` must be a list.")
        for number, one in enumerate(listed, 1):
            where = f"{part} {number}"
            if not isinstance(one, dict):
                problems.append(Problem(0, where, "It must be an object."))
                continue
            given, wrong = _flat(one, where)
            row, more = _row({**given, "kind": kind.value}, 0, where)
            problems += wrong + more
            rows += [row] if row is not None else []
    return Sheet(tuple(rows), tuple(problems))


def _flat(one: Mapping[str, Any], where: str) -> tuple[dict[str, str], list[Problem]]:
    """Return an object as cells: `names` and `roles` are objects in it."""
    cells: dict[str, str] = {}
    problems: list[Problem] = []
    for name, value in one.items():
        if name == "names" and isinstance(value, dict):
            cells |= {f"name_{code}": str(text) for code, text in value.items()}
            cells |= {name: "" for name in NAMES if name not in cells}
        elif name == "roles" and isinstance(value, dict):
            cells["roles"] = ", ".join(f"{handle}={role}" for handle, role in value.items())
        elif value is None or isinstance(value, str):
            cells[name] = value or ""
        else:
            problems.append(Problem(0, f"{where}, {name}", "It must be a text."))
    problems += [
        Problem(0, f"{where}, {name}", "There is no such key.")
        for name in cells
        if name not in COLUMNS or name == "kind"
    ]
    return cells, problems


def _row(given: Mapping[str, str], line: int, where: str = "") -> tuple[Row | None, list[Problem]]:
    """Return a row with each cell in its one form, and what is wrong in it."""

    def problem(column: str, sentence: str) -> Problem:
        return Problem(line, f"{where}, {column}" if where else column, sentence)

    word = given.get("kind", "").strip().casefold()
    if word not in _KINDS:
        return None, [problem("kind", f"{word!r} is neither department nor person.")]
    kind = Kind(_KINDS[word])
    handle = local_key(given.get("handle", "").strip().removeprefix("@"))
    if not handle:
        return None, [problem("handle", "It is missing.")]
    allowed = DEPARTMENT if kind is Kind.DEPARTMENT else PERSON
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for column, text in given.items():
        if column not in allowed:
            if column in COLUMNS and column not in ("kind", "handle") and text.strip():
                problems.append(problem(column, f"A {kind.value} has none."))
            continue
        if column in _STAYS and not text.strip():
            continue
        try:
            values[column] = _normal(kind, column, text)
        except Invalid as error:
            problems.append(problem(column, error.sentence))
    return Row(kind=kind, handle=handle, values=values, line=line), problems


def as_read(kind: Kind, column: str, text: str) -> str:
    """Return a cell of the house's own in the form that it would have when read from a file."""
    try:
        return _normal(kind, column, text)
    except Invalid:  # older than the rules
        return text


def _normal(kind: Kind, column: str, text: str) -> str:
    """Return a cell in its one form. Invalid for what can't stand in this column."""
    if column == "summary":
        return "\n".join(line.rstrip() for line in text.strip().splitlines())
    text = " ".join(text.split())
    if column == "parent":
        return local_key(text.removeprefix("@"))
    if column == "roles":
        return roles_text(roles_of(text))
    if kind is Kind.DEPARTMENT and (column in HELD or column == "color"):
        return checked(column, text)
    if column == "email" and text and "@" not in text.strip("@"):
        raise Invalid(f"{text!r} is no e-mail address.")
    if column == "language" and text and not _LANGUAGE.fullmatch(text.lower()):
        raise Invalid(f"{text!r} is no language: write nb, nn, se or en.")
    if column in ("language", "exposure", "audience"):
        return _word(column, text.lower())
    return text


def _word(column: str, text: str) -> str:
    words = {"exposure": {one.value for one in Exposure}, "audience": _AUDIENCES}.get(column)
    if words is not None and text and text not in words:
        raise Invalid(f"{text!r} is none of {', '.join(sorted(words))}.")
    return text


def _unreadable(sentence: str, line: int = 0) -> Sheet:
    return Sheet((), (Problem(line, "", sentence),))


# -- writing


class _Lines(list[str]):
    """What csv writes to."""

    def write(self, line: str) -> None:
        self.append(line)


def write_csv(rows: Iterable[Row]) -> bytes:
    """Write rows as CSV that a spreadsheet opens by a double click: UTF-8 with its mark and
    semicolons, no cell of which can be taken for a formula."""
    lines = _Lines()
    writer = csv.writer(lines, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = {**row.values, "kind": row.kind.value, "handle": row.handle}
        writer.writerow([_plain(cells.get(column, "")) for column in COLUMNS])
    return b"\xef\xbb\xbf" + "".join(lines).encode()


def _plain(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def write_json(rows: Iterable[Row]) -> bytes:
    """Write rows as JSON, indented, so that two exports can be compared by eye."""
    parts: dict[str, list[dict[str, Any]]] = {"departments": [], "people": []}
    for row in rows:
        one: dict[str, Any] = {"handle": row.handle}
        one |= {k: v for k, v in row.values.items() if k not in (*NAMES, "roles")}
        if row.kind is Kind.DEPARTMENT:
            one["names"] = {
                code: row.values[f"name_{code}"]
                for code in LANGUAGES
                if row.values.get(f"name_{code}")
            }
            parts["departments"].append(one)
        else:
            roles = (part.partition("=") for part in row.values.get("roles", "").split(", "))
            one["roles"] = {handle: role for handle, _, role in roles if handle}
            parts["people"].append(one)
    return (json.dumps(parts, ensure_ascii=False, indent=2) + "\n").encode()
