"""post: what is published, narrowed, edited, deleted and refused."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.fedi.house_on_disk import HouseOnDisk


def post_row(house: HouseOnDisk, uri: str) -> dict[str, Any]:
    with closing(sqlite3.connect(house.folder / "fedi.db")) as database:
        database.row_factory = sqlite3.Row
        return dict(database.execute("SELECT * FROM post WHERE uri = ?", (uri,)).fetchone())


def test_a_department_posts_from_the_line_or_from_standard_input(house: HouseOnDisk) -> None:
    one = house.fedi("post", "--as", "ikt_teamet", "Nettet er oppe. #drift")
    two = house.fedi("post", "--as", "ikt_teamet", text="Fra et skript\nmed to linjer")
    assert post_row(house, one["uri"])["content"].startswith("<p>Nettet er oppe. <a ")
    assert post_row(house, two["uri"])["content"] == "<p>Fra et skript<br>med to linjer</p>"
    assert one["visibility"] == "public"


def test_nothing_is_no_post(house: HouseOnDisk) -> None:
    assert "Give the text" in house.fails("post", "--as", "ikt_teamet", code=2)


@pytest.mark.parametrize("asked", ["public", "unlisted", "followers", "direct", "internal"])
def test_each_audience_can_be_asked_for(house: HouseOnDisk, asked: str) -> None:
    made = house.fedi("post", "--as", "ikt_teamet", "--visibility", asked, "Hei")
    assert post_row(house, made["uri"])["visibility"] == asked


def test_an_employee_posts_inside_unless_told_otherwise(house: HouseOnDisk) -> None:
    assert house.fedi("post", "--as", "anne", "Hei")["visibility"] == "internal"


def test_an_answer_is_never_wider_than_what_it_answers(house: HouseOnDisk) -> None:
    inside = house.fedi("post", "--as", "ikt_teamet", "--visibility", "internal", "Bare oss")
    words = ("post", "--as", "anne", "--visibility", "public", "--reply-to")
    assert house.fedi(*words, inside["uri"], "Svar")["visibility"] == "internal"
    said = house.run(*words, inside["id"], "Svar til").stdout
    assert "Narrowed to internal" in said


def test_who_acts_is_kept_inside_and_must_be_allowed_to(house: HouseOnDisk) -> None:
    made = house.fedi("post", "--as", "ikt_teamet", "--person", "anne", "Hei")
    assert post_row(house, made["uri"])["acting_person"] is not None
    house.fedi("person", "add", "kari", "--name", "Kari")
    line = house.fails("post", "--as", "ikt_teamet", "--person", "kari", "Hei")
    assert "may not write" in line


def test_warning_language_and_mention_are_kept(house: HouseOnDisk) -> None:
    words = ("--summary", "Om hets", "--language", "nn", "Spør @anne")
    made = house.fedi("post", "--as", "ikt_teamet", *words)
    row = post_row(house, made["uri"])
    assert (row["summary"], row["sensitive"], row["language"]) == ("Om hets", 1, "nn")
    assert 'class="u-url mention"' in row["content"]


def test_a_handle_that_nobody_has_stays_text(house: HouseOnDisk) -> None:
    made = house.fedi("post", "--as", "ikt_teamet", "Hei @ingen@127.0.0.1:1")
    assert post_row(house, made["uri"])["content"] == "<p>Hei @ingen@127.0.0.1:1</p>"


def test_a_poll_has_choices_and_an_end(house: HouseOnDisk) -> None:
    words = ("post", "--as", "ikt_teamet", "Dag?", "--poll", "Onsdag", "--poll", "Torsdag")
    made = house.fedi(*words, "--poll-hours", "24")
    with closing(sqlite3.connect(house.folder / "fedi.db")) as database:
        options, ends = database.execute("SELECT options, ends FROM poll").fetchone()
    assert "Torsdag" in options
    assert ends - post_row(house, made["uri"])["published"] <= 24 * 3_600_000
    assert "two choices" in house.fails(*words[:-2])


def test_a_picture_is_kept_without_what_it_tells_and_needs_words(
    house: HouseOnDisk, tmp_path: Path
) -> None:
    picture = tmp_path / "elva.jpg"
    exif = Image.Exif()
    exif[0x010F] = "Kameraet til Anne"
    Image.new("RGB", (40, 20), "navy").save(picture, exif=exif)
    words = ("post", "--as", "ikt_teamet", "Se", "--media", str(picture))
    assert "--alt" in house.fails(*words, code=2)
    made = house.fedi(*words, "--alt", "Elva i kveldslys")
    media = post_row(house, made["uri"])["media"]
    assert "Elva i kveldslys" in media
    assert '"width":40' in media
    kept = list((house.folder / "media").iterdir())
    assert sorted(path.suffix for path in kept) == [".jpg", ".webp"]
    assert b"Kameraet" not in kept[0].read_bytes()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can put files among another's")
def test_root_puts_no_file_among_those_of_the_servers_user(
    house: HouseOnDisk, tmp_path: Path
) -> None:
    picture = tmp_path / "elva.png"
    Image.new("RGB", (40, 20), "navy").save(picture)
    os.chown(house.folder, 65_534, 65_534)
    told = house.fails("post", "--as", "ikt_teamet", "Se", "--media", str(picture), "--alt", "Elva")
    assert "run this as " in told
    assert not (house.folder / "work").exists()
    assert house.run("post", "--as", "ikt_teamet", "Bare tekst").exit_code == 0


def test_what_is_no_picture_is_refused(house: HouseOnDisk, tmp_path: Path) -> None:
    (tmp_path / "x.png").write_text("<svg/>")
    words = ("--media", str(tmp_path / "x.png"), "--alt", "x")
    assert "not taken" in house.fails("post", "--as", "ikt_teamet", "Se", *words)


def test_an_edit_keeps_the_earlier_text_and_a_delete_leaves_a_tombstone(house: HouseOnDisk) -> None:
    uri = house.fedi("post", "--as", "ikt_teamet", "Nede")["uri"]
    house.fedi("post", "--as", "ikt_teamet", "--edit", uri, "LØST")
    assert post_row(house, uri)["content"] == "<p>LØST</p>"
    with closing(sqlite3.connect(house.folder / "fedi.db")) as database:
        assert database.execute("SELECT content FROM revision").fetchall() == [("<p>Nede</p>",)]
    assert house.fedi("post", "--as", "ikt_teamet", "--delete", uri)["deleted"] == uri
    row = post_row(house, uri)
    assert row["content"] == ""
    assert row["deleted"] is not None
    assert "no such post" in house.fails("post", "--as", "ikt_teamet", "--delete", uri)
    assert "takes no text" in house.fails("post", "x", "--as", "anne", "--delete", uri, code=2)


def test_anothers_post_is_not_ones_own(house: HouseOnDisk) -> None:
    uri = house.fedi("post", "--as", "ikt_teamet", "Vårt")["uri"]
    assert "has no such post" in house.fails("post", "--as", "anne", "--edit", uri, "Mitt")


def test_a_text_that_is_too_long_says_by_how_much(house: HouseOnDisk) -> None:
    line = house.fails("post", "--as", "ikt_teamet", "a" * 5001)
    assert "5001 characters; at most 5000" in line
