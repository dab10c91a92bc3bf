"""Uploads: whose they are, what becomes of them, and that a name dies with its post."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from actors.errors import FediError, Invalid, NotFound, TooLarge
from actors.people import Actor
from actors.ports import Clock
from actors.posts import Post, Visibility
from actors.verbs import Delete
from fedi.app import House, opened_house
from fedi.config import load
from fedi.media.attachments import Attachments, Given
from fedi.media.bench import NoRoom
from fedi.media.errand import Unusable
from fedi.media.kinds import PNG
from fedi.media.shelf import Shelf
from fedi.organisation import find_actor
from fedi.publishing.writing import Draft, Writing
from fedi.store import attachments as rows
from fedi.store import media
from fedi.store.attachments import TAKEN_MS, TRIES, Attachment
from fedi.store.media import GRACE_MS, Shown
from tests.fedi.house_on_disk import HouseOnDisk
from tests.fedi.media import made


@dataclass
class Ahead:
    """A clock that runs ahead of another by so many milliseconds."""

    clock: Clock
    by: int

    def now(self) -> int:
        return self.clock.now() + self.by


@dataclass
class Room:
    """A house with its attachments, a department and an employee."""

    house: House
    team: Actor
    anne: Actor

    @property
    def media(self) -> Attachments:
        return self.house.media

    async def upload(self, data: bytes, **more: object) -> Attachment:
        wait = bool(more.pop("wait", False))
        given = Given(file=io.BytesIO(data), **more)  # type: ignore[arg-type]
        return await self.media.upload(self.team, given, wait=wait)

    async def shown(self, name: str) -> Shown | None:
        return await self.house.engine.read(lambda tx: media.shown(tx, name))

    async def post(self, *ids: int, visibility: Visibility = Visibility.PUBLIC) -> Post:
        taken = await self.media.take(self.team, ids)
        writing = Writing(self.house.performer, self.house.resolver, self.house.config.limits)
        return await writing.publish(
            self.team, Draft(text="Se", visibility=visibility, media=taken)
        )

    async def delete(self, post: Post) -> None:
        id = self.house.performer.new_id()
        uri = self.house.urls.activity(id)
        await self.house.performer.once(Delete(uri=uri, actor=self.team.uri, object=post.uri))

    def later(self, by: int) -> Attachments:
        performer = replace(self.house.performer, clock=Ahead(self.house.clock, by))
        return Attachments(performer, self.house.config)

    async def known(self) -> list[str]:
        return await self.house.engine.read(media.names)

    @property
    def folder(self) -> Path:
        return self.house.config.server.data_dir / "media"

    def source(self, data: bytes) -> Path:
        path = self.folder.with_name("upload")
        path.write_bytes(data)
        return path

    def on_disk(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []


@asynccontextmanager
async def room(house: HouseOnDisk, **settings: object) -> AsyncIterator[Room]:
    config = load(house.folder / "config.toml", {})
    config = replace(config, media=replace(config.media, **settings))  # type: ignore[arg-type]
    async with opened_house(config) as opened:
        team = await find_actor(opened.performer, "ikt_teamet")
        anne = await find_actor(opened.performer, "anne")
        yield Room(opened, team, anne)


def test_a_picture_is_ready_at_once_with_all_that_apps_show(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            data = made.picture("JPEG", (1000, 700), exif=made.exif())
            one = await here.upload(data, name="Elva.JPG", description=" Elva ", focus=(0.5, -9))
            assert (one.state, one.kind, one.media_type) == ("ready", "image", "image/jpeg")
            assert (one.width, one.height) == (700, 1000)
            assert (one.preview_width, one.preview_height) == (448, 640)
            assert (one.description, one.focus, len(one.blurhash)) == ("Elva", (0.5, -1.0), 28)
            shown = here.media.media(one)
            assert shown.url == here.house.urls.media(one.name)
            assert shown.preview == here.house.urls.media(one.preview)
            assert (shown.id, shown.size) == (one.id, (here.folder / one.name).stat().st_size)
            assert here.on_disk() == sorted([one.name, one.preview]) == await here.known()
            assert await here.media.get(here.team, one.id) == one
            work = here.house.config.server.data_dir / "work"
            assert list(work.iterdir()) == []

    asyncio.run(work())


def test_names_say_nothing_and_are_never_the_same(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            one, two = [await here.upload(made.picture()) for _ in "ab"]
            assert len({*one.names, *two.names}) == 4
            assert all(len(name.partition(".")[0]) == 32 for name in one.names)

    asyncio.run(work())


@pytest.mark.slow
@pytest.mark.usefixtures("ffmpeg")
def test_a_moving_picture_waits_for_the_clockwork_and_becomes_a_film(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            one = await here.upload(made.animation(), description="Hjul")
            assert (one.state, one.name) == ("processing", "")
            assert await here.shown(one.original) is None or not one.original.endswith("gif")
            with pytest.raises(Unusable, match="not ready"):
                await here.media.take(here.team, [one.id])
            await here.media.update(here.team, one.id, description="Et hjul")
            assert await here.media.work() == 1
            assert await here.media.work() == 0
            two = await here.media.get(here.team, one.id)
            assert (two.state, two.kind, two.media_type) == ("ready", "gifv", "video/mp4")
            assert (two.width, two.height, two.duration) == (60, 40, 500)
            assert two.description == "Et hjul"
            assert here.media.media(two).looped
            await here.media.prune()
            assert here.on_disk() == sorted([two.name, two.preview])

    asyncio.run(work())


@pytest.mark.usefixtures("ffmpeg")
def test_what_turns_out_unreadable_later_says_so(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            one = await here.upload(b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + bytes(500))
            assert await here.media.work() == 1
            failed = await here.media.get(here.team, one.id)
            assert failed.state == "failed"
            assert "can't be played" in failed.problem
            with pytest.raises(Unusable, match="can't be played"):
                await here.media.take(here.team, [one.id])
            await here.media.prune()
            assert here.on_disk() == []
            assert await here.later(GRACE_MS + 1).prune() == 0
            with pytest.raises(NotFound):
                await here.media.get(here.team, one.id)

    asyncio.run(work())


def test_s31_what_is_another_s_is_as_if_it_never_was(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            one = await here.upload(made.picture())
            for deed in (
                here.media.get(here.anne, one.id),
                here.media.update(here.anne, one.id, description="Min"),
                here.media.delete(here.anne, one.id),
                here.media.get(here.team, one.id + 1),
            ):
                with pytest.raises(NotFound):
                    await deed
            sentences = set()
            for id in (one.id, one.id + 1):
                with pytest.raises(Unusable) as refused:
                    await here.media.take(here.anne, [id])
                sentences.add(refused.value.sentence)
            assert len(sentences) == 1

    asyncio.run(work())


def test_a_picture_goes_on_one_post_alone(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            one, two = [await here.upload(made.picture()) for _ in "ab"]
            outcomes = await asyncio.gather(
                *(here.media.take(here.team, [two.id, one.id]) for _ in range(5)),
                return_exceptions=True,
            )
            taken = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
            assert len(taken) == 1
            assert [item.id for item in taken[0]] == [two.id, one.id]
            await here.media.give_back(taken[0])
            post = await here.post(one.id, two.id)
            for other in (None, post.id + 1):
                with pytest.raises(Unusable, match="another post"):
                    await here.media.take(here.team, [one.id], post_id=other)
            again = await here.media.take(here.team, [one.id], post_id=post.id)
            assert again == post.media[:1]
            assert [item.id for item in await here.media.of_post(post.id)] == [one.id, two.id]
            with pytest.raises(Unusable, match="used by a post"):
                await here.media.delete(here.team, one.id)
            with pytest.raises(NotFound):
                await here.media.update(here.team, one.id, description="Ny")
            edited = await here.media.update(here.team, one.id, description="Ny", post_id=post.id)
            assert edited.description == "Ny"

    asyncio.run(work())


def test_what_was_taken_for_a_post_that_never_came_is_free_again(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            one = await here.upload(made.picture())
            await here.media.take(here.team, [one.id])
            assert len(await here.later(TAKEN_MS + 1).take(here.team, [one.id])) == 1

    asyncio.run(work())


@pytest.mark.slow
def test_s18_a_file_goes_as_far_as_its_posts_and_a_draft_to_whoever_has_its_name(
    house: HouseOnDisk,
) -> None:
    async def work() -> None:
        async with room(house) as here:
            for visibility in Visibility:
                if visibility is Visibility.GROUP:
                    continue
                one = await here.upload(made.picture())
                assert await here.shown(one.name) == await here.shown(one.preview) == Shown(False)
                await here.post(one.id, visibility=visibility)
                everybody = visibility in (Visibility.PUBLIC, Visibility.UNLISTED)
                for name in (one.name, one.preview):
                    assert await here.shown(name) == Shown(everybody)

    asyncio.run(work())


@pytest.mark.slow
def test_s19_a_name_is_dead_at_once_when_its_post_is_and_never_comes_back(
    house: HouseOnDisk,
) -> None:
    async def work() -> None:
        async with room(house) as here:
            one = await here.upload(made.picture())
            post = await here.post(one.id)
            await here.delete(post)
            assert await here.shown(one.name) is await here.shown(one.preview) is None
            (new,) = await here.media.renew(here.team, [one.id])
            assert {*new.names}.isdisjoint(one.names)
            assert await here.shown(new.name) == Shown(False)
            assert here.on_disk() == sorted(new.names)
            inside = await here.post(new.id, visibility=Visibility.INTERNAL)
            assert await here.shown(one.name) is None
            assert await here.shown(new.name) == Shown(False)
            assert inside.media[0].url.endswith(new.name)

    asyncio.run(work())


@pytest.mark.slow
def test_taking_what_a_deleted_post_showed_renews_it(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            one = await here.upload(made.picture())
            await here.delete(await here.post(one.id))
            post = await here.post(one.id)
            assert one.name not in post.media[0].url
            assert here.on_disk() == sorted(
                item.rpartition("/")[2] for item in (post.media[0].url, post.media[0].preview)
            )

    asyncio.run(work())


@pytest.mark.slow
def test_what_nothing_shows_for_a_day_is_forgotten(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            loose, held, used = [await here.upload(made.picture()) for _ in "abc"]
            await here.post(used.id)
            until = here.house.clock.now() + 5 * GRACE_MS
            await here.media.hold(here.team, [held.id], until)
            assert await here.media.prune() == 0
            assert await here.later(GRACE_MS).prune() == 2
            with pytest.raises(NotFound):
                await here.media.get(here.team, loose.id)
            assert here.on_disk() == sorted([*held.names, *used.names])
            assert await here.later(7 * GRACE_MS).prune() == 2
            assert here.on_disk() == sorted(used.names)

    asyncio.run(work())


def test_deleting_takes_the_files_at_once(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            one = await here.upload(made.picture())
            await here.media.delete(here.team, one.id)
            assert here.on_disk() == [] == await here.known()

    asyncio.run(work())


@pytest.mark.slow
def test_a_preview_of_one_s_own_replaces_the_other(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            small = io.BytesIO(made.picture("JPEG", (30, 30)))
            one = await here.upload(made.picture(), thumbnail=small)
            assert (one.preview_width, one.preview_height) == (30, 30)
            wide = io.BytesIO(made.picture("PNG", (50, 10)))
            two = await here.media.update(here.team, one.id, thumbnail=wide)
            assert (two.preview_width, two.preview_height) == (50, 10)
            await here.media.prune()
            assert here.on_disk() == sorted([one.name, two.preview])

    asyncio.run(work())


@pytest.mark.slow
def test_a_portrait_is_small_still_and_without_a_past(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            data = made.picture("JPEG", (1000, 500), exif=made.exif())
            icon = await here.media.portrait(here.team, io.BytesIO(data))
            name = icon.url.rpartition("/")[2]
            kept = (here.folder / name).read_bytes()
            assert made.SECRET.encode() not in kept
            with made.Image.open(io.BytesIO(kept)) as image:
                assert image.size == (200, 400)
            with pytest.raises(Unusable, match="profile"):
                await here.media.portrait(here.team, io.BytesIO(made.docx()))

    asyncio.run(work())


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", Unusable, "empty"),
        (b"<svg/>", Unusable, "not taken"),
        (b"<html><script>alert(1)</script>", Unusable, "not taken"),
        (made.picture("BMP"), Unusable, "not taken"),
        (made.picture()[:60], Unusable, "can't be read"),
        (made.picture("JPEG")[:200], Unusable, "can't be read"),
        (made.png_of_size(50_000, 50_000), Unusable, "million"),
        (made.png_of_size(0, 10), Unusable, "can't be read"),
        (made.docx("word/vbaProject.bin"), Unusable, "macros"),
        (made.docx(first="other.xml"), Unusable, "not taken"),
        (b"PK\x03\x04", Unusable, "can't be read"),
        (made.picture() + bytes(70_000), TooLarge, "MiB"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_nothing_is_left(
    house: HouseOnDisk, data: bytes, error: type[FediError], words: str
) -> None:
    """Trials 6, 35."""

    async def work() -> None:
        async with room(house, image_bytes=65_536) as here:
            with pytest.raises(error, match=words):
                await here.upload(data)
            assert here.on_disk() == []
            assert list((here.house.config.server.data_dir / "work").iterdir()) == []

    asyncio.run(work())


def test_a_full_disk_takes_nothing(house: HouseOnDisk) -> None:
    """Trial 6."""

    async def work() -> None:
        async with room(house, keep_free_bytes=1 << 60) as here:
            with pytest.raises(NoRoom):
                await here.upload(made.picture())

    asyncio.run(work())


def test_a_description_is_held_to_its_limit(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            with pytest.raises(Invalid, match="1500"):
                await here.upload(made.picture(), description="a" * 1501)

    asyncio.run(work())


@pytest.mark.slow
def test_many_uploads_at_once_all_come_through(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house, children=2) as here:
            done = await asyncio.gather(*(here.upload(made.picture()) for _ in range(6)))
            assert {one.state for one in done} == {"ready"}
            assert len(here.on_disk()) == 12

    asyncio.run(work())


def test_a_document_is_kept_as_it_came_under_its_own_name(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            data = made.docx()
            one = await here.upload(data, name="C:\\møte\\Referat 3\u202e.docx")
            assert (one.kind, one.file_name) == ("file", "Referat 3.docx")
            assert (here.folder / one.name).read_bytes() == data
            await here.post(one.id)
            assert await here.shown(one.name) == Shown(True, "Referat 3.docx")
            assert here.media.media(one).kind == "Document"

    asyncio.run(work())


def test_a_file_that_can_t_be_removed_now_is_removed_later(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with room(house) as here:
            one = await here.upload(made.picture())
            later = here.later(GRACE_MS)
            here.folder.rename(here.folder.with_name("away"))
            here.folder.write_text("no folder")
            with pytest.raises(OSError, match="directory"):
                await later.prune()
            assert await here.shown(one.name) is None
            here.folder.unlink()
            here.folder.with_name("away").rename(here.folder)
            assert await later.prune() == 2
            assert here.on_disk() == [] == await here.known()

    asyncio.run(work())


def test_a_crash_while_it_was_made_ready_has_it_made_ready_again_and_not_for_ever(
    house: HouseOnDisk,
) -> None:
    async def work() -> None:
        async with room(house) as here:
            given = Given(file=io.BytesIO())
            one = here.media._begun(here.team, given, PNG)
            shelf = Shelf(here.house.performer, here.house.config)
            original = await shelf.put_off(here.team.id, here.source(made.picture()))
            one = replace(one, original=original)
            tired = replace(one, tries=TRIES)
            await here.house.engine.write(lambda tx: rows.add(tx, tired))
            assert await here.media.work() == 1
            assert (await here.media.get(here.team, one.id)).state == "failed"
            fresh = replace(tired, state="processing", tries=TRIES - 1, id=one.id)
            await here.house.engine.write(lambda tx: rows.replace(tx, fresh))
            assert await here.media.work() == 1
            assert (await here.media.get(here.team, one.id)).state == "ready"

    asyncio.run(work())


@pytest.mark.slow
def test_what_a_deleted_post_showed_is_released_under_new_names_or_dropped(
    house: HouseOnDisk,
) -> None:
    async def work() -> None:
        async with room(house) as here:
            one, two = [await here.upload(made.picture()) for _ in "ab"]
            post, other = await here.post(one.id), await here.post(two.id)
            await here.delete(post)
            await here.delete(other)
            names = await here.media.release(here.team, post.media)
            new = await here.media.get(here.team, one.id)
            assert names == {one.name: new.name, one.preview: new.preview}
            assert await here.shown(new.name) == Shown(False)
            assert await here.media.release(here.team, post.media) == {}
            assert await here.media.release(here.anne, post.media, drop=True) == {}
            assert await here.media.release(here.team, other.media, drop=True) == {}
            assert here.on_disk() == sorted(new.names)

    asyncio.run(work())
