"""How a command finds what its words name: our actors, their people, posts near and far."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from datetime import datetime

    from actors.people import Actor
    from actors.posts import Post
    from fedi.app import House
    from fedi.publishing import Interacting

as_actor = click.option("--as", "handle", required=True, help="The department or person to act as.")
by_person = click.option("--person", "username", help="Who is acting for it; kept inside.")


DAY = click.DateTime(("%Y-%m-%d",))
"""A day, as an option's type."""


def midnight(house: "House", day: "datetime", *, after: bool = False) -> int:
    """Return when a day begins, or with `after` ends, in the organisation's zone (Unix ms)."""
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(house.config.organisation.timezone)
    at = (day + timedelta(days=1) if after else day).replace(tzinfo=zone)
    return int(at.timestamp() * 1000)


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


def interacting(house: "House") -> "Interacting":
    """Return what acts towards others in this house."""
    from fedi.publishing import Interacting

    return Interacting(house.performer, house.resolver, house.config.limits)


def post_uri(house: "House", text: str) -> str:
    """Return the URI that a post's id or address names."""
    from actors import ids

    number = ids.parse(text)
    return house.urls.post(number) if number is not None else text


async def post(house: "House", text: str) -> "Post":
    """Return the post that an id or address names, fetched where it is another server's."""
    from actors.errors import NotFound

    try:
        return await house.resolver.post(post_uri(house, text))
    except NotFound:
        raise NotFound(
            f"There is no such post: {text}. Name it by its id here, or by its whole address."
        ) from None


async def own_post(house: "House", actor: "Actor", text: str) -> "Post":
    """Return a post of the actor's own that is still there, or raise NotFound."""
    from actors.errors import NotFound

    found = await post(house, text)
    if found.author_id != actor.id or found.deleted is not None:
        raise NotFound(f"{actor.name} has no such post.")
    return found


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
