"""Attachments as rows: leased once, taken once, and never by whom they aren't."""

from dataclasses import replace

import pytest

from actors.posts import Media
from fedi.store import attachments, media
from fedi.store.attachments import TAKEN_MS, Attachment
from fedi.store.engine import Engine, Tx
from fedi.store.media import GRACE_MS
from tests.fedi.town import IT, NOW, SECRETARIAT, URLS, post, put
from tests.running import run

WHOLE = Attachment(
    id=7, actor_id=IT.id, person_id=3, post_id=None, state="ready", problem="", kind="video",
    name="a.mp4", preview="a.webp", original="", file_name="Møte.mp4", media_type="video/mp4",
    size=99, width=6, height=4, preview_width=3, preview_height=2, duration=1500, bitrate=9,
    frame_rate="10/1", description="Møte", focus=(0.25, -1.0), blurhash="x", created=NOW,
)  # fmt: skip


@pytest.fixture
def stored(engine: Engine) -> Engine:
    run(engine.write(lambda tx: attachments.add(tx, WHOLE)))
    return engine


def owned(engine: Engine, actor_id: int = IT.id, id: int = 7) -> Attachment | None:
    return run(engine.read(lambda tx: attachments.owned(tx, actor_id, [id]))).get(id)


def test_a_row_comes_back_as_it_was_and_only_to_its_owner(stored: Engine) -> None:
    assert owned(stored) == WHOLE
    assert owned(stored, SECRETARIAT.id) is owned(stored, id=8) is None
    assert run(stored.read(lambda tx: attachments.owned(tx, IT.id, []))) == {}
    assert WHOLE.names == ("a.mp4", "a.webp")


def take(engine: Engine, actor_id: int, post_id: int | None = None, now: int = NOW) -> bool:
    return run(engine.write(lambda tx: attachments.take(tx, actor_id, 7, post_id, now)))


def test_it_is_taken_once_until_it_is_given_back_or_time_has_passed(stored: Engine) -> None:
    assert not take(stored, SECRETARIAT.id)
    assert take(stored, IT.id)
    assert not take(stored, IT.id)
    assert take(stored, IT.id, now=NOW + TAKEN_MS)
    run(stored.write(lambda tx: attachments.give_back(tx, [7])))
    assert take(stored, IT.id)


def test_what_is_on_a_post_is_taken_for_that_one_alone(stored: Engine) -> None:
    run(stored.write(lambda tx: attachments.replace(tx, replace(WHOLE, post_id=5))))
    assert not take(stored, IT.id)
    assert not take(stored, IT.id, post_id=6)
    assert take(stored, IT.id, post_id=5)
    assert [one.id for one in run(stored.read(lambda tx: attachments.of_post(tx, 5)))] == [7]
    assert not run(stored.write(lambda tx: attachments.remove(tx, WHOLE)))
    renamed = replace(WHOLE, name="b.mp4")
    assert not run(stored.write(lambda tx: attachments.replace(tx, renamed, unless_used=True)))


def test_what_waits_is_leased_to_one_and_again_when_that_one_is_gone(engine: Engine) -> None:
    waiting = replace(WHOLE, state="processing", original="a.upload")
    run(engine.write(lambda tx: attachments.add(tx, waiting)))

    def lease(now: int) -> Attachment | None:
        return run(engine.write(lambda tx: attachments.lease(tx, now, now + 1000)))

    assert lease(NOW) == waiting
    assert lease(NOW + 999) is None
    again = lease(NOW + 1000)
    assert again is not None
    assert again.tries == 1
    run(engine.write(lambda tx: attachments.replace(tx, replace(waiting, state="ready"))))
    assert lease(NOW + 9000) is None


def test_what_was_never_finished_is_found_after_a_day(engine: Engine) -> None:
    run(engine.write(lambda tx: attachments.add(tx, replace(WHOLE, state="failed"))))

    def unfinished(now: int) -> list[Attachment]:
        return run(engine.read(lambda tx: attachments.unfinished(tx, now, 10)))

    assert unfinished(NOW + GRACE_MS - 1) == []
    assert [one.id for one in unfinished(NOW + GRACE_MS)] == [7]


def test_letting_go_of_a_file_forgets_its_attachment_unless_a_post_has_it(stored: Engine) -> None:
    run(stored.write(lambda tx: media.add(tx, "a.mp4", IT.id, "video/mp4", 9, NOW)))
    gone = run(stored.write(lambda tx: media.let_go(tx, ["a.mp4", "never.mp4"])))
    assert gone == ["a.mp4"]
    assert owned(stored) is None
    later = run(stored.read(lambda tx: media.unused(tx, NOW, 10)))
    assert later == ["a.mp4"]  # until it is gone indeed
    run(stored.write(lambda tx: media.forget(tx, ["a.mp4"])))
    assert run(stored.read(media.names)) == []


def test_what_is_about_to_go_can_not_be_shown_again(stored: Engine) -> None:
    shown = post(IT, 0, "Se", media=(Media(url=URLS.media("a.mp4"), id=7),))

    async def unit(tx: Tx) -> None:
        await media.add(tx, "a.mp4", IT.id, "video/mp4", 9, NOW)
        await media.let_go(tx, ["a.mp4"])
        await media.retire(tx, ["a.mp4"], NOW + 99)
        await media.note_use(tx, shown, URLS, NOW)

    put(stored, IT, shown)
    run(stored.write(unit))
    assert run(stored.read(lambda tx: media.shown(tx, "a.mp4"))) is None
    assert run(stored.read(lambda tx: media.unused(tx, NOW, 10))) == ["a.mp4"]


def test_what_a_post_shows_is_not_let_go_of(stored: Engine) -> None:
    shown = post(IT, 0, "Se", media=(Media(url=URLS.media("a.mp4"), id=7),))

    async def unit(tx: Tx) -> list[str]:
        await media.add(tx, "a.mp4", IT.id, "video/mp4", 9, NOW)
        await media.note_use(tx, shown, URLS, NOW)
        await media.retire(tx, ["a.mp4"])
        return await media.let_go(tx, ["a.mp4"])

    put(stored, IT, shown)
    assert run(stored.write(unit)) == []
    found = owned(stored)
    assert found is not None
    assert found.post_id == shown.id


def test_whether_anything_waits_is_told_without_writing(engine: Engine) -> None:
    def waits() -> bool:
        return run(engine.glance(lambda tx: attachments.waits(tx, NOW)))

    assert not waits()
    run(engine.write(lambda tx: attachments.add(tx, replace(WHOLE, state="processing"))))
    assert waits()
