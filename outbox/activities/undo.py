"""Undo, leaving: with what is undone inside, since peers look it up by kind and object."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Undo
from outbox.objects.envelope import envelope, followers_of, inner


def write(activity: Undo, urls: Urls, named: tuple[str, ...]) -> dict[str, Any]:
    """Return the Undo; where only the uri of what is undone is known, it stands alone."""
    if not activity.kind:
        return envelope("Undo", activity, activity.object, to=named)
    undone = inner(activity.kind, activity.object, activity.actor, activity.target)
    if activity.content:
        undone["content"] = activity.content
    if activity.kind == "Announce":
        return envelope("Undo", activity, undone, followers_of(activity.actor, urls), named)
    to = named or ((activity.target,) if activity.kind in ("Follow", "Block") else ())
    return envelope("Undo", activity, undone, to)
