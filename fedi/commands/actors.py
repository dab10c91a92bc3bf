"""Commands about the departments, and the keys of all who are here."""

from typing import TYPE_CHECKING, Any

import click

from fedi.commands.drafting import four_eyes_of
from fedi.commands.naming import DAY, midnight
from fedi.commands.opening import at_home
from fedi.commands.speaking import Listed, moment, say, say_table, speaks, wants_json

if TYPE_CHECKING:
    from datetime import datetime

    from actors.people import Actor, Key
    from fedi.app import House

ROLES = ("reader", "contributor", "author", "approver", "manager")
DEPARTMENTS = ("Organization", "Group", "Service")


@click.group(cls=Listed)
def department() -> None:
    """Departments, which others follow."""


@department.command("add")
@click.argument("handle")
@click.option("--name", required=True, help="As others read it.")
@click.option("--summary", default="", help="What it does, in a sentence or two.")
@click.option("--member", "members", multiple=True, help="A person who may speak for it.")
@click.option("--role", type=click.Choice(ROLES), default="author", show_default=True)
@click.option("--parent", help="The department above it.")
@click.option("--language", default="nb", show_default=True)
@click.option("--exposure", type=click.Choice(("open", "allowed", "internal")), default="open")
@click.option("--locked", is_flag=True, help="Whoever wants to follow must be accepted.")
@click.option("--group", is_flag=True, help="A group rather than a department.")
@speaks
def add_department(
    handle: str, members: tuple[str, ...], role: str, parent: str | None, **words: object
) -> None:
    """Add a department."""

    async def work(house: "House") -> "Actor":
        from actors.membership import Role
        from actors.people import ActorKind, Exposure
        from fedi import organisation

        performer = house.performer
        people = [await organisation.find_person(performer, one) for one in members]
        above = await organisation.find_actor(performer, parent) if parent else None
        exposure = Exposure(str(words["exposure"]))
        new = organisation.NewActor(
            kind=ActorKind.GROUP if words["group"] else ActorKind.ORGANIZATION,
            username=handle.removeprefix("@"),
            name=str(words["name"]),
            summary=str(words["summary"]),
            exposure=exposure,
            default_audience="internal" if exposure is Exposure.INTERNAL else "public",
            discoverable=exposure is Exposure.OPEN,
            locked=bool(words["locked"]),
            parent_id=above.id if above is not None else None,
            language=str(words["language"]),
        )
        actor = await organisation.add_actor(performer, new, house.config.limits)
        for one in people:
            await organisation.let_speak(performer, one, actor, Role(role))
        return actor

    say_actor(at_home(work))


@department.command("list")
@speaks
def list_departments() -> None:
    """List departments and groups."""

    async def work(house: "House") -> "list[Actor]":
        from fedi.store.listing import local_actors

        return await house.engine.read(lambda tx: local_actors(tx, DEPARTMENTS))

    rows = [
        {"handle": one.username, "name": one.name, "exposure": one.exposure.value, "uri": one.uri}
        for one in at_home(work)
    ]
    say_table(rows, ("handle", "name", "exposure", "uri"), "There is no department yet.")


@department.command("rename")
@click.argument("old")
@click.argument("new")
@click.option("--name", help="A new name as well.")
@speaks
def rename(old: str, new: str, name: str | None) -> None:
    """Give a department another handle. The old one leads to it for ever."""

    async def work(house: "House") -> "Actor":
        from fedi import organisation, renaming

        actor = await organisation.find_actor(house.performer, old)
        return await renaming.rename(
            house.performer, house.resolver, actor, new, name, house.config.limits
        )

    say_actor(at_home(work))


@department.command("member")
@click.argument("handle")
@click.argument("username")
@click.option("--role", type=click.Choice(ROLES), default="author", show_default=True)
@click.option("--from", "first", type=DAY, help="The first day, as 2026-12-31; else from now.")
@click.option("--until", "last", type=DAY, help="The last day; else without end.")
@click.option("--end", "ended", is_flag=True, help="They speak for it no more.")
@speaks
def member(
    handle: str,
    username: str,
    role: str,
    first: "datetime | None",
    last: "datetime | None",
    ended: bool,
) -> None:
    """Let a person speak for a department, or change how, or end it."""

    async def work(house: "House") -> None:
        from actors.membership import Membership, Role
        from fedi import organisation
        from fedi.departments.speakers import Speakers

        who = await organisation.find_person(house.performer, username)
        actor = await organisation.find_actor(house.performer, handle)
        speakers = Speakers(house.performer)
        if ended:
            await speakers.end(who, actor)
            return
        new = Membership(
            person_id=who.id,
            actor_id=actor.id,
            role=Role(role),
            starts=midnight(house, first) if first is not None else 0,
            ends=midnight(house, last, after=True) if last is not None else None,
        )
        await speakers.give(who, new)

    at_home(work)
    value = {"department": handle, "person": username, "role": None if ended else role}
    what = f"speaks for {handle} no more" if ended else f"is {role} of {handle}"
    say(value, f"{username} {what}.")


@department.command("four-eyes")
@click.argument("handle")
@click.argument("switch", type=click.Choice(("on", "off")))
@speaks
def four_eyes(handle: str, switch: str) -> None:
    """Have a second person approve all that a department says, or no more."""
    four_eyes_of(handle, switch == "on")


