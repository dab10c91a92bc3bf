"""Polls: one by the id of its post, and votes."""

import msgspec

from actors.errors import Invalid, NotFound
from actors.posts import Post
from fedi.mastodon.asking import Ask, By, Reply, get, post
from fedi.mastodon.reacting import seen, shown


async def show(ask: Ask) -> Reply:
    """GET /api/v1/polls/:id."""
    return await _told(ask, await seen(ask, ask.id()))


async def vote(ask: Ask) -> Reply:
    """POST /api/v1/polls/:id/votes, with `choices[]` from 0."""
    found = await seen(ask, ask.id())
    choices = []
    for text in ask.params.texts("choices"):
        if not text.isascii() or not text.isdigit() or len(text) > 3:
            raise Invalid("Validation failed: The chosen vote option does not exist")
        choices.append(int(text))
    await ask.api.interacting.vote(ask.me, found, choices, person=ask.person.id)
    return await _told(ask, found)


async def _told(ask: Ask, found: Post) -> Reply:
    whole = msgspec.json.decode((await shown(ask, found.id)).body, type=_WithPoll)
    if bytes(whole.poll) == b"null":
        raise NotFound("Record not found")
    return Reply(bytes(whole.poll))


class _WithPoll(msgspec.Struct):
    poll: msgspec.Raw


ROUTES = (
    get("/api/v1/polls/{id}", show, "read:statuses", by=By.ANYONE),
    post("/api/v1/polls/{id}/votes", vote, "write:statuses"),
)
