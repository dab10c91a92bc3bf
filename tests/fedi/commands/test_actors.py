"""person, department, token, key."""

import hashlib
import sqlite3
from contextlib import closing

from tests.fedi.house_on_disk import HouseOnDisk


def rows(house: HouseOnDisk, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(house.folder / "fedi.db")) as database:
        return database.execute(sql).fetchall()


def test_a_person_gets_an_actor_and_speaks_for_a_department(house: HouseOnDisk) -> None:
    made = house.fedi("person", "add", "kari", "--name", "Kari Nordmann", "--for", "ikt_teamet")
    assert made["handle"] == "kari"
    people = {one["username"]: one for one in house.fedi("person", "list")}
    assert people["kari"]["speaks_for"] == "ikt_teamet (author), kari (manager)"


def test_a_handle_that_is_taken_or_reserved_is_refused(house: HouseOnDisk) -> None:
    assert "taken" in house.fails("department", "add", "IKT_teamet", "--name", "X")
    # One can't tell the two apart: a group that nobody may know of has a handle as well.
    assert "taken" in house.fails("department", "add", "admin", "--name", "X")
    assert "can't be a handle" in house.fails("department", "add", "ikt-teamet", "--name", "X")


def test_a_name_or_description_beyond_the_limits_is_refused_with_both_numbers(
    house: HouseOnDisk,
) -> None:
    said = house.fails("department", "add", "lang", "--name", "X" * 101)
    assert "101 characters; at most 100" in said
    words = ["--name", "Lang", "--summary", "X" * 1001]
    assert "at most 1000" in house.fails("department", "add", "lang", *words)
    said = house.fails("department", "rename", "ikt_teamet", "ikt", "--name", "X" * 101)
    assert "at most 100" in said


def test_a_department_has_members_a_parent_and_an_exposure(house: HouseOnDisk) -> None:
    words = ["--member", "anne", "--parent", "ikt_teamet", "--exposure", "internal", "--locked"]
    house.fedi("department", "add", "vakta", "--name", "Vakta", *words)
    found = rows(
        house,
        "SELECT a.exposure, a.default_audience, a.locked, p.username FROM actor a"
        " JOIN actor p ON p.id = a.parent_id WHERE a.username = 'vakta'",
    )
    assert found == [("internal", "internal", 1, "ikt_teamet")]


def test_nothing_is_made_where_a_member_is_unknown(house: HouseOnDisk) -> None:
    house.fails("department", "add", "vakta", "--name", "Vakta", "--member", "nobody")
    assert rows(house, "SELECT 1 FROM actor WHERE username = 'vakta'") == []


def test_a_role_can_be_changed(house: HouseOnDisk) -> None:
    house.fedi("department", "member", "ikt_teamet", "anne", "--role", "manager")
    people = {one["username"]: one["speaks_for"] for one in house.fedi("person", "list")}
    assert "ikt_teamet (manager)" in people["anne"]


def test_a_renamed_department_keeps_its_id_and_its_old_handle(house: HouseOnDisk) -> None:
    before = house.fedi("department", "list")[0]["uri"]
    made = house.fedi("department", "rename", "ikt_teamet", "ikt", "--name", "IKT")
    assert (made["uri"], made["handle"], made["name"]) == (before, "ikt", "IKT")
    assert house.fedi("department", "list")[0]["handle"] == "ikt"
    assert house.fedi("post", "--as", "ikt_teamet", "Fortsatt oss")["uri"]
    assert "taken" in house.fails("department", "add", "ikt_teamet", "--name", "X")
    assert rows(house, "SELECT kind FROM activity ORDER BY id LIMIT 1") == [("Update",)]
    assert house.fedi("department", "rename", "ikt", "ikt_teamet")["handle"] == "ikt_teamet"


