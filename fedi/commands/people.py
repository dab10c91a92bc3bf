"""Commands about people: who they are, and how they sign in."""

import sys
from typing import TYPE_CHECKING, Any

import click

from fedi.commands.actors import DEPARTMENTS, ROLES, say_actor
from fedi.commands.naming import DAY, midnight
from fedi.commands.opening import at_home
from fedi.commands.speaking import Listed, moment, say, say_table, speaks, wants_json

if TYPE_CHECKING:
    from datetime import datetime

    from actors.people import Actor
    from fedi.app import House
    from fedi.departments.leavers import Leavers, Left


@click.group(cls=Listed)
def person() -> None:
    """People, who sign in and speak for departments."""


@person.command("add")
@click.argument("username")
@click.option("--name", required=True, help="As others read it.")
@click.option("--email", default="", help="Never shown.")
@click.option("--language", default="nb", show_default=True)
@click.option("--for", "departments", multiple=True, help="A department to speak for.")
@click.option("--role", type=click.Choice(ROLES), default="author", show_default=True)
@click.option("--guest", is_flag=True, help="From outside: sees the groups let into, and no more.")
@speaks
def add_person(username: str, departments: tuple[str, ...], role: str, **words: Any) -> None:
    """Add a person, with an actor of their own."""
    if words["guest"] and departments:
        raise click.UsageError("A guest speaks for no department.")

    async def work(house: "House") -> "Actor":
        from actors.membership import Role
        from fedi import organisation

        performer = house.performer
        spoken_for = [await organisation.find_actor(performer, one) for one in departments]
        person, actor = await organisation.add_person(
            performer,
            username,
            words["name"],
            email=words["email"],
            language=words["language"],
            limits=house.config.limits,
        )
        if words["guest"]:
            actor = await organisation.make_guest(performer, actor)
        for one in spoken_for:
            await organisation.let_speak(performer, person, one, Role(role))
        return actor

    say_actor(at_home(work))


@person.command("list")
@speaks
def list_people() -> None:
    """List people and whom they speak for."""

    async def work(house: "House") -> list[dict[str, str]]:
        from fedi.store import listing
        from fedi.store.engine import Tx

        async def query(tx: Tx) -> list[dict[str, str]]:
            actors = await listing.local_actors(tx, ("Person", *DEPARTMENTS))
            names = {actor.id: actor.username for actor in actors}
            roles: dict[int, list[str]] = {}
            for one in await listing.memberships(tx):
                if one.actor_id in names:
                    text = f"{names[one.actor_id]} ({one.role.value})"
                    roles.setdefault(one.person_id, []).append(text)
            return [
                {
                    "username": one.username,
                    "name": one.name,
                    "speaks_for": ", ".join(roles.get(one.id, [])),
                }
                for one in await listing.people(tx)
            ]

        return await house.engine.read(query)

    say_table(at_home(work), ("username", "name", "speaks_for"), "There is nobody yet.")


@person.command("invite")
@click.argument("username")
@click.option("--hours", type=click.IntRange(1, 720), help="How long it works ([sign_in]).")
@speaks
def invite(username: str, hours: int | None) -> None:
    """Make a one-time link with which a person signs in and chooses a password."""

    async def work(house: "House") -> "tuple[str, int]":
        lasting = hours or house.config.sign_in.link_hours
        return await _link(house, username, "invite", lasting), lasting

    link, lasting = at_home(work)
    _say_link(username, link, lasting)


@person.command("reset")
@click.argument("username")
@click.option(
    "--all", "everything", is_flag=True, help="A lost phone: forget all they sign in with."
)
@speaks
def reset(username: str, everything: bool) -> None:
    """Make a link for who forgot their password. It works once, for an hour."""
    from fedi.oauth.links import RESET_HOURS

    async def work(house: "House") -> str:
        from fedi import organisation
        from fedi.oauth.renewing import begin_anew

        if everything:
            who = await organisation.find_person(house.performer, username)
            await begin_anew(house.performer, who)
        return await _link(house, username, "reset", RESET_HOURS)

    _say_link(username, at_home(work), RESET_HOURS)


@person.command("password")
@click.argument("username")
@click.option(
    "--password", help="Asked for where it isn't given, or read from standard input: others on "
    "this machine can see what stands on the command line.",
)  # fmt: skip
@speaks
def password(username: str, password: str | None) -> None:
    """Set a person's password. It ends their sessions and takes their apps' access back."""
    chosen = _asked_password() if password is None else password

    async def work(house: "House") -> None:
        from fedi import organisation
        from fedi.oauth.renewing import set_password

        who = await organisation.find_person(house.performer, username)
        await set_password(house.performer, house.config.sign_in, who, chosen)

    at_home(work)
    say({"person": username, "password": "set"}, f"{username} has a new password.")


