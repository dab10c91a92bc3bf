"""A command comes into the house whether the server runs or not."""

import pytest

from fedi.app import House
from fedi.commands.opening import at_home
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
