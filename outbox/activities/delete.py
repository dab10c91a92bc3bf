"""Delete, leaving: a Tombstone for a post, the bare URI for an actor that ends itself.

It is addressed to the public whatever the post was, as Mastodon does: it says nothing of what
was there, goes only to whom the post went, and may be shown to anyone who has the id.
"""

from typing import Any

from actors.urls import Urls
from actors.verbs import Delete
from actors.vocabulary import PUBLIC
from outbox.objects.envelope import envelope
from outbox.objects.tombstone import tombstone


def write(activity: Delete, _urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the Delete of a post of ours or of the actor itself."""
    itself = activity.object == activity.actor
    obj = activity.object if itself else tombstone(activity.object)
    return envelope("Delete", activity, obj, (PUBLIC,))
