"""How often one may try: by whom, from where, and both together, so that neither a guesser nor a
crowd behind one address gets far, and nobody can lock another out.

A stranger's tries count against the account as guessed from their address, against the address,
and, far more loosely, against the account as such. In a browser that has signed in before they
count against that browser alone, so its owner gets in while strangers guess. The right answer
gives the try back.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.errors import TooMany
from actors.ports import Clock
from fedi.oauth.callers import hash_of
from fedi.store import throttles
from fedi.store.engine import Engine
from fedi.store.throttles import Bounds

MINUTE: Final = 60_000
PAIR: Final = Bounds(burst=10, every_ms=2 * MINUTE)
ADDRESS: Final = Bounds(burst=60, every_ms=MINUTE // 4)
ACCOUNT: Final = Bounds(burst=100, every_ms=MINUTE)
DEVICE: Final = Bounds(burst=20, every_ms=MINUTE)
CODE: Final = Bounds(burst=10, every_ms=5 * MINUTE)
ASKING: Final = Bounds(burst=120, every_ms=MINUTE // 20)
INVITING: Final = Bounds(burst=60, every_ms=MINUTE)
REGISTERING: Final = Bounds(burst=100, every_ms=MINUTE // 2)

Wanted = Sequence[tuple[str, Bounds]]


def address_of(scope: Any) -> str:
    """Return where a request comes from: an IPv4 address, or an IPv6 network of 64 bits, which
    is what one household has. The proxies in front are seen through already."""
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0].partition("%")[0] if client else "")
    except ValueError:
        return "local"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was let through; `right` gives it back."""

    wanted: Wanted
    engine: Engine

    async def right(self) -> None:
        """Give the try back: whoever made it proved themselves."""
        await self.engine.write(lambda tx: throttles.give_back(tx, self.wanted))


class Throttle:
    """Counts tries in the database, for all processes together."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def password(self, name: str, address: str, device: bytes | None) -> Try:
        """Let a password be tried for an account, known or not; TooMany where it has to wait.
        `device` is that of a browser which this account has signed in with."""
        account = _short(name)
        if device is not None:
            return await self._take([(f"device {device.hex()[:32]}", DEVICE)])
        return await self._take(
            [
                (f"pair {account} {address}", PAIR),
                (f"address {address}", ADDRESS),
                (f"account {account}", ACCOUNT),
            ]
        )

    async def code(self, person_id: int, address: str, device: bytes | None) -> Try:
        """Let a one-time code be tried, by somebody who knows the password already."""
        if device is not None:
            return await self._take([(f"code {device.hex()[:32]}", CODE)])
        return await self._take(
            [(f"code {person_id} {address}", CODE), (f"codes {person_id}", ACCOUNT)]
        )

    async def asking(self, address: str) -> None:
        """Let an address have something made for it, such as a passkey's challenge."""
        await self._take([(f"asking {address}", ASKING)])

    async def inviting(self, person_id: int) -> None:
        """Let a leader make a link for somebody: a whole department in one go, and no more."""
        await self._take([(f"inviting {person_id}", INVITING)])

    async def registering(self, address: str) -> None:
        """Let an address register an app, or an app get itself a token."""
        await self._take([(f"registering {address}", REGISTERING)])

    async def _take(self, wanted: Wanted) -> Try:
        wait = await self._engine.write(lambda tx: throttles.take(tx, wanted, self._clock.now()))
        if wait:
            raise TooMany("Too many tries. Wait a little.", retry_after=max(1, wait // 1000))
        return Try(wanted, self._engine)


def _short(name: str) -> str:
    """Return what stands for an account that may not exist: neither long nor readable."""
    return hash_of(name).hex()[:24]
