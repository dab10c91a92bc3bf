"""Announcements: what the house tells all inside, put away once read, reacted to with emojis."""

from typing import Any, Final

from actors import ids
from actors.errors import Invalid, NotFound
from actors.html import plain
from fedi.mastodon import reminding
from fedi.mastodon.asking import Ask, Reply, delete, empty, get, ok, post, put
from fedi.mastodon.entities import moment, moment_or_none
from fedi.store import announcements
from fedi.store.announcements import Announcement, Reaction
from fedi.store.engine import Tx

GONE: Final = "Record not found"
NAME_CHARACTERS: Final = 32


def entity(one: Announcement, reactions: list[Reaction]) -> dict[str, Any]:
    """Return an announcement as apps read it."""
    return {
        "id": ids.text(one.id),
        "content": one.content,
        "starts_at": moment_or_none(one.starts),
        "ends_at": moment_or_none(one.ends),
        "all_day": one.all_day,
        "published_at": moment(one.published),
        "updated_at": moment(one.updated),
        "read": one.read,
        "mentions": [],
        "statuses": [],
        "tags": [],
        "emojis": [],
        "reactions": [
            {"name": r.name, "count": r.count, "me": r.me, "url": None, "static_url": None}
            for r in reactions
        ],
    }


async def current(ask: Ask) -> Reply:
    """GET /api/v1/announcements."""
    with_dismissed = bool(ask.params.flag("with_dismissed"))

    async def query(tx: Tx) -> Reply:
        found = await announcements.current(
            tx, ask.me.id, ask.api.clock.now(), dismissed=with_dismissed
        )
        today = await reminding.line(ask, tx, dismissed=with_dismissed)
        found = [today, *found] if today is not None else found
        reactions = await announcements.reactions(tx, [one.id for one in found], ask.me.id)
        return ok([entity(one, reactions[one.id]) for one in found])

    return await ask.api.engine.glance(query)


async def dismiss(ask: Ask) -> Reply:
    """POST /api/v1/announcements/:id/dismiss."""
    id = ask.id()

    async def unit(tx: Tx) -> None:
        if id == reminding.id_of(reminding.day_of(ask)):
            await announcements.forget_dismissed(tx, id, ask.me.id)
        elif not await announcements.exists(tx, id):
            raise NotFound(GONE)
        await announcements.dismiss(tx, id, ask.me.id)

    await ask.api.engine.write(unit)
    return empty()


def _name(ask: Ask) -> str:
    name = ask.path_params["name"]
    # An emoji, not words: no letters of any script, no markup.
    letters = any(one.isalpha() for one in name)
    if not 0 < len(name) <= NAME_CHARACTERS or letters or plain(name) != name or name.isascii():
        raise Invalid("Validation failed: Name is not a recognized emoji")
    return name


async def react(ask: Ask) -> Reply:
    """PUT /api/v1/announcements/:id/reactions/:name."""
    id, name = ask.id(), _name(ask)

    async def unit(tx: Tx) -> None:
        if not await announcements.exists(tx, id):
            raise NotFound(GONE)
        if not await announcements.react(tx, id, name, ask.me.id):
            raise Invalid("Validation failed: Limit of different reactions reached")

    await ask.api.engine.write(unit)
    return empty()


async def unreact(ask: Ask) -> Reply:
    """DELETE /api/v1/announcements/:id/reactions/:name."""
    id, name = ask.id(), ask.path_params["name"]

    async def unit(tx: Tx) -> None:
        if not await announcements.exists(tx, id):
            raise NotFound(GONE)
        await announcements.unreact(tx, id, name, ask.me.id)

    await ask.api.engine.write(unit)
    return empty()


_ON: Final = "/api/v1/announcements"
ROUTES: Final = (
    get(_ON, current),
    post(f"{_ON}/{{id}}/dismiss", dismiss, "write:accounts"),
    put(f"{_ON}/{{id}}/reactions/{{name}}", react, "write:favourites"),
    delete(f"{_ON}/{{id}}/reactions/{{name}}", unreact, "write:favourites"),
)
