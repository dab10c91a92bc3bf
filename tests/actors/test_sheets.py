"""The organisation in a file: read back as it was written, and each fault has its place."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors import sheets
from actors.assignments import Given, roles_text
from actors.membership import Role
from actors.sheets import DEPARTMENT, PERSON, Kind, Row

# What people type, and what spreadsheets do odd things with.
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=20).map(
    lambda text: " ".join(text.split())
) | st.sampled_from(
    ["=1+1", "+47 22 00 00 00", "-", "@ikt", "'", "'=x", "a;b", 'sitat "her"', "Ærfugl, Áltá"]
)
HANDLES = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)
MOMENTS = st.integers(1, 4_000_000_000_000)
ROLES = st.builds(
    Given,
    HANDLES,
    st.sampled_from(list(Role)),
    st.just(0) | st.integers(1, 2_000_000_000_000),
    st.none() | st.integers(2_000_000_000_001, 4_000_000_000_000),
)
CELLS = {
    "number": st.sampled_from(["", "012345674", "958935420"]),
    "email": st.sampled_from(["", "post@by.example"]),
    "phone": st.sampled_from(["", "+47 22 00 00 00", "4200"]),
    "website": st.sampled_from(["", "https://by.example/a;b"]),
    "color": st.sampled_from(["", "#1b5e8a"]),
    "parent": st.just("") | HANDLES,
    "language": st.sampled_from(["nb", "nn", "se", "en"]),
    "exposure": st.sampled_from(["open", "allowed", "internal"]),
    "audience": st.sampled_from(["public", "internal", "followers"]),
    "summary": st.lists(WORDS.filter(bool), max_size=3).map("\n".join),
    "roles": st.lists(ROLES, max_size=4, unique_by=lambda one: one.handle).map(roles_text),
}
DEPARTMENTS = st.builds(
    lambda handle, values: Row(kind=Kind.DEPARTMENT, handle=handle, values=values),
    HANDLES,
    st.fixed_dictionaries({name: CELLS.get(name, WORDS) for name in DEPARTMENT}),
)
PEOPLE = st.builds(
    lambda handle, values: Row(kind=Kind.PERSON, handle=handle, values=values),
    HANDLES,
    st.fixed_dictionaries({name: CELLS.get(name, WORDS) for name in PERSON}),
)
SHEETS = st.lists(DEPARTMENTS | PEOPLE, max_size=8, unique_by=lambda row: row.handle).map(
    lambda rows: tuple(sorted(rows, key=lambda row: row.kind))
)


@given(SHEETS)
def test_what_is_written_is_read_again(rows: tuple[Row, ...]) -> None:
    for write in (sheets.write_csv, sheets.write_json):
        read = sheets.read(write(rows))
        assert read.problems == ()
        assert read.rows == rows
        assert write(read.rows) == write(rows)


@given(SHEETS)
def test_no_cell_of_ours_is_taken_for_a_formula(rows: tuple[Row, ...]) -> None:
    text = sheets.write_csv(rows).decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(text), delimiter=";") for cell in line]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_files_are_read_however_a_spreadsheet_saved_them(encoding: str, delimiter: str) -> None:
    cells = [
        ("Slag", "Brukernavn", "Navn", "Besøksadresse"),
        ("avdeling", "@Plan", "Plan og miljø", "Rådhuset 2"),
    ]
    text = "\r\n".join(delimiter.join(line) for line in cells) + "\r\n"
    (row,) = sheets.read(text.encode(encoding)).rows
    assert (row.kind, row.handle, row.line) == (Kind.DEPARTMENT, "plan", 2)
    assert row.values == {"name": "Plan og miljø", "address": "Rådhuset 2"}


def problems(text: str) -> list[str]:
    return [str(one) for one in sheets.read(text.encode()).problems]


def test_each_fault_is_named_by_line_and_column() -> None:
    text = (
        "kind;handle;name;number;email;roles;language\n"
        "department;b;B;;;;\n"
        "\n"
        'department;a;"Navnet\n går over to linjer";12345674;;;\n'
        "person;;Kari;;kari;;\n"
        "person;kari;Kari;;kari;a=boss;klingonsk!\n"
        "rom;b;B;;;;\n"
        "person;ola;Ola;958935420;;;\n"
        "\n"
        "person;per;Per;;;a=author;;;for mye\n"
    )
    assert problems(text) == [
        "line 4, number: '12345674' is no organisation number: nine digits, the last one checks.",
        "line 6, handle: It is missing.",
        "line 7, email: 'kari' is no e-mail address.",
        "line 7, roles: 'boss' is no role: there are "
        "reader, contributor, author, approver, manager.",
        "line 7, language: 'klingonsk!' is no language: write nb, nn, se or en.",
        "line 8, kind: 'rom' is neither department nor person.",
        "line 9, number: A person has none.",
        "line 11: It has 9 cells for 7 columns.",
    ]


def test_columns_that_are_not_known_missing_or_twice_are_told() -> None:
    told = problems("handle;handle;Romnummer\na;b;c\n")
    assert told[0].startswith("line 1, Romnummer: There is no such column.")
    assert "line 1, handle: The column is there twice." in told
    assert "line 1, kind: The column is missing." in told
    assert problems("") == ["the file: It is empty."]


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"departments": 1}', '{"x": []}', '{"people": [1]}',
     '{"people": [{"handle": "a", "name": 1}]}', '{"people": [{"handle": "a", "kind": "b"}]}',
     '{"departments": [{"handle": "a", "names": {"xx": "b"}}]}'],
)  # fmt: skip
def test_json_that_is_something_else_is_refused(text: str) -> None:
    assert problems(text)


def test_what_a_file_lacks_is_in_no_row_and_an_empty_cell_is() -> None:
    given = {"departments": [{"handle": "a", "name": "A", "phone": None, "language": ""}]}
    (row,) = sheets.read(json.dumps(given).encode()).rows
    assert row.values == {"name": "A", "phone": ""}
