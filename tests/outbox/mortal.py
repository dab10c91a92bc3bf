"""A delivery worker in a process of its own, to be killed.

Run: python -m tests.outbox.mortal DATABASE PORT
"""

import asyncio
import sys
from typing import Any

from fedi.store.engine import opened
from outbox.worker import Worker
from tests.outbox.post_office import Office

HOSTS = [f"h{n:03}.test" for n in range(100)]


class Anyone(dict[str, str]):
    """Leads every name to one address."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return self["*"]


async def work(url: str, port: str) -> None:
    async with opened(url) as engine:
        office = Office(engine, hosts=Anyone({"*": f"127.0.0.1:{port}"}))
        async with office.mailroom() as mailroom:
            await mailroom.recover()
            worker: Any = Worker(mailroom)
            await worker.run()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
