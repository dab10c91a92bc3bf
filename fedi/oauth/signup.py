"""POST /api/v1/accounts: an app registers somebody. In lab mode alone, and there for whoever asks,
without confirmation; elsewhere people are invited (`fedi person invite`).
"""

import re
from typing import Any, Final

from actors.errors import Forbidden, Invalid
from actors.handles import local_key, valid_local_username
from actors.people import Person, Token
from fedi.net.answer import Receive, Scope
from fedi.net.params import Params, read_params
from fedi.oauth.answers import answered
from fedi.oauth.callers import Caller, bearer_of, hash_of
from fedi.oauth.grants import given
from fedi.oauth.passwords import LONGEST
from fedi.oauth.reception import Reception
from fedi.oauth.tokens import fresh_secret
from fedi.organisation import add_person
from fedi.pages.language import FALLBACKS
from fedi.store import apps, credentials, profiles
from fedi.store.engine import Tx
from outbox.answers import Answer

LEAST: Final = 8  # Mastodon's; lab accounts are for tests
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}\Z")


class InvalidPerson(Invalid):
    """What is wrong with a registration, field by field, as apps read it."""

    def __init__(self, details: dict[str, list[dict[str, str]]]) -> None:
        words = [
            f"{name.capitalize()} {one['description']}"
            for name, found in details.items()
            for one in found
        ]
        super().__init__(f"Validation failed: {', '.join(words)}")
        self.details = details


class SignUp:
    """Registers people in lab mode."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def register(self, scope: Scope, receive: Receive) -> Answer:
        """Make a person with an actor of their own, and answer with a token for them."""
        reception = self._reception
        caller = await reception.callers.find(bearer_of(scope) or "")
        if caller.app_id is None or not caller.may("write:accounts"):
            raise Forbidden("This action is outside the authorized scopes")
        if not reception.open_to_all:
            raise Forbidden("This server is not accepting new registrations: people are invited")
        params = await read_params(scope, receive)
        await self._check(params)
        person = await self._person(params)
        return answered(await self._token(person, caller))

    async def _person(self, params: Params) -> Person:
        reception = self._reception
        username = params.text("username") or ""
        locale = (params.text("locale") or "").partition("-")[0]
        person, _ = await add_person(
            reception.performer,
            username,
            username,
            email=(params.text("email") or "").strip(),
            language=locale if locale in FALLBACKS else reception.site.organisation.language,
            audience="public",
            limits=reception.limits,
        )
        phc = await reception.passwords.hash(params.text("password") or "")
        now = reception.now()
        await reception.engine.write(lambda tx: credentials.put_phc(tx, person.id, phc, now))
        return person

    async def _token(self, person: Person, caller: Caller) -> dict[str, Any]:
        secret = fresh_secret()
        token = Token(
            id=self._reception.new_id(),
            hash=hash_of(secret),
            person_id=person.id,
            actor_id=person.actor_id,
            app_id=caller.app_id,
            scopes=" ".join(caller.scopes),
            created=self._reception.now(),
        )
        await self._reception.engine.write(lambda tx: apps.add_token(tx, token))
        return given(secret, token)

    async def _check(self, params: Params) -> None:
        username = params.text("username") or ""
        email = (params.text("email") or "").strip()
        taken, known = await self._reception.engine.read(lambda tx: _had(tx, username, email))
        wrong = {
            "username": _username_problem(username, taken),
            "email": _email_problem(email, known),
            "password": _password_problem(params.text("password") or ""),
            "agreement": _agreement_problem(params.text("agreement") or ""),
        }
        found = {
            field: [{"error": problem[0], "description": problem[1]}]
            for field, problem in wrong.items()
            if problem is not None
        }
        if found:
            raise InvalidPerson(found)


_AGREED: Final = frozenset({"true", "1", "on", "t", "yes", "y"})
_BLANK: Final = ("ERR_BLANK", "can't be blank")
_TAKEN: Final = ("ERR_TAKEN", "has already been taken")


def _username_problem(username: str, taken: bool) -> tuple[str, str] | None:
    if not username:
        return _BLANK
    if not valid_local_username(username):
        return "ERR_INVALID", "must contain only letters, numbers and underscores"
    return _TAKEN if taken else None


def _email_problem(email: str, known: bool) -> tuple[str, str] | None:
    if not email:
        return _BLANK
    if _EMAIL.match(email) is None:
        return "ERR_INVALID", "is invalid"
    return _TAKEN if known else None


def _password_problem(password: str) -> tuple[str, str] | None:
    if not password:
        return _BLANK
    if len(password) < LEAST:
        return "ERR_TOO_SHORT", f"is too short (minimum is {LEAST} characters)"
    if len(password) > LONGEST:
        return "ERR_TOO_LONG", f"is too long (maximum is {LONGEST} characters)"
    return None


async def _had(tx: Tx, username: str, email: str) -> tuple[bool, bool]:
    key = local_key(username) if username else ""
    taken = bool(key) and await profiles.actor_by_handle(tx, key) is not None
    return taken, bool(email) and await credentials.email_taken(tx, email)


def _agreement_problem(text: str) -> tuple[str, str] | None:
    return None if text.lower() in _AGREED else ("ERR_ACCEPTED", "must be accepted")
