"""A process that pushes and nothing else, to be killed.

python -m tests.fedi.push.pushing URL FOLDER PORT NOW, NOW being what its clock stands at (ms).
"""

import asyncio
import sys
from pathlib import Path

from fedi.bus import LocalBus
from fedi.net.guard import Rules
from fedi.net.sender import Sender
from fedi.push.pusher import Pusher
from fedi.push.subscriptions import Subscriptions
from fedi.store.engine import opened
from tests.dice import Dice
from tests.people import URLS, Clock


async def push(url: str, folder: Path, port: int, now: int) -> None:
    """Push what waits, until killed."""
    clock, bus = Clock(now), LocalBus()
    sender = Sender(Rules(lab=True, hosts={"a.test": f"127.0.0.1:{port}"}))
    async with opened(url) as engine:
        subscriptions = Subscriptions(
            engine,
            sender,
            clock.now,
            secrets_dir=folder / "secrets",
            subject="https://nordvik.test",
            own="nordvik.test",
        )
        pusher = Pusher(
            engine=engine,
            bus=bus,
            clock=clock,
            random=Dice(3),
            urls=URLS,
            sender=sender,
            subscriptions=subscriptions,
        )
        await pusher.run(asyncio.Event())


if __name__ == "__main__":
    address, where, service, moment = sys.argv[1:]
    asyncio.run(push(address, Path(where), int(service), int(moment)))
