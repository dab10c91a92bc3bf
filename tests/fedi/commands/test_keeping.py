"""backup and restore as commands: what they take, and what they tell to do next."""

import os
from pathlib import Path

from tests.fedi.house_on_disk import HouseOnDisk


def test_a_restore_says_from_where_and_to_where(house: HouseOnDisk) -> None:
    assert "from where" in house.fails("restore", code=2)
    assert "nothing else" in house.fails("restore", "x", "--confirm", code=2)


def test_a_backup_warns_of_the_keys_in_it(house: HouseOnDisk, tmp_path: Path) -> None:
    said = house.run("backup", str(tmp_path / "kopi")).stdout
    assert "private keys" in said
    assert said.startswith(f"{tmp_path / 'kopi'}: 2 files, ")


def test_a_backup_says_that_files_in_a_bucket_are_not_in_it(
    house: HouseOnDisk, tmp_path: Path
) -> None:
    assert "bucket" not in house.run("backup", str(tmp_path / "en")).stdout
    bucket = {"FEDI_MEDIA__STORAGE": "s3", "FEDI_MEDIA__S3_BUCKET": "bilder"}
    remote = HouseOnDisk(house.folder, {**house.more, **bucket})
    said = remote.run("backup", str(tmp_path / "to")).stdout
    assert "they are in the bucket bilder" in said
    assert remote.fedi("backup", str(tmp_path / "tre"))["media"] is False


def test_a_restore_tells_the_command_that_lets_go(house: HouseOnDisk, tmp_path: Path) -> None:
    house.fedi("backup", str(tmp_path / "kopi"))
    new = HouseOnDisk(tmp_path / "ny")
    said = new.run("restore", str(tmp_path / "kopi")).stdout
    assert f"FEDI_DATA_DIR={new.folder} fedi restore --confirm" in said
    assert new.run("restore", "--confirm").stdout == "Sending goes on.\n"
    assert new.run("restore", "--confirm").stdout == "Sending was not held.\n"


def test_a_folder_that_is_no_backup_leaves_nothing_behind(tmp_path: Path) -> None:
    new = HouseOnDisk(tmp_path / "ny")
    (tmp_path / "tom").mkdir()
    assert "is no backup" in new.fails("restore", str(tmp_path / "tom"))
    assert sorted(os.listdir(tmp_path)) == ["tom"]
