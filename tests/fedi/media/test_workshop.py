"""The child process from outside: timed, killed, not believed, and gone with all its own."""

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fedi.config.settings import Media as Settings
from fedi.media import workshop
from fedi.media.bench import made_at
from fedi.media.errand import Unusable
from fedi.media.kinds import GIF, JPEG, MP3, MP4, PDF, PNG, Kind
from fedi.media.worker import work
from fedi.media.workshop import Workshop
from tests.fedi.media import made
from tests.fedi.media.errands import errand
from tests.fedi.net.peers import until


def source(folder: Path, data: bytes) -> tuple[Path, Path]:
    (folder / "made").mkdir()
    (folder / "upload").write_bytes(data)
    return folder / "upload", folder / "made"


def children() -> Iterator[int]:
    """The worker processes of this one, and what they have started."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = entry.read_text().rpartition(")")[2].split()
            line = (entry.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if b"fedi.media.worker" in line and int(words[1]) == os.getpid():
            yield int(entry.parent.name)


def make(folder: Path, data: bytes, kind: Kind, settings: Settings | None = None) -> object:
    path, place = source(folder, data)
    return asyncio.run(Workshop(settings or Settings()).make("attachment", path, kind, place))


def test_a_child_makes_a_picture_ready(tmp_path: Path) -> None:
    ready = make(tmp_path, made.picture("JPEG"), JPEG)
    assert getattr(ready, "unconfined", None) == ()
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == [
        "main.jpg", "preview.webp",
    ]  # fmt: skip
    assert not list(children())


def test_a_child_that_is_killed_is_a_file_that_can_t_be_read(tmp_path: Path) -> None:
    async def story() -> None:
        path, place = source(tmp_path, made.picture("JPEG", (4000, 3000)))
        making = asyncio.create_task(Workshop(Settings()).make("attachment", path, JPEG, place))
        await until(lambda: bool(list(children())))
        os.kill(next(children()), signal.SIGKILL)
        with pytest.raises(Unusable, match="can't be read"):
            await making
        assert not list(children())

    asyncio.run(story())


def test_a_child_that_is_late_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "PICTURE_SECONDS", 0.01)
    with pytest.raises(Unusable, match="too long"):
        make(tmp_path, made.picture("JPEG"), JPEG)
    assert not list(children())


def test_whoever_gives_up_waiting_ends_the_child(tmp_path: Path) -> None:
    async def story() -> None:
        path, place = source(tmp_path, made.picture("JPEG", (4000, 3000)))
        making = asyncio.create_task(Workshop(Settings()).make("attachment", path, JPEG, place))
        await until(lambda: bool(list(children())))
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        assert not list(children())

    asyncio.run(story())


@pytest.mark.slow
def test_no_more_children_than_are_allowed(tmp_path: Path) -> None:
    async def story() -> None:
        shop = Workshop(replace(Settings(), children=1))
        most = 0

        async def one(number: int) -> None:
            folder = tmp_path / str(number)
            folder.mkdir()
            path, place = source(folder, made.picture())
            await shop.make("attachment", path, PNG, place)

        making = asyncio.gather(*(one(number) for number in range(3)))
        while not making.done():
            most = max(most, len(list(children())))
            await asyncio.sleep(0.01)
        await making
        assert most == 1

    asyncio.run(story())


@pytest.mark.slow
def test_memory_is_bounded(tmp_path: Path) -> None:
    given, _ = errand(tmp_path, made.picture("PNG", (6000, 6000)), memory=200 << 20)
    assert b'"Ready"' not in asyncio.run(workshop._answer_of(given, 30))[0]


def test_why_a_reader_broke_is_told_to_who_runs_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "msgspec.py").write_text("raise ImportError('not for this Python')")
    monkeypatch.setattr(workshop.sys, "path", [str(tmp_path)])
    with pytest.raises(Unusable):
        make(tmp_path, made.picture(), PNG)
    assert "not for this Python" in caplog.text


def test_without_programs_some_kinds_are_refused_in_plain_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workshop.shutil, "which", lambda name: None)
    shop = Workshop(Settings())
    for kind, words in ((MP4, "ffmpeg"), (MP3, "ffmpeg"), (PDF, "poppler")):
        with pytest.raises(Unusable, match=words) as refused:
            shop.check(kind)
        assert refused.value.status == 422
    shop.check(GIF)
    assert shop.is_quick(GIF)


def test_films_and_pdf_wait_and_pictures_do_not() -> None:
    shop = Workshop(Settings())
    assert shop.is_quick(JPEG)
    assert not shop.is_quick(MP4)
    assert not shop.is_quick(PDF)


def test_the_child_looks_for_itself_what_the_file_is(tmp_path: Path) -> None:
    given, _ = errand(tmp_path, made.picture("PNG"))
    (tmp_path / "upload").write_bytes(made.picture("GIF"))
    with pytest.raises(Unusable, match="changed"):
        work(given)


def test_what_a_child_left_is_a_plain_file_in_its_folder_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "plain.jpg").write_bytes(b"x")
    (tmp_path / "link.jpg").symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir()
    (tmp_path / "twice.jpg").write_bytes(b"x")
    (tmp_path / "again.jpg").hardlink_to(tmp_path / "twice.jpg")
    os.mkfifo(tmp_path / "pipe")
    assert made_at(tmp_path, "plain.jpg") == (tmp_path / "plain.jpg", 1)
    for name in ("link.jpg", "folder", "twice.jpg", "pipe", "no.jpg", "", ".", "..", "../x",
                 "/etc/passwd", "folder/x"):  # fmt: skip
        with pytest.raises(Unusable):
            made_at(tmp_path, name)
