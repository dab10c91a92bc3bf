"""Who is acting, and on whom: loads an actor and checks what they may, in one step.

Every verb begins here, so that a check cannot be forgotten: an unknown remote actor is a Need,
a suspended or deleted one a Refusal, and a person who may not write for one of our actors
(actors/membership.py) is refused. `person` None is the house itself: the command line, a job.
"""

from actors.effects import Need, Refusal
from actors.membership import may_manage, may_write
from actors.people import Actor, Exposure
from actors.ports import Store

_ABSENT = Refusal("no_such_actor", "There is no such actor here.")
_NOT_TO_WRITE = Refusal("not_yours", "You may not write for this department.")
_NOT_TO_CHANGE = Refusal("not_yours", "Only those who manage this account may change it.")
_CLOSED = Refusal("actor_gone", "This account is closed.")


async def acting(
    store: Store, uri: str, person: int | None = None, *, itself: bool = False
) -> Actor | Need | Refusal:
    """Return the actor that acts, or why it may not; `itself` where it changes or ends itself,
    which is for those who manage it."""
    actor = await store.actor(uri)
    if actor is None:
        return _ABSENT if store.urls.is_local(uri) else Need((uri,))
    if actor.gone:
        return _CLOSED
    if actor.local and person is not None:
        membership = await store.membership(person, actor.id)
        who = await store.person(person)
        may = may_manage if itself else may_write
        if who is None or who.departed is not None or not may(membership, store.now):
            return _NOT_TO_CHANGE if itself else _NOT_TO_WRITE
    return actor


async def met(store: Store, uri: str, by: Actor) -> Actor | Need | Refusal:
    """Return the actor to whom `by` does something, as far as `by` may know that they exist.

    One of ours whom others may not know of is to them as one who never was (security.md S19).
    """
    actor = await store.actor(uri)
    if actor is None:
        return _ABSENT if store.urls.is_local(uri) else Need((uri,))
    if actor.local and not by.local and not await may_know(store, actor, by.host):
        return _ABSENT
    return _CLOSED if actor.gone else actor


async def may_know(store: Store, actor: Actor, host: str) -> bool:
    """Return whether another server may learn that this actor of ours exists."""
    if actor.suspended is not None:
        return False
    match actor.exposure:
        case Exposure.OPEN:
            return True
        case Exposure.ALLOWED:
            return await store.domain_allowed(host)
        case Exposure.INTERNAL:
            return False
