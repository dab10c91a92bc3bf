"""Whoever may be told of an event, and what is sent to them."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from fedi.store.events import Event
from fedi.streaming.listener import Label, Listener
from fedi.streaming.message import Message
from fedi.streaming.streams import Stream

Heard = tuple[Listener, Stream]
"""A listener, and the stream on which it hears something."""


class Audience(Protocol):
    """All listeners of a process, or one of them that catches up."""

    def hearing(self, stream: Stream, event: Event) -> list[Listener]:
        """Return who hears a stream and has not heard of this event."""
        ...

    def lists(self, event: Event) -> list[Heard]:
        """Return who hears any list and has not heard of this event."""
        ...


class Sending(NamedTuple):
    """One message to one listener, for one of its streams."""

    listener: Listener
    label: Label
    message: Message


def actors_of(heard: Iterable[Heard]) -> set[int]:
    """Return the actors whose eyes are needed."""
    return {one.actor_id for one, _ in heard if one.actor_id is not None}


def sendings(heard: Iterable[Heard], message: Message) -> list[Sending]:
    """Return a message to each who still hears the stream."""
    found = []
    for listener, stream in heard:
        hearing = listener.streams.get(stream)
        if hearing is not None and listener.ended is None:
            found.append(Sending(listener, hearing.label, message))
    return found
