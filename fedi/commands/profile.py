"""Commands about an actor itself: actor show, edit, move, close, and the hashtags it features."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedi.commands.actors import say_actor
from fedi.commands.domains import cut_lines, cut_shown
from fedi.commands.naming import by_person
from fedi.commands.opening import at_home
from fedi.commands.speaking import Listed, NotDone, moment, say, say_table, speaks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from actors.people import Actor, Image
    from fedi.app import House
    from fedi.publishing import Changes, Profiles
    from fedi.store.cutting import Cut

AUDIENCES = ("public", "unlisted", "followers", "direct", "internal")
SIDES = {"icon": 400, "image": 1500}
"""Pixels that each picture has at most."""
_PICTURE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=Listed)
def actor() -> None:
    """How a department or a person looks to others, and where it lives."""


async def _profiles(house: "House") -> "Profiles":
    from fedi.publishing import Profiles

    return Profiles(house.performer, house.resolver, house.config.limits)


@actor.command("show")
@click.argument("handle")
@speaks
def show(handle: str) -> None:
    """Show all that HANDLE tells of itself."""

    async def work(house: "House") -> "dict[str, Any]":
        from fedi.commands import naming
        from fedi.store import featured

        found = await naming.ours(house, handle)
        tags = await house.engine.read(lambda tx: featured.shown(tx, found.id))
        return _told(found, tags)

    told = at_home(work)
    width = max(map(len, told))
    lines = [f"{name.replace('_', ' ').ljust(width)}  {line_of(told[name])}" for name in told]
    say(told, *lines)


def _told(found: "Actor", tags: tuple[str, ...]) -> dict[str, Any]:
    from actors.html import plain

    return {
        "handle": found.username,
        "name": found.name,
        "names": dict(found.names),
        "summary": plain(found.summary),
        "summaries": {code: plain(text) for code, text in found.summaries.items()},
        "fields": {field.name: plain(field.value) for field in found.fields},
        "featured_tags": list(tags),
        "icon": found.icon.url if found.icon is not None else None,
        "image": found.image.url if found.image is not None else None,
        "locked": found.locked,
        "discoverable": found.discoverable,
        "indexable": found.indexable,
        "hides_totals": found.hides_totals,
        "bot": found.bot,
        "default_audience": found.default_audience,
        "exposure": found.exposure.value,
        "language": found.language,
        "also_known_as": list(found.also_known_as),
        "moved_to": found.moved_to or None,
        "uri": found.uri,
        "url": found.url,
    }


def line_of(value: Any) -> str:
    """Return a value as one line for people."""
    from fedi.commands.speaking import printable

    match value:
        case None | [] | {} | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case dict():
            return " | ".join(f"{name}: {line_of(text)}" for name, text in value.items())
        case list():
            return ", ".join(map(str, value))
    return " ".join(printable(str(value)).split())


@actor.command("edit")
@click.argument("handle")
@by_person
@click.option("--name", help="As others read it.")
@click.option("--name-in", nargs=2, multiple=True, metavar="LANG TEXT", help="In one language.")
@click.option("--summary", help="What it does. Links, @mentions and #hashtags are found.")
@click.option("--summary-in", nargs=2, multiple=True, metavar="LANG TEXT", help="In one language.")
@click.option("--field", nargs=2, multiple=True, metavar="NAME VALUE", help="All fields anew.")
@click.option("--no-fields", is_flag=True, help="Take all fields away.")
@click.option("--icon", type=_PICTURE, help="The small picture.")
@click.option("--icon-alt", default="", help="The small picture in words.")
@click.option("--image", type=_PICTURE, help="The wide picture.")
@click.option("--image-alt", default="", help="The wide picture in words.")
@click.option("--no-icon", is_flag=True, help="Take the small picture away.")
@click.option("--no-image", is_flag=True, help="Take the wide picture away.")
@click.option("--locked/--open", default=None, help="Whether followers must be accepted.")
@click.option("--discoverable/--not-discoverable", default=None, help="In directories.")
@click.option("--indexable/--not-indexable", default=None, help="Found by search engines.")
@click.option("--hide-totals/--show-totals", default=None, help="How many follow.")
@click.option("--bot/--no-bot", default=None, help="Whether it posts by machine.")
@click.option("--audience", type=click.Choice(AUDIENCES), help="Of posts that don't say.")
@click.option("--exposure", type=click.Choice(("open", "allowed", "internal")))
@click.option("--dry-run", is_flag=True, help="Say what --exposure would cut; change nothing.")
@click.option("--language", help="Of posts that don't say: nb, nn, se, en …")
@click.option("--alias", multiple=True, help="An address it had elsewhere, to move here from.")
@click.option("--no-aliases", is_flag=True, help="Take all aliases away.")
@speaks
def edit(handle: str, username: str | None, dry_run: bool, **given: Any) -> None:
    """Change how HANDLE looks. Only what is given changes; its followers are told."""
    if dry_run:
        if given["exposure"] is None:
            raise click.UsageError("--dry-run is about --exposure.")
        _foretell(handle, given["exposure"])
        return

    async def work(house: "House") -> "Actor":
        from fedi.commands import naming

        found = await naming.ours(house, handle)
        person = await naming.person_id(house, username)
        changes = await _changes(house, found, given)
        return await (await _profiles(house)).edit(found, changes, person=person)

    if all(value in (None, False, (), "") for value in given.values()):
        raise click.UsageError("Say what is to change.")
    say_actor(at_home(work))


def _foretell(handle: str, exposure: str) -> None:
    """Say what an actor would lose by another exposure."""

    async def work(house: "House") -> "Cut":
        from actors.people import Exposure
        from fedi.commands import naming
        from fedi.publishing.ruling import Ruling

        ruling = Ruling(house.performer, house.config.federation.mode == "allowlist")
        found = await naming.ours(house, handle)
        return await ruling.narrowing(found, Exposure(exposure))

    cut = at_home(work)
    told = {"dry_run": True, "exposure": exposure, "cut": cut_shown(cut)}
    say(told, *cut_lines(cut))


async def _changes(house: "House", found: "Actor", given: dict[str, Any]) -> "Changes":
    from actors.people import Exposure
    from fedi.publishing import Changes

    return Changes(
        name=given["name"],
        names={**found.names, **dict(given["name_in"])} if given["name_in"] else None,
        summary=given["summary"],
        summaries=_summaries(found, dict(given["summary_in"])),
        fields=() if given["no_fields"] else given["field"] or None,
        icon=await _picture(house, found, given, "icon"),
        image=await _picture(house, found, given, "image"),
        without=frozenset(kind for kind in SIDES if given[f"no_{kind}"]),
        locked=given["locked"],
        discoverable=given["discoverable"],
        indexable=given["indexable"],
        hides_totals=given["hide_totals"],
        bot=given["bot"],
        default_audience=given["audience"],
        exposure=Exposure(given["exposure"]) if given["exposure"] else None,
        language=given["language"],
        also_known_as=await _aliases(house, given),
    )


def _summaries(found: "Actor", given: dict[str, str]) -> dict[str, str] | None:
    """Return all descriptions as text, those given among them; an empty one takes it away."""
    if not given:
        return None
    from actors.html import plain

    all_of_them = {code: plain(text) for code, text in found.summaries.items()} | given
    return {code: text for code, text in all_of_them.items() if text}


async def _picture(
    house: "House", found: "Actor", given: dict[str, Any], kind: str
) -> "Image | None":
    """Return a new picture, or the old one newly described; None where it stays."""
    from dataclasses import replace

    alt, now = given[f"{kind}_alt"], getattr(found, kind)
    if given[kind] is None:
        return replace(now, description=alt) if alt and now is not None else None
    from fedi.commands.opening import expect_ours

    expect_ours(house.config)
    path: Path = given[kind]
    with path.open("rb") as file:
        made = await house.media.portrait(found, file, side=SIDES[kind])
    return replace(made, description=alt)


async def _aliases(house: "House", given: dict[str, Any]) -> tuple[str, ...] | None:
    from fedi.commands import naming

    if given["no_aliases"]:
        return ()
    if not given["alias"]:
        return None
    return tuple([(await naming.someone(house, one)).uri for one in given["alias"]])


@actor.command("move")
@click.argument("handle")
@click.argument("target")
@by_person
@click.option("--yes", is_flag=True, help="Don't ask.")
@speaks
def move(handle: str, target: str, username: str | None, yes: bool) -> None:
    """Let HANDLE live at TARGET from now on, which names it among its aliases. Followers are
    told and follow on. Once in seven days."""
    confirm(yes, f"Move {handle} to {target}, with all its followers?")

    async def work(house: "House") -> "tuple[str, Actor]":
        from fedi.commands import naming

        found = await naming.ours(house, handle)
        person = await naming.person_id(house, username)
        new = await naming.someone(house, target)
        moved = await (await _profiles(house)).move(found, new, person=person)
        return naming.handle_of(house, new), moved

    name, moved = at_home(work)
    say(
        {"handle": moved.username, "moved_to": moved.moved_to},
        f"{handle} has moved to {name}; its followers are told.",
    )


@actor.command("close")
@click.argument("handle")
@by_person
@click.option("--yes", is_flag=True, help="Don't ask.")
@speaks
def close(handle: str, username: str | None, yes: bool) -> None:
    """End HANDLE for good: its posts are erased, here and where they went, and its handle is
    never given to another."""
    confirm(yes, f"Close {handle} for good and erase all its posts?")

    async def work(house: "House") -> "Actor":
        from fedi.commands import naming

        found = await naming.ours(house, handle)
        person = await naming.person_id(house, username)
        return await (await _profiles(house)).close(found, person=person)

    closed = at_home(work)
    say(
        {"handle": closed.username, "closed": closed.deleted},
        f"{handle} was closed {moment(closed.deleted)}. The servers that knew it are told.",
    )


def confirm(yes: bool, question: str) -> None:
    """Ask before what can't be taken back; without anybody to ask, --yes is needed."""
    import sys

    if yes:
        return
    if not sys.stdin.isatty():
        raise NotDone(f"{question} Say so with --yes: it can't be taken back.")
    click.confirm(question, abort=True, err=True)


