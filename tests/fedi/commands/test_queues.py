"""deliveries, hosts, refused: what is told of the queues."""

import sqlite3

from tests.fedi.house_on_disk import HouseOnDisk


def test_a_post_that_goes_nowhere_is_delivered_0_of_0(house: HouseOnDisk) -> None:
    post = house.fedi("post", "--as", "ikt_teamet", "Hei")
    found = house.fedi("deliveries", "--post", post["uri"])
    assert (found["total"], found["waiting"], found["hosts"]) == (0, 0, [])
    said = house.run("deliveries", "--post", post["id"]).stdout
    assert said.startswith("delivered 0 of 0, waiting 0, failed 0")


def test_what_left_is_listed_newest_first(house: HouseOnDisk) -> None:
    first, second = (house.fedi("post", "--as", "ikt_teamet", text)["id"] for text in "ab")
    found = house.fedi("deliveries", "--limit", "5")
    assert [one["uri"].rpartition("/")[2] for one in found] == [second, first]
    assert found[0]["kind"] == "Create"
    assert house.run("deliveries").stdout.startswith("kind")


def test_what_went_to_nobody_is_not_listed(house: HouseOnDisk) -> None:
    house.fedi("post", "--as", "ikt_teamet", "a")
    with sqlite3.connect(house.folder / "fedi.db") as database:
        database.execute("DELETE FROM fanout")
    database.close()
    assert house.fedi("deliveries") == []
    assert "Nothing has left yet" in house.run("deliveries").stdout


def test_a_link_to_the_page_of_a_post_is_printed(house: HouseOnDisk) -> None:
    post = house.fedi("post", "--as", "ikt_teamet", "a")
    link = house.fedi("deliveries", "--post", post["id"], "--link")["link"]
    assert link.startswith(f"{post['uri']}/delivery?key=")
    assert "--post" in house.fails("deliveries", "--link", code=2)
    house.fedi("post", "--as", "ikt_teamet", "--delete", post["id"])
    assert "none of ours" in house.fails("deliveries", "--post", post["id"], "--link")


def test_hosts_that_nobody_knows_can_not_be_steered(house: HouseOnDisk) -> None:
    assert house.fedi("hosts") == []
    for what in ("--retry", "--hold", "--release", "--drop"):
        assert "fedi hosts" in house.fails("hosts", what, "by.example")
    assert "at a time" in house.fails("hosts", "--hold", "a", "--drop", "b", code=2)


def test_nothing_refused_is_said_in_words(house: HouseOnDisk) -> None:
    assert house.run("refused").stdout == "Nothing was refused.\n"
    assert house.fedi("refused", "--host", "by.example") == []
