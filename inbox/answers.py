"""What an arriving Accept or Reject answers: a Follow or QuoteRequest, by its id or embedded.

Some servers (Pixelfed, older Pleroma) embed it with another id than ours: the follower is what
then tells which one is meant.
"""

from dataclasses import dataclass

from actors.effects import Refusal
from actors.urls import Urls, same_host
from inbox import values
from inbox.parse import Arrived


@dataclass(frozen=True, slots=True)
class Answered:
    """The id of what is answered and, where it is embedded, who asked; of a QuoteRequest the two
    posts as well. `followed` is a group of ours for which one of its managers answers."""

    uri: str
    asker: str = ""
    quoted: str = ""
    instrument: str = ""
    followed: str = ""


def answered(arrived: Arrived, urls: Urls) -> Answered | Refusal:
    """Return what is answered: something that one of ours asked of the actor itself."""
    inner = arrived.object
    if isinstance(inner, str):
        if not inner:
            return Refusal("no_object", "It does not say what it answers.")
        return Answered(inner)
    kinds = values.types(inner)
    asker = values.uri(inner.get("actor"))
    if "QuoteRequest" in kinds:
        quoted, quoting = values.uri(inner.get("object")), values.uri(inner.get("instrument"))
        if not same_host(quoted, arrived.actor):
            return Refusal("not_owner", "It answers for a post of somebody else.")
        if not urls.is_local(asker) or not urls.is_local(quoting):
            return Refusal("not_here", "Who asked to quote is not on this server.")
        return Answered(arrived.object_uri, asker, quoted, quoting)
    if kinds and "Follow" not in kinds:
        return Refusal("unsupported_object", "Only answers to a Follow or QuoteRequest are read.")
    followed = values.uri(inner.get("object"))
    if urls.is_local(followed):
        return Answered(arrived.object_uri, asker, followed=followed)
    if followed and followed != arrived.actor:
        return Refusal("not_owner", "It answers a Follow of somebody else.")
    # Of one that is named by our own id it need not say whose it is, nor what.
    if not urls.is_local(asker or arrived.object_uri):
        return Refusal("not_here", "Who asked to follow is not on this server.")
    return Answered(arrived.object_uri, asker)
