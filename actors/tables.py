"""Tables that people bring from a spreadsheet: CSV as Excel and others write it, read line by line.

Comma, semicolon or tab; UTF-8 with or without a mark, or Windows-1252, as older programs save
Norwegian letters. What a column may hold, whoever asks for the table says.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from actors.errors import Invalid

LARGEST: Final = 64 * 1024 * 1024
"""Bytes; a row for each of 54,000 people takes some 6 MB."""
_SEPARATORS: Final = ",;\t"


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its line in the file, counted from 1, and its cells by the name of the column."""

    number: int
    cells: Mapping[str, str]

    def wrong(self, column: str, why: str) -> Invalid:
        """Return the error of one cell."""
        return Invalid(f"Line {self.number}, {column}: {why}", code="bad_table")


def text_of(data: bytes) -> str:
    """Return bytes as text; Invalid for what is none (a workbook, say)."""
    if len(data) > LARGEST:
        raise Invalid("The file is too large.", code="bad_table")
    if b"\0" in data[:4096]:
        raise Invalid("This is no text: save the sheet as CSV first.", code="bad_table")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def lines(data: bytes, known: Iterable[str], needed: Iterable[str] = ()) -> list[Line]:
    """Return the rows below the heading, without empty ones; names of columns in any case.

    Invalid for a column that isn't `known`, one `needed` that is missing, or a row with more cells
    than the heading has.
    """
    text = text_of(data)
    first = text.lstrip().partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    try:
        return _read(reader, frozenset(known), tuple(needed))
    except csv.Error as problem:
        raise Invalid(f"Line {reader.line_num}: {problem}.", code="bad_table") from None


def _read(
    reader: "Iterable[list[str]]", known: frozenset[str], needed: tuple[str, ...]
) -> list[Line]:
    heading: list[str] = []
    found: list[Line] = []
    number = 0
    for row in reader:
        number = getattr(reader, "line_num", number + 1)
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if not heading:
            heading = [cell.lower() for cell in cells]
            _check(heading, known, needed)
            continue
        if any(cells[len(heading) :]):
            raise Invalid(f"Line {number} has more cells than the heading.", code="bad_table")
        padded = cells + [""] * (len(heading) - len(cells))
        found.append(Line(number, dict(zip(heading, padded, strict=False))))
    return found


def _check(heading: Sequence[str], known: frozenset[str], needed: tuple[str, ...]) -> None:
    for name in heading:
        if name and name not in known:
            raise Invalid(
                f"There is no column {name!r}; these are known: {', '.join(sorted(known))}.",
                code="bad_table",
            )
        if name and heading.count(name) > 1:
            raise Invalid(f"The column {name!r} is there twice.", code="bad_table")
    for name in needed:
        if name not in heading:
            raise Invalid(f"The column {name!r} is missing.", code="bad_table")
