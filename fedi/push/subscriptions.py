"""What an app asks for: to be told of notifications at an address it names. One for each token.

The address is anybody's to choose, so it is held to the same guard as everything we ask of other
servers, here and again each time something is sent (security.md S12, trial 24).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actors.errors import FetchRefused, Invalid
from fedi.net.failures import Reason, refused
from fedi.net.guard import canonical_url
from fedi.net.sender import Sender
from fedi.push.encryption import is_point
from fedi.push.keys import Keys, load_keys
from fedi.push.texts import from_base64
from fedi.store import push
from fedi.store.engine import Engine
from fedi.store.push import Subscription

ALERTS: Final = (
    "mention", "quote", "status", "reblog", "follow", "follow_request", "favourite", "poll",
    "update", "quoted_update", "admin.sign_up", "admin.report",
)  # fmt: skip
"""What an app may be told of: Mastodon's types of notifications that have an alert."""
POLICIES: Final = ("all", "followed", "follower", "none")
LONGEST_ENDPOINT: Final = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an app asks for, as it wrote it."""

    endpoint: str
    p256dh: str
    auth: str
    standard: bool = False
    alerts: frozenset[str] = frozenset()
    policy: str = "all"


class Subscriptions:
    """Keeps subscriptions. `own` is our authority: nobody has us push to ourselves."""

    def __init__(
        self,
        engine: Engine,
        sender: Sender,
        clock: Callable[[], int],
        *,
        secrets_dir: Path,
        subject: str,
        own: str,
    ) -> None:
        self._engine = engine
        self._sender = sender
        self._clock = clock
        self._secrets_dir = secrets_dir
        self._subject = subject
        self._own = own
        self._keys: Keys | None = None
        self._loading = asyncio.Lock()

    async def keys(self) -> Keys:
        """Return our keys, made if there were none."""
        if self._keys is None:
            async with self._loading:
                if self._keys is None:
                    self._keys = await load_keys(self._engine, self._secrets_dir, self._subject)
        return self._keys

    async def server_key(self) -> str:
        """Return the VAPID public key as apps want it: an uncompressed point in base64url."""
        return (await self.keys()).vapid.public

    async def subscribe(
        self, token_id: int, actor_id: int, bearer: str, wish: Wish
    ) -> Subscription:
        """Give a token its one subscription. Invalid, with the field's name, for what can't be."""
        p256dh, auth = from_base64(wish.p256dh), from_base64(wish.auth)
        if p256dh is None or not is_point(p256dh):
            raise Invalid("Validation failed: Key p256dh is invalid")
        if auth is None or len(auth) != 16:
            raise Invalid("Validation failed: Key auth is invalid")
        await self._check_endpoint(wish.endpoint)
        new = Subscription(
            id=0,
            token_id=token_id,
            actor_id=actor_id,
            endpoint=wish.endpoint,
            p256dh=p256dh,
            auth=auth,
            standard=wish.standard,
            alerts=wish.alerts & frozenset(ALERTS),
            policy=_policy(wish.policy),
            bearer=(await self.keys()).seal(bearer, token_id),
            created=self._clock(),
        )
        return await self._engine.write(lambda tx: push.subscribe(tx, new))

    async def find(self, token_id: int) -> Subscription | None:
        """Return a token's subscription."""
        return await self._engine.glance(lambda tx: push.of_token(tx, token_id))

    async def change(
        self, token_id: int, alerts: frozenset[str], policy: str
    ) -> Subscription | None:
        """Change what a token's app is told of; None where it has no subscription."""
        kept, whose = alerts & frozenset(ALERTS), _policy(policy)
        return await self._engine.write(lambda tx: push.change(tx, token_id, kept, whose))

    async def drop(self, token_id: int) -> None:
        """Drop a token's subscription, if it has one."""
        await self._engine.write(lambda tx: push.unsubscribe(tx, token_id))

    async def _check_endpoint(self, endpoint: str) -> None:
        if len(endpoint) > LONGEST_ENDPOINT:
            raise Invalid("Validation failed: Endpoint is too long")
        try:
            if canonical_url(endpoint).authority == self._own:
                raise refused(Reason.OWN, endpoint)
            await self._sender.check(endpoint)
        except FetchRefused as problem:
            raise Invalid("Validation failed: Endpoint is invalid", detail=problem.detail) from None


def _policy(asked: str) -> str:
    if asked not in POLICIES:
        raise Invalid("Validation failed: Policy is not included in the list")
    return asked
