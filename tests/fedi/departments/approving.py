"""A process that approves one draft and is killed in the middle of it.

python -m tests.fedi.departments.approving URL DRAFT PERSON before|after: `before` its unit is
written, or `after` that.
"""

import asyncio
import os
import signal
import sys
from typing import Any, cast

from actors.ids import Ids
from fedi.departments import drafts as doing
from fedi.departments.drafts import Drafts
from fedi.media.attachments import Attachments
from fedi.publishing import Writing
from fedi.store.engine import opened
from tests.fedi.publishing.offline import OFFLINE
from tests.people import Clock, Nordvik


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def approve(url: str, draft_id: int, person: int, when: str, now: int) -> None:
    """Approve, and be killed."""
    async with opened(url) as engine:
        house = Nordvik(engine, clock=Clock(now))
        performer = house.performer
        object.__setattr__(performer, "ids", Ids(9))
        desk = Drafts(Writing(performer, OFFLINE), cast(Attachments, None))
        draft = await desk.find(draft_id)
        last = doing.out

        async def out(*given: Any) -> bool:
            done = await last(*given)
            if when == "before":
                _die()
            return done

        doing.out = out  # type: ignore[assignment]
        await desk.approve(draft, person)
        _die()


if __name__ == "__main__":
    address, id, who, moment, time = sys.argv[1:]
    asyncio.run(approve(address, int(id), int(who), moment, int(time)))
