"""Readers of the events miss none and get none twice, in whatever order transactions commit."""

import asyncio
from functools import partial

import pytest

from fedi.store import chores, events
from fedi.store.engine import Dialect, Engine, Tx
from fedi.store.events import BEGINNING, Place
from tests.dice import Dice
from tests.people import LEDERGRUPPEN, NOW, Nordvik
from tests.running import run


async def happens(tx: Tx, subject: int, tx_id: str = "") -> None:
    """Append an event as fedi/store/applying.py does."""
    id = tx_id or ("0" if tx.dialect == "sqlite" else "pg_current_xact_id()::text::bigint")
    await tx.run(
        "INSERT INTO event (kind, actor_id, subject_id, recipient_id, at, tx)"
        f" VALUES ('post', 1, ?, NULL, ?, {id})",
        (subject, NOW),
    )


class Reader:
    """One who follows the events from the beginning."""

    def __init__(self, engine: Engine, place: Place = BEGINNING) -> None:
        self._engine = engine
        self.place = place
        self.seen: list[int] = []

    async def look(self, limit: int = 3) -> list[int]:
        """Read all there is, `limit` at a time; the subjects that were new."""
        new: list[int] = []
        while found := await self._engine.read(partial(events.read, after=self.place, limit=limit)):
            self.place = found[-1].place
            new += [one.subject_id for one in found]
        self.seen += new
        return new


def test_events_come_in_order_and_each_once(engine: Engine) -> None:
    reader = Reader(engine)
    for subject in range(8):
        run(engine.write(lambda tx, s=subject: happens(tx, s)))
    assert run(reader.look()) == list(range(8))
    assert run(reader.look()) == []
    run(engine.write(lambda tx: happens(tx, 9)))
    assert run(reader.look()) == [9]


def test_who_wants_only_news_begins_at_the_newest(engine: Engine) -> None:
    assert run(engine.read(events.newest)) == BEGINNING
    run(engine.write(lambda tx: happens(tx, 1)))
    reader = Reader(engine, run(engine.read(events.newest)))
    run(engine.write(lambda tx: happens(tx, 2)))
    assert run(reader.look()) == [2]


def test_polls_that_got_votes_are_found_once(engine: Engine) -> None:
    house = Nordvik(engine).settle()
    before = run(engine.read(events.newest))
    post = house.says(LEDERGRUPPEN)

    async def vote(tx: Tx) -> None:
        await happens(tx, post.id)
        await tx.run("UPDATE event SET kind = 'vote' WHERE subject_id = ?", (post.id,))

    run(engine.write(vote))
    assert run(engine.read(lambda tx: chores.voted_since(tx, before))) == [post.id]
    after = run(engine.read(events.newest))
    assert run(engine.read(lambda tx: chores.voted_since(tx, after))) == []


@pytest.mark.postgres
class TestOnPostgres:
    """Where several transactions write at once."""

    @pytest.fixture
    def dialect(self) -> Dialect:
        return "postgres"

    @pytest.fixture
    def reader(self, engine: Engine) -> Reader:
        return Reader(engine)

    def test_a_later_position_waits_for_an_older_transaction(
        self, engine: Engine, reader: Reader
    ) -> None:
        async def scene() -> list[list[int]]:
            begun, may_end = asyncio.Event(), asyncio.Event()

            async def slow(tx: Tx) -> None:
                await happens(tx, 1)
                begun.set()
                await may_end.wait()

            task = asyncio.create_task(engine.write(slow))
            await begun.wait()
            await engine.write(lambda tx: happens(tx, 2))
            during = await reader.look()
            may_end.set()
            await task
            return [during, await reader.look()]

        assert run(scene()) == [[], [1, 2]]

    def test_an_older_transaction_comes_first_whatever_its_position(
        self, engine: Engine, reader: Reader
    ) -> None:
        async def scene() -> list[int]:
            begun, may_go_on = asyncio.Event(), asyncio.Event()

            async def slow(tx: Tx) -> None:
                await tx.run("INSERT INTO setting (name, value) VALUES ('a', 'b')")  # has its id
                begun.set()
                await may_go_on.wait()
                await happens(tx, 1)

            task = asyncio.create_task(engine.write(slow))
            await begun.wait()
            await engine.write(lambda tx: happens(tx, 2))
            assert await reader.look() == []
            may_go_on.set()
            await task
            return await reader.look()

        assert run(scene()) == [1, 2]

    @pytest.mark.parametrize("seed", range(4))
    def test_among_many_writers_a_reader_misses_nothing(
        self, engine: Engine, reader: Reader, seed: int
    ) -> None:
        dice = Dice(seed)
        naps = [dice.below(6) / 1_000 for _ in range(400)]

        async def unit(tx: Tx, number: int) -> None:
            await happens(tx, 2 * number)
            await asyncio.sleep(naps[number])
            await happens(tx, 2 * number + 1)
            if number % 9 == 0:
                raise LookupError

        async def scene() -> None:
            writers = asyncio.gather(
                *(engine.write(partial(unit, number=n)) for n in range(200)),
                return_exceptions=True,
            )
            while not writers.done():
                await reader.look()
                await asyncio.sleep(0.001)
            await reader.look()

        run(scene())
        written = [n for n in range(400) if n // 2 % 9]
        assert sorted(reader.seen) == written
        assert [n for n in reader.seen if n % 2 == 0] == [n - 1 for n in reader.seen if n % 2]

    def test_events_taken_over_come_before_all_others(self, engine: Engine, reader: Reader) -> None:
        run(engine.write(lambda tx: happens(tx, 1, "0")))
        assert run(engine.read(events.newest)) == Place(0, 1)
        run(engine.write(lambda tx: happens(tx, 2)))
        run(engine.write(lambda tx: happens(tx, 3, "0")))
        assert run(reader.look(limit=2)) == [1, 3, 2]
