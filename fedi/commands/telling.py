"""Commands that tell everybody inside something: announce, and the rules of the house."""

from typing import TYPE_CHECKING, Any

import click

from fedi.commands.opening import at_home
from fedi.commands.speaking import NotDone, moment, say, say_table, speaks

if TYPE_CHECKING:
    from fedi.app import House


@click.command()
@click.argument("text", required=False)
@click.option("--days", type=click.IntRange(1, 365), help="How long it stands; until removed.")
@click.option("--remove", "gone", metavar="ID", help="Take one back.")
@click.option("--list", "listing", is_flag=True, help="List what stands now.")
@speaks
def announce(text: str | None, days: int | None, gone: str | None, listing: bool) -> None:
    """Tell all who are signed in: TEXT stands at the top of their apps until they put it away."""
    if sum((text is not None, gone is not None, listing)) != 1:
        raise click.UsageError("Write a text, or use --list or --remove ID.")
    if listing:
        say_table(at_home(_standing), ("id", "since", "until", "text"), "Nothing is announced.")
    elif gone is not None:
        number = at_home(lambda house: _take_back(house, gone))
        say({"id": number, "removed": True}, "Taken back.")
    else:
        made = at_home(lambda house: _announce(house, text or "", days))
        say(made, "Announced.")


async def _standing(house: "House") -> list[dict[str, Any]]:
    from actors import ids
    from fedi.store import announcements

    now = house.clock.now()
    found = await house.engine.read(lambda tx: announcements.current(tx, 0, now, dismissed=True))
    return [
        {
            "id": ids.text(one.id),
            "since": moment(one.published),
            "until": moment(one.ends) if one.ends is not None else "",
            "text": one.text,
        }
        for one in found
    ]


async def _announce(house: "House", text: str, days: int | None) -> dict[str, Any]:
    from actors import ids
    from fedi.store import announcements
    from fedi.store.announcements import Announcement
    from outbox import compose

    if not text.strip():
        raise NotDone("An announcement needs words.")
    house.config.limits.check("The text", len(text), 5_000, "characters")
    now = house.clock.now()
    made = Announcement(
        id=house.performer.new_id(),
        content=compose.render(compose.scan(text), {}, house.urls.tag).html,
        text=text.strip(),
        starts=None,
        ends=now + days * 86_400_000 if days else None,
        all_day=False,
        published=now,
        updated=now,
    )
    await house.engine.write(lambda tx: announcements.keep(tx, made))
    house.bus.wake("event")
    return {"id": ids.text(made.id), "text": made.text, "ends": made.ends}


async def _take_back(house: "House", gone: str) -> str:
    from actors import ids
    from fedi.store import announcements

    number = ids.parse(gone)
    if number is None or not await house.engine.write(lambda tx: announcements.drop(tx, number)):
        raise NotDone("There is no such announcement: `fedi announce --list` shows all.")
    house.bus.wake("event")
    return ids.text(number)


@click.command()
@click.argument("texts", nargs=-1)
@click.option("--clear", is_flag=True, help="Have none.")
@speaks
def rules(texts: tuple[str, ...], clear: bool) -> None:
    """List the rules of the house, or replace them all by TEXTS, one argument each."""
    if clear and texts:
        raise click.UsageError("--clear takes nothing else.")

    async def work(house: "House") -> list[dict[str, Any]]:
        from fedi.store import house as telling

        if texts or clear:
            given = [text.strip() for text in texts if text.strip()]
            await house.engine.write(lambda tx: telling.set_rules(tx, given))
        return await house.engine.read(telling.rules)

    found = [{"id": one["id"], "text": one["text"]} for one in at_home(work)]
    say_table(found, ("id", "text"), "There are no rules.")


COMMANDS = (announce, rules)
