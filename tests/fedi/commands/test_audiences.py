"""audience: the command says who would see a post, and publishes nothing."""

from tests.fedi.house_on_disk import HouseOnDisk


def test_the_command_says_who_would_see_a_post(house: HouseOnDisk) -> None:
    found = house.fedi("audience", "--as", "ikt_teamet", "--visibility", "internal", "Hei @anne")
    assert found["audience"] == "internal"
    assert found["people"] == 1
    assert found["servers"] == []
    assert found["sentences"][0].startswith("Only employees of ")


def test_it_says_what_an_answer_becomes(house: HouseOnDisk) -> None:
    inside = house.fedi("post", "--as", "ikt_teamet", "--visibility", "internal", "Bare oss")
    asked = ("audience", "--as", "anne", "--visibility", "public", "--reply-to", inside["id"])
    assert house.fedi(*asked, "Svar")["audience"] == "internal"
    said = house.run(*asked, "--language", "nb", "Svar").stdout
    assert "Et svar blir aldri synlig for flere enn det du svarer på." in said
