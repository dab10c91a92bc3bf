"""The product's own source, read once: every module with its text and its syntax tree."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("actors", "inbox", "outbox")
PACKAGES = (*ROOMS, "fedi")
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Source:
    """One Python file, by its path from the root."""

    path: Path

    @cached_property
    def text(self) -> str:
        return (ROOT / self.path).read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path), feature_version=OLDEST_PYTHON)

    @property
    def package(self) -> str:
        """The dotted name of the package it is in."""
        return ".".join(self.path.parent.parts)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """The whole tree in ast.walk's order, walked once."""
        return tuple(ast.walk(self.tree))

    def imports(self) -> Iterator[tuple[int, str]]:
        """(line, dotted name) of everything imported, relative names made whole."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    above = self.package.split(".")
                    kept = above[: len(above) - node.level + 1]
                    base = ".".join([*kept, base] if base else kept)
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)

    def strings(self) -> Iterator[tuple[int, str]]:
        """(line, text) of every string but docstrings; of an f-string, its parts joined by {}."""
        passed_over = _docstrings(self.nodes)
        for node in self.nodes:  # an f-string comes before its parts
            if id(node) in passed_over:
                continue
            if isinstance(node, ast.JoinedStr):
                parts = [v.value if isinstance(v, ast.Constant) else "{}" for v in node.values]
                passed_over.update(id(value) for value in node.values)
                yield node.lineno, "".join(str(part) for part in parts)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def calls(self) -> Iterator[tuple[int, str]]:
        """(line, dotted name as written) of every call, such as time.time."""
        for node in self.nodes:
            if isinstance(node, ast.Call) and (name := dotted(node.func)):
                yield node.lineno, name


def dotted(node: ast.expr) -> str:
    """`a.b.c` for a name or an attribute of names, "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (base := dotted(node.value)):
        return f"{base}.{node.attr}"
    return ""


def _docstrings(nodes: tuple[ast.AST, ...]) -> set[int]:
    found = set()
    for node in nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found.add(id(node.value))
    return found


_one = cache(Source)  # a file is parsed once, whichever folders it is asked for by


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every module under the folders (all four packages when none is named)."""
    found = []
    for folder in folders or PACKAGES:
        files = sorted((ROOT / folder).rglob("*.py"))
        found += [
            _one(path.relative_to(ROOT)) for path in files if "node_modules" not in path.parts
        ]
    return tuple(found)


@cache
def documents() -> tuple[Path, ...]:
    """Every Markdown file of ours, from the root."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return tuple(sorted(path.relative_to(ROOT) for path in found))


def prose(text: str) -> str:
    """Markdown without its fenced and indented blocks."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return re.sub(r"^(?: {4}|\t).*$", "", text, flags=re.M)


def told(rule: str, offences: list[str]) -> str:
    """The message of a failing test: the rule, then each place."""
    return "\n".join([rule, *(f"  {offence}" for offence in offences)])
