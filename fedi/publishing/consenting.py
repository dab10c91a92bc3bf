"""Who writes in a group that is read on servers of another kind is told so, once (actors/consent).

The rule of Create refuses; that the author was told is noted in the same unit, for each person,
actor and group. Whoever publishes once more lets it be read there, from then on.
"""

from actors import consent
from actors.activities import create
from actors.effects import Activity, Done, Refusal
from actors.verbs import Create
from fedi.perform import Also
from fedi.store import abroad
from fedi.store.unit import UnitStore


def consenting(activity: Activity, also: Also | None) -> Also | None:
    """Return what writes, beside `also`, that an author was told where a group is read."""
    if not isinstance(activity, Create):
        return also

    async def both(store: UnitStore, outcome: Done | Refusal) -> None:
        if isinstance(outcome, Refusal) and outcome.code == consent.CODE:
            facts = await create.gather(store, activity)
            if isinstance(facts, create.Facts):
                author = facts.author.id
                await abroad.tell(store.tx, facts.groups.ids, author, activity.person, store.now)
        if also is not None:
            await also(store, outcome)

    return both
