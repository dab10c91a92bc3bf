"""fedi search rebuild: everything is read once more."""

from tests.fedi.house_on_disk import HouseOnDisk


def test_a_rebuild_reads_everything_and_may_be_done_again(house: HouseOnDisk) -> None:
    house.fedi("post", "--as", "ikt_teamet", "Vannledningen er tett")
    first = house.fedi("search", "rebuild")
    assert first["read"] >= 3
    assert house.fedi("search", "rebuild")["read"] == first["read"]
    assert "posts, actors and events were read" in house.run("search", "rebuild").stdout
