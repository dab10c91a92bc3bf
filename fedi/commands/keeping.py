"""Commands for the worst day: backup and restore."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedi.commands.opening import at_home, check_founded, config_path, configured
from fedi.commands.speaking import say, speaks

if TYPE_CHECKING:
    from fedi.app import House

_UNNOTED = "The database takes nothing now, so `fedi doctor` does not know of this backup."
_NO_MEDIA = (
    "Pictures and files are not in it: they are in the bucket {bucket}, which needs a backup of its"
    " own (docs/operate.md)."
)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=_FOLDER)
@speaks
def backup(folder: Path) -> None:
    """Put database, configuration, secrets and pictures into a new FOLDER.

    The server may be running. The folder holds private keys: encrypt it, and keep it elsewhere.
    """
    from fedi.keeping import back_up

    config = configured()
    check_founded(config)
    listed = back_up(config, config_path(), folder)
    files = len(listed["files"])
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    value = {key: listed[key] for key in ("created", "noted")}
    elsewhere = config.media.storage == "s3"
    say(
        {"folder": str(folder), "files": files, "bytes": size, "media": not elsewhere, **value},
        f"{folder}: {files} files, {size // 1024:,} KiB. It holds private keys: keep it safe.",
        *([_NO_MEDIA.format(bucket=config.media.s3_bucket)] if elsewhere else []),
        *([] if listed["noted"] else [_UNNOTED]),
    )


@click.command()
@click.argument("folder", type=_FOLDER, required=False)
@click.option("--data-dir", type=_FOLDER, help="The new data folder; default FEDI_DATA_DIR.")
@click.option("--database-url", default="", help="An empty PostgreSQL database, for a dump.")
@click.option("--confirm", is_flag=True, help="No other server speaks for these actors: let go.")
@speaks
def restore(folder: Path | None, data_dir: Path | None, database_url: str, confirm: bool) -> None:
    """Make a house from a backup, with sending held; or end that with --confirm."""
    if confirm:
        if folder is not None or data_dir is not None:
            raise click.UsageError("--confirm takes nothing else; FEDI_DATA_DIR says which house.")
        _confirm()
        return
    place = data_dir or (
        Path(os.environ["FEDI_DATA_DIR"]) if "FEDI_DATA_DIR" in os.environ else None
    )
    if folder is None or place is None:
        raise click.UsageError("Say from where and to where: fedi restore FOLDER --data-dir NEW.")
    from fedi.keeping import restore as put_back

    made = put_back(folder, place, database_url, os.environ)
    say(
        {"data_dir": str(made.data_dir), "origin": made.origin, "sending_held": True},
        f"{made.origin} is restored to {made.data_dir}. Nothing is sent yet: what leaves waits.",
        "When no other server speaks for it any more:",
        f"  FEDI_DATA_DIR={made.data_dir} fedi restore --confirm",
    )


def _confirm() -> None:
    async def work(house: "House") -> bool:
        from fedi.keeping import confirm

        return await confirm(house.engine)

    was_held = at_home(work)
    sentence = "Sending goes on." if was_held else "Sending was not held."
    say({"was_held": was_held, "sending_held": False}, sentence)


COMMANDS = (backup, restore)
