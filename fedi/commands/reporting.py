"""Commands for those who keep order: report somebody, and look through what was reported."""

from typing import TYPE_CHECKING, Any

import click

from fedi.commands.naming import as_actor, by_person
from fedi.commands.opening import at_home
from fedi.commands.speaking import Listed, NotDone, moment, say, say_table, speaks, wants_json

if TYPE_CHECKING:
    from actors.relationships import Report
    from fedi.app import House
    from fedi.store.reports import Reported

CATEGORIES = ("spam", "legal", "violation", "other")


@click.command()
@click.argument("who")
@as_actor
@by_person
@click.option("--post", "which", multiple=True, help="A post of theirs; may be given again.")
@click.option("--comment", default="", help="What is wrong.")
@click.option("--category", type=click.Choice(CATEGORIES), default="other", show_default=True)
@click.option("--forward", is_flag=True, help="Tell their server as well, never who reported.")
@speaks
def report(who: str, handle: str, username: str | None, **given: Any) -> None:
    """Report WHO to those who keep order here."""

    async def work(house: "House") -> "tuple[str, Report]":
        from fedi.commands import naming

        actor = await naming.ours(house, handle)
        person = await naming.person_id(house, username)
        other = await naming.someone(house, who)
        posts = [await naming.post(house, one) for one in given["which"]]
        made = await naming.interacting(house).report(
            actor,
            other,
            posts,
            given["comment"],
            category=given["category"],
            forward=given["forward"],
            person=person,
        )
        return naming.handle_of(house, other), made

    from actors import ids

    name, made = at_home(work)
    number = ids.text(made.id)
    sent = " Their server is told." if made.forwarded else ""
    say(
        {"id": number, "about": name, "forwarded": made.forwarded},
        f"Reported {name} as {number}.{sent}",
    )


@click.group(cls=Listed, invoke_without_command=True)
@click.option("--closed", is_flag=True, help="Those that are closed.")
@click.option("--limit", type=click.IntRange(1, 1000), default=40, show_default=True)
@speaks
@click.pass_context
def reports(context: click.Context, closed: bool, limit: int) -> None:
    """List what was reported, by our own and by other servers, newest first."""
    if context.invoked_subcommand is not None:
        return

    async def work(house: "House") -> list[dict[str, Any]]:
        from fedi.store.reports import listed

        found = await house.engine.read(lambda tx: listed(tx, closed=closed, limit=limit))
        return [_row(house, one) for one in found]

    rows = at_home(work)
    if not wants_json():
        rows = [{**row, "when": moment(row["created"]), "posts": len(row["posts"])} for row in rows]
    nothing = "No report is closed." if closed else "No report is open."
    say_table(rows, ("id", "when", "about", "by", "category", "posts", "comment"), nothing)


def _row(house: "House", one: "Reported") -> dict[str, Any]:
    from actors import ids
    from fedi.commands.naming import handle_of

    kept = one.report
    return {
        "id": ids.text(kept.id),
        "created": kept.created,
        "closed": kept.closed,
        "by": handle_of(house, one.by),
        "about": handle_of(house, one.target),
        "category": kept.category,
        "forwarded": kept.forwarded,
        "posts": [ids.text(post_id) for post_id in kept.post_ids],
        "comment": kept.comment,
    }


@reports.command("show")
@click.argument("number", metavar="ID")
@speaks
def show(number: str) -> None:
    """Show one report, with the posts that it names."""

    async def work(house: "House") -> tuple[dict[str, Any], list[dict[str, Any]]]:
        from actors.html import plain
        from fedi.commands import naming
        from fedi.store.reports import find

        id = _id(number)
        found = await house.engine.read(lambda tx: find(tx, id))
        if found is None:
            raise _absent(number)
        posts = [{**naming.told(house, post), "text": plain(post.content)} for post in found.posts]
        return _row(house, found), posts

    from fedi.commands.speaking import printable

    row, posts = at_home(work)
    state = f"closed {moment(row['closed'])}" if row["closed"] else "open"
    lines = [
        f"{row['id']}  {row['category']}, {state}, {moment(row['created'])}",
        f"  {row['about']}, reported by {row['by']}",
        *(f"  {line}" for line in printable(row["comment"]).splitlines()),
    ]
    for post in posts:
        lines += ["", f"  {post['uri']}"]
        lines += [f"    {line}" for line in printable(post["text"]).splitlines() if line.strip()]
    say({**row, "posts": posts}, *lines)


@reports.command("close")
@click.argument("number", metavar="ID")
@speaks
def close(number: str) -> None:
    """Close a report: somebody has looked at it."""
    _turn(number, closed=True)
    say({"id": number, "closed": True}, f"Closed {number}.")


@reports.command("reopen")
@click.argument("number", metavar="ID")
@speaks
def reopen(number: str) -> None:
    """Open a closed report again."""
    _turn(number, closed=False)
    say({"id": number, "closed": False}, f"Open again: {number}.")


def _turn(number: str, *, closed: bool) -> None:
    async def work(house: "House") -> bool:
        from fedi.store import reports as kept

        id, now = _id(number), house.clock.now()
        if await house.engine.read(lambda tx: kept.find(tx, id)) is None:
            raise _absent(number)
        if closed:
            return await house.engine.write(lambda tx: kept.close(tx, id, now))
        return await house.engine.write(lambda tx: kept.reopen(tx, id))

    if not at_home(work):
        raise NotDone(f"Report {number} is {'closed' if closed else 'open'} already.")


def _id(number: str) -> int:
    from actors import ids

    found = ids.parse(number)
    if found is None:
        raise _absent(number)
    return found


def _absent(number: str) -> NotDone:
    return NotDone(f"There is no report {number!r}: `fedi reports` lists them.")


COMMANDS = (report, reports)
