"""Commands about posts of anybody: like, boost, pin, vote, their undoing, and the home page."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from fedi.commands.naming import as_actor, by_person
from fedi.commands.opening import at_home
from fedi.commands.speaking import NotDone, say, speaks

if TYPE_CHECKING:
    from actors.people import Actor
    from actors.posts import Post
    from fedi.app import House
    from fedi.publishing import Interacting

    Work = Callable[[Interacting, Actor, Post, int | None], Awaitable[object]]

_undo = click.option("--undo", is_flag=True, help="Take it back.")


def _to_post(which: str, handle: str, username: str | None, work: "Work") -> "tuple[str, Any]":
    """Do something to a post; return its address, and what now stands or ended."""

    async def inside(house: "House") -> "tuple[str, Any]":
        from fedi.commands import naming

        actor = await naming.ours(house, handle)
        person = await naming.person_id(house, username)
        found = await naming.post(house, which)
        return found.uri, await work(naming.interacting(house), actor, found, person)

    return at_home(inside)


@click.command()
@click.argument("post")
@as_actor
@by_person
@_undo
@speaks
def like(post: str, handle: str, username: str | None, undo: bool) -> None:
    """Like POST, an id or an address."""

    async def work(does: "Interacting", me: "Actor", found: "Post", person: int | None) -> object:
        if not undo:
            return await does.like(me, found, person=person)
        if (taken := await does.unlike(me, found, person=person)) is None:
            raise NotDone(f"{me.name} doesn't like that post: there is nothing to take back.")
        return taken

    uri, _ = _to_post(post, handle, username, work)
    say({"post": uri, "liked": not undo}, f"{'No longer liked' if undo else 'Liked'}: {uri}")


@click.command()
@click.argument("post")
@as_actor
@by_person
@click.option("--visibility", type=click.Choice(("public", "unlisted", "followers", "internal")))
@_undo
@speaks
def boost(post: str, handle: str, username: str | None, visibility: str | None, undo: bool) -> None:
    """Share POST, an id or an address, with those who follow."""

    async def work(does: "Interacting", me: "Actor", found: "Post", person: int | None) -> object:
        from actors.posts import Visibility

        if not undo:
            wanted = Visibility(visibility or "public")
            return await does.boost(me, found, wanted, person=person)
        if (taken := await does.unboost(me, found, person=person)) is None:
            raise NotDone(f"{me.name} has not shared that post: there is nothing to take back.")
        return taken

    uri, stored = _to_post(post, handle, username, work)
    value = {"post": uri, "shared": not undo, "visibility": stored.visibility.value}
    say(value, f"{'No longer shared' if undo else 'Shared'}: {uri}")


@click.command()
@click.argument("post")
@as_actor
@by_person
@speaks
def pin(post: str, handle: str, username: str | None) -> None:
    """Put POST, one of the actor's own, at the top of its profile; five at most."""
    uri, _ = _to_post(
        post, handle, username, lambda does, me, found, person: does.pin(me, found, person=person)
    )
    say({"post": uri, "pinned": True}, f"Pinned: {uri}")


@click.command()
@click.argument("post")
@as_actor
@by_person
@speaks
def unpin(post: str, handle: str, username: str | None) -> None:
    """Take POST from the top of the actor's profile."""
    uri, was = _to_post(
        post, handle, username, lambda does, me, found, person: does.unpin(me, found, person=person)
    )
    if not was:
        raise NotDone(f"{handle} has not pinned that post: there is nothing to take back.")
    say({"post": uri, "pinned": False}, f"No longer pinned: {uri}")


@click.command()
@click.argument("post")
@click.argument("choices", nargs=-1)
@as_actor
@by_person
@speaks
def vote(post: str, choices: tuple[str, ...], handle: str, username: str | None) -> None:
    """Vote in the poll of POST: CHOICES by their words, or by number from 1. Without any, the
    choices are listed."""

    async def work(does: "Interacting", me: "Actor", found: "Post", person: int | None) -> object:
        shown = await does.original(found)
        poll = await does.look(lambda store: store.poll(shown.id))
        if poll is None:
            raise NotDone("That post has no poll.")
        titles = [option.title for option in poll.options]
        if choices:
            wanted = [_choice(choice, titles) for choice in choices]
            await does.vote(me, shown, wanted, person=person)
        return titles

    uri, titles = _to_post(post, handle, username, work)
    if choices:
        say({"post": uri, "voted": [*choices]}, f"Voted {', '.join(choices)}: {uri}")
        return
    lines = [f"{number}  {title}" for number, title in enumerate(titles, 1)]
    say({"post": uri, "choices": titles}, *lines)


def _choice(written: str, titles: list[str]) -> int:
    """Return the place of a choice, named by its words or by its number."""
    if written in titles:
        return titles.index(written)
    if written.isascii() and written.isdigit() and 1 <= int(written) <= len(titles):
        return int(written) - 1
    listed = ", ".join(f"{number} {title}" for number, title in enumerate(titles, 1))
    raise NotDone(f"There is no choice {written!r}: there are {listed}.")


# -- reading


@click.command()
@as_actor
@click.option("--limit", type=click.IntRange(1, 200), default=10, show_default=True)
@speaks
def home(handle: str, limit: int) -> None:
    """Show the newest posts of those whom the actor follows, each once."""

    async def work(house: "House") -> list[dict[str, Any]]:
        from fedi.commands import naming
        from fedi.store import listing
        from fedi.store.home import Readers

        actor = await naming.ours(house, handle)
        await Readers(house.engine).ready(actor.id, house.clock.now())
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


COMMANDS = (like, boost, pin, unpin, vote, home)
