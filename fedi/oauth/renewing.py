"""A new password, and what ends with the old one; and beginning anew when a phone is lost."""

from actors.errors import Invalid
from actors.people import Person
from fedi.config import SignIn
from fedi.oauth.passwords import Passwords, weakness
from fedi.perform import Performer
from fedi.store import apps, credentials, sessions, tokens
from fedi.store.engine import Tx

_WHY = {
    "pass.short": "The password is too short.",
    "pass.long": "The password is too long.",
    "pass.common": "This password is among those that everybody tries first.",
}


async def renew(tx: Tx, person_id: int, phc: str, now: int, *, here: int | None = None) -> None:
    """Set a password's hash, and end what was opened or begun with the one before: links, tokens,
    codes for tokens, second steps, known browsers, and every session but `here` (S32)."""
    await credentials.put_phc(tx, person_id, phc, now)
    await end_all(tx, person_id, now, here=here)


async def end_all(tx: Tx, person_id: int, now: int, *, here: int | None = None) -> None:
    """End a person's links, tokens and sessions, all but the session `here`, and what would yet
    become one of them."""
    await credentials.drop_links(tx, person_id)
    await apps.drop_codes(tx, person_id)
    await sessions.drop_steps(tx, person_id)
    await sessions.end_others(tx, person_id, here)
    if here is None:
        await sessions.forget_devices(tx, person_id)
    await tokens.revoke_of_person(tx, person_id, now)


async def set_password(
    performer: Performer, settings: SignIn, person: Person, password: str
) -> None:
    """Set a person's password from the command line. Invalid for one that won't do."""
    problem = weakness(password, settings.password_characters, person.username, person.email)
    if problem:
        raise Invalid(f"{_WHY[problem]} At least {settings.password_characters} characters.")
    phc, now = await Passwords(settings).hash(password), performer.clock.now()
    await performer.engine.write(lambda tx: renew(tx, person.id, phc, now))


async def begin_anew(performer: Performer, person: Person) -> None:
    """Forget all that a person signs in with, and end all that they opened with it."""
    now = performer.clock.now()

    async def unit(tx: Tx) -> None:
        await credentials.drop_all(tx, person.id)
        await end_all(tx, person.id, now)

    await performer.engine.write(unit)
