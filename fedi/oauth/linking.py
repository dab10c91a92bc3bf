"""The page of a one-time link: set a password, or just come in. It is used when a button is
pressed, not when it is opened."""

import logging

from actors.errors import NotFound
from actors.people import Person
from fedi.oauth.browser import Visit
from fedi.oauth.callers import hash_of
from fedi.oauth.entering import Entering
from fedi.oauth.paper import Paper
from fedi.oauth.passwords import weakness
from fedi.oauth.reception import Reception
from fedi.oauth.renewing import renew
from fedi.oauth.sessions import Sessions
from fedi.store import credentials
from fedi.store.credentials import Link
from fedi.store.engine import Tx
from outbox.answers import Answer

_logger = logging.getLogger(__name__)


class LinkUsed(NotFound):
    """A one-time link leads nowhere: used, too old, or never made."""


class Linking:
    """GET and POST /link."""

    def __init__(
        self, reception: Reception, paper: Paper, signed_in: Sessions, entering: Entering
    ) -> None:
        self._reception = reception
        self._paper = paper
        self._sessions = signed_in
        self._entering = entering

    async def form(self, visit: Visit) -> Answer:
        """Show whom the link is for."""
        link, person = await self._found(visit)
        return self._page(visit, link, person)

    async def use(self, visit: Visit) -> Answer:
        """Use the link: with a new password, or without."""
        visit.check_form(self._reception.urls)
        link, person = await self._found(visit)
        password = visit.text("password") if link.kind != "enter" else ""
        if password:
            least, house = self._reception.settings.password_characters, self._reception.site
            near = (person.username, person.email, house.organisation.name)
            problem = weakness(password, least, *near)
            if not problem and password != visit.text("again"):
                problem = "pass.differ"
            if problem:
                return self._page(visit, link, person, problem, 422)
        elif not visit.text("enter"):
            return self._page(visit, link, person, "pass.short", 422)
        phc = await self._reception.passwords.hash(password) if password else ""
        if not await self._used(link, person, phc):
            raise LinkUsed("This link has been used already.")
        _logger.info("link used", extra={"person": person.id, "kind": link.kind})
        if phc:
            self._reception.revoking.told()
        return await self._entering.known(visit, person, "link")

    async def _used(self, link: Link, person: Person, phc: str) -> bool:
        """Use the link; with a new password everything that was opened with the old one ends."""
        now = self._reception.now()

        async def unit(tx: Tx) -> bool:
            if not await credentials.use_link(tx, link.hash, now):
                return False
            if phc:
                await renew(tx, person.id, phc, now)
            return True

        return await self._reception.engine.write(unit)

    async def _found(self, visit: Visit) -> tuple[Link, Person]:
        hash, now = hash_of(visit.text("key", 128)), self._reception.now()
        found = await self._reception.engine.glance(lambda tx: credentials.find_link(tx, hash, now))
        if found is None:
            raise LinkUsed("This link has been used, or its time is over.")
        return found

    def _page(
        self, visit: Visit, link: Link, person: Person, problem: str = "", status: int = 200
    ) -> Answer:
        return self._paper.page(
            visit,
            "link.html",
            status=status,
            kind=link.kind,
            who=person,
            key=visit.text("key", 128),
            problem=problem,
            least=self._reception.settings.password_characters,
        )
