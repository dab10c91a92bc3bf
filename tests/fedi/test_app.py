"""What the composition root itself says: how we name ourselves to those we ask."""

import asyncio
from pathlib import Path

from fedi.version import VERSION
from tests.fedi.net.peers import Asked
from tests.hostile.peer import GOOD, answer, town


def test_other_servers_are_told_what_asks_and_whom_to_turn_to(tmp_path: Path) -> None:
    async def scene() -> None:
        async with town(tmp_path) as here:
            alice, asked = here.hostile.stranger(), list[str]()

            def served(asking: Asked) -> bytes:
                asked.extend(asking.all("user-agent"))
                return answer(alice.document)

            here.hostile.table[f"{GOOD}/users/alice"] = served
            await here.house.resolver.actor(alice.uri)
            assert asked == [f"fedihus/{VERSION} (+{here.origin}/)"]

    asyncio.run(scene())
