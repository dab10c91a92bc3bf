"""org export, import and tree; department show and set."""

import json
from pathlib import Path

from tests.fedi.house_on_disk import HouseOnDisk

FILE = """Slag;Brukernavn;Navn;Overordnet;Organisasjonsnummer;Roller
avdeling;radhuset;Rådhuset;;012345674;
avdeling;ikt_teamet;IKT;radhuset;;
person;ada;Ada Ås;;;ikt_teamet=manager
"""


def file(folder: Path, text: str = FILE, encoding: str = "cp1252") -> str:
    path = folder / "fil.csv"
    path.write_bytes(text.encode(encoding))
    return str(path)


def test_an_organisation_comes_in_and_goes_out(house: HouseOnDisk, tmp_path: Path) -> None:
    path = file(tmp_path)
    told = house.fedi("org", "import", path, "--dry-run")
    assert (told["new"], told["dry_run"]) == (2, True)
    assert "new department radhuset: Rådhuset" in told["differences"]
    assert house.run("department", "show", "radhuset").exit_code == 1
    assert house.fedi("org", "import", path)["new"] == 2
    assert "Nothing differs" not in house.run("org", "import", path).stdout
    shown = house.fedi("department", "show", "radhuset")
    assert (shown["identifier"], shown["children"]) == ("0192:012345674", ["ikt_teamet"])
    assert shown["verified"]
    assert house.fedi("department", "show", "ikt_teamet")["roles"]["ada"] == "manager"
    drawn = house.run("org", "tree").stdout.splitlines()
    assert "  IKT  @ikt_teamet" in drawn[drawn.index("Rådhuset  @radhuset") :]
    for form in ("csv", "json"):
        out = tmp_path / f"ut.{form}"
        house.fedi("org", "export", "--format", form, "--to", str(out))
        assert out.stat().st_mode & 0o777 == 0o600
        again = house.fedi("org", "import", str(out))
        assert (again["new"], again["changed"], again["moved"], again["missing"]) == (0, 0, 0, 0)
        assert house.run("org", "import", str(out)).stdout.startswith("Nothing differs.")
    assert "is there already" in house.fails("org", "export", "--to", str(out))
    listed = json.loads(house.run("org", "export", "--format", "json").stdout)
    assert {one["handle"] for one in listed["people"]} >= {"ada"}


def test_a_wrong_line_is_named_and_nothing_done(house: HouseOnDisk, tmp_path: Path) -> None:
    path = file(tmp_path, f"{FILE}avdeling;x;X;finnes_ikke;;\n")
    line = house.fails("org", "import", path)
    assert "line 5, parent: There is no department finnes_ikke." in line
    assert house.run("department", "show", "radhuset").exit_code == 1


def test_all_of_a_department_is_set_and_shown(house: HouseOnDisk) -> None:
    house.fedi(
        "department", "set", "ikt_teamet", "--number", "012 345 674", "--email", "it@by.example",
        "--phone", "4200", "--website", "https://by.example", "--address", "Rådhuset",
        "--color", "#1B5E8A", "--name", "IKT", "--name-in", "nn", "IKT-laget", "--language", "nn",
        "--audience", "internal", "--exposure", "allowed",
    )  # fmt: skip
    shown = house.fedi("department", "show", "ikt_teamet")
    assert (shown["number"], shown["color"], shown["name"]) == ("012345674", "#1b5e8a", "IKT")
    assert (shown["names"]["nn"], shown["default_audience"]) == ("IKT-laget", "internal")
    fields = house.fedi("actor", "show", "ikt_teamet")["fields"]
    assert fields["Nettstad"] == "by.example"
    house.fedi("actor", "edit", "ikt_teamet", "--no-fields")
    assert house.fedi("actor", "show", "ikt_teamet")["fields"] == fields
    house.fedi("department", "set", "ikt_teamet", "--number", "", "--top")
    shown = house.fedi("department", "show", "ikt_teamet")
    assert (shown["number"], shown["verified"], shown["parent"]) == (None, None, None)
    assert "no organisation number" in house.fails(
        "department", "set", "ikt_teamet", "--number", "123"
    )
    assert "can't stand under" in house.fails(
        "department", "set", "ikt_teamet", "--parent", "ikt_teamet"
    )
    house.fails("department", "set", "ikt_teamet", code=2)


def test_departments_are_merged_for_good_and_old_links_lead_on(
    house: HouseOnDisk, tmp_path: Path
) -> None:
    house.fedi("org", "import", file(tmp_path))
    told = house.fedi("org", "merge", "ikt_teamet", "radhuset", "--dry-run")
    assert (told["dry_run"], told["from"][0]["roles"]) == (True, 2)
    assert "Say so with --yes" in house.fails("org", "merge", "ikt_teamet", "radhuset")
    assert house.fedi("department", "show", "ikt_teamet")["moved_to"] is None
    house.fedi("org", "merge", "ikt_teamet", "radhuset", "--yes")
    new = house.fedi("department", "show", "radhuset")
    old = house.fedi("department", "show", "ikt_teamet")
    assert old["moved_to"] == new["uri"]
    assert new["roles"] == {"ada": "manager", "anne": "author"}
    assert old["roles"] == {"ada": "manager"}
    line = house.fails("org", "import", file(tmp_path))
    assert "line 3, handle: ikt_teamet is, or once was, somebody else's" in line


def test_a_part_is_split_off(house: HouseOnDisk, tmp_path: Path) -> None:
    house.fedi("org", "import", file(tmp_path))
    house.fails("org", "split", "ikt_teamet", "radhuset", code=2)
    told = house.fedi(
        "org", "split", "ikt_teamet", "radhuset", "--follow", "--people", "ada",
        "--say", "Rådhuset svarer fra nå av selv.",
    )  # fmt: skip
    assert (told["followers_here"], told["said"]) == (0, True)
    assert house.fedi("department", "show", "radhuset")["roles"] == {"ada": "manager"}
    assert house.fedi("department", "show", "ikt_teamet")["roles"] == {"anne": "author"}
