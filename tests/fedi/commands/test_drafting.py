"""drafts, calendar, department four-eyes: what waits, and who lets it out."""

import pytest

from tests.fedi.house_on_disk import HouseOnDisk


@pytest.fixture
def desk(house: HouseOnDisk) -> HouseOnDisk:
    """Kari drafts for the department, Siri approves."""
    for username, role in (("kari", "contributor"), ("siri", "approver")):
        house.fedi("person", "add", username, "--name", username.title())
        house.fedi("department", "member", "ikt_teamet", username, "--role", role)
    return house


def test_a_contributors_post_waits_until_it_is_approved(desk: HouseOnDisk) -> None:
    made = desk.fedi("post", "--as", "ikt_teamet", "--person", "kari", "Nytt nettverk")
    assert made["state"] == "pending"
    (row,) = desk.fedi("drafts", "list", "ikt_teamet")
    assert (row["id"], row["author"], row["text"]) == (made["draft"], "kari", "Nytt nettverk")
    line = desk.fails("drafts", "approve", made["draft"], "--person", "kari")
    assert "Nobody approves what they wrote" in line
    desk.fedi("drafts", "return", made["draft"], "Når?", "--person", "siri")
    desk.fedi("drafts", "comment", made["draft"], "På mandag", "--person", "kari")
    desk.fedi("drafts", "hand-in", made["draft"], "--person", "kari")
    done = desk.fedi("drafts", "approve", made["draft"], "--person", "siri")
    assert done["state"] == "published"
    told = desk.fedi("drafts", "show", made["draft"])
    assert [(one["step"], one["person"]) for one in told["history"]] == [
        ("hand_in", "kari"), ("return", "siri"), ("comment", "kari"), ("hand_in", "kari"),
        ("approve", "siri"), ("publish", "siri"),
    ]  # fmt: skip
    said = desk.run("calendar", "ikt_teamet").stdout
    assert "published" in said
    assert "Nytt nettverk" in said
    assert desk.fedi("drafts", "list", "ikt_teamet") == []


def test_four_eyes_hold_back_the_house_itself(desk: HouseOnDisk) -> None:
    told = desk.run("department", "four-eyes", "ikt_teamet", "on").stdout
    assert "1 may approve" in told
    made = desk.fedi("post", "--as", "ikt_teamet", "Fra et skript")
    gone = desk.fedi("drafts", "reject", made["draft"], "--person", "siri", "--comment", "Nei")
    assert gone["state"] == "rejected"
    mine = desk.fedi("post", "--as", "ikt_teamet", "--person", "siri", "Mitt eget")
    assert "Nobody approves" in desk.fails("drafts", "approve", mine["draft"], "--person", "siri")
    assert desk.fedi("drafts", "withdraw", mine["draft"], "--person", "siri")["url"] is None
    desk.fedi("department", "four-eyes", "ikt_teamet", "off")
    assert desk.fedi("post", "--as", "ikt_teamet", "Rett ut")["uri"]
    assert "needs no approval" in desk.fails("department", "four-eyes", "anne", "on")
