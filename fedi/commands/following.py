"""Commands towards other actors: follow, accept, remove a follower, block, and their undoing."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from fedi.commands.naming import as_actor, by_person
from fedi.commands.opening import at_home
from fedi.commands.speaking import NotDone, say, say_table, speaks

if TYPE_CHECKING:
    from actors.people import Actor
    from actors.relationships import Relation
    from fedi.app import House
    from fedi.publishing import Interacting

    Work = Callable[[Interacting, Actor, Actor, int | None], Awaitable[Relation | None]]


def _towards(
    who: str, handle: str, username: str | None, work: "Work"
) -> "tuple[str, str, Relation | None]":
    """Do something to somebody; return their handle and address, and what now stands or ended."""

    async def inside(house: "House") -> "tuple[str, str, Relation | None]":
        from fedi.commands import naming

        actor = await naming.ours(house, handle)
        person = await naming.person_id(house, username)
        other = await naming.someone(house, who)
        relation = await work(naming.interacting(house), actor, other, person)
        return naming.handle_of(house, other), other.uri, relation

    return at_home(inside)


@click.command()
@click.argument("who")
@as_actor
@by_person
@speaks
def follow(who: str, handle: str, username: str | None) -> None:
    """Follow WHO: @user@domain, or the address of an actor."""
    name, uri, relation = _towards(
        who, handle, username, lambda does, me, other, person: does.follow(me, other, person=person)
    )
    state = relation.state.value if relation is not None else "pending"
    said = "Following" if state == "accepted" else "Asked to follow"
    say({"handle": name, "uri": uri, "state": state}, f"{said} {name}.")


@click.command()
@click.argument("who")
@as_actor
@by_person
@speaks
def unfollow(who: str, handle: str, username: str | None) -> None:
    """Follow WHO no more, or take back the request."""
    name, uri, relation = _towards(
        who,
        handle,
        username,
        lambda does, me, other, person: does.unfollow(me, other, person=person),
    )
    if relation is None:
        raise NotDone(f"{handle} doesn't follow {name}: there is nothing to take back.")
    say({"handle": name, "uri": uri}, f"No longer following {name}.")


# -- who follows


@click.command()
@as_actor
@speaks
def requests(handle: str) -> None:
    """List who asks to follow and waits for an answer."""

    async def work(house: "House") -> list[dict[str, Any]]:
        from fedi.commands import naming
        from fedi.store import listing

        actor = await naming.ours(house, handle)
        found = await house.engine.read(lambda tx: listing.requests(tx, actor.id))
        return [
            {"handle": naming.handle_of(house, who), "name": who.name, "asked": relation.created}
            for relation, who in found
        ]

    say_table(at_home(work), ("handle", "name"), "Nobody asks.")


@click.command()
@click.argument("who")
@as_actor
@by_person
@speaks
def accept(who: str, handle: str, username: str | None) -> None:
    """Let WHO follow, who has asked to."""
    name, _, _ = _towards(
        who, handle, username, lambda does, me, other, person: does.accept(me, other, person=person)
    )
    say({"handle": name, "accepted": True}, f"{name} follows now.")


def _end(who: str, handle: str, username: str | None) -> str:
    name, _, relation = _towards(
        who, handle, username, lambda does, me, other, person: does.reject(me, other, person=person)
    )
    if relation is None:
        raise NotDone(
            f"{name} neither follows {handle} nor has asked to: `fedi followers --as {handle}`"
            " lists who does."
        )
    return name


@click.command()
@click.argument("who")
@as_actor
@by_person
@speaks
def reject(who: str, handle: str, username: str | None) -> None:
    """Let WHO not follow, or follow no more."""
    name = _end(who, handle, username)
    say({"handle": name, "accepted": False}, f"{name} does not follow.")


@click.command()
@as_actor
@by_person
@click.option("--remove", metavar="WHO", help="Let this one follow no more.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@speaks
def followers(handle: str, username: str | None, remove: str | None, limit: int) -> None:
    """List who follows, newest first, or remove one."""
    if remove is not None:
        name = _end(remove, handle, username)
        say({"handle": name, "removed": True}, f"{name} follows no more.")
        return

    async def work(house: "House") -> list[dict[str, Any]]:
        from fedi.commands import naming
        from fedi.store import listing

        actor = await naming.ours(house, handle)
        found = await house.engine.read(lambda tx: listing.followers(tx, actor.id, limit))
        return [
            {
                "handle": naming.handle_of(house, who),
                "name": who.name,
                "uri": who.uri,
                "since": relation.created,
            }
            for relation, who in found
        ]

    say_table(at_home(work), ("handle", "name"), f"Nobody follows {handle} yet.")


# -- blocking


@click.command("block-actor")
@click.argument("who")
@as_actor
@by_person
@speaks
def block_actor(who: str, handle: str, username: str | None) -> None:
    """Have nothing to do with WHO; follows end, both ways. Domains: `fedi block`."""
    name, uri, _ = _towards(
        who, handle, username, lambda does, me, other, person: does.block(me, other, person=person)
    )
    say({"handle": name, "uri": uri, "blocked": True}, f"{handle} blocks {name} now.")


@click.command("unblock-actor")
@click.argument("who")
@as_actor
@by_person
@speaks
def unblock_actor(who: str, handle: str, username: str | None) -> None:
    """Take back the block of WHO. Follows that it ended don't come back."""
    name, uri, relation = _towards(
        who,
        handle,
        username,
        lambda does, me, other, person: does.unblock(me, other, person=person),
    )
    if relation is None:
        raise NotDone(f"{handle} doesn't block {name}: there is nothing to take back.")
    say({"handle": name, "uri": uri, "blocked": False}, f"{handle} no longer blocks {name}.")


COMMANDS = (
    follow, unfollow, requests, accept, reject, followers, block_actor, unblock_actor,
)  # fmt: skip
