"""check and doctor: what they find, and the exit codes that scripts go by."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.fedi.house_on_disk import HouseOnDisk


def found(house: HouseOnDisk, *words: str) -> tuple[int, dict[str, dict[str, Any]]]:
    done = house.run(*words, "--json")
    report = json.loads(done.stdout)
    return done.exit_code, {one["what"]: one for one in report["findings"]}


def test_a_sound_house_passes_the_check(house: HouseOnDisk) -> None:
    code, findings = found(house, "check")
    assert {one["state"] for one in findings.values()} == {"ok"}, findings
    assert code == 0
    assert "ours" in findings["packages"]["sentence"]


def test_a_house_that_was_founded_elsewhere_is_broken(house: HouseOnDisk) -> None:
    house.more["FEDI_SERVER__ORIGIN"] = "http://127.0.0.1:20597"
    code, findings = found(house, "check")
    assert code == 4
    assert findings["house"]["state"] == "broken"


@pytest.mark.slow
def test_the_doctor_tells_the_rest_while_the_database_is_held(house: HouseOnDisk) -> None:
    with closing(sqlite3.connect(house.folder / "fedi.db", isolation_level=None)) as database:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("BEGIN IMMEDIATE")
        code, findings = found(house, "doctor", "--no-network")
    assert code == 4
    assert findings["disk"]["state"] == "ok"
    assert findings["database"]["state"] == "broken"


def test_an_upgrade_that_waits_for_its_start_is_not_broken(house: HouseOnDisk) -> None:
    with closing(sqlite3.connect(house.folder / "fedi.db")) as database, database:
        database.execute("DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)")
    for words in (("check",), ("doctor", "--no-network")):
        code, findings = found(house, *words)
        assert (code, findings["database"]["state"]) == (3, "attention")
        assert "systemctl restart fedi" in findings["database"]["sentence"]


def test_a_secret_that_others_can_read_is_broken(house: HouseOnDisk) -> None:
    secret = house.folder / "secrets" / "nokkel"
    secret.write_text("hemmelig")
    secret.chmod(0o644)
    code, findings = found(house, "check")
    assert code == 4
    assert "chmod 600" in findings["secrets"]["sentence"]


def test_a_damaged_database_is_found_and_named(house: HouseOnDisk) -> None:
    with (house.folder / "fedi.db").open("r+b") as file:
        file.seek(40_000)
        file.write(b"\xff" * 3_000)
    code, findings = found(house, "doctor", "--no-network")
    assert code == 4
    assert "broken" in {
        findings[what]["state"] for what in ("integrity", "database") if what in findings
    }


def test_the_doctor_looks_at_the_server_from_outside(served: tuple[HouseOnDisk, str]) -> None:
    house, origin = served
    code, findings = found(house, "doctor")
    assert findings["from outside"]["sentence"] == f"{origin} answers."
    assert findings["handles"]["state"] == "ok", findings["handles"]
    assert findings["server"]["sentence"].startswith("It runs")
    assert code in (0, 3)  # nothing may keep the clock of the machine that tests


def test_a_server_that_is_not_there_needs_attention(house: HouseOnDisk) -> None:
    code, findings = found(house, "doctor")
    assert findings["from outside"]["state"] == "attention"
    assert code == 3


def test_sending_that_is_held_and_a_clock_gone_back_are_seen(house: HouseOnDisk) -> None:
    house.fedi("post", "--as", "ikt_teamet", "Hei")
    with closing(sqlite3.connect(house.folder / "fedi.db")) as database, database:
        database.execute("INSERT INTO setting VALUES ('sending_held', 'true')")
        database.execute("UPDATE event SET at = at + 3600000")
    code, findings = found(house, "doctor", "--no-network")
    assert code == 4
    assert "--confirm" in findings["sending"]["sentence"]
    assert findings["order of time"]["state"] == "broken"


def test_an_actor_without_keys_is_named(house: HouseOnDisk) -> None:
    with closing(sqlite3.connect(house.folder / "fedi.db")) as database, database:
        database.execute("DELETE FROM actor_key WHERE kind = 'ed25519' AND actor_id IN"
                         " (SELECT id FROM actor WHERE username = 'ikt_teamet')")  # fmt: skip
    _, findings = found(house, "doctor", "--no-network")
    assert "ikt_teamet" in findings["keys"]["sentence"]
