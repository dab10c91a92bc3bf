"""Block, leaving: told to whom it is about, so that their server can keep to it."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Block
from outbox.objects.envelope import envelope


def write(activity: Block, _urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the Block."""
    return envelope("Block", activity, activity.object, to=(activity.object,))
