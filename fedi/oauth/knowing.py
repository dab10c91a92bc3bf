"""Who is signed in, for pages that only want to know: nothing is written, no session goes on."""

from collections.abc import Mapping

from actors.people import Person
from actors.ports import Clock
from actors.urls import Urls
from fedi.oauth.browser import SESSION, Jar
from fedi.oauth.callers import hash_of
from fedi.pages.site import SignedIn
from fedi.store import sessions
from fedi.store.engine import Engine


def knower(engine: Engine, urls: Urls, clock: Clock) -> SignedIn:
    """Return what tells who makes a request, by the cookie of their browser; for Site."""
    jar = Jar(urls)

    async def signed_in(headers: Mapping[str, str]) -> Person | None:
        secret = jar.read(headers.get("cookie", ""), SESSION)
        if not secret:
            return None
        hash, now = hash_of(secret), clock.now()
        found = await engine.glance(lambda tx: sessions.by_hash(tx, hash, now))
        return found[1] if found is not None else None

    return signed_in
