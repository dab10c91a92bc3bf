"""questions: what departments were asked, listed, taken, noted, done."""

from typing import Any

from tests.fedi.house_on_disk import HouseOnDisk


def asked(house: HouseOnDisk) -> str:
    """Have Anne ask IKT-teamet; return the id of that question."""
    house.fedi("post", "@ikt_teamet PCen er treg", "--as", "anne", "--visibility", "direct")
    (one,) = listed(house)
    return str(one["id"])


def listed(house: HouseOnDisk, *words: str) -> list[dict[str, Any]]:
    return list(house.fedi("questions", *words))


def test_what_was_asked_is_listed_until_it_is_answered(house: HouseOnDisk) -> None:
    asked(house)
    (one,) = listed(house, "--of", "ikt_teamet")
    assert (one["state"], one["asker"], one["department"]) == ("open", "@anne", "@ikt_teamet")
    assert "PCen er treg" in one["text"]
    house.fedi("post", "@anne Start på nytt", "--as", "ikt_teamet", "--reply-to", one["post"])
    assert listed(house) == []
    (found,) = listed(house, "--which", "answered")
    assert found["seconds_to_first_answer"] is not None
    figures = house.fedi("questions", "figures", "ikt_teamet")
    assert (figures["asked"], figures["answered"], figures["waiting"]) == (1, 1, 0)


def test_it_is_taken_noted_done_and_opened_again(house: HouseOnDisk) -> None:
    id = asked(house)
    house.fedi("department", "member", "ikt_teamet", "anne", "--role", "author")
    house.fedi("questions", "assign", id, "anne")
    assert [one["id"] for one in listed(house, "--assigned-to", "anne")] == [id]
    house.fedi("questions", "note", id, "Ringte", "--person", "anne")
    house.fedi("questions", "assign", id, "--back")
    house.fedi("questions", "done", id)
    assert (listed(house), [one["id"] for one in listed(house, "--which", "done")]) == ([], [id])
    house.fedi("questions", "reopen", id)
    assert [one["id"] for one in listed(house)] == [id]


def test_what_is_no_question_and_who_may_not_is_told(house: HouseOnDisk) -> None:
    id = asked(house)
    house.fedi("person", "add", "per", "--name", "Per")
    assert "such question" in house.fails("questions", "done", id, "--person", "per")
    assert "take its questions" in house.fails("questions", "assign", id, "per")
    for words in (["done", "x"], ["assign", id], ["assign", id, "anne", "--back"]):
        assert house.run("questions", *words).exit_code == 2
    done = house.run("questions")
    assert (done.exit_code, "PCen er treg" in done.output) == (0, True)
