"""How a command finds what its words name: our actors, their people, posts near and far."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from actors.people import Actor
    from actors.posts import Post
    from fedi.app import House
    from outbox.acts import Acting

as_actor = click.option("--as", "handle", required=True, help="The department or person to act as.")
by_person = click.option("--person", "username", help="Who is acting for it; kept inside.")


async def ours(house: "House", handle: str) -> "Actor":
    """Return our actor with this handle, or raise NotFound."""
    from fedi.organisation import find_actor

    return await find_actor(house.performer, handle)


async def person_id(house: "House", username: str | None) -> int | None:
    """Return the id of the person who acts; None for the house itself."""
    if username is None:
        return None
    from fedi.organisation import find_person

    return (await find_person(house.performer, username)).id


async def acting(house: "House", handle: str, username: str | None = None) -> "Acting":
    """Return an act of one of our actors, with an id of its own."""
    from outbox.acts import Acting

    return Acting(
        actor=await ours(house, handle),
        urls=house.urls,
        id=house.performer.new_id(),
        person=await person_id(house, username),
    )


def post_uri(house: "House", text: str) -> str:
    """Return the URI that a post's id or address names."""
    from actors import ids

    number = ids.parse(text)
    return house.urls.post(number) if number is not None else text


async def post(house: "House", text: str) -> "Post":
    """Return the post that an id or address names, fetched where it is another server's."""
    return await house.resolver.post(post_uri(house, text))


async def own_post(house: "House", actor: "Actor", text: str) -> "Post":
    """Return a post of the actor's own that is still there, or raise NotFound."""
    from actors.errors import NotFound

    found = await post(house, text)
    if found.author_id != actor.id or found.deleted is not None:
        raise NotFound(f"{actor.name} has no such post.")
    return found


async def author_of(house: "House", found: "Post") -> "Actor":
    """Return who wrote a post."""
    from actors.errors import NotFound
    from fedi.store.engine import Tx

    async def query(tx: Tx) -> "Actor | None":
        return await house.performer.open(tx).actor_by_id(found.author_id)

    author = await house.engine.read(query)
    if author is None:
        raise NotFound("There is no such post.")
    return author


async def someone(house: "House", text: str) -> "Actor":
    """Return the actor that a handle or an address names, fetched where need be."""
    if text.startswith(("https://", "http://")):
        return await house.resolver.actor(text)
    return await house.resolver.handle(text)


def handle_of(house: "House", actor: "Actor") -> str:
    """Return the whole handle of an actor, ours or another's."""
    return f"@{actor.username}@{actor.domain or house.urls.handle_domain}"


def told(house: "House", found: "Post") -> dict[str, Any]:
    """Return what a command says of a post."""
    from actors import ids

    return {
        "id": ids.text(found.id),
        "uri": found.uri,
        "url": found.url,
        "visibility": found.visibility.value,
    }
