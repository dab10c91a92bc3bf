"""The commands about what waits for approval, about drafts, and about the calendar."""

from typing import TYPE_CHECKING, Any

import click

from fedi.commands.naming import DAY, midnight
from fedi.commands.opening import at_home
from fedi.commands.speaking import Listed, moment, say, say_table, speaks, wants_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from actors.drafts import SharedDraft
    from fedi.app import House
    from fedi.departments.drafts import Drafts

    Step = Callable[[Drafts, SharedDraft, int], Awaitable[SharedDraft]]

STATES = ("open", "pending", "returned", "approved", "published", "rejected", "withdrawn")
_ON_THE_WAY = STATES[:4]
_WEEK_MS = 7 * 86_400_000
by = click.option("--person", "username", required=True, help="Who does it; kept for ever.")


@click.group(cls=Listed)
def drafts() -> None:
    """Drafts of departments, and what waits for approval."""


@drafts.command("list")
@click.argument("handle")
@click.option("--state", type=click.Choice(STATES), help="Else all that are on their way.")
@speaks
def list_drafts(handle: str, state: str | None) -> None:
    """List the drafts of a department, the newest first."""

    async def work(house: "House") -> "list[dict[str, Any]]":
        from actors.drafts import DraftState
        from fedi.commands import naming
        from fedi.store import drafts as store
        from fedi.store.engine import Tx
        from fedi.store.timelines import Span

        actor = await naming.ours(house, handle)
        wanted = [DraftState(one) for one in ((state,) if state else _ON_THE_WAY)]

        async def query(tx: Tx) -> list[dict[str, Any]]:
            found = await store.of_actor(tx, actor.id, wanted, Span(limit=200))
            people = {one.id: one.username for one in await store.people(
                tx, [one.author_id for one in found if one.author_id])}  # fmt: skip
            return [_row(one, people.get(one.author_id or 0)) for one in found]

        return await house.engine.read(query)

    rows = at_home(work)
    if not wants_json():
        rows = [{**row, "at": moment(row["at"]), "text": _short(row["text"])} for row in rows]
    say_table(rows, ("id", "state", "author", "at", "text"), f"{handle} has no such draft.")


@drafts.command("show")
@click.argument("id_")
@speaks
def show(id_: str) -> None:
    """Show a draft, and what was done with it by whom."""

    async def work(house: "House") -> "dict[str, Any]":
        from fedi.store import drafts as store

        draft = await _doing(house).find(_number(id_))
        steps = await house.engine.read(lambda tx: store.steps(tx, draft.id))
        named = [one for one in (draft.author_id, *(s.person_id for s in steps)) if one]
        people = await house.engine.read(lambda tx: store.people(tx, named))
        names = {one.id: one.username for one in people}
        return {
            **_row(draft, names.get(draft.author_id or 0)),
            "version": draft.version,
            "history": [
                {
                    "at": one.at,
                    "step": one.step.value,
                    "person": names.get(one.person_id or 0),
                    "comment": one.comment,
                }
                for one in steps
            ],
        }

    told = at_home(work)
    head = f"{told['state']}, by {told['author'] or 'the house'}, version {told['version']}"
    lines = [
        f"{moment(one['at'])}  {one['step']}  {one['person'] or '-'}  {one['comment']}".rstrip()
        for one in told["history"]
    ]
    say(told, head, "", told["text"], "", *lines)


@drafts.command("approve")
@click.argument("id_")
@by
@speaks
def approve(id_: str, username: str) -> None:
    """Publish what a colleague wrote, now or at its time."""
    _step(id_, username, lambda doing, draft, person: doing.approve(draft, person))


@drafts.command("hand-in")
@click.argument("id_")
@by
@speaks
def hand_in(id_: str, username: str) -> None:
    """Say that a draft is done."""
    _step(id_, username, lambda doing, draft, person: doing.hand_in(draft, person))


@drafts.command("return")
@click.argument("id_")
@click.argument("comment")
@by
@speaks
def send_back(id_: str, comment: str, username: str) -> None:
    """Send a draft back to its author with a comment."""
    _step(id_, username, lambda doing, draft, person: doing.send_back(draft, person, comment))


