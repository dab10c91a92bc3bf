"""Lists of servers: each form that is handed around, and each line that can't be taken."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import Invalid
from fedi.publishing.rulelists import MOST_TOLD, BadLines, Wanted, read_list

OWN = frozenset({"sosial.nordvik.test"})
MASTODON = """#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
spam.example,suspend,true,true,"spam, and worse",false
stille.example,silence,false,false,,false
Støy.Example.,suspend,false,false,,true
"""


def domains(text: str, kind: str = "block") -> list[str]:
    return [one.domain for one in read_list(text, kind, OWN).rules]


def bad(text: str, kind: str = "block") -> list[int]:
    with pytest.raises(BadLines) as refused:
        read_list(text, kind, OWN)
    return [number for number, _ in refused.value.lines]


def test_mastodons_export_is_read_with_its_comments() -> None:
    found = read_list(MASTODON, "block", OWN)
    assert found.rules == (
        Wanted(domain="spam.example", kind="block", public_comment="spam, and worse"),
        Wanted(domain="xn--sty-1na.example", kind="block"),
    )
    assert found.passed == ((3, "stille.example: severity silence is not known here"),)


def test_mastodons_allow_list_is_one_column() -> None:
    assert domains("#domain\nnabo.example\nby.example\n", "allow") == ["nabo.example", "by.example"]


def test_a_comment_over_several_lines_does_not_move_the_numbers() -> None:
    text = '#domain,#public_comment\na.example,"one\ntwo"\nno domain,\n'
    assert bad(text) == [4]


def test_plain_lines_may_say_why() -> None:
    found = read_list("\ufeffnabo.example   # samarbeid\n\n# bare ord\nby.example\n", "allow")
    assert found.rules == (
        Wanted(domain="nabo.example", kind="allow", comment="samarbeid"),
        Wanted(domain="by.example", kind="allow"),
    )


def test_our_own_json_is_read_back() -> None:
    own = [
        {"domain": "a.example", "kind": "block", "comment": "x", "public_comment": "y",
         "created": 5, "since": "2026"},
        {"domain": "b.example", "kind": "allow"},
        "c.example",
    ]  # fmt: skip
    found = read_list(json.dumps(own), "block")
    assert found.rules == (
        Wanted(domain="a.example", kind="block", comment="x", public_comment="y"),
        Wanted(domain="c.example", kind="block"),
    )
    assert found.passed == ((2, "b.example is to allow, not to block"),)


def test_every_bad_line_is_named_and_nothing_taken() -> None:
    text = "good.example\nhttp://x/\nsosial.nordvik.test\nsp*m.example\n\nbetter.example\n"
    with pytest.raises(BadLines) as refused:
        read_list(text, "block", OWN)
    assert [number for number, _ in refused.value.lines] == [2, 3, 4]
    assert refused.value.sentence.startswith("Nothing of the list was taken. line 2: ")
    assert "this server itself" in refused.value.sentence
    assert "hidden letters" in refused.value.sentence


def test_a_domain_that_stands_there_twice_is_taken_once() -> None:
    found = read_list("a.example\nA.Example.\n", "allow")
    assert [one.domain for one in found.rules] == ["a.example"]
    assert found.passed == ((2, "a.example stands there already"),)


def test_of_many_bad_lines_the_first_are_told() -> None:
    text = "\n".join(f"bad one {number}" for number in range(60))
    with pytest.raises(BadLines) as refused:
        read_list(text, "block")
    assert refused.value.sentence.count("line ") == MOST_TOLD
    assert f"and {60 - MOST_TOLD} more" in refused.value.sentence


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# bare ord\n", "[]", '{"domain": "a.example"}', "[1"]
)
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_list(text, "block")


@pytest.mark.parametrize("text", ["[1]", "[[]]", '[{"domain": 5}]', "[null]", '#domain\n"a'])
def test_what_is_no_row_is_named(text: str) -> None:
    assert len(bad(text)) == 1


@given(st.text(max_size=200))
def test_whatever_comes_is_a_list_or_refused(text: str) -> None:
    for begun in ("", "#domain,#severity\n", "["):
        with suppress(Invalid):
            found = read_list(begun + text, "block")
            assert len({one.domain for one in found.rules}) == len(found.rules)
