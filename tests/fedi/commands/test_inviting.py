"""invite: people asked in by the dozen."""

import stat

from tests.fedi.house_on_disk import HouseOnDisk

TABLE = "name;department\nÅse Bjørnø;ikt_teamet\nPer Hætta;ikt_teamet\n"


def test_a_wave_is_previewed_printed_and_counted(house: HouseOnDisk) -> None:
    table, sheet = house.folder / "bolge.csv", house.folder / "ark.html"
    table.write_text(TABLE, encoding="utf-8")
    seen = house.fedi("invite", "--csv", str(table), "--wave", "en", "--dry-run")
    assert [one["new"] for one in seen] == ["yes", "yes"]
    assert house.fedi("invite") == []
    made = house.fedi("invite", "--csv", str(table), "--wave", "en", "--print", str(sheet))
    assert [one["invited"] for one in made] == ["printed", "printed"]
    assert all("/link?key=" in one["link"] for one in made)
    assert made[0]["link"] in sheet.read_text(encoding="utf-8")
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    (wave,) = house.fedi("invite")
    assert wave == {"wave": "en", "invited": 2, "sent": 0, "joined": 0, "posted": 0}
    again = house.fedi("invite", "--again", "--wave", "en")
    assert {one["username"] for one in again} == {"ase_bjorno", "per_haetta"}
    done = house.run("invite")
    assert "joined" in done.output


def test_what_can_not_be_done_is_said(house: HouseOnDisk) -> None:
    table = house.folder / "bolge.csv"
    table.write_text("name;department\nNy;finnes_ikke\n", encoding="utf-8")
    assert "Line 2" in house.fails("invite", "--csv", str(table), "--wave", "en")
    assert house.run("invite", "--csv", str(table)).exit_code == 2
    table.write_text(TABLE, encoding="utf-8")
    line = house.fails("invite", "--csv", str(table), "--wave", "en", "--send")
    assert "[mail] has no host" in line
    assert house.fedi("invite") == []