@actor.command("tag")
@click.argument("handle")
@click.argument("tags", nargs=-1)
@by_person
@click.option("--remove", is_flag=True, help="Feature these no more.")
@speaks
def tag(handle: str, tags: tuple[str, ...], username: str | None, remove: bool) -> None:
    """Feature hashtags on the profile of HANDLE, ten at most; without TAGS, list them."""

    async def change(house: "House", found: "Actor", person: int | None) -> None:
        from actors.hashtags import hashtag_key
        from fedi.store import featured

        profiles = await _profiles(house)
        held = await house.engine.read(lambda tx: featured.ids(tx, found.id))
        for one in tags:
            if not remove:
                await profiles.feature_tag(found, one, person=person)
                continue
            id = held.get(hashtag_key(one.lstrip("#")))
            if id is None:
                raise NotDone(f"{found.name} doesn't feature #{one.lstrip('#')}.")
            await profiles.unfeature_tag(found, id, person=person)

    _tags(handle, username, change)


def _tags(
    handle: str,
    username: str | None,
    change: "Callable[[House, Actor, int | None], Awaitable[None]]",
) -> None:
    async def work(house: "House") -> list[dict[str, Any]]:
        from actors.audience import LocalActor
        from fedi.commands import naming
        from fedi.store import featured

        found = await naming.ours(house, handle)
        await change(house, found, await naming.person_id(house, username))
        viewer = LocalActor(found.id)
        shown = await house.engine.read(lambda tx: featured.of(tx, found.id, viewer))
        return [
            {"tag": f"#{one.shown}", "posts": one.uses, "last_used": one.last_used} for one in shown
        ]

    say_table(at_home(work), ("tag", "posts"), f"{handle} features no hashtags.")


COMMANDS = (actor,)
