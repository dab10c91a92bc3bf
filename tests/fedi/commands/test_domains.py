"""allow and block: rules about other servers, in the one spelling of their names."""

from tests.fedi.house_on_disk import HouseOnDisk


def test_a_rule_is_made_listed_and_taken_back(house: HouseOnDisk) -> None:
    made = house.fedi("block", "Støy.Example.", "--comment", "spam")
    assert made == {
        "domain": "xn--sty-1na.example",
        "kind": "block",
        "removed": False,
        "replaced": None,
    }
    listed = house.fedi("block", "--list")
    assert [(one["domain"], one["comment"]) for one in listed] == [(made["domain"], "spam")]
    assert house.fedi("allow", "--list") == []
    house.fedi("block", "støy.example", "--remove")
    assert house.fedi("block", "--list") == []
    assert "no such rule" in house.fails("block", "støy.example", "--remove")


def test_one_domain_has_one_rule(house: HouseOnDisk) -> None:
    house.fedi("block", "nabo.example")
    said = house.run("allow", "nabo.example").stdout
    assert "It was blocked before" in said
    assert 'not "allowlist"' in said
    assert house.fedi("block", "--list") == []
    assert "no such rule" in house.fails("block", "nabo.example", "--remove")


def test_what_is_no_domain_or_ourselves_is_refused(house: HouseOnDisk) -> None:
    assert house.fails("block", "http://nabo.example/")
    assert "itself" in house.fails("block", "127.0.0.1:20599")
    assert "--list" in house.fails("block", code=2)
    assert "--list" in house.fails("allow", "x.example", "--list", code=2)
