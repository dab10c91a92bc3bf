"""What counts, and for how much. On both engines."""

from actors.posts import Visibility
from fedi.store import cards, trends
from fedi.store.cards import Card
from fedi.store.trends import DAY
from tests.fedi.search.talked_about import INSIDE, OUTSIDE, PUBLIC, subjects, tagged
from tests.people import (
    ALICE,
    BEREDSKAP,
    BOB,
    CARLA,
    HOUR,
    IKT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    Nordvik,
)
from tests.running import run

INTERNAL, DIRECT = Visibility.INTERNAL, Visibility.DIRECT


def test_a_tag_is_talked_about_when_several_use_it_and_each_counts_once(nordvik: Nordvik) -> None:
    for author in (LEDERGRUPPEN, IKT, ALICE):
        tagged(nordvik, author, "Skolestart")
    for author in (LEDERGRUPPEN, IKT):
        tagged(nordvik, author, "Vann")
    for _ in range(5):
        tagged(nordvik, ALICE, "reklame")
    assert subjects(nordvik, "tag") == ["skolestart", "vann"]


def test_today_counts_for_more_and_last_week_for_nothing(nordvik: Nordvik) -> None:
    for author in (ALICE, BOB, CARLA):  # others' posts have the id of when they were written
        tagged(nordvik, author, "igår", ago=30 * HOUR)
        tagged(nordvik, author, "forrige", ago=4 * DAY)
    for author in (LEDERGRUPPEN, IKT):
        tagged(nordvik, author, "idag")
    assert subjects(nordvik, "tag") == ["idag", "igår"]


def test_what_is_internal_is_talked_about_inside_alone(nordvik: Nordvik) -> None:
    for author in (KARI, OLA):
        tagged(nordvik, author, "internt", INTERNAL)
        tagged(nordvik, author, "brev", DIRECT)
    for author in (LEDERGRUPPEN, BEREDSKAP):
        tagged(nordvik, author, "halvt", PUBLIC)
    assert subjects(nordvik, "tag", INSIDE) == ["halvt", "internt"]
    assert subjects(nordvik, "tag", OUTSIDE) == []


def test_pages_that_several_link_to_are_talked_about(nordvik: Nordvik) -> None:
    url = "https://nrk.test/sak"
    posts = [nordvik.says(author) for author in (LEDERGRUPPEN, IKT)]

    async def unit(tx):  # type: ignore[no-untyped-def]
        for post in posts:
            await cards.link(tx, post, url, now=NOW, jitter=0)
        await cards.found(tx, Card(url=url, title="Sak"), NOW)

    run(nordvik.engine.write(unit))
    assert subjects(nordvik, "link") == [url]
    found = run(nordvik.engine.read(lambda tx: trends.link_history(tx, [url], INSIDE, NOW)))
    assert sum(day.accounts for day in found[url]) == 2
