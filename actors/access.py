"""Who is acting: loads an actor and checks that they may act, in one step.

Every verb begins here, so that a check cannot be forgotten: an unknown remote actor is a Need,
a suspended or deleted one a Refusal, and a person who may not write for one of our actors
(actors/membership.py) is refused. `person` None is the house itself: the command line, a job.
"""

from actors.effects import Need, Refusal
from actors.membership import may_write
from actors.people import Actor
from actors.ports import Store


async def acting(store: Store, uri: str, person: int | None = None) -> Actor | Need | Refusal:
    """Return the actor that acts, or why it may not."""
    actor = await store.actor(uri)
    if actor is None:
        if store.urls.is_local(uri):
            return Refusal("no_such_actor", "There is no such actor here.")
        return Need((uri,))
    if actor.gone:
        return Refusal("actor_gone", "This account is closed.")
    if actor.local and person is not None:
        membership = await store.membership(person, actor.id)
        if not may_write(membership, store.now):
            return Refusal("not_yours", "You may not write for this department.")
    return actor