@drafts.command("comment")
@click.argument("id_")
@click.argument("comment")
@by
@speaks
def comment(id_: str, comment: str, username: str) -> None:
    """Say something about a draft to those who work on it."""
    _step(id_, username, lambda doing, draft, person: doing.comment(draft, person, comment))


@drafts.command("reject")
@click.argument("id_")
@click.option("--comment", default="", help="Why.")
@by
@speaks
def reject(id_: str, comment: str, username: str) -> None:
    """Publish a draft never; its author is told."""
    _step(id_, username, lambda doing, draft, person: doing.reject(draft, person, comment))


@drafts.command("withdraw")
@click.argument("id_")
@by
@speaks
def withdraw(id_: str, username: str) -> None:
    """Take a draft back."""
    _step(id_, username, lambda doing, draft, person: doing.withdraw(draft, person))


@click.command()
@click.argument("handle")
@click.option("--from", "first", type=DAY, help="The first day, as 2026-12-31; else a week ago.")
@click.option("--until", "last", type=DAY, help="The last day; else three weeks ahead.")
@speaks
def calendar(handle: str, first: "datetime | None", last: "datetime | None") -> None:
    """Show what a department says when: published, scheduled, waiting for approval."""

    async def work(house: "House") -> "list[dict[str, Any]]":
        from actors import ids
        from fedi.commands import naming
        from fedi.publishing.wishes import wish_of
        from fedi.store import planned

        actor = await naming.ours(house, handle)
        now = house.clock.now()
        start = midnight(house, first) if first is not None else now - _WEEK_MS
        end = midnight(house, last, after=True) if last is not None else now + 3 * _WEEK_MS
        found = await house.engine.read(lambda tx: planned.between(tx, actor.id, start, end))
        return [
            {
                "at": one.at,
                "kind": one.kind,
                "id": ids.text(one.id),
                "text": one.text if one.kind == "published" else wish_of(one.text).text,
                "problem": one.problem,
            }
            for one in found
        ]

    rows = at_home(work)
    if not wants_json():
        rows = [{**row, "at": moment(row["at"]), "text": _short(row["text"])} for row in rows]
    say_table(rows, ("at", "kind", "id", "text"), f"{handle} says nothing in that time.")


def four_eyes_of(handle: str, on: bool) -> None:
    """Have two people look at all that a department says, or no more."""

    async def work(house: "House") -> int:
        from fedi.commands import naming

        return await _doing(house).four_eyes(await naming.ours(house, handle), on)

    count = at_home(work)
    lines = [f"Two people look at all that {handle} says." if on
             else f"{handle} says what its authors say."]  # fmt: skip
    if on and count < 2:
        lines.append(
            f"{count or 'Nobody'} may approve for it: give a second person the role"
            f" (`fedi department member {handle} USERNAME --role approver`)."
        )
    say({"department": handle, "four_eyes": on, "approvers": count}, *lines)


def _step(id_: str, username: str, step: "Step") -> None:
    async def work(house: "House") -> "dict[str, Any]":
        from fedi.organisation import find_person

        doing = _doing(house)
        person = await find_person(house.performer, username)
        done = await step(doing, await doing.find(_number(id_)), person.id)
        return _row(done, None) | {"url": house.urls.post(done.post_id) if done.post_id else None}

    told = at_home(work)
    say(told, f"{told['state']}: {told['url']}" if told["url"] else f"{told['state']}.")


def _doing(house: "House") -> "Drafts":
    from fedi.departments.drafts import Drafts
    from fedi.publishing import Writing

    writing = Writing(
        house.performer, house.resolver, house.config.limits, house.config.cautions.watched
    )
    return Drafts(writing, house.media)


def _number(text: str) -> int:
    from actors import ids
    from actors.errors import NotFound

    found = ids.parse(text)
    if found is None:
        raise NotFound("There is no such draft.")
    return found


def _row(draft: "SharedDraft", author: str | None) -> dict[str, Any]:
    from actors import ids
    from fedi.publishing.wishes import wish_of

    return {
        "id": ids.text(draft.id),
        "state": draft.state.value,
        "author": author,
        "at": draft.wished,
        "text": wish_of(draft.wish).text if draft.wish else "",
        "comment": draft.comment,
        "status_id": ids.text(draft.post_id) if draft.post_id is not None else None,
    }


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


COMMANDS = (drafts, calendar)
