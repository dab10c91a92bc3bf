"""announce and rules: what everybody inside is told."""

from tests.fedi.house_on_disk import HouseOnDisk


def test_an_announcement_stands_until_it_is_taken_back(house: HouseOnDisk) -> None:
    made = house.fedi("announce", "Brannøvelse i dag kl. 13 #øvelse", "--days", "2")
    assert made["ends"] is not None
    listed = house.fedi("announce", "--list")
    assert [one["text"] for one in listed] == ["Brannøvelse i dag kl. 13 #øvelse"]
    house.fedi("announce", "--remove", made["id"])
    assert house.fedi("announce", "--list") == []
    assert "no such announcement" in house.fails("announce", "--remove", made["id"])
    assert "words" in house.fails("announce", "  ")
    assert "--list" in house.fails("announce", code=2)


def test_the_rules_are_replaced_all_at_once(house: HouseOnDisk) -> None:
    assert house.fedi("rules") == []
    given = house.fedi("rules", "Vær grei.", "Skriv aldri om andres sykdom.")
    assert [one["text"] for one in given] == ["Vær grei.", "Skriv aldri om andres sykdom."]
    assert [one["id"] for one in house.fedi("rules")] == ["1", "2"]
    assert house.fedi("rules", "--clear") == []
    assert house.fails("rules", "x", "--clear", code=2)
