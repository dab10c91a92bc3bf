"""person: who there is, and links, passwords and sessions for them."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from fedi.oauth.callers import hash_of
from tests.fedi.house_on_disk import HouseOnDisk

NEW = "sju fjell og en bro"


@pytest.fixture(autouse=True)
def cheap(house: HouseOnDisk) -> None:
    """Passwords cost little here."""
    house.more |= {"FEDI_SIGN_IN__ARGON2_KIB": "8", "FEDI_SIGN_IN__ARGON2_PASSES": "1"}


def rows(house: HouseOnDisk, sql: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{house.folder}/fedi.db?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()


def test_an_invitation_is_a_link_that_only_its_holder_knows(house: HouseOnDisk) -> None:
    made = house.fedi("person", "invite", "anne")
    assert (made["person"], made["hours"]) == ("anne", 72)
    link, key = made["link"].split("?key=")
    assert link.endswith("/link")
    ((hash, kind, lasting),) = rows(
        house, "SELECT hash, kind, expires - created FROM one_time_link"
    )
    assert (hash, kind, lasting) == (hash_of(key), "invite", 72 * 3_600_000)


def test_an_invitation_is_drawn_as_a_qr_code_for_people(house: HouseOnDisk) -> None:
    done = house.run("person", "invite", "anne", "--hours", "1")
    assert done.exit_code == 0, done.output
    assert "█" in done.output or "▄" in done.output
    assert "/link?key=" in done.output


def test_a_password_is_set_unless_everybody_guesses_it(house: HouseOnDisk) -> None:
    house.fedi("person", "password", "anne", "--password", NEW)
    ((phc,),) = rows(house, "SELECT phc FROM credential")
    assert phc.startswith("$argon2id$")
    line = house.fails("person", "password", "anne", "--password", "passord123")
    assert "tries first" in line
    assert rows(house, "SELECT phc FROM credential") == [(phc,)]


def test_a_password_may_be_typed_where_nobody_sees_it(house: HouseOnDisk) -> None:
    done = house.run("person", "password", "anne", text=f"{NEW}\n{NEW}\n")
    assert done.exit_code == 0, done.output
    assert NEW not in done.output


def test_a_script_gives_a_password_where_nobody_sees_it(house: HouseOnDisk) -> None:
    done = house.run("person", "password", "anne", text=f"{NEW}\n")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "too short" in house.run("person", "password", "anne", text="").stderr


def test_a_lost_phone_leaves_nothing_to_sign_in_with(house: HouseOnDisk) -> None:
    house.fedi("person", "password", "anne", "--password", NEW)
    house.fedi("token", "create", "--person", "anne", "--as", "ikt_teamet")
    made = house.fedi("person", "reset", "anne", "--all")
    assert made["hours"] == 1
    assert rows(house, "SELECT 1 FROM credential") == []
    assert rows(house, "SELECT 1 FROM token WHERE revoked IS NULL") == []
    assert rows(house, "SELECT kind FROM one_time_link") == [("reset",)]


def test_a_forgotten_password_leaves_the_rest(house: HouseOnDisk) -> None:
    house.fedi("person", "password", "anne", "--password", NEW)
    house.fedi("person", "reset", "anne")
    assert len(rows(house, "SELECT 1 FROM credential")) == 1


def test_sessions_are_listed_and_ended(house: HouseOnDisk) -> None:
    assert house.fedi("person", "sessions", "anne") == []
    with closing(sqlite3.connect(house.folder / "fedi.db")) as database:
        ((person,),) = database.execute("SELECT id FROM person").fetchall()
        for id in (5, 6):
            database.execute(
                "INSERT INTO session VALUES (?, ?, ?, 'password', 'Firefox', '::/64', 1, 1, 1, ?)",
                (id, bytes([id]), person, 1 << 50),
            )
        database.commit()
    assert {one["id"] for one in house.fedi("person", "sessions", "anne")} == {"5", "6"}
    assert [one["id"] for one in house.fedi("person", "sessions", "anne", "--end", "5")] == ["6"]
    assert house.fedi("person", "sessions", "anne", "--end", "all") == []


def test_nobody_of_another_name_is_meant(house: HouseOnDisk) -> None:
    for words in (("invite",), ("reset",), ("sessions",), ("password", "--password", NEW)):
        verb, *rest = words
        assert "no person" in house.fails("person", verb, "kari", *rest)


def test_who_leaves_is_out_and_may_come_back(house: HouseOnDisk) -> None:
    house.fedi("person", "password", "anne", "--password", NEW)
    house.fedi("token", "create", "--person", "anne", "--as", "ikt_teamet")
    left = house.fedi("person", "leave", "anne")
    assert (left["departed"], left["without_manager"], left["planned_posts_of"]) == (True, [], [])
    assert rows(house, "SELECT 1 FROM token WHERE revoked IS NULL") == []
    (one,) = house.fedi("person", "leavers")
    assert (one["username"], one["left"]) == ("anne", left["at"])
    assert rows(house, "SELECT 1 FROM person WHERE departed IS NULL") == []
    house.fedi("person", "leave", "anne", "--undo")
    assert rows(house, "SELECT departed FROM person") == [(None,)]
    assert rows(house, "SELECT 1 FROM token WHERE revoked IS NULL") == []
    assert "has not left" in house.fails("person", "return", "anne")


def test_a_last_day_may_lie_ahead(house: HouseOnDisk) -> None:
    left = house.fedi("person", "leave", "anne", "--on", "2099-12-31")
    assert (left["departed"], left["at"]) == (False, 4_102_441_200_000)  # midnight in Oslo
    assert rows(house, "SELECT departed FROM person") == [(None,)]
    house.fedi("person", "return", "anne")
    assert house.fedi("person", "leavers") == []


def test_who_keeps_order_does_so_until_it_ends(house: HouseOnDisk) -> None:
    assert house.fedi("person", "admin", "anne") == {"person": "anne", "admin": True}
    assert rows(house, "SELECT admin FROM person") == [(1,)]
    assert house.fedi("person", "admin", "anne", "--end") == {"person": "anne", "admin": False}
    assert rows(house, "SELECT admin FROM person") == [(0,)]
    assert "no person" in house.fails("person", "admin", "kari")


def test_who_speaks_for_a_department_no_more_gets_no_token_for_it(house: HouseOnDisk) -> None:
    words = ("token", "create", "--person", "anne", "--as", "ikt_teamet")
    house.fedi(*words)
    done = house.fedi("department", "member", "ikt_teamet", "anne", "--end")
    assert done == {"department": "ikt_teamet", "person": "anne", "role": None}
    assert "may not write" in house.fails(*words)
    house.fedi("department", "member", "ikt_teamet", "anne")
    assert house.fedi(*words)["token"]
