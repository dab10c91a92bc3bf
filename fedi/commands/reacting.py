"""Commands towards others: follow, accept, like, boost, their undoing, and the home page."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from fedi.commands.naming import as_actor, by_person
from fedi.commands.opening import at_home
from fedi.commands.speaking import NotDone, say, say_table, speaks

if TYPE_CHECKING:
    from actors.people import Actor
    from actors.posts import Post
    from actors.relationships import Relation
    from fedi.app import House
    from outbox.acts import Acting

_undo = click.option("--undo", is_flag=True, help="Take it back.")


async def _perform(house: "House", activity: Any) -> None:
    from fedi.publishing import Writing

    await Writing(house.performer, house.resolver, house.config.limits).perform(activity)


async def _relation(house: "House", source: "Actor", target: "Actor") -> "Relation | None":
    from actors.relationships import RelationKind

    return await house.engine.read(
        lambda tx: house.performer.open(tx).relation(RelationKind.FOLLOW, source.id, target.id)
    )


# -- following


@click.command()
@click.argument("who")
@as_actor
@by_person
@speaks
def follow(who: str, handle: str, username: str | None) -> None:
    """Follow WHO: @user@domain, or the address of an actor."""

    async def work(house: "House") -> tuple[str, str, str]:
        from fedi.commands import naming

        act = await naming.acting(house, handle, username)
        other = await naming.someone(house, who)
        await _perform(house, act.follow(other))
        relation = await _relation(house, act.actor, other)
        state = relation.state.value if relation is not None else "pending"
        return naming.handle_of(house, other), other.uri, state

    name, uri, state = at_home(work)
    said = "Following" if state == "accepted" else "Asked to follow"
    say({"handle": name, "uri": uri, "state": state}, f"{said} {name}.")


@click.command()
@click.argument("who")
@as_actor
@by_person
@speaks
def unfollow(who: str, handle: str, username: str | None) -> None:
    """Follow WHO no more, or take back the request."""

    async def work(house: "House") -> tuple[str, str]:
        from fedi.commands import naming

        act = await naming.acting(house, handle, username)
        other = await naming.someone(house, who)
        relation = await _relation(house, act.actor, other)
        if relation is None:
            raise NotDone(f"{act.actor.name} doesn't follow {who}.")
        await _perform(house, act.unfollow(relation, other))
        return naming.handle_of(house, other), other.uri

    name, uri = at_home(work)
    say({"handle": name, "uri": uri}, f"No longer following {name}.")


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


def _answer(who: str, handle: str, username: str | None, accepted: bool) -> None:
    async def work(house: "House") -> str:
        from fedi.commands import naming

        act = await naming.acting(house, handle, username)
        other = await naming.someone(house, who)
        relation = await _relation(house, other, act.actor)
        if relation is None:
            raise NotDone(f"{who} has not asked to follow {act.actor.name}.")
        answer = act.accept(relation, other) if accepted else act.reject(relation, other)
        await _perform(house, answer)
        return naming.handle_of(house, other)

    name = at_home(work)
    said = f"{name} follows now." if accepted else f"{name} does not follow."
    say({"handle": name, "accepted": accepted}, said)


@click.command()
@click.argument("who")
@as_actor
@by_person
@speaks
def accept(who: str, handle: str, username: str | None) -> None:
    """Let WHO follow, who has asked to."""
    _answer(who, handle, username, True)


@click.command()
@click.argument("who")
@as_actor
@by_person
@speaks
def reject(who: str, handle: str, username: str | None) -> None:
    """Let WHO not follow, or follow no more."""
    _answer(who, handle, username, False)


# -- posts


def _react(
    which: str,
    handle: str,
    username: str | None,
    make: "Callable[[House, Acting, Post], Awaitable[Any]]",
) -> str:
    async def work(house: "House") -> str:
        from fedi.commands import naming

        act = await naming.acting(house, handle, username)
        found = await naming.post(house, which)
        await _perform(house, await make(house, act, found))
        return found.uri

    return at_home(work)


@click.command()
@click.argument("post")
@as_actor
@by_person
@_undo
@speaks
def like(post: str, handle: str, username: str | None, undo: bool) -> None:
    """Like POST, an id or an address."""

    async def make(house: "House", act: "Acting", found: "Post") -> Any:
        if not undo:
            return act.like(found)
        reaction = await house.engine.read(
            lambda tx: house.performer.open(tx).reaction(found.id, act.actor.id, "")
        )
        if reaction is None:
            raise NotDone(f"{act.actor.name} doesn't like that post.")
        return act.unlike(reaction, found.uri)

    uri = _react(post, handle, username, make)
    say({"post": uri, "liked": not undo}, f"{'No longer liked' if undo else 'Liked'}: {uri}")


@click.command()
@click.argument("post")
@as_actor
@by_person
@_undo
@speaks
def boost(post: str, handle: str, username: str | None, undo: bool) -> None:
    """Share POST, an id or an address, with those who follow."""

    async def make(house: "House", act: "Acting", found: "Post") -> Any:
        from fedi.commands.naming import author_of

        if not undo:
            return act.boost(found, await author_of(house, found), house.clock.now())
        shared = await house.engine.read(
            lambda tx: house.performer.open(tx).boost(act.actor.id, found.id)
        )
        if shared is None:
            raise NotDone(f"{act.actor.name} has not shared that post.")
        return act.unboost(shared, found.uri)

    uri = _react(post, handle, username, make)
    say({"post": uri, "shared": not undo}, f"{'No longer shared' if undo else 'Shared'}: {uri}")


# -- reading


@click.command()
@as_actor
@click.option("--limit", type=click.IntRange(1, 200), default=10, show_default=True)
@speaks
def home(handle: str, limit: int) -> None:
    """Show the newest posts of those whom the actor follows."""

    async def work(house: "House") -> list[dict[str, Any]]:
        from fedi.commands import naming
        from fedi.store import listing

        actor = await naming.ours(house, handle)
        found = await house.engine.read(lambda tx: listing.home(tx, actor.id, limit))
        return [_shown(house, one) for one in found]

    rows = at_home(work)
    lines = [line for row in rows for line in _lines(row)]
    say(rows, *(lines or ["Nothing yet: `fedi follow @user@domain --as …`."]))


def _shown(house: "House", one: Any) -> dict[str, Any]:
    from actors.html import plain
    from fedi.commands import naming

    post = one.boosted or one.post
    author = one.boosted_author or one.author
    return {
        **naming.told(house, post),
        "author": naming.handle_of(house, author),
        "shared_by": naming.handle_of(house, one.author) if one.boosted else None,
        "published": post.published,
        "summary": post.summary,
        "text": plain(post.content),
    }


def _lines(row: dict[str, Any]) -> list[str]:
    from fedi.commands.speaking import moment, printable

    shared = f"  (shared by {row['shared_by']})" if row["shared_by"] else ""
    text = row["summary"] or row["text"]
    return [
        f"{moment(row['published'])}  {row['author']}{shared}",
        *(f"    {line}" for line in printable(text).splitlines() if line.strip()),
        f"    {row['uri']}",
        "",
    ]


COMMANDS = (follow, unfollow, requests, accept, reject, like, boost, home)
