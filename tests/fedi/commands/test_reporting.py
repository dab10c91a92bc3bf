"""report and reports: from one who complains to one who has looked at it."""

from tests.fedi.house_on_disk import HouseOnDisk


def test_a_report_is_listed_shown_closed_and_opened_again(house: HouseOnDisk) -> None:
    post = house.fedi("post", "--as", "ikt_teamet", "Noe ufint")
    assert house.fedi("reports") == []
    assert "No report is open." in house.run("reports").stdout
    made = house.fedi(
        "report", "@ikt_teamet", "--as", "anne", "--post", post["id"], "--comment", "Ufint"
    )
    (one,) = house.fedi("reports")
    assert (one["id"], one["posts"], one["comment"]) == (made["id"], [post["id"]], "Ufint")
    assert "@ikt_teamet" in house.run("reports").stdout
    shown = house.run("reports", "show", made["id"]).stdout
    assert "Noe ufint" in shown
    assert "reported by @anne" in shown
    house.fedi("reports", "close", made["id"])
    assert house.fedi("reports") == []
    assert house.fedi("reports", "--closed")[0]["id"] == made["id"]
    assert "closed already" in house.fails("reports", "close", made["id"])
    house.fedi("reports", "reopen", made["id"])
    assert "open already" in house.fails("reports", "reopen", made["id"])


def test_a_report_that_is_not_there_is_said_to_be_none(house: HouseOnDisk) -> None:
    for words in (("show", "12"), ("close", "12"), ("close", "tolv"), ("reopen", "12")):
        assert "There is no report" in house.fails("reports", *words)
    post = house.fedi("post", "--as", "anne", "--visibility", "public", "Hei")
    refused = house.fails("report", "@ikt_teamet", "--as", "anne", "--post", post["id"])
    assert "about the posts of the one" in refused
