"""Passwords: Argon2id (RFC 9106) as PHC text, checked off the loop and a few at a time.

Whether somebody exists makes no difference in time: where there is no password, a decoy is
checked. Hashes made at another cost are made anew when their password is next given.
"""

import asyncio
import os
import unicodedata
from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise
from typing import Final, TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from actors.errors import Unavailable
from fedi.config import SignIn

T = TypeVar("T")

LONGEST: Final = 512  # characters
WAITING_MOST: Final = 64
_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32


class Passwords:
    """Makes and checks hashes of passwords at the cost that the settings ask for."""

    def __init__(self, settings: SignIn) -> None:
        self._kib = settings.argon2_kib
        self._passes = settings.argon2_passes
        self._turns = asyncio.Semaphore(settings.argon2_at_once)
        self._waiting = 0
        self._decoy = ""

    async def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return await self._off_the_loop(self._hash, password, "")

    async def verify(self, password: str, phc: str) -> bool:
        """Return whether a password is the one; "" as its hash is nobody's, and takes as long."""
        if not self._decoy:
            self._decoy = await self.hash(os.urandom(16).hex())
        fits = await self._off_the_loop(_verify, password, phc or self._decoy)
        return fits and phc != ""

    def outdated(self, phc: str) -> bool:
        """Return whether a hash was made at another cost than the settings ask for now."""
        return f"$m={self._kib},t={self._passes},p=1$" not in phc

    def _hash(self, password: str, _: str) -> str:
        argon2 = Argon2id(
            salt=os.urandom(_SALT_BYTES),
            length=_HASH_BYTES,
            iterations=self._passes,
            lanes=1,
            memory_cost=self._kib,
        )
        return argon2.derive_phc_encoded(_bytes(password))

    async def _off_the_loop(self, work: Callable[[str, str], T], password: str, phc: str) -> T:
        if self._waiting >= WAITING_MOST:
            raise Unavailable("Many are signing in right now. Try again soon.", retry_after=5)
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work, password, phc)
        finally:
            self._waiting -= 1


def _verify(password: str, phc: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(_bytes(password), phc)
    except (InvalidKey, ValueError):
        return False
    return True


def _bytes(password: str) -> bytes:
    # One password, however a keyboard composes its letters (RFC 8265 section 4.2).
    return unicodedata.normalize("NFC", password[:LONGEST]).encode("utf-8", "surrogatepass")


def weakness(password: str, least: int, *near: str) -> str:
    """Return why a new password won't do, as the key of a sentence; "" where it will.

    `near` are words that a guesser tries first: user name, e-mail, the organisation's name.
    """
    folded = unicodedata.normalize("NFC", password).casefold()
    if len(folded) < least:
        return "pass.short"
    if len(folded) > LONGEST:
        return "pass.long"
    bare = folded.strip("0123456789!.?-_ ")
    close = {word.casefold() for word in near if word}
    close |= {word.partition("@")[0] for word in close}
    common = folded in _common() or bare in _common() or bare in close or folded in close
    return "pass.common" if common or len(set(folded)) < 4 or _is_run(folded) else ""


def _is_run(folded: str) -> bool:
    """Return whether each character is the next one, up or down: 1234567890, zyxwvutsrq."""
    steps = {ord(b) - ord(a) for a, b in pairwise(folded)}
    return steps <= {1, -9} or steps <= {-1, 9}


_known: set[str] = set()


def _common() -> set[str]:
    if not _known:
        text = files(__package__).joinpath("common_passwords.txt").read_text(encoding="utf-8")
        _known.update(line for line in text.split("\n") if line and not line.startswith("#"))
    return _known