@department.command("members")
@click.argument("handle")
@speaks
def members(handle: str) -> None:
    """List who speaks for a department, and who stands in for whom."""

    async def work(house: "House") -> "list[dict[str, Any]]":
        from fedi import organisation
        from fedi.store import listing, roles
        from fedi.store.engine import Tx

        actor = await organisation.find_actor(house.performer, handle)
        now = house.clock.now()

        async def query(tx: Tx) -> list[dict[str, Any]]:
            names = {one.id: one.username for one in await listing.people(tx)}
            given = [
                _speaker(names[one.person_id], one.role.value, one.starts, one.ends)
                for one in await roles.of_actor(tx, actor.id, now)
            ]
            return given + [
                _speaker(names[one.stand_in_id], None, one.starts, one.ends, names[one.absent_id])
                for one in await roles.delegations(tx, actor.id, now)
            ]

        return await house.engine.read(query)

    rows = at_home(work)
    if not wants_json():
        rows = [
            {
                **row,
                "role": row["role"] or f"as {row['stands_in_for']}",
                "from": moment(row["from"]),
                "until": moment(row["until"]),
            }
            for row in rows
        ]
    say_table(rows, ("person", "role", "from", "until"), f"Nobody speaks for {handle} yet.")


def _speaker(
    person: str, role: str | None, starts: int, ends: int | None, absent: str | None = None
) -> dict[str, Any]:
    return {
        "person": person,
        "role": role,
        "stands_in_for": absent,
        "from": starts or None,
        "until": ends,
    }


@department.command("cover")
@click.argument("handle")
@click.argument("absent")
@click.argument("username")
@click.option("--from", "first", type=DAY, help="The first day, as 2026-12-31; else from now.")
@click.option("--until", "last", type=DAY, help="The last day.")
@click.option("--end", "ended", is_flag=True, help="They stand in no more.")
@speaks
def stand_in(
    handle: str,
    absent: str,
    username: str,
    first: "datetime | None",
    last: "datetime | None",
    ended: bool,
) -> None:
    """Let a person stand in for another who is away: they have that one's role meanwhile."""
    if not ended and last is None:
        raise click.UsageError("Name the last day: --until 2026-12-31.")

    async def work(house: "House") -> None:
        from fedi import organisation
        from fedi.departments.speakers import Speakers

        actor = await organisation.find_actor(house.performer, handle)
        away = await organisation.find_person(house.performer, absent)
        who = await organisation.find_person(house.performer, username)
        speakers = Speakers(house.performer)
        if ended or last is None:
            await speakers.end_stand_in(actor, away, who)
            return
        starts = midnight(house, first) if first is not None else house.clock.now()
        await speakers.stand_in(actor, away, who, starts, midnight(house, last, after=True))

    at_home(work)
    value = {"department": handle, "absent": absent, "person": username, "stands_in": not ended}
    what = "no more" if ended else f"for {handle}"
    say(value, f"{username} stands in for {absent} {what}.")


@click.group(cls=Listed)
def key() -> None:
    """The keys that actors sign with."""


@key.command("rotate")
@click.argument("handle", required=False)
@click.option("--as", "named", help="The actor whose keys change.")
@speaks
def rotate(handle: str | None, named: str | None) -> None:
    """Give an actor new keys. Others are told first, signed with the old key."""
    who = named or handle
    if who is None:
        raise click.UsageError("Name the actor: fedi key rotate --as HANDLE.")

    async def work(house: "House") -> "tuple[str, str, int]":
        from fedi import organisation, rotating

        actor = await organisation.find_actor(house.performer, who)
        rsa, ed25519 = await rotating.rotate(house.performer, house.resolver, actor)
        return rsa.uri, ed25519.uri, rsa.active_from

    rsa, ed25519, active_from = at_home(work)
    say(
        {"key": rsa, "proof_key": ed25519, "active_from": active_from},
        f"New keys: {rsa} and {ed25519}.",
        "Each server gets the new one once it has taken the news, all others in 48 hours.",
    )


@key.command("list")
@click.option("--as", "handle", help="Of one actor alone.")
@speaks
def list_keys(handle: str | None) -> None:
    """List the keys of our actors: what each is for, and since when."""

    async def work(house: "House") -> list[dict[str, Any]]:
        from fedi import organisation
        from fedi.store.keys import of_ours

        one = await organisation.find_actor(house.performer, handle) if handle else None
        id, now = one.id if one is not None else None, house.clock.now()
        return [
            {
                "actor": username,
                "kind": found.kind.value,
                "state": _state(found, now),
                "active_from": found.active_from,
                "key": found.uri,
            }
            for username, found in await house.engine.read(lambda tx: of_ours(tx, id))
        ]

    rows = at_home(work)
    if not wants_json():
        rows = [{**row, "since": moment(row["active_from"])} for row in rows]
    say_table(rows, ("actor", "kind", "state", "since", "key"), "There are no keys.")


def _state(found: "Key", now: int) -> str:
    if found.retired is not None:
        return "retired"
    return "waits" if found.active_from > now else "in use"


def say_actor(actor: "Actor") -> None:
    """Answer with who an actor is and where."""
    value = {"handle": actor.username, "name": actor.name, "uri": actor.uri, "url": actor.url}
    say(value, f"@{actor.username}  {actor.name}", f"  {actor.url}", f"  {actor.uri}")


COMMANDS = (department, key)
