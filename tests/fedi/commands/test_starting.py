"""init and serve: what is made, what is refused, how it starts and stops."""

import socket
import sqlite3
import stat
import subprocess
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from fedi.commands import opening
from fedi.config import load
from tests.fedi.house_on_disk import FEDI, HouseOnDisk, answers
from tests.ports import free_port

ORIGIN = "https://social.elvestrand.example"


def test_init_asks_nothing_and_makes_a_documented_configuration(tmp_path: Path) -> None:
    house = HouseOnDisk(tmp_path / "ny")
    made = house.fedi("init", "--origin", ORIGIN, "--name", "Elvestrand", "--language", "nn")
    assert made["new"] is True
    text = (house.folder / "config.toml").read_text()
    assert "# The address of this server on the web" in text
    config = load(house.folder / "config.toml", {})
    assert (config.server.origin, config.organisation.name) == (ORIGIN, "Elvestrand")
    assert config.organisation.language == "nn"
    assert config.server.data_dir.samefile(house.folder)


def test_what_init_makes_is_for_nobody_elses_eyes(house: HouseOnDisk, tmp_path: Path) -> None:
    new = HouseOnDisk(tmp_path / "ny")
    new.fedi("init", "--origin", ORIGIN)
    for name, mode in ((".", 0o700), ("secrets", 0o700), ("fedi.db", 0o600)):
        assert stat.S_IMODE((new.folder / name).stat().st_mode) == mode, name


def test_init_again_changes_nothing(house: HouseOnDisk) -> None:
    before = (house.folder / "config.toml").read_bytes()
    assert house.fedi("init")["new"] is False
    assert (house.folder / "config.toml").read_bytes() == before
    assert [one["handle"] for one in house.fedi("department", "list")] == ["ikt_teamet"]


def test_init_with_other_words_than_before_is_refused(house: HouseOnDisk) -> None:
    assert "another origin" in house.fails("init", "--origin", ORIGIN, code=78)


def test_init_writes_down_what_the_environment_said(tmp_path: Path) -> None:
    house = HouseOnDisk(
        tmp_path / "ny", {"FEDI_SERVER__ORIGIN": ORIGIN, "FEDI_DELIVERY__PER_HOST": "7"}
    )
    house.fedi("init")
    config = load(house.folder / "config.toml", {})
    assert (config.server.origin, config.delivery.per_host) == (ORIGIN, 7)


def test_init_without_an_origin_is_a_misuse_where_nobody_can_be_asked(tmp_path: Path) -> None:
    assert "--origin" in HouseOnDisk(tmp_path / "ny").fails("init", code=2)
    assert not (tmp_path / "ny").exists()


def test_a_bad_origin_leaves_nothing_behind(tmp_path: Path) -> None:
    HouseOnDisk(tmp_path / "ny").fails("init", "--origin", "http://social.example.org", code=78)
    assert not (tmp_path / "ny").exists()


def test_the_data_folder_may_be_named_on_the_line(tmp_path: Path) -> None:
    house = HouseOnDisk(tmp_path / "annet")
    house.fedi("init", "--origin", ORIGIN, "--data-dir", str(tmp_path / "ny"))
    assert (tmp_path / "ny" / "fedi.db").exists()
    assert not house.folder.exists()


def test_serving_what_was_never_founded_is_refused(house: HouseOnDisk) -> None:
    (house.folder / "fedi.db").unlink()
    assert "fedi init" in house.fails("serve")


def test_a_port_that_is_taken_is_said_so(
    served: tuple[HouseOnDisk, str], house: HouseOnDisk
) -> None:
    house.more["PORT"] = served[1].rpartition(":")[2]
    done = subprocess.run([FEDI, "serve"], env=house.environment, capture_output=True, timeout=30)
    assert done.returncode == 1
    assert b"Cannot listen on" in done.stderr.splitlines()[-1]


def test_a_second_server_on_the_same_data_is_told_to_come_back(
    served: tuple[HouseOnDisk, str],
) -> None:
    house, _ = served
    other = {**house.environment, "PORT": str(free_port())}
    done = subprocess.run([FEDI, "serve"], env=other, capture_output=True, timeout=30)
    assert done.returncode == 75
    assert b"already runs" in done.stderr.splitlines()[-1]


def test_a_stop_is_orderly_and_ends_with_0(served: tuple[HouseOnDisk, str]) -> None:
    house, origin = served
    assert house.stop() == [0]
    assert not answers(f"{origin}/actor")


def test_commands_work_while_the_server_runs_and_it_sees_what_they_did(
    served: tuple[HouseOnDisk, str],
) -> None:
    house, _ = served
    post = house.fedi("post", "--as", "ikt_teamet", "Oppe igjen")
    assert answers(post["uri"])


def eventually_works(house: HouseOnDisk) -> None:
    """Wait until a process of the house has a slot to make ids in: it is up then."""
    for _ in range(200):
        with closing(sqlite3.connect(house.folder / "fedi.db")) as database:
            if database.execute("SELECT 1 FROM slot WHERE until > 0").fetchone():
                return
        time.sleep(0.05)
    raise AssertionError(house.log())


@pytest.mark.whole
@pytest.mark.parametrize("role", ["web", "inbox"])
def test_one_role_can_run_by_itself(house: HouseOnDisk, role: str) -> None:
    port = free_port()
    house.more["PORT"] = str(port)
    house.start("serve", "--role", role)
    try:
        if role == "web":
            house.await_answer(f"http://127.0.0.1:{port}")
        else:
            eventually_works(house)
    finally:
        assert house.stop() == [0], house.log()


@pytest.mark.whole
def test_it_is_ready_and_tells_the_figures_of_all_its_processes(house: HouseOnDisk) -> None:
    port = free_port()
    house.more["PORT"] = str(port)
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{trial.getsockname()[1]}"
    house.more |= {"FEDI_METRICS__ENABLED": "true", "FEDI_METRICS__LISTEN": address}
    house.start("serve")
    try:
        house.await_answer(f"http://127.0.0.1:{port}")
        for path, said in (("/livez", b"alive\n"), ("/readyz", b"ready\n")):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
                assert answer.read() == said
        wanted = ("0-web", "1-outbox", "2-jobs+inbox")
        for _ in range(200):
            with urllib.request.urlopen(f"http://{address}/metrics", timeout=60) as answer:
                text = answer.read().decode()
            if all(f'fedi_unit_seconds_count{{process="{one}"}}' in text for one in wanted):
                break
            time.sleep(0.1)
        else:
            raise AssertionError(text)
        assert 'fedi_queue_waiting{process="0-web",queue="deliveries"}' in text
    finally:
        assert house.stop() == [0], house.log()


def test_the_configuration_in_force_is_the_data_folders(
    house: HouseOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEDI_DATA_DIR", str(house.folder))
    monkeypatch.delenv("FEDI_CONFIG", raising=False)
    assert opening.config_path() == house.folder / "config.toml"
