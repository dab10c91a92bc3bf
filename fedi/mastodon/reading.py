"""How one reads: markers (where one has read to) and preferences."""

from typing import Any, Final

from actors import ids
from actors.errors import Invalid
from fedi.mastodon.asking import Ask, Reply, get, ok, post
from fedi.mastodon.entities import moment
from fedi.store import kept
from fedi.store.engine import Tx
from fedi.store.kept import Place

TIMELINES: Final = ("home", "notifications")


def _marker(place: Place) -> dict[str, Any]:
    return {
        "last_read_id": ids.text(place.last_id),
        "version": place.version,
        "updated_at": moment(place.updated),
    }


async def markers(ask: Ask) -> Reply:
    """GET /api/v1/markers?timeline[]=…"""
    wanted = tuple(one for one in ask.params.texts("timeline") if one in TIMELINES)
    if not wanted:
        return ok({})
    places = await ask.api.engine.glance(lambda tx: kept.places(tx, ask.me.id, wanted))
    return ok({place.timeline: _marker(place) for place in places})


async def keep(ask: Ask) -> Reply:
    """POST /api/v1/markers with `home[last_read_id]` and `notifications[last_read_id]`."""
    read: dict[str, int] = {}
    for timeline in TIMELINES:
        inner = ask.params.inner(timeline)
        if inner is None:
            continue
        last = ids.parse(inner.text("last_read_id") or "")
        if last is None:
            raise Invalid("Validation failed: Last read must be an id")
        read[timeline] = last
    me, now = ask.me.id, ask.api.clock.now()

    async def unit(tx: Tx) -> list[Place]:
        for timeline, last in read.items():
            await kept.keep_place(tx, me, timeline, last, now)
        return await kept.places(tx, me, tuple(read)) if read else []

    places = await ask.api.engine.write(unit)
    return ok({place.timeline: _marker(place) for place in places})


async def preferences(ask: Ask) -> Reply:
    """GET /api/v1/preferences."""
    me = ask.me
    found = await ask.api.engine.glance(lambda tx: kept.preferences(tx, me.id))
    return ok(
        {
            "posting:default:visibility": found.visibility
            or default_visibility(me.default_audience),
            "posting:default:sensitive": found.sensitive,
            "posting:default:language": found.language or me.language or None,
            "posting:default:quote_policy": found.quote_policy or "public",
            "reading:expand:media": found.expand_media or "default",
            "reading:expand:spoilers": found.expand_warnings,
            "reading:autoplay:gifs": found.autoplay,
        }
    )


def default_visibility(audience: str) -> str:
    """Return Mastodon's word for an actor's default audience."""
    return audience if audience in ("public", "unlisted", "direct") else "private"


ROUTES: Final = (
    get("/api/v1/markers", markers, "read:statuses"),
    post("/api/v1/markers", keep, "write:statuses"),
    get("/api/v1/preferences", preferences, "read:accounts"),
)
