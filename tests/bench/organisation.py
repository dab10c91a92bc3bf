"""An organisation of 55, 6,000 and 54,000 people in up to 400 departments.

Moving in, the directory, who may speak, a post to all staff; in one process, without a network.
Run: python -m tests.bench organisation
"""

import random  # noqa: TID251 - the same readers each time
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from actors import sheets
from actors.people import Actor
from actors.posts import Visibility
from actors.relationships import Relation, RelationKind
from actors.sheets import Kind, Row
from fedi.departments.importing import Importing
from fedi.oauth.callers import Callers
from fedi.organisation import find_actor
from fedi.publishing import Draft, Profiles, Writing
from fedi.store import timelines
from fedi.store.engine import Tx
from fedi.store.home import LISTED_FOLLOWERS, Readers
from fedi.store.rows import RELATION
from fedi.store.timelines import Span
from tests.bench import marks
from tests.fedi.mastodon.apps import Apps, apps

SIZES = ((55, 5), (6_000, 100), (54_000, 400))
_CHUNK = 2_000


def _file(people: int, departments: int) -> bytes:
    """An export of an organisation: a tree ten wide, and its people spread over it."""
    rows = [
        Row(
            kind=Kind.DEPARTMENT,
            handle=f"avd{number}",
            values={
                "name": f"Avdeling {number}",
                "parent": f"avd{(number - 1) // 10}" if number else "",
                "phone": f"22 00 {number:04}",
            },
        )
        for number in range(departments)
    ]
    rows += [
        Row(
            kind=Kind.PERSON,
            handle=f"ansatt{number}",
            values={
                "name": f"Ansatt Nummer {number}",
                "email": f"ansatt{number}@by.example",
                "roles": f"avd{number % departments}=author",
            },
        )
        for number in range(people)
    ]
    return sheets.write_csv(rows)


async def _median(times: int, what: Callable[[], Awaitable[object]]) -> float:
    """Return the median of some runs, in ms."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        await what()
        taken.append((time.perf_counter() - started) * 1_000)
    return statistics.median(taken)


async def _import(town: Apps, people: int, departments: int) -> tuple[float, float]:
    """Return the seconds of an import, and of the same one again, which finds nothing to do."""
    house, data = town.house, _file(people, departments)
    importing = Importing(Profiles(house.performer, house.resolver, house.config.limits))
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        await importing.carry_out(await importing.plan(data))
        seconds.append(time.perf_counter() - started)
    return seconds[0], seconds[1]


async def _all_follow(town: Apps, followed: Actor) -> list[int]:
    """Let everybody follow one department and have been here today; return their ids."""
    engine, now = town.house.engine, town.clock.now()
    rows = await engine.read(
        lambda tx: tx.rows("SELECT id FROM actor WHERE username LIKE 'ansatt%' AND local = 1")
    )
    ids = [int(row[0]) for row in rows]

    async def some(tx: Tx, part: list[int]) -> None:
        rows = (
            Relation(
                kind=RelationKind.FOLLOW, source_id=id, target_id=followed.id, uri=f"urn:{id}",
                created=now,
            )
            for id in part
        )  # fmt: skip
        await tx.many(RELATION.insert, [RELATION.encode(row) for row in rows])
        await tx.many("INSERT INTO reader VALUES (?, ?, 0)", [(id, now) for id in part])

    for start in range(0, len(ids), _CHUNK):
        await engine.write(partial(some, part=ids[start : start + _CHUNK]))
    if len(ids) > LISTED_FOLLOWERS:
        await engine.write(
            lambda tx: tx.run("INSERT INTO widely_followed VALUES (?)", (followed.id,))
        )
    return ids


async def _post_to_all(town: Apps, readers: list[int], author: Actor) -> tuple[float, float]:
    """Return the ms until a post to all staff is stored, and those until one more of them, who is
    here, has it on their home timeline (the last of some that are asked)."""
    house = town.house
    writing = Writing(house.performer, house.resolver)
    started = time.perf_counter()
    post = await writing.publish(author, Draft(text="Til alle", visibility=Visibility.INTERNAL))
    stored_ms = (time.perf_counter() - started) * 1_000
    here = Readers(house.engine)
    for id in random.Random(7).sample(readers, min(20, len(readers))):
        await here.ready(id, town.clock.now())
        page = await house.engine.read(partial(timelines.home, reader_id=id, span=Span(limit=20)))
        if post.id not in {one.id for one in page}:
            raise AssertionError("the post is not before everybody")
    return stored_ms, (time.perf_counter() - started) * 1_000


async def _sized(people: int, departments: int) -> list[marks.Row]:
    what = f"{people:,} people, {departments} departments"
    with tempfile.TemporaryDirectory() as folder:
        async with apps(Path(folder)) as town:
            first, again = await _import(town, people, departments)
            page = await _median(
                15, lambda: town.kari.call("GET", "/api/v1/directory", limit="40", local="true")
            )
            callers = Callers(town.house.engine, town.clock, kept_seconds=3_600)
            await callers.find(town.it.bearer)
            check = await _median(2_000, lambda: callers.find(town.it.bearer)) * 1_000
            author = await find_actor(town.house.performer, "it")
            readers = await _all_follow(town, author)
            kept, seen = await _post_to_all(town, readers, author)
    return [
        marks.Row(f"import of {what}, s", first, at_most=60),
        marks.Row("  the same file again, s", again, at_most=60),
        marks.Row("  a directory page of 40, ms", page, at_most=100),
        marks.Row("  who a token speaks for, and may, when kept, µs", check, at_most=50),
        marks.Row("  a post to all staff is stored, ms", kept, at_most=200),
        marks.Row("  … and on the home of 20 of them who are here, ms", seen, at_most=2_000),
    ]


async def main() -> list[marks.Row]:
    """Measure each size."""
    rows: list[marks.Row] = []
    for people, departments in SIZES[:2] if marks.smoke() else SIZES:
        rows += await _sized(people, departments)
    return rows
