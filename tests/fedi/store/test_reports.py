"""Reports for those who keep order: listed, read, closed and opened again."""

from typing import Any

import pytest

from actors.relationships import Report
from fedi.store import reports
from tests.people import ALICE, BOB, KARI, LEDERGRUPPEN, NOW, Nordvik
from tests.running import run


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik


def reported(house: Nordvik) -> list[int]:
    """Two open reports; the ids, oldest first."""
    post = house.says(KARI)
    rows = [
        Report(
            id=number,
            uri=f"https://mastodon.test/flags/{number}",
            by_id=ALICE.id,
            target_id=target.id,
            post_ids=(post.id,) if target is KARI else (),
            comment="Ufint",
            created=NOW,
        )
        for number, target in ((900, KARI), (901, LEDERGRUPPEN))
    ]
    house.put(*rows)
    return [row.id for row in rows]


def test_open_reports_are_listed_newest_first_page_by_page(house: Nordvik) -> None:
    older, newer = reported(house)

    def page(**rest: Any) -> list[int]:
        found = run(house.engine.read(lambda tx: reports.listed(tx, **rest)))
        return [one.report.id for one in found]

    assert page() == [newer, older]
    assert page(limit=1) == [newer]
    assert page(before=newer) == [older]
    assert run(house.engine.read(reports.open_ones)) == 2


def test_a_report_is_read_with_whom_and_what_it_is_about(house: Nordvik) -> None:
    older, _ = reported(house)
    found = run(house.engine.read(lambda tx: reports.find(tx, older)))
    assert found is not None
    assert (found.by, found.target) == (ALICE, KARI)
    assert [post.author_id for post in found.posts] == [KARI.id]
    assert run(house.engine.read(lambda tx: reports.find(tx, BOB.id))) is None
    by_uri = run(house.engine.read(lambda tx: reports.by_uri(tx, found.report.uri)))
    assert by_uri == found.report


def test_a_report_is_closed_once_and_can_be_opened_again(house: Nordvik) -> None:
    older, newer = reported(house)
    write = house.engine.write
    assert run(write(lambda tx: reports.close(tx, older, NOW))) is True
    assert run(write(lambda tx: reports.close(tx, older, NOW))) is False
    closed = run(house.engine.read(lambda tx: reports.listed(tx, closed=True)))
    assert [one.report.id for one in closed] == [older]
    assert run(house.engine.read(reports.open_ones)) == 1
    assert run(write(lambda tx: reports.reopen(tx, older))) is True
    assert run(write(lambda tx: reports.reopen(tx, older))) is False
    assert run(house.engine.read(reports.open_ones)) == 2
    assert newer
