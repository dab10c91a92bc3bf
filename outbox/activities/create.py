"""Create, leaving: the note inside, both with the same addressees."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Create
from outbox.objects import note
from outbox.objects.envelope import envelope
from outbox.objects.moment import stamp


def write(activity: Create, urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the Create of a post of ours."""
    shape = note.write(activity.note, urls)
    created = envelope("Create", activity, shape, activity.note.to, activity.note.cc)
    if activity.note.audience:
        created["audience"] = shape["audience"]
    return {**created, "published": stamp(activity.note.published)}
