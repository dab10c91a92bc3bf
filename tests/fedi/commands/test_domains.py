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


CSV = (
    '#domain,#severity,#public_comment\nspam.example,suspend,"søppel, og verre"\nx.example,noop,\n'
)


def test_a_list_is_looked_at_then_taken_then_unchanged(house: HouseOnDisk) -> None:
    file = house.folder / "liste.csv"
    file.write_text(CSV)
    dry = house.fedi("block", "--import", str(file), "--dry-run")
    assert dry["dry_run"]
    assert [(one["domain"], one["change"]) for one in dry["changes"]] == [("spam.example", "added")]
    assert dry["passed_over"][0]["line"] == 3
    assert house.fedi("block", "--list") == []
    house.fedi("block", "--import", str(file))
    (listed,) = house.fedi("block", "--list")
    assert (listed["domain"], listed["public_comment"]) == ("spam.example", "søppel, og verre")
    said = house.run("block", "--import", str(file)).stdout
    assert "1 unchanged" in said
    assert "line 3 is passed over" in said


def test_a_list_that_was_made_here_is_read_here(house: HouseOnDisk) -> None:
    house.fedi("allow", "a.example", "--comment", "avtale", "--public-comment", "nabo")
    listed = house.run("allow", "--list", "--json").stdout
    house.fedi("allow", "a.example", "--remove")
    file = house.folder / "liste.json"
    file.write_text(listed)
    house.fedi("allow", "--import", str(file))
    assert house.run("allow", "--list", "--json").stdout.count("avtale") == 1


def test_a_list_with_a_bad_line_is_not_taken(house: HouseOnDisk) -> None:
    file = house.folder / "liste.txt"
    file.write_text("good.example\nhttp://bad/\n")
    assert "line 2" in house.fails("block", "--import", str(file))
    assert house.fedi("block", "--list") == []
    file.write_bytes(b"\xff\xfe")
    assert "UTF-8" in house.fails("block", "--import", str(file))


def test_one_rule_is_looked_at_before_it_is_made(house: HouseOnDisk) -> None:
    said = house.run("block", "nabo.example", "--dry-run").stdout
    assert "would be blocked" in said
    assert "no server that we know of" in said
    assert house.fedi("block", "--list") == []
    assert house.fedi("block", "nabo.example", "--dry-run")["cut"]["servers"] == []


def test_an_import_takes_nothing_else(house: HouseOnDisk) -> None:
    file = house.folder / "liste.txt"
    file.write_text("good.example\n")
    assert "--dry-run" in house.fails("block", "x.example", "--import", str(file), code=2)
    assert "--list" in house.fails("block", "--list", "--dry-run", code=2)


def test_a_narrower_exposure_is_looked_at_first(house: HouseOnDisk) -> None:
    told = house.fedi("actor", "edit", "ikt_teamet", "--exposure", "internal", "--dry-run")
    assert told["cut"]["waiting"] == 0
    assert house.fedi("actor", "show", "ikt_teamet")["exposure"] == "open"
    assert "--exposure" in house.fails("actor", "edit", "ikt_teamet", "--dry-run", code=2)
