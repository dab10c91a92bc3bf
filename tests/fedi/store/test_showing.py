"""What is read for pages: by indexes only, a constant number of statements, in bounded windows."""

from collections.abc import Sequence
from typing import Any

import pytest

from actors import ids
from actors.posts import Hashtag, Media, Option, Pin, Poll, Visibility, Vote
from fedi.store import directory, showing, threads
from fedi.store.engine import Dialect, Engine, Param, Tx
from tests.databases import Template
from tests.fedi import town
from tests.fedi.town import DAY, HOUR, IT, KARI, MINUTE, NOW, OLA, SECRETARIAT, TOWN, put
from tests.running import run

ROOT = town.post(IT, DAY, "<p>Hei</p>")


@pytest.fixture
def copied_from() -> Template:
    return TOWN


@pytest.fixture
def house(engine: Engine) -> Engine:
    return engine


class Listening:
    """A transaction that notes the statements asked of it."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.statements: list[tuple[str, Sequence[Param]]] = []

    @property
    def dialect(self) -> Dialect:
        return self._tx.dialect

    async def rows(self, sql: str, params: Sequence[Param] = ()) -> list[tuple[Any, ...]]:
        self.statements.append((sql, params))
        return await self._tx.rows(sql, params)

    async def one(self, sql: str, params: Sequence[Param] = ()) -> tuple[Any, ...] | None:
        self.statements.append((sql, params))
        return await self._tx.one(sql, params)


READS = {
    "newest": lambda tx: showing.newest(tx, None, 15),
    "by_author": lambda tx: showing.by_author(tx, IT.id, None, 15),
    "pinned": lambda tx: showing.pinned(tx, IT.id),
    "tagged": lambda tx: showing.tagged(tx, "sak", None, 15),
    "for_feed": lambda tx: showing.for_feed(tx, IT.id, 20),
    "history": lambda tx: showing.history(tx, ROOT.id),
    "thread": lambda tx: threads.thread(tx, ROOT.id, None),
    "departments": directory.departments,
    "followers": lambda tx: directory.followers(tx, IT.id),
    "by_handle": lambda tx: directory.by_handle(tx, "ikt"),
}


def asked(engine: Engine, name: str) -> list[tuple[str, Sequence[Param]]]:
    async def query(tx: Tx) -> list[tuple[str, Sequence[Param]]]:
        listening: Any = Listening(tx)
        await READS[name](listening)
        return list(listening.statements)

    return run(engine.read(query))


def furnish(engine: Engine, posts: int) -> None:
    """Put so many posts, each with all there can be around it."""
    rows: list[object] = [ROOT]
    for n in range(posts):
        one = town.reply(
            IT, ROOT, HOUR + n * MINUTE, f"<p>{n}</p>", media=(Media(url="https://x"),)
        )
        own = town.post(IT, 5 * HOUR + n * MINUTE, f"<p>{n}</p>", kind="Question")
        outside = town.post(OLA, 9 * HOUR + n * MINUTE, f"<p>{n}</p>")
        rows += [one, own, outside, town.boost(IT, outside, 2 * HOUR + n * MINUTE)]
        rows += [town.reply(OLA, one, MINUTE + n, "<p>Svar</p>"), town.like(OLA, one)]
        rows += [Hashtag(post_id=own.id, name="sak", shown="Sak")]
        rows += [Pin(actor_id=IT.id, post_id=own.id, created=NOW + n)]
    put(engine, *rows)


@pytest.mark.parametrize("name", READS)
def test_more_posts_cost_no_more_statements(house: Engine, name: str) -> None:
    furnish(house, 3)
    few = len(asked(house, name))
    furnish(house, 12)
    assert len(asked(house, name)) == few
    assert few <= 20


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("name", READS)
def test_every_read_for_a_page_goes_by_an_index(house: Engine, name: str) -> None:
    furnish(house, 5)

    async def plans(tx: Tx) -> list[str]:
        found = []
        for sql, params in asked_for:
            rows = await tx.rows(f"EXPLAIN QUERY PLAN {sql}", params)
            found += [str(row[3]) for row in rows]
        return found

    asked_for = asked(house, name)
    scans = [step for step in run(house.read(plans)) if step.startswith("SCAN")]
    # What is scanned is only what the statement itself has picked by an index before.
    assert [step for step in scans if step.split()[1] not in ("w", "above", "CONSTANT")] == []


def test_a_house_full_of_internal_posts_is_read_in_windows(
    house: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "_WINDOW", 10)
    monkeypatch.setattr(showing, "_WINDOWS", 3)
    internal = [
        town.post(KARI, HOUR + n * MINUTE, "<p>x</p>", visibility=Visibility.INTERNAL)
        for n in range(70)
    ]
    public = [town.post(IT, 5 * HOUR + n * MINUTE, "<p>y</p>") for n in range(5)]
    put(house, *internal, *public)
    seen: list[int] = []
    before: int | None = None
    for _ in range(20):
        start = before
        listing = run(house.read(lambda tx, start=start: showing.newest(tx, start, 2)))
        seen += [one.post.id for one in listing.posts]
        before = listing.following
        if before is None:
            break
    assert seen == [post.id for post in public]


def test_a_post_comes_with_everything_around_it(house: Engine) -> None:
    answer = town.reply(IT, ROOT, HOUR, "<p>Svar</p>", kind="Question")
    put(
        house,
        ROOT,
        answer,
        Poll(post_id=answer.id, options=(Option("a"), Option("b"))),
        Vote(post_id=answer.id, actor_id=OLA.id, choice=1),
        Hashtag(post_id=answer.id, name="sak", shown="Sak"),
        town.like(OLA, answer),
        town.boost(SECRETARIAT, answer, MINUTE),
        town.reply(OLA, answer, MINUTE, "<p>Takk</p>"),
    )
    found = run(house.read(lambda tx: showing.one(tx, answer.id)))
    assert found is not None
    assert found.author == IT
    assert found.answered == IT
    assert found.hashtags == ("Sak",)
    assert (found.likes, found.boosts, found.replies) == (1, 1, 1)
    assert found.question is not None
    assert [option.votes for option in found.question.options] == [0, 1]


def test_a_boost_has_no_page_of_its_own(house: Engine) -> None:
    boost = town.boost(IT, ROOT, HOUR)
    put(house, ROOT, boost)
    assert run(house.read(lambda tx: showing.one(tx, boost.id))) is None


def test_someone_elses_post_cannot_be_pinned_into_view(house: Engine) -> None:
    theirs = town.post(OLA, HOUR, "<p>x</p>")
    put(house, theirs, Pin(actor_id=IT.id, post_id=theirs.id, created=NOW))
    assert run(house.read(lambda tx: showing.pinned(tx, IT.id))) == []


def test_likes_count_people_not_reactions(house: Engine) -> None:
    like = town.like(OLA, ROOT)
    emoji = type(like)(post_id=ROOT.id, actor_id=OLA.id, content="❤")
    put(house, ROOT, like, emoji)
    found = run(house.read(lambda tx: showing.one(tx, ROOT.id)))
    assert found is not None
    assert found.likes == 1


def test_ids_tell_when(house: Engine) -> None:
    put(house, ROOT)
    entry = next(e for e in run(house.read(directory.departments)) if e.actor == IT)
    assert ids.moment(entry.newest or 0) == ROOT.published
