"""Undo: what it means, whoever does it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """`actor` takes back `object`, an activity of its own: a `kind` (Follow, Like, EmojiReact,
    Announce, Block or "" where only the uri is known) of `target`."""

    uri: str
    actor: str
    object: str
    kind: str = ""
    target: str = ""
    content: str = ""