def test_a_token_is_shown_once_and_kept_as_its_hash(house: HouseOnDisk) -> None:
    words = ("token", "create", "--person", "anne", "--as", "ikt_teamet", "--scope", "read write")
    token = house.fedi(*words)["token"]
    kept = rows(house, "SELECT hash, scopes FROM token")
    assert kept == [(hashlib.sha256(token.encode()).digest(), "read write")]
    assert house.run(*words).stdout.strip().count("\n") == 0


def test_a_token_is_only_for_whoever_may_speak(house: HouseOnDisk) -> None:
    house.fedi("person", "add", "kari", "--name", "Kari")
    assert "may not write" in house.fails(
        "token", "create", "--person", "kari", "--as", "ikt_teamet"
    )
    words = ("token", "create", "--person", "anne", "--as", "ikt_teamet", "--scope", "fly")
    assert "scope" in house.fails(*words)


def test_new_keys_wait_while_the_news_goes_out(house: HouseOnDisk) -> None:
    made = house.fedi("key", "rotate", "--as", "ikt_teamet")
    assert made["key"].endswith("#main-key-2")
    keys = rows(house, "SELECT active_from - created, retired FROM actor_key WHERE uri LIKE '%-2'")
    assert keys == [(48 * 3_600_000, None)] * 2
    body = rows(house, "SELECT body FROM activity WHERE kind = 'Update'")[0][0]
    assert isinstance(body, bytes)
    assert b"#main-key-2" in body
    assert b"#ed25519-key-2" in body
    assert b"#ed25519-key-1" in body


def test_keys_that_are_changing_are_not_changed_again(house: HouseOnDisk) -> None:
    house.fedi("key", "rotate", "ikt_teamet")
    assert "48 hours" in house.fails("key", "rotate", "ikt_teamet")
    assert "--as" in house.fails("key", "rotate", code=2)


def test_keys_are_listed_with_what_they_are_for(house: HouseOnDisk) -> None:
    listed = house.fedi("key", "list", "--as", "ikt_teamet")
    assert {(one["kind"], one["state"]) for one in listed} == {
        ("rsa", "in use"),
        ("ed25519", "in use"),
    }
    everyone = {one["actor"] for one in house.fedi("key", "list")}
    assert {"ikt_teamet", "anne"} < everyone
    house.fedi("key", "rotate", "ikt_teamet")
    states = [one["state"] for one in house.fedi("key", "list", "--as", "ikt_teamet")]
    assert sorted(states) == ["in use", "in use", "waits", "waits"]
    assert "main-key-2" in house.run("key", "list", "--as", "ikt_teamet").stdout


def test_a_handle_with_norwegian_letters_is_refused_with_how_to_write_them(
    house: HouseOnDisk,
) -> None:
    assert "Write æ as ae" in house.fails("department", "add", "økonomi", "--name", "Økonomi")


def test_a_role_has_a_first_and_a_last_day(house: HouseOnDisk) -> None:
    days = ["--from", "2031-07-01", "--until", "2031-07-31"]
    house.fedi("department", "member", "ikt_teamet", "anne", "--role", "approver", *days)
    (anne,) = house.fedi("department", "members", "ikt_teamet")
    # Midnight in Oslo, in summer time: the last day is theirs whole.
    assert (anne["from"], anne["until"]) == (1_940_623_200_000, 1_943_301_600_000)
    assert anne["role"] == "approver"


def test_somebody_stands_in_until_a_day_or_until_the_end(house: HouseOnDisk) -> None:
    house.fedi("person", "add", "kari", "--name", "Kari Nordmann")
    words = ["department", "cover", "ikt_teamet", "anne", "kari"]
    assert house.run(*words).exit_code == 2  # no last day
    assert "longer than a year" in house.fails(*words, "--until", "2099-01-01")
    house.fedi(*words, "--from", "2031-07-01", "--until", "2031-07-31")
    found = house.fedi("department", "members", "ikt_teamet")
    assert [(one["person"], one["stands_in_for"]) for one in found][1:] == [("kari", "anne")]
    house.fedi(*words, "--end")
    assert len(house.fedi("department", "members", "ikt_teamet")) == 1
    assert "does not stand in" in house.fails(*words, "--end")
