"""The command line: every command of `fedi`, and what their endings mean.

Nothing is imported here but click and the commands' own declarations, so that the start is quick.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import click

from actors.errors import FediError
from fedi.commands import (
    actors,
    answering,
    audiences,
    doctoring,
    domains,
    drafting,
    following,
    grouping,
    inviting,
    keeping,
    organising,
    people,
    profile,
    queues,
    reacting,
    reporting,
    searching,
    starting,
    telling,
    tokens,
    writing,
)
from fedi.commands.speaking import MISUSED, NOT_DONE, Listed, begin, complain, exit_code
from fedi.version import VERSION


@contextmanager
def _told() -> Iterator[None]:
    """Tell every failure in one line, and end with the exit code it means."""
    try:
        yield
    except (click.Abort, click.exceptions.Exit, click.exceptions.NoArgsIsHelpError):
        raise
    except BrokenPipeError as error:  # whoever read us (`| head`) has had enough
        _say_no_more()
        raise click.exceptions.Exit(0) from error
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx is not None else "fedi"
        complain(f"{error.format_message()} See `{where} --help`.", "usage")
        raise click.exceptions.Exit(MISUSED) from error
    except click.ClickException as error:
        complain(error.format_message(), "not_done")
        raise click.exceptions.Exit(NOT_DONE) from error
    except FediError as error:
        complain(error.sentence, error.code)
        raise click.exceptions.Exit(exit_code(error)) from error
    except Exception as error:
        if os.environ.get("FEDI_TRACE"):
            raise
        complain(*_unforeseen(error))
        raise click.exceptions.Exit(NOT_DONE) from error


def _say_no_more() -> None:
    """Send what is still to be said nowhere, so that the interpreter's end doesn't stumble."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # one of a test has no descriptor
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _unforeseen(error: Exception) -> tuple[str, str]:
    """Return the sentence and the code for what no command foresaw."""
    if isinstance(error, OSError) and error.strerror:  # a full disk, a folder that is not ours
        where = f"{error.filename}: " if error.filename else ""
        do = "Mend that and try again."
        if isinstance(error, PermissionError):
            do = "Run this as the user whose that is (sudo -u USER …), or give it to this one."
        return f"The system refused: {where}{error.strerror}. {do}", "not_done"
    name = type(error).__name__
    return f"A fault of ours: {name}: {error}. FEDI_TRACE=1 shows where.", "fault"


class Commands(Listed):
    """A group whose failures are one plain line; a command may return its exit code."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the words of the command line."""
        begin()
        with _told():
            return super().make_context(
                "fedi" if parent is None else info_name, args, parent, **extra
            )

    def invoke(self, ctx: click.Context) -> None:
        """Run the command they name."""
        with _told():
            code = super().invoke(ctx)
        if isinstance(code, int):
            ctx.exit(code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, message="fedi %(version)s")
def main() -> None:
    """A federated microblog server for an organisation.

    `fedi init` makes a house, `fedi serve` runs it, `fedi demo` shows one.
    """


for _declared in (
    *starting.COMMANDS,
    *people.COMMANDS,
    *inviting.COMMANDS,
    *actors.COMMANDS,
    *organising.COMMANDS,
    *grouping.COMMANDS,
    *answering.COMMANDS,
    *tokens.COMMANDS,
    *profile.COMMANDS,
    *writing.COMMANDS,
    *drafting.COMMANDS,
    *audiences.COMMANDS,
    *following.COMMANDS,
    *reacting.COMMANDS,
    *reporting.COMMANDS,
    *queues.COMMANDS,
    *domains.COMMANDS,
    *keeping.COMMANDS,
    *searching.COMMANDS,
    *telling.COMMANDS,
    *doctoring.COMMANDS,
):
    main.add_command(_declared)
