"""Links get a preview, one for each page, for whom it is no secret. On both engines."""

from dataclasses import replace

import pytest

from actors.posts import Post, Visibility
from actors.verbs import Delete, Update
from fedi.search.indexing import Indexer
from fedi.store import cards
from fedi.store.cards import STALE, Card
from tests.people import ALICE, DAY, KARI, LEDERGRUPPEN, MINUTE, NOW, OLA, Nordvik, note
from tests.running import run

URL = "https://nrk.test/sak"
LINK = f'<p>Se <a href="{URL}" rel="nofollow noopener noreferrer">nrk.test/sak</a></p>'


def index(house: Nordvik) -> None:
    run(Indexer(house.engine, house.urls, house.clock.now, lambda: 0.5).all())


def wanted(house: Nordvik) -> list[tuple[str, int]]:
    """Return what is to be fetched, and how long from now."""
    index(house)
    found = house.ask("SELECT url, due FROM card WHERE state = 0 ORDER BY url")
    return [(url, due - house.clock.now()) for url, due in found]


def got(house: Nordvik, card: Card) -> None:
    run(house.engine.write(lambda tx: cards.found(tx, card, house.clock.now())))


def shown(house: Nordvik, *posts: Post) -> dict[int, Card]:
    return run(house.engine.read(lambda tx: cards.of_posts(tx, [post.id for post in posts])))


def test_our_own_link_is_looked_at_at_once_and_anothers_within_a_minute(nordvik: Nordvik) -> None:
    nordvik.says(LEDERGRUPPEN, content=LINK)
    nordvik.says(ALICE, content=LINK.replace("/sak", "/annen"))
    assert wanted(nordvik) == [("https://nrk.test/annen", MINUTE // 2), (URL, 0)]


@pytest.mark.parametrize("visibility", list(Visibility))
def test_a_letters_link_is_nobody_elses_business(nordvik: Nordvik, visibility: Visibility) -> None:
    nordvik.says(KARI, visibility, OLA, content=LINK)
    assert len(wanted(nordvik)) == (0 if visibility is Visibility.DIRECT else 1)


def test_what_a_post_warns_of_is_not_shown_by_its_card(nordvik: Nordvik) -> None:
    nordvik.says(KARI, content=LINK, summary="Blod")
    assert wanted(nordvik) == []


def test_what_is_ours_has_no_card(nordvik: Nordvik) -> None:
    nordvik.says(KARI, content=LINK.replace("https://nrk.test", nordvik.urls.origin))
    assert wanted(nordvik) == []


def test_a_page_has_one_card_for_all_posts_and_a_page_of_posts_one_statement(
    nordvik: Nordvik,
) -> None:
    posts = [nordvik.says(author, content=LINK) for author in (KARI, LEDERGRUPPEN, ALICE)]
    other = nordvik.says(KARI, content="<p>Uten</p>")
    assert len(wanted(nordvik)) == 1
    assert shown(nordvik, *posts, other) == {}
    card = Card(url=URL, title="Sak", description="Om saken", image="https://nrk.test/1.jpg")
    got(nordvik, card)
    assert shown(nordvik, *posts, other) == dict.fromkeys((post.id for post in posts), card)
    assert wanted(nordvik) == []


def test_whoever_shows_a_post_is_told_that_its_card_has_come(nordvik: Nordvik) -> None:
    post = nordvik.says(KARI, content=LINK)
    index(nordvik)
    got(nordvik, Card(url=URL, title="Sak"))
    assert nordvik.ask(
        "SELECT kind, actor_id, subject_id FROM event ORDER BY position DESC LIMIT 1"
    ) == [("card", KARI.id, post.id)]


def test_a_link_that_is_edited_away_takes_its_card_along(nordvik: Nordvik) -> None:
    post = nordvik.says(KARI, content=LINK)
    index(nordvik)
    got(nordvik, Card(url=URL, title="Sak"))
    changed = replace(note(KARI, post.uri, content="<p>Nei</p>"), updated=NOW + 1)
    nordvik.done(Update(uri=nordvik.uri(KARI), actor=KARI.uri, note=changed))
    index(nordvik)
    assert shown(nordvik, post) == {}
    again = nordvik.says(KARI, content=LINK)
    index(nordvik)
    assert again.id in shown(nordvik, again)
    nordvik.done(Delete(uri=nordvik.uri(KARI), actor=KARI.uri, object=again.uri))
    index(nordvik)
    gone, _ = run(nordvik.engine.read(lambda tx: cards.unused(tx, "", 10)))
    run(nordvik.engine.write(lambda tx: cards.drop(tx, gone)))
    assert nordvik.ask("SELECT count(*) FROM card") == [(0,)]


def test_an_old_preview_is_made_anew_and_shown_until_then(nordvik: Nordvik) -> None:
    post = nordvik.says(KARI, content=LINK)
    index(nordvik)
    got(nordvik, Card(url=URL, title="Gammel"))
    nordvik.clock.time += STALE + 1
    nordvik.says(KARI, content=LINK)
    assert len(wanted(nordvik)) == 1
    assert shown(nordvik, post)[post.id].title == "Gammel"
    run(nordvik.engine.write(lambda tx: cards.not_found(tx, URL, nordvik.clock.now())))
    assert shown(nordvik, post)[post.id].title == "Gammel"


def test_a_wanted_page_is_taken_by_one_worker_at_a_time(nordvik: Nordvik) -> None:
    nordvik.says(KARI, content=LINK)
    index(nordvik)
    now = nordvik.clock.now()

    def lease() -> list[tuple[str, int]]:
        return run(
            nordvik.engine.write(lambda tx: cards.lease(tx, now=now, until=now + MINUTE, limit=8))
        )

    assert lease() == [(URL, 0)]
    assert lease() == []
    nordvik.clock.time = now = now + MINUTE
    assert lease() == [(URL, 1)]


def test_strangers_cannot_have_endless_pages_fetched(
    nordvik: Nordvik, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "WANTED_MOST", 3)
    for number in range(5):
        nordvik.says(ALICE, content=LINK.replace("/sak", f"/{number}"))
    assert len(wanted(nordvik)) == 3


def test_an_old_posts_link_is_not_fetched_and_goes_when_it_is_edited_away(
    nordvik: Nordvik,
) -> None:
    nordvik.follows(KARI, ALICE)
    old = nordvik.says(ALICE, content=LINK, published=NOW - 30 * DAY)
    assert wanted(nordvik) == []
    nordvik.says(KARI, content=LINK)
    index(nordvik)
    got(nordvik, Card(url=URL, title="Sak"))
    run(Indexer(nordvik.engine, nordvik.urls, nordvik.clock.now, lambda: 0.5).begin_again())
    index(nordvik)
    assert old.id in shown(nordvik, old)
    changed = replace(note(ALICE, old.uri, content="<p>Nei</p>"), updated=NOW + 1)
    nordvik.done(Update(uri=nordvik.uri(ALICE), actor=ALICE.uri, note=changed))
    index(nordvik)
    assert shown(nordvik, old) == {}


def test_a_warning_that_is_added_takes_the_card_away(nordvik: Nordvik) -> None:
    post = nordvik.says(KARI, content=LINK)
    index(nordvik)
    got(nordvik, Card(url=URL, title="Sak"))
    changed = replace(note(KARI, post.uri, content=LINK, summary="Blod"), updated=NOW + 1)
    nordvik.done(Update(uri=nordvik.uri(KARI), actor=KARI.uri, note=changed))
    index(nordvik)
    assert shown(nordvik, post) == {}
