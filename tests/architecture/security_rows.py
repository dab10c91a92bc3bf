"""Which tests prove which rows of the security catalogue: a table made from what the tests say.

A test names a row in its own name (`test_s25_…`), in its docstring, in a comment in it or right
before it, or by the docstring of its file.
Print the table: python -m tests.architecture.security_rows
"""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from tests.architecture.source import Source, sources

IN_NAME = re.compile(r"(?:^|_)(s|trial_)(\d{1,2})(?=_|$)")
IN_WORDS = re.compile(r"\b(S|[Tt]rials? )(\d{1,2})((?:(?:-|, | and |, S|-S)\d{1,2})*)\b")

Test = ast.FunctionDef | ast.AsyncFunctionDef


def those_of(source: Source) -> list[Test]:
    """The tests of a file, in their order."""
    found = [one for one in source.functions() if one.name.startswith("test_")]
    return sorted(found, key=lambda one: one.lineno)


def numbers(first: str, rest: str) -> Iterator[int]:
    """The numbers of "16", "16-18", "36, 37" or "S5, S35"."""
    last = int(first)
    yield last
    for between, digits in re.findall(r"(-S?|, S?| and )(\d+)", rest):
        number = int(digits)
        yield from range(last + 1, number) if between.startswith("-") else ()
        yield number
        last = number


def rows_in_words(text: str) -> set[str]:
    """The rows that a sentence names: "S25", "trial 16"."""
    found = set()
    for kind, first, rest in IN_WORDS.findall(text):
        word = "S" if kind == "S" else "trial "
        found |= {f"{word}{number}" for number in numbers(first, rest)}
    return found


def rows_in_name(name: str) -> set[str]:
    """The rows that a test's name names."""
    return {f"{'S' if kind == 's' else 'trial '}{n}" for kind, n in IN_NAME.findall(name)}


def _rows_in_comments(source: Source, tests: list[Test]) -> Iterator[tuple[str, str]]:
    """(test, row): a comment speaks for the test it is in, or else for the next one."""
    if not any(IN_WORDS.search(after) for after in source.text.split("#")[1:]):
        return
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type != tokenize.COMMENT:
            continue
        rows, line = rows_in_words(token.string), token.start[0]
        test = next((one for one in tests if (one.end_lineno or 0) >= line), None)
        if test is not None:
            yield from ((test.name, row) for row in rows)


def proofs_in(source: Source) -> dict[str, set[str]]:
    """Row -> the names of this file's tests that prove it."""
    found: dict[str, set[str]] = defaultdict(set)
    tests = those_of(source)
    of_all = rows_in_words(ast.get_docstring(source.tree) or "")
    for test in tests:
        said = rows_in_words(ast.get_docstring(test) or "")
        for row in of_all | said | rows_in_name(test.name):
            found[row].add(test.name)
    for name, row in _rows_in_comments(source, tests):
        found[row].add(name)
    return found


@cache
def proofs() -> dict[str, tuple[str, ...]]:
    """Row -> the node ids of the tests that prove it, without their parameters."""
    found: dict[str, set[str]] = defaultdict(set)
    for source in sources("tests"):
        if source.path.name.startswith("test_") and "architecture" not in source.path.parts:
            for row, names in proofs_in(source).items():
                found[row] |= {f"{source.path}::{name}" for name in names}
    return {row: tuple(sorted(names)) for row, names in found.items()}


def place(row: str) -> tuple[bool, int]:
    """Where a row stands in the catalogue: S1 to S38, then the trials."""
    return row.startswith("trial"), int(row.lstrip("S").removeprefix("trial "))


if __name__ == "__main__":
    for row in sorted(proofs(), key=place):
        print(row, *proofs()[row], sep="\n    ")
