"""Commands about groups: making them, who is in them, and who keeps order there."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from fedi.commands.actors import say_actor
from fedi.commands.naming import by_person
from fedi.commands.opening import at_home
from fedi.commands.speaking import Listed, say, say_table, speaks

if TYPE_CHECKING:
    from actors.people import Actor
    from fedi.app import House
    from fedi.groups.keeping import Groups

    Work = Callable[[Groups, Actor, Actor, int | None], Awaitable[str]]

ACCESS = ("open", "closed", "secret")
POSTING = ("members", "managers")
EXPOSURES = ("internal", "allowed", "open")
_MEMBERS_MAX = 10_000


@click.group(cls=Listed)
def group() -> None:
    """Groups: open, closed or secret, which people join by following."""


def _groups(house: "House") -> "Groups":
    from fedi.groups.keeping import Groups

    return Groups(house.performer, house.resolver, house.config.limits)


async def _found(house: "House", handle: str) -> "Actor":
    from actors.errors import NotFound
    from fedi.commands import naming
    from fedi.store import groups

    actor = await naming.ours(house, handle)
    if await house.engine.read(lambda tx: groups.rules(tx, actor.id)) is None:
        raise NotFound(f"{handle} is no group. `fedi group list` shows which there are.")
    return actor


@group.command("add")
@click.argument("handle")
@click.option("--name", required=True, help="As others read it.")
@click.option("--summary", default="", help="What it is for, in a sentence or two.")
@click.option("--access", type=click.Choice(ACCESS), default="open", show_default=True)
@click.option("--posting", type=click.Choice(POSTING), default="members", show_default=True)
@click.option("--exposure", type=click.Choice(EXPOSURES), default="internal", show_default=True)
@click.option("--unlisted", is_flag=True, help="Not in lists and suggestions.")
@click.option("--language", default="nb", show_default=True)
@click.option("--by", "username", help="The person who makes it, and manages it.")
@speaks
def add_group(handle: str, username: str | None, **words: str) -> None:
    """Make a group."""

    async def work(house: "House") -> "Actor":
        from actors.grouping import Access, Posting
        from actors.people import Exposure
        from fedi import organisation
        from fedi.groups.keeping import NewGroup

        who = await organisation.find_person(house.performer, username) if username else None
        new = NewGroup(
            username=handle.removeprefix("@"),
            name=words["name"],
            summary=words["summary"],
            access=Access(words["access"]),
            posting=Posting(words["posting"]),
            exposure=Exposure(words["exposure"]),
            listed=not words["unlisted"],
            language=words["language"],
        )
        return await _groups(house).add(new, who)

    say_actor(at_home(work))


@group.command("list")
@speaks
def list_groups() -> None:
    """List the groups there are, secret ones too."""

    async def work(house: "House") -> list[dict[str, Any]]:
        return [
            {
                "handle": one.group.username,
                "name": one.group.name,
                "access": one.rules.access.value,
                "posting": one.rules.posting.value,
                "members": one.members,
            }
            for one in await _groups(house).entries(None)
        ]

    rows = at_home(work)
    say_table(rows, ("handle", "name", "access", "members"), "There is no group yet.")


@group.command("show")
@click.argument("handle")
@speaks
def show_group(handle: str) -> None:
    """Show a group: its rules, and who manages it."""

    async def work(house: "House") -> dict[str, Any]:
        from fedi.store import groups

        actor = await _found(house, handle)
        entry = await _groups(house).entry(None, actor.id)
        now = house.clock.now()

        async def names(ids: tuple[int, ...]) -> list[str]:
            known = await house.engine.read(lambda tx: house.performer.open(tx).actors_by_id(ids))
            return sorted(one.username for one in known.values())

        managing = await house.engine.read(lambda tx: groups.managers(tx, actor.id, now))
        return {
            "handle": actor.username,
            "name": actor.name,
            "access": entry.rules.access.value,
            "posting": entry.rules.posting.value,
            "exposure": actor.exposure.value,
            "listed": actor.discoverable,
            "members": entry.members,
            "managers": await names(managing),
            "url": actor.url,
        }

    shown = at_home(work)
    say(shown, *(f"{key:<10} {_words(value)}" for key, value in shown.items()))


def _words(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


@group.command("set")
@click.argument("handle")
@click.option("--name")
@click.option("--summary")
@click.option("--access", type=click.Choice(ACCESS))
@click.option("--posting", type=click.Choice(POSTING))
@click.option("--exposure", type=click.Choice(EXPOSURES))
@click.option("--listed/--unlisted", default=None)
@by_person
@speaks
def set_group(handle: str, username: str | None, listed: bool | None, **words: str | None) -> None:
    """Change a group: who gets in, who posts there, how it looks."""

    async def work(house: "House") -> "Actor":
        from actors.grouping import Access, Posting
        from actors.people import Exposure
        from fedi.commands import naming
        from fedi.groups.keeping import Rules
        from fedi.publishing import Changes

        actor = await _found(house, handle)
        access, posting, exposure = words["access"], words["posting"], words["exposure"]
        rules = Rules(
            access=Access(access) if access else None,
            posting=Posting(posting) if posting else None,
            listed=listed,
            looks=Changes(
                name=words["name"],
                summary=words["summary"],
                exposure=Exposure(exposure) if exposure else None,
            ),
        )
        person = await naming.person_id(house, username)
        return await _groups(house).change(actor, rules, person=person)

    say_actor(at_home(work))


def _with(handle: str, who: str, username: str | None, work: "Work") -> None:
    """Do something in a group with somebody, and say what it was."""

    async def inside(house: "House") -> str:
        from fedi.commands import naming

        actor = await _found(house, handle)
        other = await naming.someone(house, who)
        person = await naming.person_id(house, username)
        return await work(_groups(house), actor, other, person)

    said = at_home(inside)
    say({"group": handle, "actor": who, "state": said}, f"{who}: {said}.")


@group.command("join")
@click.argument("handle")
@click.argument("who")
@by_person
@speaks
def join(handle: str, who: str, username: str | None) -> None:
    """Let WHO join a group, or ask to."""

    async def work(does: "Groups", group: "Actor", me: "Actor", person: int | None) -> str:
        relation = await does.join(me, group, person=person)
        return "member" if relation.state.value == "accepted" else "asked"

    _with(handle, who, username, work)


@group.command("leave")
@click.argument("handle")
@click.argument("who")
@by_person
@speaks
def leave(handle: str, who: str, username: str | None) -> None:
    """Let WHO leave a group, or take back the request."""

    async def work(does: "Groups", group: "Actor", me: "Actor", person: int | None) -> str:
        await does.leave(me, group, person=person)
        return "left"

    _with(handle, who, username, work)


@group.command("accept")
@click.argument("handle")
@click.argument("who")
@by_person
@speaks
def accept(handle: str, who: str, username: str | None) -> None:
    """Let WHO in, who has asked to join."""

    async def work(does: "Groups", group: "Actor", other: "Actor", person: int | None) -> str:
        await does.let_in(group, other, person=person)
        return "member"

    _with(handle, who, username, work)


@group.command("remove")
@click.argument("handle")
@click.argument("who")
@by_person
@speaks
def remove(handle: str, who: str, username: str | None) -> None:
    """Turn down WHO has asked, or let a member go."""

    async def work(does: "Groups", group: "Actor", other: "Actor", person: int | None) -> str:
        return "removed" if await does.remove(group, other, person=person) else "was no member"

    _with(handle, who, username, work)


@group.command("invite")
@click.argument("handle")
@click.argument("who")
@click.option("--by", "username", help="The person who invites; else the group itself does.")
@speaks
def invite(handle: str, who: str, username: str | None) -> None:
    """Invite WHO to a group: they are told, and join by following it."""

    async def inside(house: "House") -> None:
        from fedi import organisation
        from fedi.commands import naming

        actor = await _found(house, handle)
        other = await naming.someone(house, who)
        by, person = actor, None
        if username:
            found = await organisation.find_person(house.performer, username)
            by, person = await naming.ours(house, found.username), found.id
        await _groups(house).invite(actor, other, by, person=person)

    at_home(inside)
    say({"group": handle, "actor": who, "state": "invited"}, f"{who} is invited to {handle}.")


@group.command("manager")
@click.argument("handle")
@click.argument("username")
@click.option("--end", "ended", is_flag=True, help="They manage it no more.")
@speaks
def manager(handle: str, username: str, ended: bool) -> None:
    """Let a person manage a group, or end it."""

    async def inside(house: "House") -> None:
        from fedi import organisation

        actor = await _found(house, handle)
        who = await organisation.find_person(house.performer, username)
        does = _groups(house)
        await (does.end_managing(actor, who) if ended else does.let_manage(actor, who))

    at_home(inside)
    what = "manages it no more" if ended else f"manages {handle}"
    say({"group": handle, "person": username, "manages": not ended}, f"{username} {what}.")


def _people(handle: str, *, asking: bool) -> "list[dict[str, Any]]":
    async def inside(house: "House") -> list[dict[str, Any]]:
        from fedi.commands import naming
        from fedi.store import listing

        actor = await _found(house, handle)
        found = await house.engine.read(
            lambda tx: (
                listing.requests(tx, actor.id)
                if asking
                else listing.followers(tx, actor.id, _MEMBERS_MAX)
            )
        )
        return [
            {"handle": naming.handle_of(house, one), "name": one.name, "since": relation.created}
            for relation, one in found
        ]

    return at_home(inside)


@group.command("members")
@click.argument("handle")
@speaks
def members(handle: str) -> None:
    """List who is in a group."""
    say_table(_people(handle, asking=False), ("handle", "name"), f"Nobody is in {handle} yet.")


@group.command("requests")
@click.argument("handle")
@speaks
def requests(handle: str) -> None:
    """List who asks to join a group."""
    say_table(_people(handle, asking=True), ("handle", "name"), "Nobody asks to join.")


COMMANDS = (group,)
