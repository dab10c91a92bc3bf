"""The documents tell of what is there: links resolve, files named exist, so do commands."""

import importlib
import itertools
import re
import subprocess
from pathlib import Path

import click
import pytest

from tests.architecture.source import PACKAGES, ROOT, documents, prose, sources, told

EXPECTED = (
    "README.md", "FEDERATION.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE",
    "config.toml", "docs/tour.md", "docs/operate.md", ".ci/run",
)  # fmt: skip
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:actors|inbox|outbox|fedi|tests|docs|\.ci)/[\w./-]+)`")
IN_CODE = re.compile(r"\b((?:actors|inbox|outbox|fedi|tests|docs)/[\w/-]+\.(?:py|md|sql))\b")
COMMAND = re.compile(r"\bfedi ((?:[a-z][a-z-]*)(?: [a-z]+(?:-[a-z]+)*)?)")


def text(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXPECTED)
def test_the_documents_are_all_there(name: str) -> None:
    assert (ROOT / name).is_file(), f"{name} is missing"


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as the forges make them."""
    heads = re.findall(r"^#+\s+(.+?)\s*$", prose(text(path)), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def broken(path: Path, link: str) -> bool:
    target, _, anchor = link.partition("#")
    file = (path.parent / target) if target else path
    found = ROOT / file
    if not found.exists():
        return True
    return bool(anchor) and found.suffix == ".md" and anchor not in anchors(file)


def test_links_between_the_documents_resolve() -> None:
    offences = [
        f"{path}: {link}"
        for path in documents()
        for link in LINK.findall(prose(text(path)))
        if not re.match(r"[a-z]+:", link) and broken(path, link)
    ]
    assert not offences, told("These links lead nowhere:", offences)


def is_there(name: str) -> bool:
    place = ROOT / name.rstrip("/.")
    return place.exists() or place.with_name(f"{place.name}.py").exists()


def test_files_named_in_the_documents_exist() -> None:
    offences = [
        f"{path}: {name}"
        for path in documents()
        for name in NAMED.findall(text(path))
        if not is_there(name)
    ]
    assert not offences, told("The documents name files that are not there:", offences)


def test_files_named_in_the_code_exist() -> None:
    offences = [
        f"{source.path}: {name}"
        for source in sources(*PACKAGES, "tests")
        if "architecture" not in source.path.parts
        for name in sorted(set(IN_CODE.findall(source.text)))
        if not is_there(name)
    ]
    assert not offences, told("The code points at files that are not there:", offences)


def decisions() -> list[Path]:
    return sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in decisions()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_list_of_decisions_names_each_by_its_title() -> None:
    listed = re.findall(r"^(\d+)\. \[(.+)\]\((.+)\)$", text(Path("docs/decisions/README.md")), re.M)
    titles = [
        path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        for path in decisions()
    ]
    assert [f"{number}. {title}" for number, title, _ in listed] == titles
    assert [name for _, _, name in listed] == [path.name for path in decisions()]


@pytest.mark.parametrize("path", decisions(), ids=lambda path: path.stem)
def test_a_decision_is_one_page_that_says_why_not_and_what_it_costs(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert page.startswith(f"# {int(path.name[:4])}. "), "begin with '# N. title'"
    assert len(page.splitlines()) <= 120
    assert "why not" in page.lower()
    assert "cost" in page.lower()


def test_commands_named_in_the_documents_exist() -> None:
    main = importlib.import_module("fedi.cli").main
    offences = []
    for path in documents():
        for line in re.findall(r"`fedi [^`]+`|^ {4}.*$", text(path), flags=re.M):
            for words in COMMAND.findall(line.replace("/bin/", " ")):
                first, *second = words.split()
                command = main.commands.get(first)
                if command is None:
                    offences.append(f"{path}: fedi {first}")
                elif isinstance(command, click.Group) and not _is_whole(command, second):
                    offences.append(f"{path}: fedi {words}")
    assert not offences, told("The documents name commands that do not exist:", offences)


def _is_whole(group: click.Group, more: list[str]) -> bool:
    """Return whether a group's command is named, or none where it does something by itself."""
    return more[0] in group.commands if more else group.invoke_without_command


def test_every_command_is_documented() -> None:
    main = importlib.import_module("fedi.cli").main
    page = text(Path("docs/operate.md"))
    offences = [f"fedi {name}" for name in main.commands if f"fedi {name}" not in page]
    assert not offences, told("docs/operate.md does not tell of:", offences)


def indented(page: str, first: str) -> str:
    """The block of an indented listing that begins with a line."""
    lines = page[page.index(f"    {first}\n") :].splitlines()
    block = itertools.takewhile(lambda line: not line or line.startswith("    "), lines)
    return "\n".join(line[4:] for line in block) + "\n"


def test_the_unit_lets_the_walls_around_media_be_built() -> None:
    """systemd 252 (Debian 12) has no group that names these calls; one that is missing kills."""
    unit = indented(text(Path("docs/operate.md")), "[Unit]")
    allowed = " ".join(re.findall(r"^SystemCallFilter=(.*)$", unit, flags=re.M)).split()
    assert {"@system-service", "seccomp", "landlock_create_ruleset", "landlock_add_rule",
            "landlock_restrict_self"} == set(allowed)  # fmt: skip
    assert "SystemCallErrorNumber=EPERM" in unit


def test_the_command_that_is_installed_hands_on_what_it_is_given(tmp_path: Path) -> None:
    listing = indented(text(Path("docs/operate.md")), "mkdir -p /etc/fedi && chown fedi: /etc/fedi")
    script = listing[listing.index("echo ") : listing.index("chmod")]
    for place in ("/usr/local/bin/fedi", "sudo -u fedi", "/opt/fedi/.venv/bin/fedi"):
        assert place in script
    script = script.replace("/usr/local/bin/fedi", str(tmp_path / "fedi"))
    script = script.replace("sudo -u fedi", "env").replace("/opt/fedi/.venv/bin/fedi", "printf")
    subprocess.run(["/bin/sh", "-c", script], check=True)
    words = ["/bin/sh", str(tmp_path / "fedi"), "[%s]", "a b", "$c"]
    assert subprocess.run(words, capture_output=True, check=True).stdout == b"[a b][$c]"
