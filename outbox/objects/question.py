"""The poll of a post: what a Question has beyond a Note (ActivityStreams, as Mastodon reads it)."""

from typing import Any

from actors.posts import Option, Question
from outbox.objects.moment import stamp


def poll(question: Question) -> dict[str, Any]:
    """Return the terms that make a Note a Question: oneOf or anyOf, endTime, closed, voters."""
    choices = [_choice(option) for option in question.options]
    shape: dict[str, Any] = {"anyOf" if question.multiple else "oneOf": choices}
    if question.ends is not None:
        shape["endTime"] = stamp(question.ends)
    if question.closed is not None:
        shape["closed"] = stamp(question.closed)
    if question.voters is not None:
        shape["votersCount"] = question.voters
    return shape


def _choice(option: Option) -> dict[str, Any]:
    return {
        "type": "Note",
        "name": option.title,
        "replies": {"type": "Collection", "totalItems": option.votes},
    }
