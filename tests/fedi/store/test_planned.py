"""What an actor says in a period, in order of time."""

from actors import ids
from actors.drafts import DraftState, SharedDraft
from fedi.store import drafts, planned, scheduled
from fedi.store.engine import Tx
from fedi.store.scheduled import Scheduled
from tests.people import DAY, LEDERGRUPPEN, NOW, OLA, Nordvik
from tests.running import run

ME = LEDERGRUPPEN.id


def kinds(nordvik: Nordvik, start: int, end: int) -> list[str]:
    found = run(nordvik.engine.read(lambda tx: planned.between(tx, ME, start, end)))
    return [one.kind for one in found]


def test_published_scheduled_and_drafts_are_there_in_order_of_time(nordvik: Nordvik) -> None:
    post = nordvik.says(LEDERGRUPPEN)
    nordvik.says(OLA)

    async def fill(tx: Tx) -> None:
        for id, state in ((1, DraftState.OPEN), (2, DraftState.PENDING), (3, DraftState.REJECTED)):
            await drafts.add(tx, SharedDraft(
                id=id, actor_id=ME, author_id=1, state=state, wish="{}", wished=NOW + id * DAY,
                created=NOW, changed=NOW,
            ))  # fmt: skip
        await scheduled.add(tx, Scheduled(
            id=9, actor_id=ME, person_id=0, app_id=None, due=NOW + DAY + 1, params="{}",
            problem="No.",
        ))  # fmt: skip

    run(nordvik.engine.write(fill))
    start = ids.moment(post.id)
    assert kinds(nordvik, start, NOW + 9 * DAY) == ["published", "open", "scheduled", "pending"]
    assert kinds(nordvik, start + 1, NOW + DAY) == []
    assert kinds(nordvik, NOW + DAY, NOW + DAY + 1) == ["open"]
    at = NOW + DAY + 1
    (one,) = run(nordvik.engine.read(lambda tx: planned.between(tx, ME, at, at + 1)))
    assert (one.problem, one.person_id, one.at) == ("No.", None, at)
