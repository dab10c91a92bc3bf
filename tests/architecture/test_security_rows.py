"""Each row of the security catalogue that the server's surface touches is named by a test.

S1-S38 are faults found in other fediverse servers, trials 1-44 ways to break one; SECURITY.md says
what is promised because of them. A test names its row in its own name (`test_s25_…`), in its
docstring, in a comment beside it, or, where all of a file is about it, in the file's docstring.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache

import pytest

from tests.architecture.source import Source, sources

ROWS = (*range(1, 19), *range(21, 30), *range(34, 39))
TRIALS = (1, 2, 3, 9, 10, 11, *range(16, 21), 22, 24, 25, *range(29, 34))
IN_NAME = re.compile(r"(?:^|_)(s|trial_)(\d{1,2})(?=_|$)")
IN_WORDS = re.compile(r"\b(S|[Tt]rials? )(\d{1,2})((?:(?:-|, | and |, S|-S)\d{1,2})*)\b")


def _tests_of(source: Source) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [one for one in source.functions() if one.name.startswith("test_")]


def spoken(source: Source) -> Iterator[str]:
    """The docstrings and comments of a file of tests."""
    for node in (source.tree, *_tests_of(source)):
        yield ast.get_docstring(node) or ""
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def numbers(first: str, rest: str) -> Iterator[int]:
    """The numbers of "16", "16-18", "36, 37" or "S5, S35"."""
    last = int(first)
    yield last
    for between, digits in re.findall(r"(-S?|, S?| and )(\d+)", rest):
        number = int(digits)
        yield from range(last + 1, number) if between.startswith("-") else ()
        yield number
        last = number


@cache
def named() -> frozenset[str]:
    """Every row and trial that a test names: "S25", "trial 16"."""
    found = set()
    for source in sources("tests"):
        if not source.path.name.startswith("test_") or "architecture" in source.path.parts:
            continue
        for function in _tests_of(source):
            for kind, number in IN_NAME.findall(function.name):
                found.add(f"S{number}" if kind == "s" else f"trial {number}")
        for text in spoken(source):
            for kind, first, rest in IN_WORDS.findall(text):
                word = "S" if kind == "S" else "trial "
                found |= {f"{word}{number}" for number in numbers(first, rest)}
    return frozenset(found)


def test_rows_are_found_in_names_and_in_words() -> None:
    assert IN_NAME.findall("test_s24_trial_28_a_replay") == [("s", "24"), ("trial_", "28")]
    assert IN_NAME.findall("test_https_2_is_no_row") == []
    (match,) = IN_WORDS.findall("security.md trials 16-18, 22 and 30")
    assert list(numbers(*match[1:])) == [16, 17, 18, 22, 30]
    assert [one[:2] for one in IN_WORDS.findall("S5, S35 (S8)")] == [("S", "5"), ("S", "8")]


@pytest.mark.parametrize("row", [f"S{n}" for n in ROWS] + [f"trial {n}" for n in TRIALS])
def test_a_row_of_the_security_catalogue_is_named_by_a_test(row: str) -> None:
    assert row in named(), f"no test names {row}"
