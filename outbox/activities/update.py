"""Update, leaving: the whole post or actor as it is now, never a part of it."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Update
from actors.vocabulary import PUBLIC
from outbox.objects import actor, note
from outbox.objects.envelope import envelope, followers_of
from outbox.objects.moment import stamp


def write(activity: Update, urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the Update of a post, or of an actor. ValueError if it holds neither."""
    if activity.note is not None:
        shape = note.write(activity.note, urls)
        updated = envelope("Update", activity, shape, activity.note.to, activity.note.cc)
        if activity.note.audience:
            updated["audience"] = shape["audience"]
        moment = activity.note.updated
    elif activity.profile is not None:
        shape = actor.write(activity.profile, urls)
        updated = envelope("Update", activity, shape, (PUBLIC,), followers_of(activity.actor, urls))
        moment = activity.profile.actor.updated
    else:
        raise ValueError(f"{activity.uri} updates nothing")
    return {**updated, "updated": stamp(moment)} if moment else updated
