"""Commands about the organisation as a whole: its tree, out to a file and in from one, and the
records of departments (department show, set)."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedi.commands.actors import department, say_actor
from fedi.commands.naming import by_person
from fedi.commands.opening import at_home
from fedi.commands.people import leavers_of
from fedi.commands.profile import AUDIENCES, confirm, line_of
from fedi.commands.speaking import Listed, NotDone, printable, say, speaks

if TYPE_CHECKING:
    from actors.people import Actor
    from fedi.app import House
    from fedi.departments.importing import Plan
    from fedi.departments.merging import Part
    from fedi.publishing import Changes, Profiles

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=Listed)
def org() -> None:
    """The organisation: its departments as a tree, and the people in it."""


async def profiles_of(house: "House") -> "Profiles":
    """Return what changes actors in this house."""
    from fedi.publishing import Profiles

    return Profiles(house.performer, house.resolver, house.config.limits)


@org.command("export")
@click.option("--format", "form", type=click.Choice(("csv", "json")), default="csv")
@click.option("--to", "path", type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
@speaks
def export(form: str, path: Path | None) -> None:
    """Write all departments and people, with their roles, to standard output or a file. It holds
    people's e-mail addresses: keep it as such."""

    async def work(house: "House") -> "tuple[bytes, int]":
        from actors import sheets
        from fedi.departments.exporting import house_of

        rows = (await house_of(house.performer, house.config.limits)).standing.rows
        write = sheets.write_json if form == "json" else sheets.write_csv
        return write(rows), len(rows)

    data, count = at_home(work)
    if path is None:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    _write_new(path, data)
    say({"file": str(path), "rows": count}, f"{count} departments and people are in {path}.")


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads; one that is there stays."""
    import os

    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise NotDone(f"{path} is there already.") from None
    with os.fdopen(file, "wb") as opened:
        opened.write(data)


@org.command("import")
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option(
    "--close-missing",
    is_flag=True,
    help="Who is not in the file leaves; nobody speaks for such a department any more.",
)
@speaks
def import_(file: Path, dry_run: bool, close_missing: bool) -> None:
    """Bring departments, people and their roles to what FILE (CSV or JSON) says.

    Columns that it lacks stay as they are. Nothing is done where a line of it can't be.
    """
    data = file.read_bytes()

    async def work(house: "House") -> "Plan":
        from fedi.departments.importing import Importing

        importing = Importing(await profiles_of(house))
        plan = await importing.plan(data)
        if not dry_run:
            leave = leavers_of(house).leave if close_missing else None
            await importing.carry_out(plan, leave=leave)
        return plan

    plan = at_home(work)
    counted, told = plan.counted(), plan.told()
    lines = [printable(line) for line in told] or ["Nothing differs."]
    done = "would be done" if dry_run else "done"
    summary = ", ".join(f"{number} {sort}" for sort, number in counted.items() if number)
    say(
        {**counted, "dry_run": dry_run, "differences": told},
        *lines,
        f"{summary or 'nothing'}: {done}.",
    )


@department.command("show")
@click.argument("handle")
@speaks
def show(handle: str) -> None:
    """Show all that is known of a department: names, number, contact, place, settings, roles."""

    async def work(house: "House") -> dict[str, Any]:
        from fedi.commands import naming
        from fedi.departments.showing import whole_of

        actor = await naming.ours(house, handle)
        whole = await house.engine.read(lambda tx: whole_of(tx, actor, house.clock.now()))
        return whole.told()

    told = at_home(work)
    width = max(map(len, told))
    lines = [f"{name.replace('_', ' ').ljust(width)}  {line_of(told[name])}" for name in told]
    say(told, *lines)


@department.command("set")
@click.argument("handle")
@by_person
@click.option("--number", help='In the register of organisations; "" takes it away.')
@click.option("--email", help="Where to write to.")
@click.option("--phone")
@click.option("--website")
@click.option("--address", help="Where to visit.")
@click.option("--color", help="Of its generated pictures, as #1b5e8a.")
@click.option("--parent", help="The department it stands under.")
@click.option("--top", is_flag=True, help="It stands under none.")
@click.option("--name", help="As others read it.")
@click.option("--name-in", nargs=2, multiple=True, metavar="LANG TEXT", help="nb, nn, se, en.")
@click.option("--summary", help="What it does.")
@click.option("--language", help="Of posts that don't say: nb or nn …")
@click.option("--exposure", type=click.Choice(("open", "allowed", "internal")))
@click.option("--audience", type=click.Choice(AUDIENCES), help="Of posts that don't say.")
@speaks
def set_(handle: str, username: str | None, **given: Any) -> None:
    """Change what a department is. Only what is given changes; its followers are told."""
    if given["top"] and given["parent"]:
        raise click.UsageError("Either --parent or --top.")
    if all(value in (None, False, ()) for value in given.values()):
        raise click.UsageError("Say what is to change.")

    async def work(house: "House") -> "Actor":
        from fedi.commands import naming
        from fedi.departments.records import ENTRIES, Records

        actor = await naming.ours(house, handle)
        person = await naming.person_id(house, username)
        profiles = await profiles_of(house)
        records = Records(profiles)
        entries = {name: given[name] for name in ENTRIES if given[name] is not None}
        above = await naming.ours(house, given["parent"]) if given["parent"] else None
        if above is not None or given["top"]:
            await records.place(actor, above, by=person)
        if entries:
            await records.change(actor, entries, by=person)
        return await profiles.edit(actor, _changes(actor, given), person=person)

    say_actor(at_home(work))


def _changes(actor: "Actor", given: dict[str, Any]) -> "Changes":
    from actors.people import Exposure
    from fedi.publishing import Changes

    return Changes(
        name=given["name"],
        names={**actor.names, **dict(given["name_in"])} if given["name_in"] else None,
        summary=given["summary"],
        language=given["language"],
        exposure=Exposure(given["exposure"]) if given["exposure"] else None,
        default_audience=given["audience"],
    )


@org.command("tree")
@speaks
def tree() -> None:
    """Show which department stands under which."""

    async def work(house: "House") -> "list[Actor]":
        from fedi.store import departments

        return await house.engine.read(departments.tree)

    found = at_home(work)
    ids = {one.id: one.username for one in found}
    rows = [
        {"handle": one.username, "name": one.name, "parent": ids.get(one.parent_id or 0)}
        for one in found
    ]
    say(rows, *(_drawn(found) or ["There is no department yet."]))


def _drawn(found: "list[Actor]") -> list[str]:
    """Return the tree as lines, each department below the one that it stands under."""
    below: dict[int | None, list[Actor]] = {}
    ids = {one.id for one in found}
    for one in found:
        below.setdefault(one.parent_id if one.parent_id in ids else None, []).append(one)
    lines: list[str] = []
    waiting = [(one, 0) for one in reversed(below.get(None, []))]
    while waiting:
        one, depth = waiting.pop()
        lines.append(f"{'  ' * depth}{printable(one.name)}  @{one.username}")
        waiting += [(child, depth + 1) for child in reversed(below.get(one.id, []))]
    return lines


@org.command("merge")
@click.argument("sources", nargs=-1, required=True, metavar="FROM...")
@click.argument("target", metavar="INTO")
@click.option("--dry-run", is_flag=True, help="Only say what would move.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@speaks
def merge(sources: tuple[str, ...], target: str, dry_run: bool, yes: bool) -> None:
    """Merge departments into another, for good: followers, roles and what stands below move there.

    Posts stay where they are, and the pages of those that went say where to.
    """

    async def look(house: "House") -> "list[Part]":
        return await _merging(house, await profiles_of(house), sources, target, do=False)

    async def work(house: "House") -> "list[Part]":
        return await _merging(house, await profiles_of(house), sources, target, do=True)

    parts = at_home(look)
    lines = [printable(part.told()) for part in parts]
    if not dry_run:
        if not yes and sys.stdin.isatty():
            for line in lines:
                click.echo(line, err=True)
        confirm(yes, f"Merge {', '.join(sources)} into {target}?")
        parts = at_home(work)
    ending = f"{target} would get all that." if dry_run else f"{target} gets all that now."
    value = [{"handle": part.actor.username, **asdict(part.figures)} for part in parts]
    say({"into": target, "dry_run": dry_run, "from": value}, *lines, ending)


async def _merging(
    house: "House", profiles: "Profiles", names: tuple[str, ...], into: str, *, do: bool
) -> "list[Part]":
    from fedi.commands import naming
    from fedi.departments.merging import Merging

    sources = [await naming.ours(house, one) for one in names]
    target = await naming.ours(house, into)
    merging = Merging(profiles)
    return await (merging.merge if do else merging.survey)(sources, target)


@org.command("split")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="INTO")
@click.option("--follow", is_flag=True, help="Those here who follow FROM come to follow INTO too.")
@click.option("--people", "people", multiple=True, help="Whose role moves from FROM to INTO.")
@click.option("--unit", "units", multiple=True, help="A department below FROM that moves along.")
@click.option("--say", "text", help="A public post by FROM; INTO is named after it.")
@speaks
def split(
    source: str,
    target: str,
    follow: bool,
    people: tuple[str, ...],
    units: tuple[str, ...],
    text: str | None,
) -> None:
    """Let INTO, a department that is there already, take over a part of FROM.

    Followers elsewhere decide for themselves: --say tells them where INTO is.
    """
    if not (follow or people or units or text):
        raise click.UsageError("Say what INTO gets: --follow, --people, --unit, --say.")

    async def work(house: "House") -> "Part":
        from fedi import organisation
        from fedi.commands import naming
        from fedi.departments.merging import Merging

        old, new = await naming.ours(house, source), await naming.ours(house, target)
        part = await Merging(await profiles_of(house)).split(
            old,
            new,
            follow=follow,
            people=[await organisation.find_person(house.performer, one) for one in people],
            units=[await naming.ours(house, one) for one in units],
        )
        if text:
            await _announce(house, old, new, text)
        return part

    part = at_home(work)
    value = {"from": source, "into": target, "followers_here": part.figures.here if follow else 0}
    lines = [f"{part.figures.here} followers here come to follow {target} too."] if follow else []
    say({**value, "said": bool(text)}, *lines, f"{target} has its part of {source}.")


async def _announce(house: "House", old: "Actor", new: "Actor", text: str) -> None:
    from actors.posts import Visibility
    from fedi.commands.naming import handle_of
    from fedi.publishing import Draft, Writing

    writing = Writing(
        house.performer, house.resolver, house.config.limits, house.config.cautions.watched
    )
    draft = Draft(text=f"{text}\n\n{handle_of(house, new)}", visibility=Visibility.PUBLIC)
    await writing.publish(old, draft)


COMMANDS = (org,)
