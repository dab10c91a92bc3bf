"""The second step: codes of an authenticator app (RFC 6238) and recovery codes.

A code holds for its half minute and the ones beside it, and works once; so does a recovery code.
"""

import re
import secrets
from typing import Final

from fedi.oauth.callers import hash_of
from fedi.oauth.reception import Reception
from fedi.store import credentials
from fedi.store.credentials import Totp
from fedi.store.engine import Tx

STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
_DIGITS: Final = re.compile(r"[0-9]{6}\Z")
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
_RECOVERY_LENGTH: Final = 12


def fitting_step(secret: str, code: str, now: int) -> int | None:
    """Return the half minute, at `now` (ms) or beside it, whose code this is; None for none."""
    import hmac

    import pyotp

    totp, present, found = pyotp.TOTP(secret), now // 1000 // STEP_SECONDS, None
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(totp.generate_otp(step), code):
            found = step
    return found


class Second:
    """A person's second step."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def wanted(self, person_id: int) -> bool:
        """Return whether a person has a second step."""
        found = await self._reception.engine.glance(lambda tx: credentials.find_totp(tx, person_id))
        return found is not None and found.confirmed is not None

    async def passes(self, person_id: int, written: str) -> bool:
        """Return whether this is a code of the person's, and use it up."""
        code = "".join(written.split()).lower()
        if _DIGITS.match(code):
            return await self._passes_totp(person_id, code)
        hash, now = _recovery_hash(code), self._reception.now()
        return await self._reception.engine.write(
            lambda tx: credentials.use_recovery_code(tx, person_id, hash, now)
        )

    async def _passes_totp(self, person_id: int, code: str) -> bool:
        now = self._reception.now()

        async def unit(tx: Tx) -> bool:
            found = await credentials.find_totp(tx, person_id)
            if found is None or found.confirmed is None:
                return False
            step = fitting_step(found.secret, code, now)
            return step is not None and await credentials.use_totp(tx, person_id, step)

        return await self._reception.engine.write(unit)

    # -- setting it up

    async def begin(self, person_id: int) -> str:
        """Return the secret of a new authenticator, in base32, which counts once confirmed; ""
        where one counts already. Each time it is another, which nobody has seen before."""
        import pyotp

        secret = pyotp.random_base32()

        async def unit(tx: Tx) -> str:
            found = await credentials.find_totp(tx, person_id)
            if found is not None and found.confirmed is not None:
                return ""
            await credentials.put_totp(tx, Totp(person_id=person_id, secret=secret))
            return secret

        return await self._reception.engine.write(unit)

    async def begun(self, person_id: int) -> str:
        """Return the secret that waits to be confirmed, "" where none does."""
        found = await self._reception.engine.glance(lambda tx: credentials.find_totp(tx, person_id))
        return found.secret if found is not None and found.confirmed is None else ""

    async def confirm(self, person_id: int, written: str) -> list[str] | None:
        """Turn the second step on if the code is right: return the recovery codes, shown once."""
        code, now = "".join(written.split()), self._reception.now()
        made = [_recovery_code() for _ in range(RECOVERY_CODES)]

        async def unit(tx: Tx) -> bool:
            found = await credentials.find_totp(tx, person_id)
            if found is None or found.confirmed is not None or not _DIGITS.match(code):
                return False
            step = fitting_step(found.secret, code, now)
            if step is None:
                return False
            await credentials.put_totp(
                tx, Totp(person_id=person_id, secret=found.secret, confirmed=now, last_step=step)
            )
            hashes = [_recovery_hash(one) for one in made]
            await credentials.put_recovery_codes(tx, person_id, hashes)
            return True

        return made if await self._reception.engine.write(unit) else None

    async def fresh_codes(self, person_id: int) -> list[str]:
        """Replace a person's recovery codes, and return the new ones."""
        made = [_recovery_code() for _ in range(RECOVERY_CODES)]
        hashes = [_recovery_hash(one) for one in made]
        await self._reception.engine.write(
            lambda tx: credentials.put_recovery_codes(tx, person_id, hashes)
        )
        return made

    async def drop(self, person_id: int) -> None:
        """Turn the second step off."""
        await self._reception.engine.write(lambda tx: credentials.drop_totp(tx, person_id))


def provisioning(secret: str, username: str, house: str) -> str:
    """Return the address that authenticator apps read from a QR code."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=house)


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_RECOVERY_LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, _RECOVERY_LENGTH, 4))


def _recovery_hash(code: str) -> bytes:
    return hash_of(f"recovery {code.replace('-', '')}")
