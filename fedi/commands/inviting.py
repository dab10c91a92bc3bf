"""`fedi invite`: people asked in by the dozen, from a table, and how far they have come."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedi.commands.opening import at_home
from fedi.commands.speaking import NotDone, say, say_table, speaks

if TYPE_CHECKING:
    from fedi.app import House
    from fedi.oauth.waves import Invitation


@click.command("invite")
@click.option(
    "--csv",
    "table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A table of people: name, and email, department, role, language, username.",
)
@click.option("--wave", help="What this round of invitations is called.")
@click.option("--again", is_flag=True, help="New links for those of the wave who have not come.")
@click.option("--hours", type=click.IntRange(1, 720), help="How long a link works ([sign_in]).")
@click.option(
    "--print",
    "sheet",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page for each person, with a QR code, to this HTML file.",
)
@click.option("--send", is_flag=True, help="Send each an e-mail ([mail]).")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@speaks
def invite(
    table: Path | None,
    wave: str | None,
    again: bool,
    hours: int | None,
    sheet: Path | None,
    send: bool,
    dry_run: bool,
) -> None:
    """Invite people in waves; without --csv and --again, say how far each wave has come."""
    if table is None and not again:
        _report()
        return
    if not wave or (table is not None and again):
        raise click.UsageError("Give --wave with either --csv or --again.")
    if dry_run:
        _preview(table)
        return
    data = table.read_bytes() if table is not None else None
    made = at_home(lambda house: _invited(house, data, str(wave), hours, sheet, send))
    columns = ("name", "invited") if sheet is not None or send else ("link",)
    say_table(made, ("username", *columns), "Everybody in it has signed in already.")


async def _invited(
    house: "House",
    data: bytes | None,
    wave: str,
    hours: int | None,
    sheet: Path | None,
    send: bool,
) -> list[dict[str, Any]]:
    from fedi.oauth.waves import Waves, newcomers

    relay = _relay(house) if send else None
    waves = Waves(house.performer, hours or house.config.sign_in.link_hours)
    if data is not None:
        made = await waves.invite(newcomers(data), wave)
    else:
        made = await waves.again(wave)
    if sheet is not None:
        _write(house, made, sheet)
    shown = []
    for one in made:
        how = "printed" if sheet is not None else ""
        if relay is not None:
            how = await _sent(house, relay, one) or how
        person = one.person
        shown.append(
            {"username": person.username, "name": person.name, "invited": how, "link": one.link}
        )
    return shown


def _write(house: "House", made: "list[Invitation]", sheet: Path) -> None:
    """Write the pages to a file that only its owner may read: whoever has a link comes in."""
    import os
    from zoneinfo import ZoneInfo

    from fedi.oauth.waves import sheet as pages

    organisation = house.config.organisation
    text = pages(made, organisation.name, ZoneInfo(organisation.timezone))
    opened = os.open(sheet, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text)


def _relay(house: "House") -> Any:
    from fedi.config import read_secret
    from fedi.net.letters import Relay

    settings = house.config.mail
    if not settings.host or not settings.sender:
        raise NotDone("No e-mail can be sent: [mail] has no host and sender. Use --print instead.")
    password = ""
    if settings.password_file is not None:
        password = read_secret(settings.password_file).decode().strip()
    return Relay(
        host=settings.host,
        port=settings.port,
        security=settings.security,
        sender=settings.sender,
        username=settings.username,
        password=password,
    )


async def _sent(house: "House", relay: Any, one: "Invitation") -> str:
    """Send one letter; return what to say of it. One that does not go stops none of the others."""
    from zoneinfo import ZoneInfo

    from actors.errors import FediError
    from fedi.oauth.waves import letter
    from fedi.store import welcoming

    if not one.person.email:
        return ""
    organisation, now = house.config.organisation, house.clock.now()
    subject, text = letter(one, organisation.name, ZoneInfo(organisation.timezone))
    try:
        await relay.send(one.person.email, subject, text, now=now)
    except FediError as problem:
        return f"not sent: {problem.sentence}"
    await house.engine.write(lambda tx: welcoming.sent(tx, one.person.id, now))
    return "sent"


def _preview(table: Path | None) -> None:
    if table is None:
        raise click.UsageError("--dry-run needs --csv.")
    data = table.read_bytes()

    async def work(house: "House") -> list[dict[str, str]]:
        from actors.handles import local_key
        from fedi.oauth.waves import Waves, newcomers

        people = newcomers(data)
        known = await Waves(house.performer, 1).known(people)
        return [
            {
                "username": one.username,
                "name": one.name,
                "department": one.department,
                "role": one.role.value,
                "new": "no" if local_key(one.username) in known else "yes",
            }
            for one in people
        ]

    say_table(at_home(work), ("username", "name", "department", "role", "new"), "")


def _report() -> None:
    async def work(house: "House") -> list[dict[str, Any]]:
        from fedi.store import welcoming

        return [
            {
                "wave": one.name,
                "invited": one.invited,
                "sent": one.sent,
                "joined": one.joined,
                "posted": one.posted,
            }
            for one in await house.engine.read(welcoming.waves)
        ]

    found = at_home(work)
    if found:
        say_table(found, ("wave", "invited", "sent", "joined", "posted"), "")
    else:
        say([], "Nobody has been invited in waves yet: fedi invite --csv FILE --wave NAME")


COMMANDS = (invite,)
