"""What a file of the organisation would change, and what it can't become."""

from dataclasses import replace

import pytest
from hypothesis import given

from actors.chart import Sort, Standing, check, differences, told
from actors.sheets import Kind, Row
from tests.actors.test_sheets import SHEETS


def unit(handle: str, line: int = 0, **values: str) -> Row:
    return Row(
        kind=Kind.DEPARTMENT, handle=handle, values={"name": handle.title(), **values}, line=line
    )


def person(handle: str, line: int = 0, **values: str) -> Row:
    return Row(
        kind=Kind.PERSON, handle=handle, values={"name": handle.title(), **values}, line=line
    )


HERE = Standing((
    unit("top", parent="", number="012345674"),
    unit("it", parent="top", number=""),
    person("kari", roles="it=author"),
))  # fmt: skip


def faults(*rows: Row, now: Standing = HERE) -> list[str]:
    return [str(one) for one in check(rows, now)]


@given(SHEETS)
def test_an_export_changes_nothing(rows: tuple[Row, ...]) -> None:
    assert differences(rows, Standing(rows)) == []


def test_differences_are_told_in_plain_words() -> None:
    rows = (
        unit("it", name="IT", parent="", phone="12"),
        unit("plan", parent="it"),
        person("kari", roles="plan=manager, top=reader"),
        person("ola", roles="plan=author"),
    )
    assert [told(one) for one in differences(rows, HERE)] == [
        "department it: name from “It” to “IT”",
        "department it: moves to the top, from top",
        "department it: phone from nothing to “12”",
        "new department plan: Plan, under it",
        "person kari: manager of plan, reader of top, no longer author of it",
        "new person ola: Ola, plan=author",
        "department top is no longer in the file",
    ]
    assert told(differences([person("kari", roles="it=manager")], HERE)[0]) == (
        "person kari: manager of it (was author)"
    )


def test_a_file_of_people_alone_misses_no_department() -> None:
    assert [one.sort for one in differences([person("ola")], HERE)] == [Sort.NEW, Sort.MISSING]
    assert differences([], HERE) == []


def test_a_column_that_the_file_lacks_changes_nothing() -> None:
    assert differences([replace(HERE.rows[0], values={"name": "Top"})], HERE)[0].row.handle == "it"


def test_what_is_right_has_no_faults() -> None:
    assert faults(unit("it", parent=""), unit("a", parent="b"), unit("b", parent="top")) == []
    # The two exchange their places, and one gets the number that the other gives up.
    assert (
        faults(unit("top", parent="it", number=""), unit("it", parent="", number="012345674")) == []
    )


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ((unit("a", 2), person("a", 3)), "line 3, handle: a is in the file 2 times."),
        ((person("it", 2),), "line 2, handle: it is a department here."),
        ((unit("kari", 2),), "line 2, handle: kari is a person here."),
        ((unit("a", 2, name=""),), "line 2, name: It is missing."),
        ((unit("å", 2),), "line 2, handle: 'å' can't be a handle"),
        ((unit("a", 2, name="x" * 101),), "line 2, name: It has 101 of 100 characters."),
        ((unit("a", 2, parent="b"),), "line 2, parent: There is no department b."),
        ((unit("a", 2, parent="kari"),), "line 2, parent: There is no department kari."),
        ((unit("a", 2, parent="a"),), "line 2, parent: It would stand under itself: a under a."),
        ((unit("top", 2, parent="it"),), "It would stand under itself: top under it under top."),
        ((unit("a", 2, number="012345674"),), "line 2, number: 012345674 is another department's"),
        ((person("ola", 2, roles="x=author"),), "line 2, roles: There is no department x."),
    ],
)
def test_what_cannot_be_is_named(rows: tuple[Row, ...], sentence: str) -> None:
    assert any(sentence in fault for fault in faults(*rows)), faults(*rows)


def test_a_long_circle_is_told_by_each_that_is_in_it_and_no_other() -> None:
    rows = (unit("a", 2, parent="b"), unit("b", 3, parent="c"), unit("c", 4, parent="b"))
    assert [fault.partition(",")[0] for fault in faults(*rows)] == ["line 3", "line 4"]


def test_a_handle_that_leads_elsewhere_is_told_why() -> None:
    now = replace(HERE, taken={"old": "old has moved away."})
    assert faults(unit("old", 2), now=now) == ["line 2, handle: old has moved away."]
