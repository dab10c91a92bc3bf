"""actor show, edit, tag, move and close."""

import struct
import zlib
from pathlib import Path

from tests.fedi.house_on_disk import HouseOnDisk


def picture(folder: Path) -> Path:
    """A PNG of four red points."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    rows = b"".join(b"\0" + b"\xff\0\0" * 2 for _ in range(2))
    path = folder / "rod.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    return path


def test_all_that_an_actor_tells_of_itself_can_be_changed(house: HouseOnDisk) -> None:
    house.fedi(
        "actor", "edit", "ikt_teamet",
        "--name", "IKT", "--summary", "Vi hjelper. https://nordvik.test",
        "--field", "Telefon", "12 34", "--field", "Nettsted", "https://nordvik.test",
        "--locked", "--bot", "--not-discoverable", "--not-indexable", "--hide-totals",
        "--audience", "unlisted", "--exposure", "allowed", "--language", "nn",
    )  # fmt: skip
    shown = house.fedi("actor", "show", "ikt_teamet")
    assert shown["name"] == "IKT"
    assert shown["summary"].startswith("Vi hjelper.")
    assert shown["fields"]["Telefon"] == "12 34"
    kept = ("locked", "bot", "discoverable", "indexable", "hides_totals")
    assert [shown[name] for name in kept] == [True, True, False, False, True]
    stands = (shown["default_audience"], shown["exposure"], shown["language"])
    assert stands == ("unlisted", "allowed", "nn")
    house.fedi("actor", "edit", "ikt_teamet", "--open", "--no-fields")
    shown = house.fedi("actor", "show", "ikt_teamet")
    assert (shown["locked"], shown["bot"], shown["fields"]) == (False, True, {})
    assert "default audience" in house.run("actor", "show", "ikt_teamet").stdout


def test_names_and_descriptions_are_added_language_by_language(house: HouseOnDisk) -> None:
    for code, name in (("nb", "IKT-teamet"), ("se", "DGT-joavku")):
        house.fedi("actor", "edit", "ikt_teamet", "--name-in", code, name)
        house.fedi("actor", "edit", "ikt_teamet", "--summary-in", code, f"Om {name}")
    shown = house.fedi("actor", "show", "ikt_teamet")
    assert shown["names"] == {"nb": "IKT-teamet", "se": "DGT-joavku"}
    assert shown["summaries"] == {"nb": "Om IKT-teamet", "se": "Om DGT-joavku"}
    assert shown["summary"] == "Om IKT-teamet"
    house.fedi("actor", "edit", "ikt_teamet", "--summary-in", "se", "")
    assert house.fedi("actor", "show", "ikt_teamet")["summaries"] == {"nb": "Om IKT-teamet"}


def test_a_picture_is_put_on_and_taken_off(house: HouseOnDisk, tmp_path: Path) -> None:
    path = str(picture(tmp_path))
    house.fedi("actor", "edit", "ikt_teamet", "--icon", path, "--icon-alt", "Rødt")
    shown = house.fedi("actor", "show", "ikt_teamet")
    assert "/media/" in shown["icon"]
    house.fedi("actor", "edit", "ikt_teamet", "--no-icon")
    assert "/avatars/" in house.fedi("actor", "show", "ikt_teamet")["icon"]  # made of its name


def test_what_can_not_be_changed_says_why(house: HouseOnDisk) -> None:
    assert "Say what is to change" in house.fails("actor", "edit", "ikt_teamet", code=2)
    assert "at most" in house.fails("actor", "edit", "ikt_teamet", "--name", "x" * 101)
    house.fedi("person", "add", "per", "--name", "Per Vik", "--for", "ikt_teamet")
    refused = house.fails("actor", "edit", "ikt_teamet", "--person", "per", "--name", "Nytt")
    assert "those who manage" in refused


def test_hashtags_are_featured_and_let_go(house: HouseOnDisk) -> None:
    assert house.fedi("actor", "tag", "ikt_teamet") == []
    house.fedi("post", "--as", "ikt_teamet", "Nytt om #Nett")
    tags = house.fedi("actor", "tag", "ikt_teamet", "#nett", "drift")
    assert [(one["tag"], one["posts"]) for one in tags] == [("#nett", 1), ("#drift", 0)]
    left = house.fedi("actor", "tag", "ikt_teamet", "nett", "--remove")
    assert [one["tag"] for one in left] == ["#drift"]
    assert "doesn't feature" in house.fails("actor", "tag", "ikt_teamet", "nett", "--remove")


def test_a_move_goes_where_the_new_home_names_the_old(house: HouseOnDisk) -> None:
    house.fedi("department", "add", "digital", "--name", "Digital")
    asked = house.fails("actor", "move", "ikt_teamet", "@digital")
    assert "--yes" in asked
    one_sided = house.fails("actor", "move", "ikt_teamet", "@digital", "--yes")
    assert "does not name" in one_sided
    house.fedi("actor", "edit", "digital", "--alias", "@ikt_teamet")
    moved = house.fedi("actor", "move", "ikt_teamet", "@digital", "--yes")
    assert moved["moved_to"] == house.fedi("actor", "show", "digital")["uri"]


def test_what_is_closed_is_closed_for_good(house: HouseOnDisk) -> None:
    assert "--yes" in house.fails("actor", "close", "ikt_teamet")
    house.fedi("actor", "close", "ikt_teamet", "--yes")
    assert house.fails("post", "--as", "ikt_teamet", "Hei")
    again = house.fails("department", "add", "ikt_teamet", "--name", "IKT")
    assert "is taken, or was once" in again
