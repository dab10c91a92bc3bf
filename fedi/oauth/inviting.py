"""The page on which a leader lets one of their people in: a one-time link, with its QR code.

What `fedi person invite` and `reset` make on the command line, for whoever manages a department
and has just signed in. Whom a leader leads, fedi/store/led says; the link is used in linking.py.
"""

import logging
from typing import Final

from actors import ids
from actors.errors import NotFound
from actors.people import Person
from fedi.oauth.browser import Visit
from fedi.oauth.links import RESET_HOURS, fresh_link, picture
from fedi.oauth.paper import Paper
from fedi.oauth.reception import Reception
from fedi.oauth.sessions import Sessions
from fedi.store import credentials, led
from fedi.store.engine import Tx
from fedi.store.led import Led
from outbox.answers import Answer

PEOPLE: Final = "/settings/people"
_AGAIN: Final = f"/sign-in?again=1&next={PEOPLE}"
_logger = logging.getLogger(__name__)


class Inviting:
    """GET and POST /settings/people."""

    def __init__(self, reception: Reception, paper: Paper, signed_in: Sessions) -> None:
        self._reception = reception
        self._paper = paper
        self._sessions = signed_in

    async def form(self, visit: Visit) -> Answer:
        """Show whom one leads."""
        person, now = visit.person, self._reception.now()
        if person is None:
            return self._paper.lead(visit, f"/sign-in?next={PEOPLE}")
        people = await self._reception.engine.read(lambda tx: led.led_by(tx, person, now))
        return self._paper.page(visit, "people.html", alone=True, people=people)

    async def link(self, visit: Visit) -> Answer:
        """Make a link for one of them, and show it this once."""
        leader, reception = visit.person, self._reception
        if leader is None:
            return self._paper.lead(visit, f"/sign-in?next={PEOPLE}")
        visit.check_form(reception.urls)
        if not self._sessions.is_fresh(visit):  # a link outlasts a stolen session
            return self._paper.lead(visit, _AGAIN)
        id = ids.parse(visit.text("id", 24))
        if id is None:
            raise NotFound("There is nothing here.")
        await reception.throttle.inviting(leader.id)
        one, address, hours = await self._made(leader, id)
        _logger.info(
            "link made",
            extra={"person": one.person.id, "by": leader.id, "address": visit.address},
        )
        return self._paper.page(
            visit,
            "person_link.html",
            alone=True,
            who=one.person,
            link=address,
            qr=picture(address),
            hours=hours,
        )

    async def _made(self, leader: Person, id: int) -> tuple[Led, str, int]:
        """Return whom the link is for, the link, and for how many hours it works; NotFound for
        whoever isn't the leader's. In one unit: a role that ends meanwhile makes no link."""
        reception = self._reception
        now, invited = reception.now(), reception.settings.link_hours

        async def unit(tx: Tx) -> tuple[Led, str, int]:
            one = await led.led(tx, leader, id, now)
            if one is None:
                raise NotFound("There is nobody of yours with this number.")
            kind, hours = ("reset", RESET_HOURS) if one.known else ("invite", invited)
            link, address = fresh_link(reception.performer, one.person, kind, hours)
            await credentials.add_link(tx, link)
            return one, address, hours

        return await reception.engine.write(unit)
