"""Who is acting, and on whom: loads an actor and checks what they may, in one step.

Every verb begins here, so that a check cannot be forgotten: an unknown remote actor is a Need,
a suspended or deleted one a Refusal, and a person who may not write for one of our actors
(actors/membership.py) is refused. `person` None is the house itself: the command line, a job.
"""

from collections.abc import Callable

from actors import drafts
from actors.drafts import OWN, Approval
from actors.effects import Need, Refusal
from actors.membership import Membership, may_draft, may_manage, may_write
from actors.people import Actor, ActorKind, Exposure
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
    may = may_manage if itself else may_write
    return await _known(store, uri, person, may, _NOT_TO_CHANGE if itself else _NOT_TO_WRITE)


async def saying(
    store: Store, uri: str, person: int | None, approval: Approval | None
) -> tuple[Actor, bool] | Need | Refusal:
    """Return the actor that says something, and whether that has to wait for approval.

    What was approved is said by whoever approved it: its author may have left since.
    """
    if approval is not None and person is not None and approval.by == person:
        return OWN
    author = None if approval is not None else person
    actor = await _known(store, uri, author, may_draft, _NOT_TO_WRITE)
    if not isinstance(actor, Actor):
        return actor
    if approval is not None or not actor.local or actor.kind is ActorKind.PERSON:
        return actor, False
    eyes = await store.four_eyes(actor.id)
    if person is None:
        return actor, eyes
    role = await store.membership(person, actor.id)
    return actor, drafts.waits(role, four_eyes=eyes, now=store.now)


async def _known(
    store: Store,
    uri: str,
    person: int | None,
    may: Callable[[Membership | None, int], bool],
    refusal: Refusal,
) -> Actor | Need | Refusal:
    actor = await store.actor(uri)
    if actor is None:
        return _ABSENT if store.urls.is_local(uri) else Need((uri,))
    if actor.gone:
        return _CLOSED
    if actor.local and person is not None:
        membership = await store.membership(person, actor.id)
        who = await store.person(person)
        if who is None or who.departed is not None or not may(membership, store.now):
            return refusal
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
    if (actor.secret or by.guest) and not await store.may_know(actor, by):
        return _ABSENT
    return _CLOSED if actor.gone else actor


async def may_know(store: Store, actor: Actor, host: str) -> bool:
    """Return whether another server may learn that this actor of ours exists."""
    if actor.exposure is Exposure.OPEN and not actor.secret:
        return actor.suspended is None
    return await store.may_know(actor, host)
