"""Passkeys (WebAuthn level 2): made by who is signed in, shown to sign in without a password.

The device itself checks finger, face or PIN (user verification is demanded), so a passkey is
both steps at once. It is bound to our host, so no other site can ask for it.
"""

import json
from typing import Any, Final

from actors.errors import Invalid, TooMany
from actors.people import Person
from fedi.oauth.answers import answered
from fedi.oauth.browser import Visit, local_path
from fedi.oauth.entering import HOME
from fedi.oauth.paper import Paper
from fedi.oauth.reception import Reception
from fedi.oauth.sessions import Sessions
from fedi.store import credentials
from fedi.store.credentials import Passkey
from outbox.answers import Answer

NAME_MOST: Final = 60
MOST: Final = 20
_WRONG: Final = (ValueError, KeyError, TypeError, AttributeError, AssertionError, IndexError)


class Passkeys:
    """Making passkeys and signing in with them."""

    def __init__(self, reception: Reception, paper: Paper, sessions: Sessions) -> None:
        self._reception = reception
        self._paper = paper
        self._sessions = sessions

    # -- signing in

    async def begin(self, visit: Visit) -> Answer:
        """POST /sign-in/passkey/begin: what the browser asks the device for."""
        visit.check_form(self._reception.urls)
        await self._reception.throttle.asking(visit.address)
        options, state = self._server().authenticate_begin(user_verification=_required())
        data = json.dumps({"state": state, "next": visit.text("next", 8_000)})
        await self._sessions.begin_step(visit, "passkey", data=data)
        return answered(dict(options), 200, *visit.cookies)

    async def sign_in(self, visit: Visit) -> Answer:
        """POST /sign-in/passkey: what the device answered."""
        visit.check_form(self._reception.urls)
        step = await self._sessions.step(visit, "passkey")
        if step is None or not await self._sessions.take_step(step):
            return self._paper.lead(visit, "/sign-in")
        data = json.loads(step.data)
        person = await self._shown(visit.text("credential", 16_384), data["state"])
        if person is None:
            return self._paper.page(
                visit,
                "sign_in.html",
                status=422,
                script=True,
                problem="sign.passkey_wrong",
                username="",
                next=data["next"],
            )
        await self._sessions.begin(visit, person, "passkey")
        return self._paper.lead(visit, local_path(data["next"], HOME))

    async def _shown(self, written: str, state: Any) -> Person | None:
        """Return whose passkey this is, if it is one and signed what it was asked to."""
        from fido2.utils import websafe_decode
        from fido2.webauthn import AttestedCredentialData, AuthenticationResponse

        try:
            document = json.loads(written)
            id = websafe_decode(document["rawId"])
            answer = AuthenticationResponse.from_dict(document)
        except (*_WRONG, RecursionError):
            return None
        found = await self._reception.engine.glance(lambda tx: credentials.passkey(tx, id))
        if found is None:
            return None
        known = AttestedCredentialData(found.public_key)
        try:
            self._server().authenticate_complete(state, [known], answer)
        except _WRONG:
            return None
        counter = answer.response.authenticator_data.counter
        if found.sign_count and counter <= found.sign_count:
            return None  # a copy of the device (WebAuthn section 6.1.1)
        now = self._reception.now()
        await self._reception.engine.write(
            lambda tx: credentials.use_passkey(tx, found.id, counter, now)
        )
        return await self._reception.engine.glance(
            lambda tx: credentials.person(tx, found.person_id)
        )

    # -- making one

    async def begin_adding(self, visit: Visit, person: Person) -> Answer:
        """Answer with what the browser is to make a passkey of, for who is signed in."""
        from fido2.webauthn import (
            AttestedCredentialData,
            PublicKeyCredentialUserEntity,
            ResidentKeyRequirement,
        )

        held = await self._held(person)
        if len(held) >= MOST:
            raise TooMany("You have as many passkeys as one can have.")
        options, state = self._server().register_begin(
            PublicKeyCredentialUserEntity(
                id=person.id.to_bytes(8, "big"), name=person.username, display_name=person.name
            ),
            [AttestedCredentialData(one.public_key) for one in held],
            resident_key_requirement=ResidentKeyRequirement.REQUIRED,
            user_verification=_required(),
        )
        data = json.dumps({"state": state})
        await self._sessions.begin_step(visit, "passkey-add", person_id=person.id, data=data)
        return answered(dict(options), 200, *visit.cookies)

    async def add(self, visit: Visit, person: Person) -> bool:
        """Keep the passkey that was made; False where it isn't what was asked for."""
        step = await self._sessions.step(visit, "passkey-add")
        if step is None or step.person_id != person.id or not await self._sessions.take_step(step):
            return False
        try:
            document = json.loads(visit.text("credential", 65_536))
            made = self._server().register_complete(json.loads(step.data)["state"], document)
        except (*_WRONG, RecursionError):
            return False
        if made.credential_data is None:
            return False
        row = Passkey(
            id=self._reception.new_id(),
            person_id=person.id,
            credential_id=made.credential_data.credential_id,
            public_key=bytes(made.credential_data),
            sign_count=made.counter,
            name=visit.text("name", NAME_MOST).strip(),
            created=self._reception.now(),
        )
        return await self._reception.engine.write(lambda tx: credentials.add_passkey(tx, row))

    async def _held(self, person: Person) -> list[Passkey]:
        return await self._reception.engine.glance(lambda tx: credentials.passkeys(tx, person.id))

    def _server(self) -> Any:
        from fido2.server import Fido2Server
        from fido2.webauthn import PublicKeyCredentialRpEntity

        urls = self._reception.urls
        host = urls.authority.rpartition(":")[0] if ":" in urls.authority else urls.authority
        if not host:
            raise Invalid("This server has no name that passkeys could be bound to.")
        entity = PublicKeyCredentialRpEntity(name=urls.handle_domain, id=host)
        return Fido2Server(entity, verify_origin=lambda origin: origin == urls.origin)


def _required() -> Any:
    from fido2.webauthn import UserVerificationRequirement

    return UserVerificationRequirement.REQUIRED
