"""Makes the demo once, whole or not at all, and says where to look and what to try.

It is made in a folder beside its own, which gets its name when everything is in it. The origin
chosen then is kept for ever, for every id carries it.
"""

import asyncio
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from actors.errors import Invalid
from actors.urls import Urls
from fedi.app import opened_house
from fedi.config import Config, load
from fedi.config.checks import is_lab_host
from fedi.demo import script
from fedi.demo.stage import PASSWORD, PlayedClock, Stage
from fedi.installing import install
from fedi.machine import SystemClock

FOLDER: Final = Path("var/demo")
_BEGIN: Final = "0 fre 09:00"


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo as it is on disk; `new` if it was made just now."""

    folder: Path
    config: Config
    new: bool


def ready(environ: Mapping[str, str], port: int) -> Demo:
    """Make the demo unless it is there. Invalid where port or folder can't be used for it."""
    folder = Path(environ.get("FEDI_DATA_DIR") or FOLDER)
    environ = {key: value for key, value in environ.items() if key != "FEDI_CONFIG"}
    environ["FEDI_DATA_DIR"] = str(folder)
    new = not (folder / "config.toml").exists()
    if new:
        _check_port(port)
        _make(folder, environ, port)
    config = load(folder / "config.toml", environ)
    if not new:
        _check_kept(folder, config, environ)
    return Demo(folder, config, new)


def _check_port(port: int) -> None:
    """Refuse a port that is taken before anything is made for it."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            raise Invalid(
                f"Port {port} can't be had ({error.strerror}). Choose another: "
                f"PORT={port + 1} make serve."
            ) from None


def _check_kept(folder: Path, config: Config, environ: Mapping[str, str]) -> None:
    """Refuse another port than that of the origin which the demo was made with."""
    parts = urlsplit(config.server.origin)
    wanted = environ.get("PORT")
    if wanted is None or "FEDI_SERVER__ORIGIN" in environ or parts.port is None:
        return
    if is_lab_host(config.host) and wanted != str(parts.port):
        raise Invalid(
            f"The demo in {folder} is {config.server.origin} for ever, since each of its ids "
            f"carries that: start it with PORT={parts.port} make serve, or make another one with "
            f"PORT={wanted} FEDI_DATA_DIR={folder}-{wanted} make serve."
        )


def _make(folder: Path, environ: Mapping[str, str], port: int) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise Invalid(f"{folder} holds something else: give FEDI_DATA_DIR a folder of its own.")
    draft = folder.absolute().with_name(f"{folder.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    text = script.read()
    click.echo(f"Lager {text.organisation.name} … / Making the demo …", err=True)
    origin = environ.get("FEDI_SERVER__ORIGIN") or f"http://127.0.0.1:{port}"
    given = {
        "name": text.organisation.name,
        "number": text.organisation.number,
        "contact": text.organisation.contact,
    }
    settings = {
        **environ,
        "FEDI_DATA_DIR": str(draft),
        "FEDI_SERVER__ORIGIN": origin,
        "FEDI_LAB__ENABLED": "true",
        "FEDI_LOG__FORMAT": environ.get("FEDI_LOG__FORMAT", "plain"),
        "FEDI_LOG__LEVEL": environ.get("FEDI_LOG__LEVEL", "warning"),
        "PORT": str(port),
    }
    install(draft / "config.toml", given, settings)
    asyncio.run(_play(load(draft / "config.toml", settings), text))
    if folder.exists():
        folder.rmdir()
    draft.rename(folder)


async def _play(config: Config, text: script.Script) -> None:
    calendar = script.Calendar(SystemClock().now())
    clock = PlayedClock(calendar.moment(_BEGIN))
    async with opened_house(config, clock=clock) as house:
        await Stage(house, clock, text, calendar).play()


def telling(demo: Demo) -> list[str]:
    """Return where to look and what to try, in Norwegian and English."""
    config, folder = demo.config, demo.folder
    origin, domain = config.server.origin, config.handle_domain
    urls = Urls(origin, domain)
    fedi = sys.argv[0] if sys.argv[0].endswith("fedi") else "fedi"
    here = f"FEDI_DATA_DIR={folder} {fedi}"
    port = urlsplit(origin).port
    second = f"127.0.0.1:{8001 if port is None else port + 1}"
    neighbour = f"{folder}2"
    return [
        "",
        f"  {config.organisation.name} · Bystyrets sekretariat",
        "",
        "  Se her / Look here",
        f"    {urls.page('')}",
        f"    {urls.profile('sekretariatet')}",
        f"    {urls.profile('ikt_teamet')}",
        f"    {urls.feed('ikt_teamet')}",
        "  Følg fra et annet nettsted / Follow from elsewhere",
        f"    @sekretariatet@{domain}",
        "",
        "  Logg inn, her eller med en Mastodon-app / Log in, here or with a Mastodon app",
        f"    {urls.page('sign-in')}",
        f"    jon_eira · {PASSWORD}",
        "  Prøv i et nytt vindu / Try in another terminal",
        f'    {here} post --as ikt_teamet "Kaffemaskinen er i drift igjen. #drift"',
        f"    {here} token create --person jon_eira --as ikt_teamet"
        ' --scope "read write follow push"',
        f"    {here} doctor",
        "  To som følger hverandre / Two that follow each other",
        f"    PORT={second.rpartition(':')[2]} FEDI_DATA_DIR={neighbour} make serve",
        f"    FEDI_DATA_DIR={neighbour} {fedi} follow @ikt_teamet@{domain} --as sekretariatet",
        f'    {here} post --as ikt_teamet "Hei, nabo!"',
        f"    FEDI_DATA_DIR={neighbour} {fedi} home --as sekretariatet",
        "",
        "  Stopp med Ctrl-C / Stop with Ctrl-C",
        "",
    ]
