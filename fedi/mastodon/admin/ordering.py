"""Who may keep order, and telling every process what was decided."""

from typing import Final

from actors.errors import Forbidden
from fedi.mastodon.asking import Ask, Handler, Reply

GONE: Final = "Record not found"


def ordered(handler: Handler) -> Handler:
    """Return a handler that only admins come to."""

    async def handle(ask: Ask) -> Reply:
        if not ask.person.admin:
            raise Forbidden("You do not have permission to perform this action")
        return await handler(ask)

    return handle
