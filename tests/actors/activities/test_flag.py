"""What a Flag means: a report about somebody, and perhaps some of what they wrote."""

from dataclasses import replace

from actors.activities.flag import MAX_OPEN
from actors.people import Actor, Person
from actors.relationships import Notification, NotificationKind, Report
from actors.verbs import Flag
from fedi.store.rows import PERSON
from tests.people import (
    ALICE,
    BOB,
    CARLA,
    HOUSE,
    KARI,
    LEDERGRUPPEN,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
)
from tests.running import run


def flag(house: Nordvik, by: Actor, *objects: str, comment: str = "") -> Flag:
    return Flag(uri=house.uri(by), actor=by.uri, objects=objects, content=comment)


def test_a_report_about_one_of_ours_is_kept_with_the_posts_it_names(house: Nordvik) -> None:
    mine, other = house.says(KARI), house.says(LEDERGRUPPEN)
    house.done(flag(house, ALICE, KARI.uri, mine.uri, other.uri, comment="Ufint"))
    (report,) = house.all(Report)
    assert (report.by_id, report.target_id) == (ALICE.id, KARI.id)
    assert (report.post_ids, report.comment) == ((mine.id,), "Ufint")


def test_a_report_of_posts_alone_is_about_their_author(house: Nordvik) -> None:
    post = house.says(KARI)
    house.done(flag(house, ALICE, post.uri))
    assert house.all(Report)[0].target_id == KARI.id


def test_the_same_report_twice_is_one(house: Nordvik) -> None:
    report = flag(house, ALICE, KARI.uri)
    house.done(report)
    house.done(report)
    assert len(house.all(Report)) == 1


def test_who_has_many_reports_open_makes_no_more_until_one_is_closed(house: Nordvik) -> None:
    for _ in range(MAX_OPEN):
        house.done(flag(house, ALICE, KARI.uri))
    assert house.refused(flag(house, ALICE, KARI.uri)) == "too_many_reports"
    house.done(flag(house, BOB, KARI.uri))
    first = house.all(Report)[0]
    run(
        house.engine.write(
            lambda tx: tx.run("UPDATE report SET closed = 1 WHERE id = ?", [first.id])
        )
    )
    house.done(flag(house, ALICE, KARI.uri))
    assert house.refused(flag(house, ALICE, KARI.uri)) == "too_many_reports"


def test_a_report_about_nobody_here_is_not_kept(house: Nordvik) -> None:
    post = house.says(CARLA)
    assert house.refused(flag(house, ALICE, BOB.uri)) == "not_ours"
    assert house.refused(flag(house, ALICE, post.uri)) == "not_ours"


def test_a_report_that_is_forwarded_goes_in_the_name_of_the_house_and_names_no_one_of_ours(
    house: Nordvik,
) -> None:
    post = house.says(ALICE)
    report = flag(house, OLA, ALICE.uri, post.uri, comment="Søppel")
    house.done(replace(report, forward=True, person=PERSON_OLA.id))
    assert house.delivered() == [("Flag", ALICE.inbox)]
    document = house.bodies()[-1]
    assert document["actor"] == HOUSE.uri
    assert document["object"] == [ALICE.uri, post.uri]
    text = str(document)
    assert not any(secret in text for secret in (OLA.uri, OLA.name, OLA.username, report.uri))
    (kept,) = house.all(Report)
    assert (kept.by_id, kept.uri) == (OLA.id, report.uri)


def test_a_report_about_one_of_ours_is_forwarded_to_nobody(house: Nordvik) -> None:
    house.done(replace(flag(house, OLA, KARI.uri), forward=True))
    assert house.delivered() == []


def test_nobody_reports_for_a_department_that_is_not_theirs(house: Nordvik) -> None:
    report = replace(flag(house, LEDERGRUPPEN, ALICE.uri), person=PERSON_OLA.id)
    assert house.refused(report) == "not_yours"


def test_a_report_stays_inside_unless_it_is_to_go_out(house: Nordvik) -> None:
    house.done(flag(house, OLA, ALICE.uri))
    house.done(flag(house, OLA, KARI.uri))
    assert len(house.all(Report)) == 2
    assert house.delivered() == []


def kept_by(house: Nordvik, *people: Person) -> None:
    """Let people keep order."""
    for one in people:
        row = PERSON.encode(replace(one, admin=True))
        run(house.engine.write(lambda tx, row=row: tx.run(PERSON.replace, row)))  # type: ignore[misc]


def told(house: Nordvik) -> list[tuple[int, int, int]]:
    found = [one for one in house.all(Notification) if one.kind is NotificationKind.REPORT]
    return [(one.recipient_id, one.by_id, one.post_id) for one in found]


def test_those_who_keep_order_are_told_once_while_nobody_has_looked(house: Nordvik) -> None:
    kept_by(house, PERSON_OLA, PERSON_KARI)
    house.done(flag(house, ALICE, KARI.uri))
    first = house.all(Report)[0]
    assert sorted(told(house)) == sorted(
        [(OLA.id, ALICE.id, first.id), (KARI.id, ALICE.id, first.id)]
    )
    house.done(flag(house, BOB, KARI.uri))
    assert len(told(house)) == 2
    run(house.engine.write(lambda tx: tx.run("UPDATE report SET closed = 1")))
    house.done(flag(house, BOB, KARI.uri))
    assert len(told(house)) == 4


def test_who_reports_is_not_told_of_it_and_nobody_is_who_has_left(house: Nordvik) -> None:
    kept_by(house, PERSON_OLA, replace(PERSON_KARI, departed=1))
    house.done(flag(house, OLA, BOB.uri))
    assert told(house) == []
