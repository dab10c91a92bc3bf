"""A command comes into the house whether the server runs or not."""

from pathlib import Path

import pytest

from fedi.app import House
from fedi.commands.opening import at_home
from tests.databases import PostgresForTests
from tests.fedi.house_on_disk import HouseOnDisk


def test_work_is_done_in_a_house_of_its_own_and_the_house_is_closed_again(
    house: HouseOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEDI_DATA_DIR", str(house.folder))
    monkeypatch.delenv("FEDI_CONFIG", raising=False)

    async def work(opened: House) -> str:
        return opened.urls.origin

    assert at_home(work) == at_home(work) == "http://127.0.0.1:20599"
    assert not (house.folder / "fedi.db-wal").exists()


@pytest.mark.postgres
def test_all_of_it_works_on_postgresql(postgres: PostgresForTests, tmp_path: Path) -> None:
    url = postgres.url(postgres.create())
    house = HouseOnDisk(tmp_path / "data", {"FEDI_DATABASE__URL": url})
    house.fedi("init", "--origin", "http://127.0.0.1:20599", "--lab")
    house.fedi("department", "add", "ikt_teamet", "--name", "IKT-teamet")
    house.fedi("person", "add", "anne", "--name", "Anne Berg", "--for", "ikt_teamet")
    house.fedi("follow", "@ikt_teamet", "--as", "anne")
    post = house.fedi("post", "--as", "ikt_teamet", "Oppe igjen")
    house.fedi("department", "rename", "ikt_teamet", "ikt")
    house.fedi("key", "rotate", "ikt")
    assert [one["uri"] for one in house.fedi("home", "--as", "anne")] == [post["uri"]]
    assert house.fedi("deliveries", "--post", post["id"])["total"] == 0
    assert house.run("doctor", "--no-network").exit_code in (0, 3)
    house.fedi("backup", str(tmp_path / "kopi"))
    other = postgres.url(postgres.create())
    back = HouseOnDisk(tmp_path / "ny")
    words = ("restore", str(tmp_path / "kopi"), "--data-dir", str(back.folder))
    back.fedi(*words, "--database-url", other)
    assert [one["uri"] for one in back.fedi("home", "--as", "anne")] == [post["uri"]]
    back.fedi("restore", "--confirm")


@pytest.mark.whole
def test_an_empty_postgresql_database_says_how_to_fill_it(
    postgres: PostgresForTests, house: HouseOnDisk
) -> None:
    house.more["FEDI_DATABASE__URL"] = postgres.url(postgres.create())
    assert "fedi init" in house.fails("hosts")
    assert house.run("check").exit_code == 4
