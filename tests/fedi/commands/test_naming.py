"""What a command's words name: an id, an address, a handle."""

import pytest

from fedi.app import House
from fedi.commands import naming
from fedi.commands.opening import at_home
from tests.fedi.house_on_disk import HouseOnDisk


def test_a_post_is_named_by_its_id_or_its_address(
    house: HouseOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = house.fedi("post", "--as", "ikt_teamet", "Hei")
    monkeypatch.setenv("FEDI_DATA_DIR", str(house.folder))
    monkeypatch.delenv("FEDI_CONFIG", raising=False)

    async def work(opened: House) -> list[str]:
        found = [await naming.post(opened, text) for text in (made["id"], made["uri"])]
        return [naming.told(opened, one)["uri"] for one in found]

    assert at_home(work) == [made["uri"], made["uri"]]
