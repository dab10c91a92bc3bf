"""Signing in and out: user name and password, then a code where the person has a second step.

What is wrong is never told apart: unknown name, wrong password and no password get the same
answer in the same time. passkeys.py is the other way in, linking.py the third.
"""

import json
import logging
from typing import Final

from actors.errors import TooMany
from actors.handles import local_key
from actors.people import Person
from fedi.oauth.browser import Visit, local_path
from fedi.oauth.paper import Paper
from fedi.oauth.reception import Reception
from fedi.oauth.second import Second
from fedi.oauth.sessions import Sessions
from fedi.store import credentials
from fedi.store.sessions import Step
from outbox.answers import Answer

HOME: Final = "/settings/security"
TRIES: Final = 5
NAME_MOST: Final = 320
_logger = logging.getLogger(__name__)


class Entering:
    """The pages by which one comes in and goes out."""

    def __init__(
        self, reception: Reception, paper: Paper, sessions: Sessions, second: Second
    ) -> None:
        self._reception = reception
        self._paper = paper
        self._sessions = sessions
        self._second = second

    async def form(self, visit: Visit) -> Answer:
        """GET /sign-in."""
        if visit.person is not None and not visit.text("again"):
            return self._paper.lead(visit, self._next(visit))
        return self._form(visit)

    async def sign_in(self, visit: Visit) -> Answer:
        """POST /sign-in: user name or e-mail, and password."""
        visit.check_form(self._reception.urls)
        name = visit.text("username", NAME_MOST).strip().removeprefix("@")
        folded = name.lower() if "@" in name else local_key(name)
        found = await self._reception.engine.glance(lambda tx: credentials.person_named(tx, folded))
        person, phc = found if found is not None else (None, "")
        device = await self._sessions.device_of(visit, person.id) if person is not None else None
        try:
            trying = await self._reception.throttle.password(folded, visit.address, device)
        except TooMany as wait:
            _logger.warning("too many tries to sign in", extra={"address": visit.address})
            return self._form(visit, "sign.wait", 429, wait.retry_after)
        password = visit.text("password")
        fits = await self._reception.passwords.verify(password, phc)
        if not fits or person is None:
            # Never the name: people type their password there.
            known = person.id if person is not None else None
            _logger.info("not signed in", extra={"person": known, "address": visit.address})
            return self._form(visit, "err.credentials", 422)
        await trying.right()
        if self._reception.passwords.outdated(phc):
            await self.set_password(person, password)
        return await self.known(visit, person, "password")

    async def known(self, visit: Visit, person: Person, way: str) -> Answer:
        """Go on with somebody who showed a password or a link: a second step, or in."""
        going_to = self._next(visit)
        if not await self._second.wanted(person.id):
            await self._sessions.begin(visit, person, way)
            return self._paper.lead(visit, going_to)
        data = json.dumps({"next": going_to, "way": way})
        await self._sessions.begin_step(visit, "second", person_id=person.id, data=data)
        return self._paper.lead(visit, "/sign-in/code")

    async def code_form(self, visit: Visit) -> Answer:
        """GET /sign-in/code."""
        if await self._sessions.step(visit, "second") is None:
            return self._paper.lead(visit, "/sign-in")
        return self._paper.page(visit, "sign_in_code.html", problem="")

    async def code(self, visit: Visit) -> Answer:
        """POST /sign-in/code: of the authenticator app, or a recovery code."""
        visit.check_form(self._reception.urls)
        step = await self._sessions.step(visit, "second")
        if step is None or step.person_id is None or step.tries >= TRIES:
            return self._paper.lead(visit, "/sign-in")
        id = step.person_id
        try:
            device = await self._sessions.device_of(visit, id)
            trying = await self._reception.throttle.code(id, visit.address, device)
        except TooMany as wait:
            return self._code_form(visit, "sign.wait", 429, wait.retry_after)
        if not await self._second.passes(id, visit.text("code", 64)):
            await self._sessions.wrong_try(step)
            _logger.info("second step failed", extra={"person": id, "address": visit.address})
            return self._code_form(visit, "sign.code_wrong", 422)
        await trying.right()
        return await self._through(visit, step, id)

    async def _through(self, visit: Visit, step: Step, person_id: int) -> Answer:
        person = await self._reception.engine.glance(lambda tx: credentials.person(tx, person_id))
        if person is None or not await self._sessions.take_step(step):
            return self._paper.lead(visit, "/sign-in")
        data = json.loads(step.data)
        await self._sessions.begin(visit, person, data["way"])
        return self._paper.lead(visit, local_path(data["next"], HOME))

    async def sign_out(self, visit: Visit) -> Answer:
        """POST /sign-out."""
        visit.check_form(self._reception.urls)
        await self._sessions.end(visit)
        return self._paper.page(visit, "signed_out.html")

    async def forgotten(self, visit: Visit) -> Answer:
        """GET /sign-in/forgotten: whom to ask for a link."""
        return self._paper.page(visit, "forgotten.html")

    async def set_password(self, person: Person, password: str) -> None:
        """Set a person's password, which was found good enough."""
        phc, now = await self._reception.passwords.hash(password), self._reception.now()
        await self._reception.engine.write(lambda tx: credentials.put_phc(tx, person.id, phc, now))

    # -- pages

    def _next(self, visit: Visit) -> str:
        return local_path(visit.text("next", 8_000), HOME)

    def _form(self, visit: Visit, problem: str = "", status: int = 200, wait: int = 0) -> Answer:
        return self._paper.page(
            visit,
            "sign_in.html",
            status=status,
            script=True,
            problem=problem,
            wait=wait,
            username=visit.text("username", NAME_MOST) if visit.method == "POST" else "",
            next=visit.text("next", 8_000),
        )

    def _code_form(self, visit: Visit, problem: str, status: int, wait: int = 0) -> Answer:
        return self._paper.page(
            visit,
            "sign_in_code.html",
            status=status,
            problem=problem,
            wait=wait,
        )
