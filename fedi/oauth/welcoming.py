"""A newcomer's first sign-in: they follow, from then on, whom everybody in their place follows.

Their departments and those who lead them, what the department is part of up to the organisation,
and whom `[welcome]` names: the house's news, its status, the practice group.
Done once; whoever they stop following stays away. Cards and greeting are in fedi/native/welcome.py.
"""

import logging
from dataclasses import dataclass

from actors.effects import Need, Refusal
from actors.errors import NotFound
from actors.people import Actor, Person
from fedi.config.settings import Welcome
from fedi.perform import Performer
from fedi.store import profiles, welcoming
from fedi.store.engine import Tx
from outbox.acts import Acting

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Welcoming:
    """Receives people."""

    performer: Performer
    settings: Welcome

    async def receive(self, person: Person) -> None:
        """Receive a person who signs in, unless they have been. What can't be followed is left
        out; after a crash in between, the rest is followed at the next sign-in."""
        engine, now = self.performer.engine, self.performer.clock.now()
        if await engine.glance(lambda tx: welcoming.welcomed(tx, person.id)) is not None:
            return
        me, others = await engine.read(lambda tx: self.whom(tx, person, now))
        for other in others:
            await self._follow(person, me, other)
        await engine.write(lambda tx: welcoming.receive(tx, person.id, now))

    async def whom(self, tx: Tx, person: Person, now: int) -> tuple[Actor, list[Actor]]:
        """Return a person's own account and whom it follows from the first, each once. A guest of
        the house follows nobody but the group that invited them."""
        me = await self.performer.open(tx).actor_by_id(person.actor_id)
        if me is None:
            raise NotFound(f"{person.name} has no account.")
        if me.guest or me.gone:
            return me, []
        found: dict[int, Actor] = {}
        for department in await welcoming.departments_of(tx, person.id, now):
            leaders = await welcoming.leaders_of(tx, department.id, now)
            for one in (department, *leaders, *await welcoming.above(tx, department)):
                found.setdefault(one.id, one)
        for handle in self.settings.handles:
            named = await profiles.actor_by_handle(tx, handle)
            if named is None or named[0].gone:
                _logger.warning("[welcome] names %s, whom nobody here is", handle)
                continue
            found.setdefault(named[0].id, named[0])
        found.pop(me.id, None)
        return me, list(found.values())

    async def _follow(self, person: Person, me: Actor, other: Actor) -> None:
        performer = self.performer
        acting = Acting(actor=me, urls=performer.urls, id=performer.new_id(), person=person.id)
        outcome = await performer.once(acting.follow(other))
        if isinstance(outcome, Need | Refusal):
            _logger.info("not followed at first", extra={"person": person.id, "actor": other.id})
