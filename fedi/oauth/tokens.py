"""Making access tokens and taking them back. Only their hash is kept.

A token is one person's, for one actor, held by one app, and each such triple may have many: phone,
laptop, script. Whoever takes one back goes through here, so that nobody is answered by it again.
"""

import secrets
from collections.abc import Awaitable, Callable

from actors.errors import Invalid
from actors.people import Actor, Person, Token
from fedi.oauth import scopes
from fedi.oauth.callers import TOKENS, Callers, hash_of
from fedi.perform import Performer
from fedi.store import tokens
from fedi.store.engine import Tx
from fedi.store.rows import TOKEN

SECRET_BYTES = 32


def fresh_secret() -> str:
    """Return 256 bits that nobody can guess, as text for a header or an address."""
    return secrets.token_urlsafe(SECRET_BYTES)


async def new_token(
    performer: Performer, person: Person, actor: Actor, scope: str, *, label: str = ""
) -> str:
    """Make a token without an app, for scripts, and return it; only its hash is kept.

    Invalid for unknown scopes, and where the person may not speak for the actor.
    """
    granted = scopes.parse(scope)
    secret = fresh_secret()
    row = Token(
        id=performer.new_id(),
        hash=hash_of(secret),
        person_id=person.id,
        actor_id=actor.id,
        scopes=scopes.text(granted),
        label=label,
        created=performer.clock.now(),
    )

    async def unit(tx: Tx) -> None:
        found = await performer.open(tx).membership(person.id, actor.id)
        if found is None or not found.holds(row.created):
            raise Invalid(
                f"{person.name} may not write as {actor.name}. "
                "`fedi department member` lets a person speak for a department."
            )
        await tx.run(TOKEN.insert, TOKEN.encode(row))

    await performer.engine.write(unit)
    return secret


class Revoking:
    """Takes tokens back: in the database, in this process at once, and everywhere by the bus."""

    def __init__(self, performer: Performer, callers: Callers) -> None:
        self._performer = performer
        self._callers = callers

    async def token(self, id: int) -> bool:
        """Take one token back; False where it was none, or taken back before."""
        return bool(await self._done(lambda tx: tokens.revoke(tx, id, self._now())))

    async def all_of(self, person: Person) -> int:
        """Take back every token of a person; return how many there were."""
        return await self._done(lambda tx: tokens.revoke_of_person(tx, person.id, self._now()))

    def told(self) -> None:
        """Have everyone look again: another unit took tokens back, or changed who may what."""
        self._callers.forget()
        self._performer.bus.wake(TOKENS)

    def _now(self) -> int:
        return self._performer.clock.now()

    async def _done(self, unit: Callable[[Tx], Awaitable[int]]) -> int:
        changed = await self._performer.engine.write(unit)
        self.told()
        return changed
