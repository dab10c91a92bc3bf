"""New keys for one of our actors, told to others before they are used.

The Update that shows them goes out signed with the old key. Each server gets the new one once it
took that Update, all others after HOURS; outbox/rotation.py chooses. The old keys stay listed
until then and a little longer, for what is under way.
"""

from dataclasses import replace
from typing import Final

from actors.effects import Done, Refusal
from actors.errors import Invalid
from actors.people import Actor, Key, Profile
from fedi.organisation import fresh_keys
from fedi.perform import Performer
from fedi.publishing import error_of
from fedi.resolve import HouseResolver
from fedi.store.keys import OwnKeys, retire_superseded
from fedi.store.rows import KEY
from fedi.store.unit import UnitStore
from outbox.acts import Acting

HOURS: Final = 48
GRACE_MS: Final = 24 * 3_600_000


async def rotate(performer: Performer, resolver: HouseResolver, actor: Actor) -> tuple[Key, Key]:
    """Give `actor` a new pair of keys and tell everyone; return them (RSA, Ed25519).

    Invalid while an earlier change is still under way: no server would know which is meant.
    """
    now = performer.clock.now()
    await performer.engine.write(lambda tx: retire_superseded(tx, now, GRACE_MS))
    old = await OwnKeys(performer.engine).of(actor)
    waiting = [key for key in old if key.retired is None and key.active_from > now]
    if waiting:
        hours = -(-(waiting[0].active_from - now) // 3_600_000)
        raise Invalid(f"The keys are changing already: try again in {hours} hours.")
    made = await fresh_keys(actor, now, len(old) // 2 + 1)
    rsa, ed25519 = (replace(key, active_from=now + HOURS * 3_600_000) for key in made)

    async def keep(store: UnitStore, outcome: Done | Refusal) -> None:
        if isinstance(outcome, Done):
            await store.tx.many(KEY.insert, [KEY.encode(rsa), KEY.encode(ed25519)])

    listed = (*(key for key in old if key.retired is None), rsa, ed25519)
    told = Profile(actor=replace(actor, updated=now), keys=listed)
    acting = Acting(actor=actor, urls=performer.urls, id=performer.new_id())
    answer = await performer.perform(acting.change(told), resolver, keep)
    if isinstance(answer.outcome, Refusal):
        raise error_of(answer.outcome)
    return rsa, ed25519
