"""Update arrives: an edited post, new tallies of a poll, or a changed actor."""

from collections.abc import Mapping
from typing import Any

from actors.activities.update import Update
from actors.effects import Refusal
from actors.urls import Urls
from inbox.origin import owned_actor, owned_note
from inbox.parse import Arrived
from inbox.parse_actor import profile_of
from inbox.parse_note import is_actor, is_post, note_of


def read(arrived: Arrived, urls: Urls) -> Update | Refusal:
    """Read an Update of a post that the actor wrote, or of the actor itself. Raises Invalid."""
    if not isinstance(arrived.object, dict):
        return Refusal("no_object", "What has changed is missing.")
    if is_actor(arrived.object):
        return _actor(arrived, arrived.object, urls)
    if not is_post(arrived.object):
        return Refusal("unsupported_object", "This kind of object is not read here.")
    note = note_of(arrived.object, urls, author=arrived.actor, now=arrived.published)
    refusal = owned_note(note, urls)
    if refusal is not None:
        return refusal
    if note.attributed_to != arrived.actor:
        return Refusal("not_owner", "The actor did not write the post.")
    return Update(uri=arrived.uri, actor=arrived.actor, note=note)


def _actor(arrived: Arrived, document: Mapping[str, Any], urls: Urls) -> Update | Refusal:
    profile = profile_of(document)
    if profile.actor.uri != arrived.actor:
        return Refusal("not_owner", "An actor can only change itself.")
    return owned_actor(profile.actor, urls) or Update(
        uri=arrived.uri, actor=arrived.actor, profile=profile
    )
