"""Backup and restore: whole while the house is written to, the same rows elsewhere, held."""

import asyncio
import json
import sqlite3
import stat
import subprocess
import tracemalloc
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from actors.posts import Visibility
from fedi.app import opened_house
from fedi.config import load
from fedi.organisation import find_actor
from fedi.publishing import Draft, Writing
from fedi.store.dump import compare
from fedi.store.engine import opened
from fedi.store.settings import LAST_BACKUP, SENDING_HELD, STREAM_EPOCH, setting
from tests.fedi.house_on_disk import FEDI, HouseOnDisk


def restored(backup: Path, folder: Path) -> HouseOnDisk:
    house = HouseOnDisk(folder)
    house.fedi("restore", str(backup), "--data-dir", str(folder))
    return house


def url(house: HouseOnDisk) -> str:
    return f"sqlite:///{house.folder / 'fedi.db'}"


def texts(house: HouseOnDisk) -> list[str]:
    with closing(sqlite3.connect(house.folder / "fedi.db")) as database:
        return [row[0] for row in database.execute("SELECT source FROM post ORDER BY id")]


def kept(house: HouseOnDisk, name: str) -> str:
    async def look() -> str:
        async with opened(url(house), readers=1) as engine:
            return await engine.read(lambda tx: setting(tx, name))

    return asyncio.run(look())


def test_a_backup_holds_all_there_is_and_is_closed_to_others(
    house: HouseOnDisk, tmp_path: Path
) -> None:
    (house.folder / "secrets" / "nokkel").write_text("hemmelig")
    picture = Path(__file__).parents[2] / "fedi/demo/radhuset.png"
    house.fedi("post", "--as", "ikt_teamet", "Se", "--media", str(picture), "--alt", "Rådhuset")
    folder = tmp_path / "kopi"
    made = house.fedi("backup", str(folder))
    assert made["files"] == 5
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    back = restored(folder, tmp_path / "ny")
    assert (back.folder / "secrets" / "nokkel").read_text() == "hemmelig"
    assert len(list((back.folder / "media").iterdir())) == 2  # and its preview


def test_every_row_comes_back_but_for_what_says_that_it_did(
    house: HouseOnDisk, tmp_path: Path
) -> None:
    for number in range(5):
        house.fedi("post", "--as", "ikt_teamet", f"Melding {number}")
    house.fedi("backup", str(tmp_path / "kopi"))
    back = restored(tmp_path / "kopi", tmp_path / "ny")

    async def differences() -> list[str]:
        async with opened(url(house), readers=1) as one, opened(url(back), readers=1) as other:
            return await compare(one, other)

    found = asyncio.run(differences())
    assert [text.partition(":")[0] for text in found] == ["setting"]
    assert kept(house, LAST_BACKUP)


async def _write_on(house: HouseOnDisk, stop: asyncio.Event) -> int:
    """Publish without pause until told to stop; how many were acknowledged."""
    config = load(house.folder / "config.toml", {})
    async with opened_house(config) as here:
        actor = await find_actor(here.performer, "ikt_teamet")
        writing = Writing(here.performer, here.resolver, config.limits)
        count = 0
        while not stop.is_set():
            draft = Draft(text=f"Nummer {count}", visibility=Visibility.PUBLIC)
            await writing.publish(actor, draft)
            count += 1
        return count


async def _backed_up_meanwhile(house: HouseOnDisk, folder: Path) -> tuple[int, int]:
    stop = asyncio.Event()
    writing = asyncio.create_task(_write_on(house, stop))
    await asyncio.sleep(0.3)
    process = await asyncio.create_subprocess_exec(
        FEDI, "backup", str(folder), env=house.environment, stdout=subprocess.DEVNULL
    )
    code = await process.wait()
    stop.set()
    return code, await writing


