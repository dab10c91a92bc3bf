"""Lists of servers as they are handed around: Mastodon's CSV, plain lines, our own JSON.

All of a list is read before anything is done with it: each line that can't be taken is named by
its number, and then none is. What this house has no word for (silenced, not suspended) is passed
over and told.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from actors.errors import Invalid
from actors.handles import canonical_domain

MOST_BYTES: Final = 4 << 20
MOST_RULES: Final = 50_000
MOST_TOLD: Final = 20
MOST_COMMENT: Final = 2_000
_PASSED: Final = frozenset({"silence", "noop", "limit", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A rule that a list wants; `kind` is allow or block."""

    domain: str
    kind: str
    comment: str = ""
    public_comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleList:
    """What a list holds. `passed` are lines of which nothing is made, each with why."""

    rules: tuple[Wanted, ...]
    passed: tuple[tuple[int, str], ...] = ()


class BadLines(Invalid):
    """A list with lines that can't be taken; `lines` has each with why."""

    code = "bad_lines"

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        told = [f"line {number}: {why}" for number, why in lines[:MOST_TOLD]]
        more = len(lines) - len(told)
        if more > 0:
            told.append(f"and {more} more")
        super().__init__(f"Nothing of the list was taken. {'; '.join(told)}.")
        self.lines = lines


def read_list(text: str, kind: str, own: frozenset[str] = frozenset()) -> RuleList:
    """Return what a list of servers to `kind` (allow or block) holds. BadLines, naming each line;
    Invalid for what is no list. `own` are names of this server, which no list may have."""
    if len(text) > MOST_BYTES:
        raise Invalid("The list is too long.", code="bad_list")
    rules: dict[str, Wanted] = {}
    passed: list[tuple[int, str]] = []
    bad: list[tuple[int, str]] = []
    for number, row in _rows(text.removeprefix("\ufeff")):
        why = _why_passed(row, kind)
        if why:
            passed.append((number, why))
            continue
        try:
            wanted = _wanted(row, kind, own)
        except Invalid as problem:
            bad.append((number, problem.sentence.rstrip(".")))
            continue
        if wanted.domain in rules:
            passed.append((number, f"{wanted.domain} stands there already"))
        else:
            rules[wanted.domain] = wanted
    if bad:
        raise BadLines(bad)
    if len(rules) > MOST_RULES:
        raise Invalid("The list has too many servers.", code="bad_list")
    if not rules and not passed:
        raise Invalid("The list is empty.", code="bad_list")
    return RuleList(rules=tuple(rules.values()), passed=tuple(passed))


def _wanted(row: Mapping[str, str], kind: str, own: frozenset[str]) -> Wanted:
    written = row.get("domain", "").strip()
    if not written:
        raise Invalid("There is no domain")
    if "*" in written:
        raise Invalid(f"{written[:80]!r} has hidden letters")
    try:
        domain = canonical_domain(written)
    except Invalid:
        raise Invalid(f"{written[:80]!r} is no domain") from None
    if domain in own:
        raise Invalid(f"{domain} is this server itself")
    comments = [row.get(name, "").strip() for name in ("comment", "public_comment")]
    if any(len(one) > MOST_COMMENT for one in comments):
        raise Invalid("The comment is too long")
    return Wanted(domain=domain, kind=kind, comment=comments[0], public_comment=comments[1])


def _why_passed(row: Mapping[str, str], kind: str) -> str:
    """Return why nothing is made of a row that is right in itself; "" where something is."""
    severity = row.get("severity", "").strip().lower()
    if severity in _PASSED:
        return f"{row.get('domain', '')[:80]}: severity {severity} is not known here"
    other = row.get("kind", "").strip().lower()
    return (
        f"{row.get('domain', '')[:80]} is to {other}, not to {kind}"
        if other not in ("", kind)
        else ""
    )


def _rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield (number of the line, values by name)."""
    begun = text.lstrip()
    if begun[:1] in ("[", "{"):
        yield from _json(begun)
    elif begun.partition("\n")[0].strip().lower().lstrip("#").partition(",")[0] == "domain":
        yield from _csv(text)
    else:
        yield from _lines(text)


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """A domain a line; what stands after # is why."""
    for number, line in enumerate(text.splitlines(), 1):
        domain, _, comment = line.partition("#")
        if domain.strip():
            yield number, {"domain": domain, "comment": comment}


def _csv(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Mastodon's export: a head of names that begin with #. Private comments are ours alone."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    head: list[str] = []
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if not head:
                head = [cell.strip().lower().lstrip("#") for cell in row]
                continue
            values = dict(zip(head, row, strict=False))
            values.setdefault("comment", values.get("private_comment", ""))
            yield reader.line_num, values
    except csv.Error as problem:
        raise BadLines([(reader.line_num, str(problem))]) from None


def _json(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """A list of tables as `fedi allow --list --json` has it; the number is the place in it."""
    try:
        found: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise Invalid("The list is no JSON that can be read.", code="bad_list") from None
    if not isinstance(found, list):
        raise Invalid("The list must be a JSON array.", code="bad_list")
    for number, one in enumerate(found, 1):
        if isinstance(one, str):
            yield number, {"domain": one}
            continue
        if not isinstance(one, dict):
            raise BadLines([(number, "neither a domain nor a table")])
        yield number, {key: value for key, value in one.items() if isinstance(value, str)}
