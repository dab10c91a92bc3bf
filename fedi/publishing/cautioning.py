"""Stops an author before a post leaves the house with what should not (actors/cautions.py).

The rule of the verb refuses, since it knows how far the post goes. The refusal is noted in the
same unit as a keyed hash, and whoever says just the same once more within MEANT_MS means it: so it
works in every app, and no text that was stopped is kept or logged anywhere.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.cautions import Caution, Watched, cautions, code_of
from actors.effects import Done, Refusal
from actors.people import Actor
from fedi.perform import Also
from fedi.store import stopped
from fedi.store.engine import Engine, Tx
from fedi.store.settings import STOPPED_KEY, setting_once
from fedi.store.unit import UnitStore

MEANT_MS: Final = 600_000


@dataclass(frozen=True, slots=True)
class Stop:
    """What a text should make its author look at again; None where it may go."""

    caution: Caution | None = None
    digest: bytes = b""

    def noting(self, also: Also | None = None) -> Also:
        """Return what writes, beside `also`, that the author was told."""

        async def both(store: UnitStore, outcome: Done | Refusal) -> None:
            await self.note(store, outcome)
            if also is not None:
                await also(store, outcome)

        return both

    async def note(self, store: UnitStore, outcome: Done | Refusal) -> None:
        """Note, in the unit that refused, that the author was told."""
        if self.caution is not None and _told(outcome, self.caution):
            await stopped.note(store.tx, self.digest, store.now + MEANT_MS)


GO: Final = Stop()


async def stop_of(
    engine: Engine,
    watched: Watched,
    author: Actor,
    person: int | None,
    texts: Sequence[str],
    now: int,
) -> Stop:
    """Return what is to be looked at in what `person` says as `author`, unless they were told of
    just that within MEANT_MS before `now` (ms)."""
    found = cautions(texts, watched)
    if not found:
        return GO
    fresh = secrets.token_hex(32)
    key = await engine.write(lambda tx: setting_once(tx, STOPPED_KEY, fresh))
    said = "\x00".join((str(author.id), str(person), *texts))
    digest = hmac.digest(bytes.fromhex(key), said.encode("utf-8", "surrogatepass"), hashlib.sha256)

    async def told(tx: Tx) -> bool:
        return await stopped.was_told(tx, digest, now)

    return GO if await engine.read(told) else Stop(found[0], digest)


def _told(outcome: Done | Refusal, caution: Caution) -> bool:
    return isinstance(outcome, Refusal) and outcome.code == code_of(caution)
