"""The practice group is emptied each night: what was tried out there is deleted for good.

Called by the clockwork (fedi/jobs.py) now and then; some posts at a time, by the rule of Delete, so
that whoever has them, here or elsewhere, lets go of them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from actors import ids
from fedi.perform import Performer
from fedi.store import profiles, welcoming
from fedi.store.settings import put_setting, setting
from outbox.acts import Acting

HOUR: Final = 2
"""When the day of practice ends, by the clock on the wall: nobody is at it then."""
AT_ONCE: Final = 50
_WIPED: Final = "practice_wiped"


@dataclass(frozen=True, slots=True)
class Practising:
    """Empties the group of one house; `handle` is "" where there is none."""

    performer: Performer
    handle: str
    zone: ZoneInfo

    async def wipe(self) -> int:
        """Delete some of what was written before the night; return how many posts, 0 when no more
        is to be done until the next."""
        if not self.handle:
            return 0
        engine, night = self.performer.engine, self._night()
        if await engine.glance(lambda tx: setting(tx, _WIPED)) == str(night):
            return 0
        group = await engine.read(lambda tx: profiles.actor_by_handle(tx, self.handle))
        if group is None or group[0].gone:
            return 0
        before, group_id = ids.at(night), group[0].id
        old = await engine.read(lambda tx: welcoming.written_in(tx, group_id, before, AT_ONCE))
        for author, post in old:
            performer = self.performer
            acting = Acting(actor=author, urls=performer.urls, id=performer.new_id())
            await performer.once(acting.remove(post))
        if not old:
            await engine.write(lambda tx: put_setting(tx, _WIPED, str(night)))
        return len(old)

    def _night(self) -> int:
        """Return when the last night was (ms)."""
        now = datetime.fromtimestamp(self.performer.clock.now() / 1000, UTC).astimezone(self.zone)
        night = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
        if night > now:
            night -= timedelta(days=1)
        return int(night.timestamp() * 1000)
