"""The page on which people see where they are signed in and which apps act for them, end that,
and change how they sign in. What would outlast a stolen session asks to sign in anew first.
"""

import logging
from typing import Final

from actors import ids
from actors.errors import NotFound, TooMany
from actors.people import Person
from fedi.oauth.agents import known_by
from fedi.oauth.browser import Visit
from fedi.oauth.consent import told
from fedi.oauth.entering import HOME
from fedi.oauth.links import picture
from fedi.oauth.paper import Paper
from fedi.oauth.passkeys import Passkeys
from fedi.oauth.passwords import weakness
from fedi.oauth.reception import Reception
from fedi.oauth.renewing import renew
from fedi.oauth.second import Second, provisioning
from fedi.oauth.sessions import Sessions
from fedi.store import credentials, granted, led, sessions
from fedi.store.engine import Tx
from outbox.answers import Answer

_logger = logging.getLogger(__name__)
_AGAIN: Final = f"/sign-in?again=1&next={HOME}"


class Security:
    """GET /settings/security, and the deeds of its forms."""

    def __init__(
        self,
        reception: Reception,
        paper: Paper,
        signed_in: Sessions,
        passkeys: Passkeys,
        second: Second,
    ) -> None:
        self._reception = reception
        self._paper = paper
        self._sessions = signed_in
        self._passkeys = passkeys
        self._second = second

    async def form(self, visit: Visit) -> Answer:
        """Show all of it."""
        if visit.person is None:
            return self._paper.lead(visit, f"/sign-in?next={HOME}")
        return await self._page(visit, visit.person)

    async def do(self, visit: Visit, deed: str) -> Answer:
        """POST /settings/security/{deed}."""
        person = visit.person
        if person is None:
            return self._paper.lead(visit, f"/sign-in?next={HOME}")
        visit.check_form(self._reception.urls)
        match deed:
            case "session":
                return await self._end_session(visit, person)
            case "others":
                return await self._end_others(visit, person)
            case "app":
                return await self._revoke(visit, person)
            case "password":
                return await self._password(visit, person)
        if not self._sessions.is_fresh(visit):
            return self._paper.lead(visit, _AGAIN)
        return await self._means(visit, person, deed)

    async def _means(self, visit: Visit, person: Person, deed: str) -> Answer:
        """Change what somebody signs in with, who has just shown who they are."""
        _logger.info("sign-in changed", extra={"person": person.id, "what": deed[:20]})
        match deed:
            case "totp":
                return await self._begin_totp(visit, person)
            case "totp-confirm":
                return await self._confirm_totp(visit, person)
            case "totp-off":
                await self._second.drop(person.id)
            case "codes":
                if not await self._second.wanted(person.id):
                    raise NotFound("There is nothing here.")
                return self._codes(visit, await self._second.fresh_codes(person.id))
            case "passkey-begin":
                return await self._passkeys.begin_adding(visit, person)
            case "passkey":
                if not await self._passkeys.add(visit, person):
                    return await self._page(visit, person, "sign.passkey_wrong", 422)
            case "passkey-off":
                id = _id(visit)
                await self._reception.engine.write(
                    lambda tx: credentials.drop_passkey(tx, id, person.id)
                )
            case _:
                raise NotFound("There is nothing here.")
        return self._paper.lead(visit, HOME)

    # -- where one is signed in, and what acts for one

    async def _end_session(self, visit: Visit, person: Person) -> Answer:
        id = _id(visit)
        if visit.session is not None and id == visit.session.id:
            await self._sessions.end(visit)
            return self._paper.page(visit, "signed_out.html")
        if not await self._reception.engine.write(lambda tx: sessions.end(tx, id, person.id)):
            raise NotFound("There is nothing here.")
        return self._paper.lead(visit, HOME)

    async def _end_others(self, visit: Visit, person: Person) -> Answer:
        here = visit.session.id if visit.session is not None else None
        await self._reception.engine.write(lambda tx: sessions.end_others(tx, person.id, here))
        return self._paper.lead(visit, HOME)

    async def _revoke(self, visit: Visit, person: Person) -> Answer:
        id = _id(visit)
        if not await self._reception.engine.read(lambda tx: granted.is_of(tx, id, person.id)):
            raise NotFound("There is nothing here.")
        await self._reception.revoking.token(id)
        return self._paper.lead(visit, HOME)

    # -- password

    async def _password(self, visit: Visit, person: Person) -> Answer:
        """Change the password; whoever has none must just have signed in another way."""
        reception = self._reception
        phc = await reception.engine.glance(lambda tx: credentials.phc_of(tx, person.id))
        if not phc and not self._sessions.is_fresh(visit):
            return self._paper.lead(visit, _AGAIN)
        if phc:
            problem, status = await self._wrong_now(visit, person, phc)
            if problem:
                return await self._page(visit, person, problem, status)
        new = visit.text("password")
        near = (person.username, person.email, reception.site.organisation.name)
        problem = weakness(new, reception.settings.password_characters, *near)
        if not problem and new != visit.text("again"):
            problem = "pass.differ"
        if problem:
            return await self._page(visit, person, problem, 422)
        await self._set_password(visit, person, new)
        return self._paper.lead(visit, HOME)

    async def _wrong_now(self, visit: Visit, person: Person, phc: str) -> tuple[str, int]:
        """Return what is wrong with the present password as it was given, "" for nothing."""
        reception = self._reception
        device = await self._sessions.device_of(visit, person.id)
        try:
            trying = await reception.throttle.password(person.username, visit.address, device)
        except TooMany:
            return "err.busy", 429
        if not await reception.passwords.verify(visit.text("present"), phc):
            return "pass.wrong", 422
        await trying.right()
        return "", 200

    async def _set_password(self, visit: Visit, person: Person, new: str) -> None:
        """Set it, and end what was opened with the old one, everywhere else (S32)."""
        phc, now = await self._reception.passwords.hash(new), self._reception.now()
        here = visit.session.id if visit.session is not None else None

        await self._reception.engine.write(lambda tx: renew(tx, person.id, phc, now, here=here))
        self._reception.revoking.told()
        _logger.info("sign-in changed", extra={"person": person.id, "what": "password"})

    # -- the second step

    async def _begin_totp(
        self, visit: Visit, person: Person, problem: str = "", status: int = 200
    ) -> Answer:
        again = self._second.begun if problem else self._second.begin
        secret = await again(person.id)
        if not secret:
            return self._paper.lead(visit, HOME)
        house = self._reception.site.organisation.name or self._reception.urls.authority
        uri = provisioning(secret, person.username, house)
        spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        return self._paper.page(
            visit,
            "totp.html",
            status=status,
            qr=picture(uri),
            uri=uri,
            secret=spaced,
            problem=problem,
        )

    async def _confirm_totp(self, visit: Visit, person: Person) -> Answer:
        try:
            trying = await self._reception.throttle.code(person.id, visit.address, None)
        except TooMany:
            return await self._begin_totp(visit, person, "err.busy", 429)
        codes = await self._second.confirm(person.id, visit.text("code", 64))
        if codes is None:
            return await self._begin_totp(visit, person, "sign.code_wrong", 422)
        await trying.right()
        return self._codes(visit, codes)

    def _codes(self, visit: Visit, codes: list[str]) -> Answer:
        return self._paper.page(visit, "recovery_codes.html", codes=codes, alone=True)

    async def _page(
        self, visit: Visit, person: Person, problem: str = "", status: int = 200
    ) -> Answer:
        now = self._reception.now()
        has, open_, apps, leads = await self._reception.engine.read(
            lambda tx: _shown(tx, person, now)
        )
        return self._paper.page(
            visit,
            "security.html",
            status=status,
            script=True,
            alone=True,
            has=has,
            sessions=open_,
            known_by=known_by,
            told=lambda words: told(tuple(words.split())),
            current=visit.session.id if visit.session is not None else 0,
            apps=apps,
            leads=leads,
            problem=problem,
            least=self._reception.settings.password_characters,
        )


async def _shown(
    tx: Tx, person: Person, now: int
) -> tuple[credentials.Means, list[sessions.Session], list[granted.Granted], bool]:
    return (
        await credentials.means(tx, person.id),
        await sessions.of_person(tx, person.id, now),
        await granted.of_person(tx, person.id),
        await led.leads(tx, person, now),
    )


def _id(visit: Visit) -> int:
    id = ids.parse(visit.text("id", 24))
    if id is None:
        raise NotFound("There is nothing here.")
    return id
