"""Undo arrives: somebody elsewhere takes back a Follow, Like, reaction, Announce or Block."""

from collections.abc import Mapping
from typing import Any, Final

from actors.activities.undo import Undo
from actors.effects import Refusal
from actors.urls import Urls, same_host
from inbox import values
from inbox.parse import Arrived
from inbox.reactions import reaction_of

_KINDS: Final = ("Follow", "Like", "EmojiReact", "Announce", "Block")


def read(arrived: Arrived, urls: Urls) -> Undo | Refusal:
    """Read an Undo of something of the same actor, by its id alone or embedded."""
    inner = arrived.object
    if not isinstance(inner, str):
        return _embedded(arrived, inner)
    if not same_host(inner, arrived.actor):
        return Refusal("not_owner", "The actor does not own what it takes back.")
    return Undo(uri=arrived.uri, actor=arrived.actor, object=inner)


def _embedded(arrived: Arrived, inner: Mapping[str, Any]) -> Undo | Refusal:
    kind = next((kind for kind in values.types(inner) if kind in _KINDS), None)
    if kind is None:
        return Refusal("unsupported_object", "What it takes back is of no kind that we keep.")
    uri, actor = values.uri(inner.get("id")), values.uri(inner.get("actor"))
    if (actor and actor != arrived.actor) or (uri and not same_host(uri, arrived.actor)):
        return Refusal("not_owner", "The actor does not own what it takes back.")
    target = values.uri(inner.get("object"))
    if not uri and not target:
        return Refusal("no_object", "It does not say what it takes back.")
    content = reaction_of(inner) if kind in ("Like", "EmojiReact") else ""
    return Undo(
        uri=arrived.uri,
        actor=arrived.actor,
        object=uri,
        kind=kind,
        target=target,
        content=content,
    )
