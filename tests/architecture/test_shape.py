"""Sizes, names and docstrings: what keeps each file something one can read in a sitting."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, ROOT, Source, sources, told

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
ATTICS = {
    "utils", "util", "utilities", "helpers", "helper", "common", "core", "misc", "base",
    "manager", "managers", "service", "services", "lib", "stuff",
}  # fmt: skip
ATTIC_CLASS = re.compile(r"(Manager|Service|Helper|Utils?|Mixin)$")


def test_no_file_is_longer_than_400_lines() -> None:
    offences = [
        f"{source.path}: {lines} lines"
        for source in sources()
        if (lines := source.text.count("\n")) > LONGEST_FILE
    ]
    assert not offences, told(f"Divide by subject what exceeds {LONGEST_FILE} lines:", offences)


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = min([function.lineno, *(d.lineno for d in function.decorator_list)])
    return (function.end_lineno or first) - first + 1


def test_no_function_is_longer_than_50_lines() -> None:
    offences = [
        f"{source.path}:{function.lineno}: {function.name} has {lines} lines"
        for source in sources()
        for function in source.functions()
        if (lines := length(function)) > LONGEST_FUNCTION
    ]
    assert not offences, told(f"Functions have at most {LONGEST_FUNCTION} lines:", offences)


def test_there_is_no_attic() -> None:
    offences = [
        str(source.path)
        for source in sources(*PACKAGES, "tests")
        if ATTICS & {word for part in source.path.with_suffix("").parts for word in part.split("_")}
    ]
    assert not offences, told("Name it after what it does, not where it ended up:", offences)


def test_no_class_is_named_after_a_role_that_says_nothing() -> None:
    offences = [
        f"{source.path}:{node.lineno}: {node.name}"
        for source in sources()
        for node in source.nodes
        if isinstance(node, ast.ClassDef) and ATTIC_CLASS.search(node.name)
    ]
    assert not offences, told("Say what it is; plain nouns of the field:", offences)


def test_every_module_says_what_it_is() -> None:
    offences = [str(s.path) for s in sources() if not ast.get_docstring(s.tree)]
    assert not offences, told("A module begins with what it is and where to go next:", offences)


def public_functions(source: Source) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """A module's own functions without a leading underscore.

    A verb's gather and decide are the same in each file; actors/activities says what they are.
    """
    told_once = {"gather", "decide"} if source.path.parent == Path("actors/activities") else set()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in source.tree.body if isinstance(node, kinds)]
    return [node for node in found if node.name[0] != "_" and node.name not in told_once]


def test_every_public_function_has_its_sentence() -> None:
    offences = [
        f"{source.path}:{function.lineno}: {function.name}"
        for source in sources()
        for function in public_functions(source)
        if not ast.get_docstring(function)
    ]
    assert not offences, told(
        "Say in a sentence what it does (or begin its name with _):", offences
    )


def does_something(source: Source) -> bool:
    """Whether there is anything to test: a function that is no declaration and no __init__."""
    return any(
        function.name != "__init__" and not is_declaration(function.body)
        for function in source.functions()
    )


def is_declaration(body: list[ast.stmt]) -> bool:
    """A body of `...`, with or without a docstring: a method of a Protocol."""
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body)


def module_name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts)


def is_mirrored(source: Source) -> bool:
    """A test file of its name at its place, or one at its place that imports it by name."""
    path = source.path
    folder = ROOT / "tests" / path.parent
    if [*folder.glob(f"test_{path.stem}.py"), *folder.glob(f"test_{path.stem}_*.py")]:
        return True
    neighbours = [s for s in sources("tests") if s.path.parent == Path("tests") / path.parent]
    wanted = module_name(path)
    return any(
        name == wanted or name.startswith(f"{wanted}.")
        for neighbour in neighbours
        for _, name in neighbour.imports()
    )


def test_tests_mirror_the_tree() -> None:
    offences = [
        f"{source.path} wants tests/{source.path.parent}/test_{source.path.stem}.py"
        for source in sources()
        if source.path.name not in ("__init__.py", "__main__.py")
        and does_something(source)
        and not is_mirrored(source)
    ]
    assert not offences, told("Each module's tests stand at its place under tests/:", offences)


# What only whole processes show: no one module is what they test.
SCENARIOS = {
    "tests/fedi/push/test_kill_9.py",
    "tests/fedi/test_kill_9.py",
    "tests/fedi/test_two_houses.py",
    "tests/fedi/store/test_power_loss.py",
    "tests/fedi/store/test_client_plans.py",
    "tests/fedi/store/test_query_plans.py",
}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_test_file_stands_where_its_module_does(package: str) -> None:
    offences = [
        str(source.path)
        for source in sources(f"tests/{package}")
        if source.path.name.startswith("test_")
        and str(source.path) not in SCENARIOS
        and not has_its_module(source.path)
    ]
    assert not offences, told("No module or package of that name stands there:", offences)


def has_its_module(test: Path) -> bool:
    """tests/a/test_b_c.py tells of a/b_c.py, a/b.py, or the package a/b."""
    folder = ROOT / Path(*test.parent.parts[1:])
    words = test.stem.removeprefix("test_").split("_")
    names = ["_".join(words[: end + 1]) for end in range(len(words))]
    return any((folder / f"{name}.py").exists() or (folder / name).is_dir() for name in names)
