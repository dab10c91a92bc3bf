"""The demo is made once, whole, through the real rules, and stays what it was made as."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fedi.demo.script import read
from tests.fedi.house_on_disk import HouseOnDisk, copied
from tests.ports import free_port

SCRIPT = read()


@pytest.fixture(scope="session")
def made_demo(tmp_path_factory: pytest.TempPathFactory) -> HouseOnDisk:
    port = free_port()
    demo = HouseOnDisk(tmp_path_factory.mktemp("demo") / "data", {"PORT": str(port)})
    made = demo.fedi("demo", "--only-create")
    assert made["new"] is True
    assert made["origin"] == f"http://127.0.0.1:{port}"
    return demo


def values(demo: HouseOnDisk, sql: str) -> list[object]:
    with closing(sqlite3.connect(f"file:{demo.folder}/fedi.db?mode=ro", uri=True)) as database:
        return [row[0] for row in database.execute(sql)]


def test_everything_in_the_script_is_there(made_demo: HouseOnDisk) -> None:
    boosts = sum(len(scene.boosts) for scene in SCRIPT.scenes)
    likes = sum(len(scene.likes) for scene in SCRIPT.scenes)
    votes = sum(len(some) for scene in SCRIPT.scenes for some in scene.votes.values())
    edits = sum(scene.edited is not None for scene in SCRIPT.scenes)
    pins = sum(scene.pin for scene in SCRIPT.scenes)
    for table, count in (
        ("post WHERE boost_of IS NULL", len(SCRIPT.scenes)),
        ("post WHERE boost_of IS NOT NULL", boosts),
        ("reaction", likes),
        ("vote", votes),
        ("revision", edits),
        ("pin", pins),
    ):
        assert values(made_demo, f"SELECT count(*) FROM {table}") == [count], table


def test_ids_and_times_run_over_the_six_weeks(made_demo: HouseOnDisk) -> None:
    published = values(made_demo, "SELECT published FROM post ORDER BY id")
    assert published == sorted(published)
    assert 35 * 86_400_000 < int(str(published[-1])) - int(str(published[0])) < 50 * 86_400_000
    differences = values(made_demo, "SELECT abs((id >> 16) - published) FROM post")
    assert max(int(str(one)) for one in differences) < 1_000


def test_answers_stand_in_threads_and_what_is_internal_never_left(made_demo: HouseOnDisk) -> None:
    replies = sum(bool(scene.reply_to) for scene in SCRIPT.scenes)
    assert values(made_demo, "SELECT count(*) FROM post WHERE in_reply_to > 0") == [replies]
    threads = values(made_demo, "SELECT count(*) FROM post WHERE context <> '' GROUP BY context")
    assert max(int(str(one)) for one in threads) == 5
    internal = [scene for scene in SCRIPT.scenes if scene.visibility == "internal"]
    where = "post WHERE visibility = 'internal'"
    assert values(made_demo, f"SELECT count(*) FROM {where}") == [len(internal)]
    left = f"SELECT count(*) FROM activity WHERE post_id IN (SELECT id FROM {where})"
    assert values(made_demo, left) == [0]


def test_who_acted_is_kept(made_demo: HouseOnDisk) -> None:
    assert values(
        made_demo,
        "SELECT count(*) FROM post WHERE boost_of IS NULL AND acting_person IS NULL",
    ) == [0]


def test_a_second_time_it_is_the_same(made_demo: HouseOnDisk, tmp_path: Path) -> None:
    demo = copied(made_demo, tmp_path / "data")
    demo.more = dict(made_demo.more)
    before = hashlib.sha256((demo.folder / "fedi.db").read_bytes()).digest()
    assert demo.fedi("demo", "--only-create")["new"] is False
    assert hashlib.sha256((demo.folder / "fedi.db").read_bytes()).digest() == before


def test_another_port_than_it_was_made_with_says_what_to_do(
    made_demo: HouseOnDisk, tmp_path: Path
) -> None:
    demo = copied(made_demo, tmp_path / "data")
    port, other = made_demo.more["PORT"], "20500"
    demo.more = {"PORT": other}
    line = demo.fails("demo", "--only-create")
    assert f"PORT={port} make serve" in line
    assert f"PORT={other} FEDI_DATA_DIR=" in line


def test_a_taken_port_is_found_before_anything_is_made(
    served: tuple[HouseOnDisk, str], tmp_path: Path
) -> None:
    port = served[1].rpartition(":")[2]
    demo = HouseOnDisk(tmp_path / "demo", {"PORT": port})
    assert f"Port {port} can't be had" in demo.fails("demo", "--only-create")
    assert not demo.folder.exists()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "regnskap.ods").write_text("1")
    demo = HouseOnDisk(folder, {"PORT": str(free_port())})
    assert "something else" in demo.fails("demo", "--only-create")


def test_what_an_earlier_attempt_left_is_made_anew(made_demo: HouseOnDisk, tmp_path: Path) -> None:
    unfinished = tmp_path / "demo.unfinished"
    unfinished.mkdir()
    (unfinished / "fedi.db").write_bytes(b"half")
    demo = HouseOnDisk(tmp_path / "demo", {"PORT": str(free_port())})
    assert demo.fedi("demo", "--only-create")["new"] is True
    assert not unfinished.exists()


def test_it_serves_and_says_where_to_look(made_demo: HouseOnDisk, tmp_path: Path) -> None:
    demo = copied(made_demo, tmp_path / "data")
    demo.more = dict(made_demo.more)
    origin = f"http://127.0.0.1:{demo.more['PORT']}"
    demo.start("demo")
    try:
        demo.await_answer(origin)
        again = demo.run("demo")
    finally:
        assert demo.stop() == [0]
    assert again.exit_code == 75
    assert again.stdout == ""
    assert "already runs" in again.stderr
    said = demo.log()
    for words in (f"{origin}/@ikt_teamet", "fedi post --as ikt_teamet", "fedi home", "LAB MODE"):
        assert words in said


def test_a_port_that_is_none_is_refused(tmp_path: Path) -> None:
    for port in ("0", "x", "70000"):
        assert "PORT" in HouseOnDisk(tmp_path / "demo", {"PORT": port}).fails("demo")