@pytest.mark.whole
def test_a_backup_made_under_load_is_one_moment_of_it(house: HouseOnDisk, tmp_path: Path) -> None:
    code, count = asyncio.run(_backed_up_meanwhile(house, tmp_path / "kopi"))
    assert code == 0
    all_of_them = texts(house)
    assert len(all_of_them) == count
    back = restored(tmp_path / "kopi", tmp_path / "ny")
    some = texts(back)
    assert 0 < len(some) < count
    assert some == all_of_them[: len(some)]
    with closing(sqlite3.connect(back.folder / "fedi.db")) as database:
        for table in ("activity", "fanout"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (len(some),)


def test_a_restored_house_holds_what_leaves_until_somebody_confirms(
    house: HouseOnDisk, tmp_path: Path
) -> None:
    house.fedi("backup", str(tmp_path / "kopi"))
    back, twin = (restored(tmp_path / "kopi", tmp_path / name) for name in ("ny", "tvilling"))
    assert kept(back, SENDING_HELD) == "true"
    epochs = {kept(one, STREAM_EPOCH) for one in (house, back, twin)}
    assert len(epochs) == 3
    assert back.fedi("restore", "--confirm") == {"was_held": True, "sending_held": False}
    assert back.fedi("restore", "--confirm")["was_held"] is False
    assert kept(back, SENDING_HELD) == ""
    assert kept(twin, SENDING_HELD) == "true"


@pytest.mark.whole
def test_a_large_file_is_copied_piece_by_piece_both_ways(
    house: HouseOnDisk, tmp_path: Path
) -> None:
    (house.folder / "media").mkdir(exist_ok=True)
    with (house.folder / "media" / "stor.mp4").open("wb") as file:
        file.write(b"begin")
        file.truncate(64_000_000)
    tracemalloc.start()
    try:
        house.fedi("backup", str(tmp_path / "kopi"))
        back = restored(tmp_path / "kopi", tmp_path / "ny")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 32_000_000
    copy = back.folder / "media" / "stor.mp4"
    assert copy.stat().st_size == 64_000_000
    with copy.open("rb") as file:
        assert file.read(6) == b"begin\0"


def test_half_a_backup_is_taken_away_again(house: HouseOnDisk, tmp_path: Path) -> None:
    with (house.folder / "fedi.db").open("r+b") as file:
        file.seek(40_000)
        file.write(b"\xff" * 3_000)
    house.fails("backup", str(tmp_path / "half"))
    assert list((tmp_path / "half").iterdir()) == []


@pytest.mark.slow
def test_a_database_that_takes_nothing_is_backed_up_all_the_same(
    house: HouseOnDisk, tmp_path: Path
) -> None:
    """As on a full disk, where a backup is wanted most."""
    with closing(sqlite3.connect(house.folder / "fedi.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        made = house.fedi("backup", str(tmp_path / "backup"))
    assert made["noted"] is False
    assert kept(house, LAST_BACKUP) == ""
    restored(tmp_path / "backup", tmp_path / "restored")


def test_nothing_is_overwritten(house: HouseOnDisk, tmp_path: Path) -> None:
    house.fedi("backup", str(tmp_path / "kopi"))
    assert "not empty" in house.fails("backup", str(tmp_path / "kopi"))
    words = ("restore", str(tmp_path / "kopi"), "--data-dir", str(house.folder))
    assert "not empty" in house.fails(*words)


def damaged(folder: Path) -> None:
    path = folder / "fedi.db"
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)


def unfinished(folder: Path) -> None:
    (folder / "backup.json").unlink()


def of_the_future(folder: Path) -> None:
    path = folder / "backup.json"
    listed: dict[str, Any] = json.loads(path.read_text())
    path.write_text(json.dumps(listed | {"format": 99}))


@pytest.mark.parametrize(
    ("harm", "word"),
    [(damaged, "damaged"), (unfinished, "never finished"), (of_the_future, "another version")],
)
def test_what_is_no_whole_backup_is_not_restored(
    house: HouseOnDisk, tmp_path: Path, harm: Any, word: str
) -> None:
    house.fedi("backup", str(tmp_path / "kopi"))
    harm(tmp_path / "kopi")
    new = HouseOnDisk(tmp_path / "ny")
    words = ("restore", str(tmp_path / "kopi"), "--data-dir", str(new.folder))
    assert word in new.fails(*words)
    assert not new.folder.exists()


def test_the_origin_is_the_old_one_even_if_it_came_from_the_environment(
    house: HouseOnDisk, tmp_path: Path
) -> None:
    path = house.folder / "config.toml"
    text = path.read_text().replace('origin = "http://127.0.0.1:20599"', 'origin = ""')
    path.write_text(text)
    house.more["FEDI_SERVER__ORIGIN"] = "http://127.0.0.1:20599"
    house.fedi("backup", str(tmp_path / "kopi"))
    back = restored(tmp_path / "kopi", tmp_path / "ny")
    assert back.fedi("department", "list")[0]["handle"] == "ikt_teamet"
