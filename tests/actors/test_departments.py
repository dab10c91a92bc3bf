"""The record of a department: what can be in it, and the fields no edit fakes or takes away."""

from dataclasses import replace

import pytest

from actors.departments import Department, checked, fields_of, free_of, identifier_of
from actors.errors import Invalid
from actors.people import Field

RECORD = Department(
    actor_id=1,
    number="012345674",
    verified=5,
    email="post@by.example",
    phone="+47 22 00 00 00",
    website="https://www.by.example/oss?a=1&b=2",
    address="Rådhuset <2. etasje>",
)
FREE = Field("Åpent", "8-15")


def test_what_is_entered_is_kept_in_one_form() -> None:
    assert checked("number", " 0192:012 345 674 ") == "012345674"
    assert checked("color", "#AABBCC") == "#aabbcc"
    assert checked("address", "Rådhuset,\n 2. etasje") == "Rådhuset, 2. etasje"
    assert checked("phone", " ") == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("number", "012345675"),
        ("number", "12345674"),
        ("email", "by.example"),
        ("email", "a@b.example <script>"),
        ("phone", "ring oss"),
        ("website", "javascript:alert(1)"),
        ("website", 'https://a.example/"onclick'),
        ("color", "blå"),
        ("address", "x" * 201),
    ],
)
def test_what_cannot_be_is_refused_with_an_example(name: str, text: str) -> None:
    with pytest.raises(Invalid, match=r"\d|write it as"):
        checked(name, text)


def test_the_record_comes_first_in_the_departments_language_and_is_safe() -> None:
    fields = fields_of(RECORD, "nn", (FREE,))
    assert [field.name for field in fields] == [
        "Organisasjonsnummer", "E-post", "Telefon", "Nettstad", "Besøksadresse", "Åpent",
    ]  # fmt: skip
    assert (fields[0].value, fields[0].verified) == ("012 345 674", 5)
    assert all(field.verified is None for field in fields[1:])
    assert 'href="https://www.by.example/oss?a=1&amp;b=2"' in fields[3].value
    assert fields[4].value == "Rådhuset &lt;2. etasje&gt;"
    assert identifier_of(fields) == "0192:012345674"
    assert fields_of(RECORD, "tlh", ())[3].name == "Nettsted"


def test_the_record_of_another_day_replaces_its_fields_and_leaves_the_others() -> None:
    before = fields_of(RECORD, "nb", (FREE,))
    assert fields_of(replace(RECORD, number="", phone=""), "en", before) == (
        *fields_of(replace(RECORD, number="", phone=""), "en", ()),
        FREE,
    )
    assert fields_of(None, "nb", before) == (FREE,)


def test_an_edit_reaches_free_fields_alone() -> None:
    fields = fields_of(replace(RECORD, address=""), "nb", (FREE,))
    given = (
        ("Organisasjonsnummer", "999 999 999"),
        (" ORGANISATION NUMBER: ", "1"),
        ("Ｅ-post", "mallory@evil.example"),
        ("Visiting address", "free, since the record has none"),
        ("Åpent", "alltid"),
    )
    assert free_of(given, fields) == given[3:]
    assert free_of(given, (FREE,)) == given


def test_only_what_we_vouch_for_identifies() -> None:
    assert identifier_of((Field("Organisasjonsnummer", "012 345 674"),)) == ""
    assert identifier_of((Field("Organisasjonsnummer", "012 345 674", kind="number"),)) == ""
