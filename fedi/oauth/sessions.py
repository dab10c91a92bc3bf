"""Being signed in: who a browser is, beginning and ending that, and proving oneself again."""

import logging
from typing import Final

from actors.people import Person
from fedi.oauth.browser import DEVICE, SESSION, STEP, VISIT, YEAR, Visit
from fedi.oauth.callers import hash_of
from fedi.oauth.reception import Reception
from fedi.oauth.tokens import fresh_secret
from fedi.store import sessions
from fedi.store.engine import Tx
from fedi.store.sessions import Session, Step

DAY: Final = 86_400_000
HOUR: Final = 3_600_000
FRESH_MS: Final = 15 * 60_000
"""So long after signing in one may change how one signs in."""
STEP_MS: Final = 10 * 60_000
_logger = logging.getLogger(__name__)


class Sessions:
    """Knows browsers again."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def know(self, visit: Visit) -> None:
        """Find out who makes a request. The session goes on from each hour of use."""
        secret = visit.cookie(SESSION)
        if not secret:
            return
        now, hash = self._reception.now(), hash_of(secret)
        found = await self._reception.engine.glance(lambda tx: sessions.by_hash(tx, hash, now))
        if found is None:
            return
        session, visit.person = found
        visit.session, visit.session_secret = session, secret
        if now - session.last_used >= HOUR:
            until = now + self._lasting()
            await self._reception.engine.write(lambda tx: sessions.used(tx, session.id, now, until))
            visit.cookies.append(visit.jar.set(SESSION, secret, self._lasting() // 1000))

    async def begin(self, visit: Visit, person: Person, way: str) -> None:
        """Sign a person in: a new session, and never the one that the browser brought along."""
        reception, now, secret = self._reception, self._reception.now(), fresh_secret()
        session = Session(
            id=reception.new_id(),
            hash=hash_of(secret),
            person_id=person.id,
            way=way,
            agent=visit.agent,
            address=visit.address,
            created=now,
            last_used=now,
            proven=now,
            expires=now + self._lasting(),
        )
        before = visit.session
        device = visit.cookie(DEVICE) or fresh_secret()
        step = visit.cookie(STEP)

        async def unit(tx: Tx) -> None:
            if before is not None:
                await sessions.end(tx, before.id, before.person_id)
            if step:
                await sessions.take_step(tx, hash_of(step))
            await sessions.add(tx, session)
            await sessions.know_device(tx, hash_of(f"{person.id} {device}"), person.id, now)

        await reception.engine.write(unit)
        await reception.welcoming.receive(person)
        _logger.info("signed in", extra={"person": person.id, "way": way, "address": visit.address})
        visit.session, visit.person, visit.session_secret = session, person, secret
        visit.cookies += [
            visit.jar.set(SESSION, secret, self._lasting() // 1000),
            visit.jar.set(DEVICE, device, YEAR),
            visit.jar.drop(STEP),
            visit.jar.drop(VISIT),
        ]

    async def end(self, visit: Visit) -> None:
        """Sign this browser out."""
        session = visit.session
        if session is not None:
            await self._reception.engine.write(
                lambda tx: sessions.end(tx, session.id, session.person_id)
            )
        visit.session = visit.person = None
        visit.session_secret = ""
        visit.cookies.append(visit.jar.drop(SESSION))

    async def device_of(self, visit: Visit, person_id: int) -> bytes | None:
        """Return the mark of this browser, if this person has signed in with it before."""
        secret = visit.cookie(DEVICE)
        if not secret:
            return None
        mark = hash_of(f"{person_id} {secret}")
        known = await self._reception.engine.glance(
            lambda tx: sessions.knows_device(tx, mark, person_id)
        )
        return mark if known else None

    def is_fresh(self, visit: Visit) -> bool:
        """Return whether whoever is signed in here proved themselves a moment ago."""
        return visit.session is not None and self._reception.now() - visit.session.proven < FRESH_MS

    # -- steps

    async def begin_step(
        self, visit: Visit, kind: str, *, person_id: int | None = None, data: str = ""
    ) -> None:
        """Remember something until this browser's next page."""
        secret = fresh_secret()
        step = Step(
            hash=hash_of(secret),
            kind=kind,
            person_id=person_id,
            data=data,
            expires=self._reception.now() + STEP_MS,
        )
        await self._reception.engine.write(lambda tx: sessions.add_step(tx, step))
        visit.cookies.append(visit.jar.set(STEP, secret, STEP_MS // 1000))

    async def step(self, visit: Visit, kind: str) -> Step | None:
        """Return what was remembered for this browser."""
        secret = visit.cookie(STEP)
        if not secret:
            return None
        hash, now = hash_of(secret), self._reception.now()
        return await self._reception.engine.glance(
            lambda tx: sessions.find_step(tx, hash, kind, now)
        )

    async def take_step(self, step: Step) -> bool:
        """End a step; False where that was done already: it counts once."""
        return await self._reception.engine.write(lambda tx: sessions.take_step(tx, step.hash))

    async def wrong_try(self, step: Step) -> None:
        """Count a wrong try."""
        await self._reception.engine.write(lambda tx: sessions.count_try(tx, step.hash))

    def _lasting(self) -> int:
        return self._reception.settings.session_days * DAY
