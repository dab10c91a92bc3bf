"""Whom a thing is for -> which inboxes get it: shared ones collapsed, nobody twice.

Only what is open to all goes to shared inboxes; followers-only and direct posts go to each
recipient's own, so that a peer which mistakes who follows cannot show them to more (security.md
S21). The house applies the same rule when it expands a fan-out row in SQL.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from actors.audience import leaves_the_house
from actors.people import Actor
from actors.posts import Visibility
from actors.urls import host_of, same_host

_SHAREABLE: Final = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})


@dataclass(frozen=True, slots=True)
class Target:
    """One delivery: the inbox, and the host whose state decides when it is tried."""

    host: str
    inbox: str


def targets(
    actors: Iterable[Actor], visibility: Visibility, allowed: Collection[str] | None = None
) -> list[Target]:
    """Return the inboxes for these recipients, in their order, each once.

    `allowed` limits them to these hosts (an actor whose exposure is the allow-list); None does
    not. Local actors and those that are gone get nothing, INTERNAL posts go nowhere.
    """
    if not leaves_the_house(visibility):
        return []
    found: dict[str, Target] = {}
    for actor in actors:
        inbox = inbox_for(actor, visibility)
        host = host_of(inbox)
        if host and (allowed is None or (host in allowed and host_of(actor.uri) in allowed)):
            found.setdefault(inbox, Target(host, inbox))
    return list(found.values())


def inbox_for(actor: Actor, visibility: Visibility) -> str:
    """Return the inbox at which a remote actor gets a thing of this visibility, or "".

    An inbox on another host than the actor is somebody else's: not used.
    """
    if actor.local or actor.gone:
        return ""
    if visibility in _SHAREABLE and same_host(actor.shared_inbox, actor.uri):
        return actor.shared_inbox
    return actor.inbox if same_host(actor.inbox, actor.uri) else ""
