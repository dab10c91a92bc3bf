"""Two who answer the same question: the second is told of the first, once (actors/questions.py).

The rule of Create refuses, since it alone sees in its unit what a colleague did meanwhile. That
the author was told is noted in the same unit; whoever publishes once more within HEARD_MS means it.
"""

from typing import Final

from actors import questions
from actors.activities import create
from actors.effects import Activity, Done, Refusal
from actors.verbs import Create
from fedi.perform import Also
from fedi.store import questions as asked
from fedi.store.unit import UnitStore

HEARD_MS: Final = 600_000


def hearing(activity: Activity, also: Also | None) -> Also | None:
    """Return what writes, beside `also`, that an author was told of a colleague."""
    if not isinstance(activity, Create) or not activity.note.in_reply_to:
        return also

    async def both(store: UnitStore, outcome: Done | Refusal) -> None:
        if isinstance(outcome, Refusal) and outcome.code in questions.CODES:
            await _heard(store, activity)
        if also is not None:
            await also(store, outcome)

    return both


async def _heard(store: UnitStore, activity: Create) -> None:
    """Note all that the author would cross, as the unit finds it: that is what they read next."""
    by, facts = create.speakers(activity), await create.gather(store, activity)
    if not by or not isinstance(facts, create.Facts):
        return
    for one in facts.asking.above:
        crossing = questions.crossed(one, by, store.now)
        if one.department_id == facts.author.id and crossing is not None:
            await asked.tell(store.tx, one.id, by[-1], crossing.mark, store.now + HEARD_MS)
