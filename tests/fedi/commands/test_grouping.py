"""group: making groups, who is in them, what is posted there, guests."""

from typing import Any

import pytest

from tests.fedi.house_on_disk import HouseOnDisk


@pytest.fixture
def groups(house: HouseOnDisk) -> HouseOnDisk:
    """Anne makes three groups; Per is her colleague."""
    house.fedi("person", "add", "per", "--name", "Per")
    for handle, access in (("turgruppa", "open"), ("budsjett", "closed"), ("varsling", "secret")):
        house.fedi(
            "group", "add", handle, "--name", handle.title(), "--access", access, "--by", "anne"
        )
    return house


def members(house: HouseOnDisk, handle: str) -> list[str]:
    return sorted(one["handle"].split("@")[1] for one in house.fedi("group", "members", handle))


def say(house: HouseOnDisk, who: str, text: str, *words: str) -> dict[str, Any]:
    return dict(house.fedi("post", text, "--as", who, *words))


def test_groups_are_made_and_shown(groups: HouseOnDisk) -> None:
    found = {one["handle"]: one["access"] for one in groups.fedi("group", "list")}
    assert found == {"turgruppa": "open", "budsjett": "closed", "varsling": "secret"}
    shown = groups.fedi("group", "show", "budsjett")
    assert (shown["managers"], shown["members"], shown["exposure"]) == (["anne"], 1, "internal")
    assert "no group" in groups.fails("group", "show", "anne")


def test_an_open_group_is_joined_at_once_and_a_closed_one_is_asked(groups: HouseOnDisk) -> None:
    assert groups.fedi("group", "join", "turgruppa", "@per")["state"] == "member"
    assert groups.fedi("group", "join", "budsjett", "@per")["state"] == "asked"
    assert [one["name"] for one in groups.fedi("group", "requests", "budsjett")] == ["Per"]
    groups.fedi("group", "accept", "budsjett", "@per", "--person", "anne")
    assert members(groups, "budsjett") == ["anne", "per"]
    groups.fedi("group", "remove", "budsjett", "@per")
    groups.fedi("group", "leave", "turgruppa", "@per")
    assert members(groups, "budsjett") == members(groups, "turgruppa") == ["anne"]


def test_a_secret_group_is_joined_by_invitation_alone(groups: HouseOnDisk) -> None:
    assert "no such actor" in groups.fails("group", "join", "varsling", "@per").lower()
    assert "manage" in groups.fails("group", "set", "budsjett", "--name", "X", "--person", "per")
    assert "no such group" in groups.fails(
        "group", "set", "varsling", "--name", "X", "--person", "per"
    )
    groups.fedi("group", "invite", "varsling", "@per", "--by", "anne")
    assert groups.fedi("group", "join", "varsling", "@per")["state"] == "member"


def test_what_names_a_closed_group_is_for_its_members(groups: HouseOnDisk) -> None:
    assert "Only members" in groups.fails("post", "@budsjett Hei", "--as", "per")
    said = say(groups, "anne", "@budsjett Hei", "--visibility", "public")
    assert said["visibility"] == "group"
    assert say(groups, "anne", "@turgruppa Tur på lørdag")["visibility"] == "internal"
    assert say(groups, "per", "@varsling finnes ikke")["visibility"] == "internal"


def test_only_managers_begin_something_where_it_is_so_set(groups: HouseOnDisk) -> None:
    groups.fedi("group", "join", "turgruppa", "@per")
    groups.fedi("group", "set", "turgruppa", "--posting", "managers", "--name", "Turer")
    assert groups.fedi("group", "show", "turgruppa")["name"] == "Turer"
    assert "manage" in groups.fails("post", "@turgruppa Hei", "--as", "per")
    first = say(groups, "anne", "@turgruppa Tur på lørdag")
    say(groups, "per", "Jeg blir med", "--reply-to", first["id"])


def test_a_group_has_somebody_who_manages_it(groups: HouseOnDisk) -> None:
    groups.fails("group", "manager", "budsjett", "anne", "--end")
    groups.fedi("group", "manager", "budsjett", "per")
    groups.fedi("group", "manager", "budsjett", "anne", "--end")
    assert groups.fedi("group", "show", "budsjett")["managers"] == ["per"]
    assert members(groups, "budsjett") == ["anne", "per"]


def test_access_changes_only_where_no_promise_is_broken(groups: HouseOnDisk) -> None:
    groups.fedi("group", "set", "budsjett", "--access", "secret")
    groups.fails("group", "set", "budsjett", "--access", "open")
    groups.fails("group", "set", "turgruppa", "--access", "secret")
    groups.fedi("group", "set", "turgruppa", "--access", "closed")


def test_a_guest_is_in_groups_and_nowhere_else(groups: HouseOnDisk) -> None:
    groups.fedi("person", "add", "gjest", "--name", "Gjest fra fylket", "--guest")
    assert "no such actor" in groups.fails("group", "join", "turgruppa", "@gjest").lower()
    groups.fedi("group", "invite", "budsjett", "@gjest", "--by", "anne")
    groups.fedi("group", "join", "budsjett", "@gjest")
    assert say(groups, "gjest", "@budsjett Hei")["visibility"] == "group"
    assert "guest" in groups.fails("post", "Hei alle", "--as", "gjest")
    assert groups.run(
        "person", "add", "x", "--name", "X", "--guest", "--for", "ikt_teamet"
    ).exit_code
    assert "guest" in groups.fails("group", "manager", "budsjett", "gjest").lower()
