"""docs/tour.md leads to what is there: each link to code names something defined in its file."""

import ast
import re

import pytest

from tests.architecture.source import ROOT, told

TOUR = ROOT / "docs/tour.md"
LINK = re.compile(r"\[`([^`]+)`\]\(\.\./([\w/.-]+\.py)\)")
LINKS = LINK.findall(TOUR.read_text(encoding="utf-8"))
ROOMS = {"actors", "inbox", "outbox", "fedi"}


def defined(path: str) -> set[str]:
    """Every function, class, method and constant of a module; methods as Class.method."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            functions = (ast.FunctionDef, ast.AsyncFunctionDef)
            found |= {f"{node.name}.{one.name}" for one in node.body if isinstance(one, functions)}
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        if isinstance(node, ast.Assign):
            found |= {one.id for one in node.targets if isinstance(one, ast.Name)}
        if isinstance(node, ast.ImportFrom):  # a verb's file shows its record as its own
            found |= {one.name for one in node.names if node.module == "actors.verbs"}
    return found


def test_what_the_tour_names_is_defined_where_it_points() -> None:
    offences = []
    for name, path in LINKS:
        if not (ROOT / path).is_file():
            offences.append(f"{path} is not there")
        elif name.rstrip("/") in (path, path.removesuffix("/__init__.py")):
            continue  # a link to the file itself
        elif name not in defined(path):
            offences.append(f"{path} has no {name}")
    assert not offences, told("The tour leads nowhere:", offences)


def test_the_tour_goes_through_every_room() -> None:
    assert {path.partition("/")[0] for _, path in LINKS} == ROOMS


@pytest.mark.parametrize("room", ["actors", "inbox", "outbox"])
def test_the_tour_passes_the_like_of_each_room(room: str) -> None:
    assert f"{room}/activities/like.py" in {path for _, path in LINKS}