def _asked_password() -> str:
    """Return what is typed twice at a terminal, or the first line that a script gives."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


@person.command("sessions")
@click.argument("username")
@click.option("--end", "ended", metavar="ID", help="End one of them, or all.")
@speaks
def list_sessions(username: str, ended: str | None) -> None:
    """List where a person is signed in, or end that."""

    async def work(house: "House") -> "list[dict[str, Any]]":
        from actors import ids
        from fedi import organisation
        from fedi.store import sessions

        who = await organisation.find_person(house.performer, username)
        if ended == "all":
            await house.engine.write(lambda tx: sessions.end_others(tx, who.id, None))
        elif ended is not None:
            id = ids.parse(ended) or 0
            await house.engine.write(lambda tx: sessions.end(tx, id, who.id))
        now = house.clock.now()
        found = await house.engine.read(lambda tx: sessions.of_person(tx, who.id, now))
        return [
            {
                "id": str(one.id),
                "way": one.way,
                "address": one.address,
                "browser": one.agent,
                "last_used": moment(one.last_used),
            }
            for one in found
        ]

    columns = ("id", "way", "address", "last_used", "browser")
    say_table(at_home(work), columns, f"{username} is signed in nowhere.")


@person.command("leave")
@click.argument("username")
@click.option("--on", "last", type=DAY, help="Their last day, as 2026-12-31; else they left.")
@click.option("--undo", is_flag=True, help="They are back: the same as `fedi person return`.")
@speaks
def leave(username: str, last: "datetime | None", undo: bool) -> None:
    """A person leaves: they sign in no more, and within a second no app acts for them.

    Their roles end, and what they wrote for departments stays. After the days of [retention] their
    name is replaced, and their personal posts go if that is set; until then they can return.
    """
    if undo:
        _come_back(username)
        return

    async def work(house: "House") -> "Left":
        from fedi import organisation

        who = await organisation.find_person(house.performer, username)
        on = midnight(house, last, after=True) if last is not None else None
        return await leavers_of(house).leave(who, on=on)

    left = at_home(work)
    alone, planned = ([one.username for one in some] for some in (left.alone, left.planned))
    value = {
        "person": username,
        "departed": last is None,
        "at": left.at,
        "without_manager": alone,
        "planned_posts_of": planned,
    }
    lines = [f"{username} left." if last is None else f"{username} leaves {moment(left.at)}."]
    if alone:
        lines.append(
            f"Nobody manages {', '.join(alone)} then: `fedi department member HANDLE PERSON"
            " --role manager` names somebody."
        )
    if planned:
        lines.append(
            f"They planned posts of {', '.join(planned)} that a colleague has to take over."
        )
    say(value, *lines)


@person.command("return")
@click.argument("username")
@speaks
def come_back(username: str) -> None:
    """A person who left is back, or stays after all: as they were, as long as their name stands."""
    _come_back(username)


def _come_back(username: str) -> None:
    async def work(house: "House") -> None:
        from fedi import organisation

        who = await organisation.find_person(house.performer, username)
        await leavers_of(house).come_back(who)

    at_home(work)
    say({"person": username, "departed": False}, f"{username} is back.")


@person.command("leavers")
@speaks
def list_leavers() -> None:
    """List who leaves and has left. Their names are here when nobody else is shown them."""

    async def work(house: "House") -> "list[dict[str, Any]]":
        from fedi.store import leavers

        return [
            {
                "username": person.username,
                "name": row.name or person.name,
                "leaves": row.leaves,
                "left": row.left_at,
                "name_replaced": row.hidden,
                "posts_deleted": row.erased,
            }
            for row, person in await house.engine.read(leavers.every)
        ]

    rows = at_home(work)
    times = ("leaves", "left", "name_replaced", "posts_deleted")
    if not wants_json():
        rows = [{**row, **{name: moment(row[name]) for name in times}} for row in rows]
    say_table(rows, ("username", "name", *times), "Nobody has left.")


def leavers_of(house: "House") -> "Leavers":
    """Return what lets people of a house leave."""
    from fedi.departments.leavers import Leavers
    from fedi.publishing import Profiles

    config = house.config
    profiles = Profiles(house.performer, house.resolver, config.limits)
    return Leavers(profiles, config.retention, config.organisation.language)


@person.command("admin")
@click.argument("username")
@click.option("--end", "ended", is_flag=True, help="They do so no more.")
@speaks
def admin(username: str, ended: bool) -> None:
    """Let a person keep order: reports, accounts and rules for other servers, in their app.

    It begins and ends within a second, in every app that was given the admin scopes.
    """

    async def work(house: "House") -> None:
        from fedi import organisation
        from fedi.store import credentials

        who = await organisation.find_person(house.performer, username)
        await house.engine.write(lambda tx: credentials.set_admin(tx, who.id, not ended))

    at_home(work)
    does = "keeps order no more" if ended else "keeps order"
    say({"person": username, "admin": not ended}, f"{username} {does}.")


async def _link(house: "House", username: str, kind: str, hours: int) -> str:
    from fedi import organisation
    from fedi.oauth.links import make_link

    who = await organisation.find_person(house.performer, username)
    return await make_link(house.performer, who, kind, hours)


def _say_link(username: str, link: str, hours: int) -> None:
    drawing: tuple[str, ...] = ()
    if not wants_json():
        from fedi.oauth.links import drawn

        drawing = (drawn(link).rstrip("\n"),)
    say(
        {"person": username, "link": link, "hours": hours},
        *drawing,
        link,
        f"It works once, for {hours} hours, for whoever holds it: hand it to {username} alone.",
    )


COMMANDS = (person,)
