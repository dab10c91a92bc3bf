"""deliveries, hosts, refused: what is told of the queues."""

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


def test_hosts_that_nobody_knows_can_not_be_steered(house: HouseOnDisk) -> None:
    assert house.fedi("hosts") == []
    for what in ("--retry", "--hold", "--release", "--drop"):
        assert "fedi hosts" in house.fails("hosts", what, "by.example")
    assert "at a time" in house.fails("hosts", "--hold", "a", "--drop", "b", code=2)


def test_nothing_refused_is_said_in_words(house: HouseOnDisk) -> None:
    assert house.run("refused").stdout == "Nothing was refused.\n"
    assert house.fedi("refused", "--host", "by.example") == []
