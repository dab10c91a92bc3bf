"""Commands that make a house and run it: init, serve, demo."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from fedi.commands.speaking import NotDone, say, speaks

ROLES = ("web", "inbox", "outbox", "jobs", "streaming")


@click.command()
@click.option("--origin", help="The address on the web, like https://social.example.org.")
@click.option("--name", help="The organisation's name.")
@click.option("--handle-domain", help="The domain in handles, where it isn't the origin's host.")
@click.option("--language", help="The first language: nb, nn, se, en …")
@click.option("--contact", help="An e-mail address for visitors and other administrators.")
@click.option("--listen", help="Address and port to listen at, like 127.0.0.1:8000.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="The folder for the data.")
@click.option("--lab", is_flag=True, default=None, help="Lab mode: for tests on one machine.")
@speaks
def init(data_dir: Path | None, **given: Any) -> None:
    """Make a new house: configuration, secrets, database, the server's own actor.

    Asks for what is missing at a terminal, and for nothing otherwise. Never overwrites anything.
    """
    from fedi.installing import install, place

    environ = dict(os.environ)
    if data_dir is not None:
        environ["FEDI_DATA_DIR"] = str(data_dir)
    path = place(environ, Path.cwd())
    if not path.exists():
        _ask(given, environ)
    made = install(path, given, environ)
    config = str(path)
    where = "" if data_dir is None else f"FEDI_DATA_DIR={data_dir} "
    say(
        {"config": config, "origin": made.origin, "data_dir": str(made.data_dir), "new": made.new},
        f"{made.origin} is founded." if made.new else f"{made.origin} was founded before.",
        f"Configuration: {config}",
        f"Data:          {made.data_dir}",
        "Next:",
        f'  {where}fedi department add sekretariat --name "…"',
        f'  {where}fedi person add kari --name "Kari Nordmann" --for sekretariat',
        f"  {where}fedi serve",
    )


def _ask(given: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Ask at a terminal; elsewhere an origin that is missing is a misuse."""
    origin = given["origin"] or environ.get("FEDI_SERVER__ORIGIN")
    if sys.stdin.isatty():
        if not origin:
            given["origin"] = click.prompt("The address on the web (https://social.example.org)")
        if not (given["name"] or environ.get("FEDI_ORGANISATION__NAME")):
            given["name"] = click.prompt("The organisation's name", default="")
    elif not origin:
        raise click.UsageError("Give the address on the web: --origin https://social.example.org.")


@click.command()
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="Only this role.")
@click.option("--processes", type=click.IntRange(1, 64), help="How many; default from config.toml.")
@speaks
def serve(roles: tuple[str, ...], processes: int | None) -> int:
    """Run the house until it is told to stop (SIGTERM, Ctrl-C)."""
    from fedi import log
    from fedi.commands.opening import check_founded, configured
    from fedi.supervisor import serve as run

    config = configured()
    check_founded(config)
    log.set_up(config.log)
    if processes and set(roles) == {"streaming"}:
        config = replace(config, streaming=replace(config.streaming, processes=processes))
    return run(config, processes=processes or config.server.processes, only=roles)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Default: PORT, then 8000.")
@click.option("--only-create", is_flag=True, help="Make the demo and don't serve it.")
@speaks
def demo(port: int | None, only_create: bool) -> int:
    """Make a demo organisation once, and serve it.

    Its data is in var/demo, or in FEDI_DATA_DIR.
    """
    from fedi import log
    from fedi.demo.making import ready, telling
    from fedi.supervisor import expect_none
    from fedi.supervisor import serve as run

    environ = dict(os.environ)
    if port is not None:
        environ["PORT"] = str(port)
    text = environ.get("PORT", "8000")
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise NotDone(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    made = ready(environ, int(text))
    config = made.config
    if not only_create:
        expect_none(config)
    value = {"origin": config.server.origin, "data_dir": str(made.folder), "new": made.new}
    say(value, *telling(made))
    if only_create:
        return 0
    sys.stdout.flush()
    log.set_up(config.log)
    return run(config, processes=config.server.processes)


COMMANDS = (init, serve, demo)
