"""Each row of the security catalogue has a test that is collected, asserts and is not skipped.

S1-S38 are faults found in other fediverse servers, trials 1-44 ways to break one; SECURITY.md says
what is promised because of them. Which test proves what: tests/architecture/security_rows.py.
"""

import ast
from functools import cache

import pytest

from tests.architecture.security_rows import (
    IN_NAME,
    IN_WORDS,
    numbers,
    place,
    proofs,
    rows_in_words,
    those_of,
)
from tests.architecture.source import sources, told
from tests.conftest import COLLECTED

ROWS = (*range(1, 20), *range(21, 39))
TRIALS = (
    *(1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, *range(16, 23), 24, 25, *range(28, 39)),
    *(41, 43),
)
EVERY = [f"S{n}" for n in ROWS] + [f"trial {n}" for n in TRIALS]
FAILING = ("raises", "fail", "assertEqual")


def asserts(test: ast.AST) -> bool:
    """Whether it can fail by its own words: an assert, or an error that must come."""
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.Call) and ast.unparse(node.func).endswith(FAILING))
        for node in ast.walk(test)
    )


@cache
def that_assert() -> frozenset[str]:
    return frozenset(
        f"{source.path}::{test.name}"
        for source in sources("tests")
        for test in those_of(source)
        if asserts(test)
    )


def test_rows_are_found_in_names_and_in_words() -> None:
    assert IN_NAME.findall("test_s24_trial_28_a_replay") == [("s", "24"), ("trial_", "28")]
    assert IN_NAME.findall("test_https_2_is_no_row") == []
    (match,) = IN_WORDS.findall("security.md trials 16-18, 22 and 30")
    assert list(numbers(*match[1:])) == [16, 17, 18, 22, 30]
    assert rows_in_words("S5, S35 (S8)") == {"S5", "S35", "S8"}


@pytest.mark.parametrize("row", EVERY)
def test_a_row_of_the_security_catalogue_is_proven(
    row: str, request: pytest.FixtureRequest
) -> None:
    collected = request.config.stash[COLLECTED]
    files = {name.partition("::")[0] for name in collected}
    here = [proof for proof in proofs().get(row, ()) if proof.partition("::")[0] in files]
    assert row in proofs(), f"no test names {row}"
    unseen = [proof for proof in here if proof not in collected]
    assert not unseen, told(f"{row} is named by what pytest does not collect:", unseen)
    may_run = [proof for proof in here if not collected[proof] & {"skip", "xfail"}]
    assert may_run or not here, told(f"{row} is proven by skipped tests alone:", here)
    assert that_assert() & set(proofs()[row]), told(f"{row}: nothing is asserted by", here)


def test_every_row_that_a_test_names_is_in_the_list() -> None:
    """So that a row once proven cannot lose its test unseen."""
    assert sorted(set(proofs()) - set(EVERY), key=place) == []
