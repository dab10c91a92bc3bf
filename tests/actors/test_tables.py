"""Tables as spreadsheets save them: separators, letters, and faults named by their line."""

import pytest

from actors.errors import Invalid
from actors.tables import lines

COLUMNS = ("name", "email", "department")


@pytest.mark.parametrize(
    "data",
    [
        "name;email\r\nÅse Bjørnø;ase@nordvik.example\r\n".encode(),
        "name,email\nÅse Bjørnø,ase@nordvik.example\n".encode("utf-8-sig"),
        "Name\tEmail\nÅse Bjørnø\tase@nordvik.example".encode("cp1252"),
        b'name;email\n\n"\xc5se Bj\xf8rn\xf8" ; ase@nordvik.example ;\n;;\n',
    ],
)
def test_a_sheet_is_read_however_it_was_saved(data: bytes) -> None:
    (line,) = lines(data, COLUMNS, ("name",))
    assert dict(line.cells) == {"name": "Åse Bjørnø", "email": "ase@nordvik.example"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"navn;email\nA;b\n", "no column 'navn'"),
        (b"email\nb\n", "'name' is missing"),
        (b"name;name\nA;B\n", "there twice"),
        (b"name,email\nA,B,C\n", "Line 2 has more cells"),
        (b"PK\x03\x04\0\0", "save the sheet as CSV"),
        (b'name\n"' + b"x" * 200_000 + b'"\n', "field larger"),
    ],
)
def test_what_can_not_be_read_is_said_by_its_line(data: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        lines(data, COLUMNS, ("name",))


def test_the_error_of_a_cell_names_the_line_of_the_file() -> None:
    found = lines(b'name;email\n"A\nB";x\n\nC;y\n', COLUMNS)
    assert str(found[1].wrong("email", "no.")) == "Line 5, email: no."
