"""A page is made once a second for all its readers, and never kept longer."""

from dataclasses import replace

from fedi.pages.kept import PAGES_MAX, Kept
from fedi.store.engine import Engine
from outbox.answers import Answer
from tests.fedi import town
from tests.fedi.pages.visiting import Visitor
from tests.fedi.town import HOUR, IT, FixedClock, put
from tests.running import run

NEW = town.post(IT, HOUR, "<p>Helt nytt</p>")


def test_what_is_new_shows_after_a_second_at_most(engine: Engine) -> None:
    visitor = Visitor(engine, kept_ms=1_000)
    before = visitor.open("/@ikt")
    put(engine, NEW)
    visitor.clock.moment += 999
    assert visitor.open("/@ikt") == before
    visitor.clock.moment += 1
    assert "Helt nytt" in visitor.open("/@ikt").text


def test_what_was_taken_back_is_gone_after_a_second_at_most(engine: Engine) -> None:
    put(engine, NEW)
    visitor = Visitor(engine, kept_ms=1_000)
    path = town.URLS.post(NEW.id).removeprefix(town.URLS.origin)
    assert visitor.open(path).status == 200
    put(engine, replace(NEW, deleted=town.NOW, content=""))
    visitor.clock.moment += 1_000
    assert visitor.open(path).status == 410


def test_readers_of_different_languages_and_servers_get_their_own(engine: Engine) -> None:
    visitor = Visitor(engine, kept_ms=1_000)
    assert '<html lang="nb">' in visitor.open("/@ikt").text
    assert '<html lang="nn">' in visitor.open("/@ikt", accept_language="nn").text
    assert '<html lang="se">' in visitor.open("/@ikt", cookie="language=se").text
    assert visitor.open("/@ikt", accept="application/activity+json").status == 302
    assert visitor.open("/@ikt", accept="text/html").status == 200
    assert visitor.open("/@ikt?before=000000000000000001").text != visitor.open("/@ikt").text


def test_who_holds_a_kept_page_is_told_so(engine: Engine) -> None:
    visitor = Visitor(engine, kept_ms=1_000)
    etag = visitor.open("/").headers["etag"]
    assert visitor.open("/", if_none_match=etag).status == 304
    assert visitor.open("/").status == 200


def test_only_so_many_are_kept_and_no_errors() -> None:
    kept, made = Kept(FixedClock(), 1_000), list[str]()

    async def make(status: int, name: str) -> Answer:
        made.append(name)
        return Answer(status, ())

    async def visit() -> None:
        for number in range(PAGES_MAX + 1):
            await kept.page((str(number),), "", lambda: make(200, "page"))
        await kept.page(("0",), "", lambda: make(200, "again"))
        await kept.page(("x",), "", lambda: make(404, "lost"))
        await kept.page(("x",), "", lambda: make(404, "lost"))

    run(visit())
    assert made.count("again") == 1
    assert made.count("lost") == 2
