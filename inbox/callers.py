"""Who calls, by address: how much one may ask before it has proven to be anybody.

Two buckets for each address. One for all requests, generous, since many servers may share it. One
for what came to nothing: a signature that failed, or a key that had to be fetched and proved
none; who uses that up is not listened to until it fills again. Next: endpoints.py asks here first.
"""

import ipaddress
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from actors.errors import TooMany
from inbox.policies.rate import Buckets

FETCH_COST: Final = 10.0
"""A key fetched for nothing, in failed requests."""
FREE_BYTES: Final = 32_768
"""Each further so many bytes of a body count as one more request."""
_V6_NETWORK: Final = 64
_LONGEST: Final = 64


class Callers:
    """The buckets of one process; both rates are requests a second."""

    def __init__(self, clock: Callable[[], int], *, rate: float, failures: float) -> None:
        self._all = Buckets(clock, rate)
        self._failed = Buckets(clock, failures)

    def admit(self, peer: str, size: int = 0) -> None:
        """Raise TooMany for an address that sends too much (`size` in bytes) or too much wrong."""
        name = network_of(peer)
        wait = self._failed.wait(name) or self._all.take(name, 1.0 + size // FREE_BYTES)
        if wait:
            raise _too_many(wait)

    def fetching(self, peer: str) -> None:
        """Count a key that must be fetched before anything is proven; TooMany if it may not."""
        wait = self._failed.take(network_of(peer), FETCH_COST)
        if wait:
            raise _too_many(wait)

    def proven(self, peer: str) -> None:
        """Give back what the fetch cost: the key held, and the host it is of is counted now."""
        self._failed.give(network_of(peer), FETCH_COST)

    def failed(self, peer: str) -> None:
        """Count a request without a signature that holds."""
        self._failed.take(network_of(peer))


@lru_cache(maxsize=4096)
def network_of(peer: str) -> str:
    """Return what is counted as one: an IPv4 address, or an IPv6 network of 64 bits, since that is
    what one customer has. What is no address (no proxy said whose it is) is one all together."""
    try:
        address = ipaddress.ip_address(peer[:_LONGEST].partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _V6_NETWORK), strict=False))


def _too_many(wait: int) -> TooMany:
    return TooMany("Too many requests from your address.", retry_after=max(1, -(-wait // 1000)))
