"""Create arrives: a new post, or one that its owner's server has shown us."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actors.activities.create import Create
from actors.effects import Refusal
from actors.posts import Note
from actors.urls import Urls
from actors.verbs import Announce
from inbox.origin import owned_note
from inbox.parse import Arrived
from inbox.parse_note import is_post, note_of


def read(arrived: Arrived, urls: Urls) -> Create | Refusal:
    """Read a Create of any kind of post that the actor wrote. Raises Invalid."""
    if not isinstance(arrived.object, dict):
        return Refusal("no_object", "The post is missing.")
    if not is_post(arrived.object):
        return Refusal("unsupported_object", "This kind of object is not read here.")
    note = note_of(arrived.object, urls, author=arrived.actor, now=arrived.published)
    refusal = owned_note(note, urls)
    if refusal is not None:
        return refusal
    if note.attributed_to != arrived.actor:
        return Refusal("not_owner", "The actor did not write the post.")
    return Create(
        uri=arrived.uri,
        actor=arrived.actor,
        note=_addressed(note, arrived, arrived.object),
        reader=arrived.reader,
        fetched=arrived.fetched,
        announced=_announced(arrived.outer, note),
    )


def _announced(outer: Arrived | None, note: Note) -> Announce | None:
    """How a group handed it on: as a boost of the post (FEP-1b12)."""
    if outer is None:
        return None
    return Announce(
        uri=outer.uri,
        actor=outer.actor,
        object=note.uri,
        published=outer.published,
        to=outer.to,
        cc=outer.cc,
    )


def _addressed(note: Note, arrived: Arrived, document: Mapping[str, Any]) -> Note:
    """A post without any addressing of its own has that of the activity around it."""
    if arrived.fetched or "to" in document or "cc" in document:
        return note
    return replace(note, to=arrived.to, cc=arrived.cc)
