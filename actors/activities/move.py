"""Move: an actor says that it lives elsewhere now; those here who follow it follow on.

Signer, actor and object are one; the target, freshly fetched, lists the old id in
`alsoKnownAs`; the old actor's `movedTo` agrees; one Move in seven days (security.md S23).
"""

from dataclasses import dataclass, replace

from actors.access import acting
from actors.effects import Decision, Effect, Need, Put, Recipients, Refusal, Send, Spread
from actors.people import Actor
from actors.ports import Store
from actors.verbs import Move

__all__ = ["Move", "decide", "gather"]

COOL_DOWN = 7 * 86_400_000
FRESH = 300_000
"""How old (ms) a fetched actor may be to count as fresh."""
JUST_FETCHED = 5_000
"""How old (ms) where the two don't agree: what makes them agree is done right before a Move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Move
    old: Actor
    new: Actor
    now: int


async def gather(store: Store, activity: Move) -> Facts | Need | Refusal:
    old = await acting(store, activity.actor, activity.person, itself=True)
    if not isinstance(old, Actor):
        return old
    if activity.object != old.uri:
        return Refusal("not_yours", "An actor can move only itself.")
    if old.moved_at is not None and store.now - old.moved_at < COOL_DOWN:
        return Refusal("too_soon", "This actor moved less than seven days ago.")
    new = await store.actor(activity.target)
    oldest = store.now - (FRESH if new is not None and _agree(old, new) else JUST_FETCHED)
    stale = [
        uri
        for uri, actor in ((old.uri, old), (activity.target, new))
        if actor is None or (not actor.local and actor.fetched < oldest)
    ]
    if stale:
        return Need(tuple(stale), fresh=True)
    if new is None or new.gone:
        return Refusal("no_such_actor", "The actor moved to isn't there.")
    return Facts(activity=activity, old=old, new=new, now=store.now)


def _agree(old: Actor, new: Actor) -> bool:
    return old.uri in new.also_known_as and (old.local or old.moved_to == new.uri)


def decide(facts: Facts) -> Decision:
    old, new = facts.old, facts.new
    if old.uri not in new.also_known_as:
        return Refusal("one_sided", "The new actor does not name the old one.")
    if not old.local and old.moved_to != new.uri:
        return Refusal("one_sided", "The old actor does not name the new one.")
    moved = replace(old, moved_to=new.uri, moved_at=facts.now)
    if old.local:
        moved = replace(moved, updated=facts.now)  # or caches serve it without its `movedTo`
    effects: list[Effect] = [
        Put(moved, replace=True),
        Spread("move-followers", old.id, new.id),
    ]
    if old.local:
        recipients = Recipients(followers_of=old.id)
        effects.append(Send(facts.activity, old.id, recipients, about=old.uri))
    return tuple(effects)
