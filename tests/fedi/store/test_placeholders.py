"""`?` becomes `$n` with the type of its value; what is quoted or commented is left alone."""

from enum import IntEnum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.store.placeholders import bound, numbered, pieces


class Kind(StrEnum):
    NOTE = "note"


class State(IntEnum):
    WAITING = 0


def test_each_parameter_carries_the_type_of_its_value() -> None:
    sql, values = bound("SELECT ?, ?, ?, ?, ?", (1, "a", b"b", 1.5, True))
    assert sql == ("SELECT $1::bigint, $2::text, $3::bytea, $4::double precision, $5::bigint")
    assert values == [1, "a", b"b", 1.5, True]


def test_names_of_a_closed_set_are_sent_as_what_they_are() -> None:
    assert bound("SELECT ?, ?", (Kind.NOTE, State.WAITING))[0] == "SELECT $1::text, $2::bigint"


def test_none_is_null_and_takes_no_number() -> None:
    assert bound("VALUES (?, ?, ?)", (1, None, 2)) == (
        "VALUES ($1::bigint, NULL, $2::bigint)",
        [1, 2],
    )


def test_for_many_rows_the_table_says_the_types() -> None:
    assert numbered("INSERT INTO t VALUES (?, ?)") == "INSERT INTO t VALUES ($1, $2)"


@pytest.mark.parametrize(
    "quoted",
    ["'why?'", "'it''s ?'", '"a?"', "-- what ?\n", "/* ? \n ? */", "$$ ? $$", "$x$ ? $$ ? $x$"],
)
def test_a_question_mark_in_quotes_or_comments_is_none_of_ours(quoted: str) -> None:
    sql, values = bound(f"SELECT ? {quoted} AND ?", (1, 2))
    assert sql == f"SELECT $1::bigint {quoted} AND $2::bigint"
    assert values == [1, 2]


@pytest.mark.parametrize("params", [(), (1,), (1, 2, 3)])
def test_too_few_or_too_many_values_are_refused(params: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=f"2 parameters in the SQL, {len(params)} given"):
        bound("SELECT ?, ?", params)


@given(st.text(alphabet="a?'\"-/*$;\n ", max_size=40))
def test_the_pieces_of_any_text_are_the_text(sql: str) -> None:
    assert "".join(text for _, text in pieces(sql)) == sql
