"""The one line a day by which an unmodified app tells what a department has not answered.

An announcement that nobody wrote: made when it is read, in the reader's language, of what was
asked before today and still waits. Its id is the day, so that who puts it away sees it no more
until tomorrow. Notifications of a department tell of each question as ever.
"""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from actors.html import escape
from actors.membership import may_draft
from actors.people import ActorKind
from fedi.mastodon.asking import Ask
from fedi.pages.language import choose, speech
from fedi.store import announcements, questions, speaking
from fedi.store.announcements import Announcement
from fedi.store.engine import Tx

_ID_BITS: Final = 16


def day_of(ask: Ask) -> int:
    """Return when today began where the organisation is (Unix ms)."""
    zone = ZoneInfo(ask.api.config.organisation.timezone)
    now = datetime.fromtimestamp(ask.api.clock.now() / 1000, UTC).astimezone(zone)
    return int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()) * 1000


def id_of(day: int) -> int:
    """Return the id of a day's line: no real announcement has it, for those are not of midnight's
    first millisecond."""
    return day << _ID_BITS


async def line(ask: Ask, tx: Tx, *, dismissed: bool) -> Announcement | None:
    """Return today's line for the reader, None where nothing has waited since yesterday; one that
    they put away only with `dismissed`."""
    day, now = day_of(ask), ask.api.clock.now()
    own = ask.me.id == ask.person.actor_id
    names = {
        actor.id: actor.name
        for actor, role in await speaking.roles_held(tx, ask.person, now)
        if actor.kind is ActorKind.ORGANIZATION
        and may_draft(role, now)
        and (own or actor.id == ask.me.id)
    }
    waiting = await questions.waiting(tx, list(names), day)
    if not waiting:
        return None
    read = await announcements.is_dismissed(tx, id_of(day), ask.me.id)
    if read and not dismissed:
        return None
    say = speech(choose("", ask.person.language))
    lines = [say.text("asked.waiting", n, department=names[id]) for id, n, _ in waiting]
    return Announcement(
        id=id_of(day),
        content="".join(f"<p>{escape(text)}</p>" for text in lines),
        text="\n".join(lines),
        starts=None,
        ends=None,
        all_day=False,
        published=day,
        updated=day,
        read=read,
    )
