"""Apps that wait for a push: keys of their own, a push service on loopback, and what it was sent.

What comes is opened with http_ece, so that nothing of ours says whether it can be read.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import http_ece  # type: ignore[import-untyped]

from actors.people import Actor, Person, Token
from fedi.bus import LocalBus
from fedi.net.guard import Rules
from fedi.net.sender import Sender
from fedi.oauth.callers import hash_of
from fedi.push.encryption import new_key, point
from fedi.push.pusher import Pusher
from fedi.push.subscriptions import ALERTS, Subscriptions, Wish
from fedi.push.texts import from_base64, to_base64
from fedi.store.engine import Tx
from fedi.store.push import Subscription
from fedi.store.rows import TABLES
from tests.dice import Dice
from tests.fedi.net.peers import Asked, Peer, answering, ok
from tests.people import NOW, Nordvik

CREATED = ok(b"", "", status=201)


@dataclass
class Phone:
    """An app on a phone: it makes its keys, and opens what comes."""

    auth: bytes = bytes(range(16))
    key: Any = field(default_factory=new_key)

    def wish(self, endpoint: str, **rest: Any) -> Wish:
        mine = {"p256dh": to_base64(point(self.key.public_key())), "auth": to_base64(self.auth)}
        rest = {"alerts": frozenset(ALERTS), "standard": True, **mine, **rest}
        return Wish(endpoint=endpoint, **rest)

    def opens(self, asked: Asked) -> dict[str, Any]:
        """Return what a push says, whichever its form."""
        names = {name.lower(): value for name, value in asked.headers}
        if names["content-encoding"] == "aes128gcm":
            plain = http_ece.decrypt(asked.body, private_key=self.key, auth_secret=self.auth)
        else:
            keys = dict(part.split("=") for part in names["crypto-key"].split(";"))
            plain = http_ece.decrypt(
                asked.body,
                salt=from_base64(names["encryption"].removeprefix("salt=")),
                dh=from_base64(keys["dh"]),
                private_key=self.key,
                auth_secret=self.auth,
                version="aesgcm",
            )
        found: dict[str, Any] = json.loads(plain)
        return found


@dataclass
class Station:
    """A house with its pusher, and the push service of everybody's phone."""

    nordvik: Nordvik
    bus: LocalBus
    sender: Sender
    subscriptions: Subscriptions
    service: Peer
    answers: list[bytes] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return "http://a.test/wpush/v2/abc"

    @property
    def came(self) -> list[Asked]:
        return self.service.requests

    def pusher(self) -> Pusher:
        """A process's pusher; another call is another process's."""
        return Pusher(
            engine=self.nordvik.engine,
            bus=self.bus,
            clock=self.nordvik.clock,
            random=Dice(3),
            urls=self.nordvik.urls,
            sender=self.sender,
            subscriptions=self.subscriptions,
        )

    async def signed_in(self, person: Person, actor: Actor, bearer: str = "hemmelig") -> Token:
        token = Token(
            id=self.nordvik.performer.new_id(),
            hash=hash_of(bearer),
            person_id=person.id,
            actor_id=actor.id,
            scopes="read push",
            created=NOW,
        )
        await self.put(token)
        return token

    async def subscribed(
        self, token: Token, phone: Phone, bearer: str = "hemmelig", **rest: Any
    ) -> Subscription:
        wish = phone.wish(**{"endpoint": self.endpoint, **rest})
        return await self.subscriptions.subscribe(token.id, token.actor_id or 0, bearer, wish)

    async def put(self, *rows: Any) -> None:
        async def unit(tx: Tx) -> None:
            for row in rows:
                table = TABLES[type(row)]
                await tx.run(table.replace, table.encode(row))

        await self.nordvik.engine.write(unit)

    async def sql(self, text: str, *params: Any) -> list[tuple[Any, ...]]:
        return [
            tuple(row) for row in await self.nordvik.engine.read(lambda tx: tx.rows(text, params))
        ]

    async def pushed(self, pusher: Pusher) -> list[Asked]:
        """Collect and send until nothing is due; what came meanwhile."""
        before = len(self.came)
        while await pusher.collect():
            pass
        while await pusher.send_some():
            pass
        await pusher.idle()
        return self.came[before:]


@asynccontextmanager
async def station(nordvik: Nordvik, folder: Path) -> AsyncIterator[Station]:
    """Open one; the service answers 201 unless `answers` holds something else to say first."""
    answers: list[bytes] = []
    service = Peer(answering(lambda _: answers.pop(0) if answers else CREATED))
    async with service:
        rules = Rules(lab=True, hosts={"a.test": f"127.0.0.1:{service.port}"})
        sender = Sender(rules)
        subscriptions = Subscriptions(
            nordvik.engine,
            sender,
            nordvik.clock.now,
            secrets_dir=folder / "secrets",
            subject="https://nordvik.test",
            own="nordvik.test",
        )
        bus = LocalBus()
        try:
            yield Station(nordvik, bus, sender, subscriptions, service, answers)
        finally:
            bus.close()
            await sender.close()


Story = Callable[[Station], Any]
