"""How a command speaks: its answer on standard output, its trouble in one line on standard error.

With --json the answer is one JSON value, and so is the trouble, besides the line. Exit codes are
those of docs/operate.md.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final, TypeVar

import click

from actors.errors import FediError, Unavailable

NOT_DONE: Final = 1
MISUSED: Final = 2
ATTENTION: Final = 3
BROKEN: Final = 4
NOT_NOW: Final = 75
UNCONFIGURED: Final = 78

F = TypeVar("F", bound=Callable[..., Any])
_as_json: ContextVar[bool] = ContextVar("as_json", default=False)


class NotDone(FediError):
    """A command could not do what was asked; its sentence says why and what to do."""

    code = "not_done"


def speaks(command: F) -> F:
    """Give a command the flag --json."""

    def keep(context: click.Context, option: click.Parameter, value: bool) -> None:
        del context, option
        if value:
            _as_json.set(True)

    return click.option(
        "--json",
        "json_",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=keep,
        help="Answer in JSON.",
    )(command)


class Listed(click.Group):
    """A group that lists its commands with their whole first sentence."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, one.get_short_help_str(limit=200)) for name, one in found if one]
            )


def begin() -> None:
    """Forget what an earlier command of this process was told."""
    _as_json.set(False)


def wants_json() -> bool:
    """Return whether the answer is to be JSON."""
    return _as_json.get()


def say(value: Any, *lines: str) -> None:
    """Answer: `value` as JSON where that is wanted, `lines` for people where it is not."""
    if _as_json.get():
        click.echo(json.dumps(value, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(line)
    sys.stdout.flush()  # here, and not at the end of all, is where a closed pipe is noticed


def say_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], nothing: str) -> None:
    """Answer with rows: a JSON list of objects, or the `columns` of a table for people."""
    rows = list(rows)
    if _as_json.get() or not rows:
        say(rows, nothing)
        return
    texts = [[_cell(row.get(column)) for column in columns] for row in rows]
    heads = [column.replace("_", " ") for column in columns]
    widths = [max(len(line[i]) for line in [heads, *texts]) for i in range(len(columns))]
    for line in [heads, *texts]:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return " ".join(printable(str(value)).split())


def printable(text: str) -> str:
    """Return text of others with nothing in it that could move the cursor of a terminal."""
    return "".join(char if char.isprintable() or char in "\n\t" else "�" for char in text)


def moment(ms: int | None) -> str:
    """Return a time (Unix ms) as the machine's own zone writes it; "-" for none."""
    if not ms:
        return "-"
    return datetime.fromtimestamp(ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def complain(sentence: str, code: str) -> None:
    """Say what went wrong in one line on standard error, and as JSON where that is wanted."""
    line = " ".join(printable(sentence).split())
    click.echo(f"fedi: {line}", err=True)
    if _as_json.get():
        click.echo(json.dumps({"error": code, "sentence": line}, ensure_ascii=False))
    sys.stdout.flush()


def exit_code(error: FediError) -> int:
    """Return the exit code that an error of ours means."""
    if error.code == "config":
        return UNCONFIGURED
    if isinstance(error, Unavailable) or error.code == "already_runs":
        return NOT_NOW
    return NOT_DONE
