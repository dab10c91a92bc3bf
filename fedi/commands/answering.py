"""Commands about what departments were asked: questions, and what people do with them."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from fedi.commands.naming import by_person
from fedi.commands.opening import at_home
from fedi.commands.speaking import Listed, moment, say, say_table, speaks, wants_json

if TYPE_CHECKING:
    from actors.inquiries import Inquiry
    from fedi.app import House
    from fedi.departments.questions import Questions
    from fedi.store.engine import Tx

WHICH = ("unanswered", "answered", "done", "all")
_MOST = 200


@click.group("questions", cls=Listed, invoke_without_command=True)
@click.option("--of", "handle", help="Of one department alone.")
@click.option("--which", type=click.Choice(WHICH), default="unanswered", show_default=True)
@click.option("--assigned-to", "username", help="What this person has taken.")
@speaks
@click.pass_context
def questions(context: click.Context, handle: str | None, which: str, username: str | None) -> None:
    """What departments were asked: list it, the newest first, or do something with one."""
    if context.invoked_subcommand is not None:
        return

    async def work(house: "House") -> "list[dict[str, Any]]":
        from fedi import organisation
        from fedi.commands import naming
        from fedi.store import listing
        from fedi.store import questions as stored
        from fedi.store.timelines import Span

        department = await naming.ours(house, handle) if handle else None
        who = await organisation.find_person(house.performer, username) if username else None

        async def query(tx: "Tx") -> list[dict[str, Any]]:
            here = {one.id: one for one in await listing.local_actors(tx, ("Organization",))}
            wanted = [department.id] if department is not None else list(here)
            if not wanted:
                return []
            sought = stored.Sought(
                departments=wanted,
                state={"all": "", "unanswered": "open"}.get(which, which),
                assigned_to=who.id if who is not None else None,
            )
            found = await stored.page(tx, sought, Span(limit=_MOST))
            return await _rows(tx, found)

        return await house.engine.read(query)

    rows = at_home(work)
    if not wants_json():
        rows = [{**row, "asked": moment(row["asked"])} for row in rows]
    columns = ("id", "department", "asked", "state", "assigned_to", "asker", "text")
    say_table(rows, columns, "Nothing waits.")


async def _rows(tx: "Tx", found: "list[Inquiry]") -> list[dict[str, Any]]:
    from actors import ids
    from actors.html import plain
    from fedi.store import finding
    from fedi.store import questions as stored

    named = [one.department_id for one in found] + [one.asker_id for one in found]
    actors = {one.id: one for one in await finding.by_ids(tx, sorted(set(named)))}
    posts = await stored.posts(tx, [one.post_id for one in found])
    people = await stored.people(
        tx, [id for one in found for id in (one.assigned_to, one.answered_by)]
    )

    def handle(id: int) -> str:
        actor = actors.get(id)
        if actor is None:
            return "-"
        return f"@{actor.username}@{actor.domain}" if actor.domain else f"@{actor.username}"

    def username(id: int | None) -> str | None:
        return people[id].username if id is not None and id in people else None

    return [
        {
            "id": ids.text(one.id),
            "department": handle(one.department_id),
            "asker": handle(one.asker_id),
            "asked": one.asked,
            "state": one.state.value,
            "assigned_to": username(one.assigned_to),
            "answered_by": username(one.answered_by),
            "seconds_to_first_answer": None
            if one.first_answered is None
            else (one.first_answered - one.asked) // 1000,
            "post": posts[one.post_id].uri if one.post_id in posts else None,
            "text": _short(plain(posts[one.post_id].content)) if one.post_id in posts else "",
        }
        for one in found
    ]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


def _do(work: "Callable[[House, Questions], Awaitable[object]]", id: str, what: str) -> None:
    async def done(house: "House") -> None:
        from fedi.departments.questions import Questions

        await work(house, Questions(house.performer))

    at_home(done)
    say({"question": id, "done": what}, f"Question {id}: {what}.")


def _id(text: str) -> int:
    from actors import ids

    found = ids.parse(text)
    if found is None:
        raise click.UsageError(f"{text!r} is no id: `fedi questions` lists them.")
    return found


@questions.command("assign")
@click.argument("id")
@click.argument("person", required=False)
@click.option("--back", is_flag=True, help="Give it back to all.")
@by_person
@speaks
def assign(id: str, person: str | None, back: bool, username: str | None) -> None:
    """Give a question to a person who speaks for the department."""
    if (person is None) != back:
        raise click.UsageError("Name the person, or give it --back.")

    async def work(house: "House", questions: "Questions") -> None:
        from fedi import organisation
        from fedi.commands.naming import person_id

        who = await organisation.find_person(house.performer, person) if person else None
        by = await person_id(house, username)
        await questions.assign(_id(id), who.id if who is not None else None, by=by)

    _do(work, id, "given back to all" if back else f"given to {person}")


@questions.command("note")
@click.argument("id")
@click.argument("text")
@by_person
@speaks
def note(id: str, text: str, username: str | None) -> None:
    """Note something for colleagues. It never leaves the house."""

    async def work(house: "House", questions: "Questions") -> None:
        from fedi.commands.naming import person_id

        await questions.note(_id(id), text, by=await person_id(house, username))

    _do(work, id, "noted")


@questions.command("done")
@click.argument("id")
@by_person
@speaks
def done(id: str, username: str | None) -> None:
    """Say that a question needs no answer."""

    async def work(house: "House", questions: "Questions") -> None:
        from fedi.commands.naming import person_id

        await questions.done(_id(id), by=await person_id(house, username))

    _do(work, id, "done")


@questions.command("reopen")
@click.argument("id")
@by_person
@speaks
def reopen(id: str, username: str | None) -> None:
    """Say that a question waits after all."""

    async def work(house: "House", questions: "Questions") -> None:
        from fedi.commands.naming import person_id

        await questions.reopen(_id(id), by=await person_id(house, username))

    _do(work, id, "open again")


@questions.command("figures")
@click.argument("department")
@speaks
def figures(department: str) -> None:
    """How a department has answered in the last thirty days."""

    async def work(house: "House") -> dict[str, Any]:
        from fedi.commands import naming
        from fedi.departments.questions import Questions

        actor = await naming.ours(house, department)
        found = await Questions(house.performer).figures(actor.id)
        return {
            "department": actor.username,
            "waiting": found.waiting,
            "waiting_since": found.oldest,
            "asked": found.asked,
            "answered": found.answered,
            "median_seconds": None if found.median is None else found.median // 1000,
        }

    told = at_home(work)
    minutes = "-" if told["median_seconds"] is None else f"{told['median_seconds'] // 60} min"
    say(
        told,
        f"@{told['department']}: {told['waiting']} wait, since {moment(told['waiting_since'])}.",
        f"In 30 days {told['asked']} asked, {told['answered']} answered, half within {minutes}.",
    )


COMMANDS = (questions,)
