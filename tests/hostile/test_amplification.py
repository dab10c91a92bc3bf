"""What one arrival may make us do: fetches, waiting places, memory, queues (S13, S14, S17)."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fedi.store import chores
from fedi.store.domain_rules import put_rule
from fedi.store.engine import Tx
from fedi.wanted import WantedWorker
from inbox.worker import FETCHING_PER_HOST, Worker
from tests.hostile.peer import AS2, EVIL, PUBLIC, THIRD, Town, activity, answer, create, note, town


def run(folder: Path, story: Any, **federation: Any) -> None:
    async def main() -> None:
        async with town(folder, **federation) as here:
            await story(here)

    asyncio.run(main())


async def wish(uri: str, why: str, tx: Tx) -> None:
    await chores.want(tx, uri, why, 1, 1)


def inbox(here: Town) -> str:
    return here.department.inbox.removeprefix(here.origin)


def test_s13_what_is_not_there_is_asked_for_once(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        mallory = here.hostile.stranger("mallory", EVIL, 1)
        for what in ("gone", "html", "loop"):
            announce = activity("Announce", mallory, f"http://{THIRD}/{what}", to=[PUBLIC])
            status, said = await here.post(mallory, announce, inbox(here))
            assert status == 202, said
        here.hostile.table[f"{THIRD}/html"] = answer({}, kind="text/html")
        await here.work()
        assert await here.number("SELECT count(*) FROM arrival") == 0
        assert here.hostile.count(f"{THIRD}/") == 3
        assert len(await here.refusals()) == 3

    run(tmp_path, story)


def test_s13_a_parent_that_is_not_there_is_asked_for_once(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        uri = f"http://{THIRD}/notes/1"
        await here.house.engine.write(lambda tx: chores.want(tx, uri, "parent", 1, 1))
        await WantedWorker(here.house).some()
        assert await here.number("SELECT count(*) FROM wanted") == 0
        assert here.hostile.count(f"{THIRD}/") == 1

    run(tmp_path, story)


def test_trial_36_pins_elsewhere_are_not_asked_for(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        mallory = here.hostile.stranger("mallory", EVIL, 1)
        await here.house.resolver.actor(mallory.uri)
        featured = f"{mallory.uri}/featured"
        here.hostile.table[f"{EVIL}/users/mallory/featured"] = {
            "@context": AS2,
            "id": featured,
            "type": "OrderedCollection",
            "orderedItems": [f"http://{THIRD}/notes/{n}" for n in range(50)],
        }
        await here.house.engine.write(lambda tx: chores.want(tx, featured, "featured", 0, 1))
        await WantedWorker(here.house).some()
        assert here.hostile.count(f"{EVIL}/users/mallory/featured") == 1
        assert here.hostile.count(f"{THIRD}/") == 0

    run(tmp_path, story)


def test_trial_36_few_replies_of_one_other_host_are_asked_for(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        replies = f"http://{EVIL}/replies"
        here.hostile.table[f"{EVIL}/replies"] = {
            "@context": AS2,
            "id": replies,
            "type": "Collection",
            "items": [f"http://{THIRD}/notes/{n}" for n in range(200)],
        }
        await here.house.engine.write(lambda tx: chores.want(tx, replies, "replies", 0, 1))
        worker = WantedWorker(here.house)
        for _ in range(30):
            await worker.some()
            here.clock.ahead += 3_000
        assert await here.number("SELECT count(*) FROM wanted") == 0
        assert 0 < here.hostile.count(f"{THIRD}/") <= 20

    run(tmp_path, story)


def test_s17_a_blocked_servers_posts_do_not_come_by_our_own_fetch(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        mallory = here.hostile.stranger("mallory", EVIL, 1)
        await here.house.engine.write(lambda tx: put_rule(tx, EVIL, "block", "", 1))
        here.house.domains.forget()
        for host in (EVIL, f"{EVIL}.", f"{EVIL}:80", "EVIL.test", "evil%2Etest", "sub.evil.test"):
            uri = f"http://{host}/notes/1"
            document = {**note(mallory, "1"), "id": uri, "attributedTo": f"http://{host}/users/m"}
            here.hostile.table[f"{EVIL}/notes/1"] = document
            for why in ("parent", "reply"):
                await here.house.engine.write(partial(wish, uri, why))
                await WantedWorker(here.house).some()
        assert await here.number("SELECT count(*) FROM post") == 0
        assert await here.number("SELECT count(*) FROM wanted") == 0
        assert here.hostile.count(EVIL) == 0

    run(tmp_path, story)


def test_s17_in_allow_list_mode_nothing_else_comes_by_our_own_fetch(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        here.hostile.table["good.test/notes/1"] = note(alice, "1")
        await here.house.engine.write(
            lambda tx: chores.want(tx, "http://good.test/notes/1", "parent", 1, 1)
        )
        await WantedWorker(here.house).some()
        assert here.hostile.asked == []
        assert await here.number("SELECT count(*) FROM actor WHERE local = 0") == 0

    run(tmp_path, story, mode="allowlist")


def test_trial_19_slow_servers_leave_room_for_others_arrivals(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        never, alice = asyncio.Event(), here.hostile.stranger()
        mallory = here.hostile.stranger("mallory", EVIL, 1)
        for actor in (mallory, alice):
            await here.house.resolver.actor(actor.uri)

        async def slow(asked: Any) -> Any:
            del asked
            await never.wait()

        for number in range(40):
            here.hostile.table[f"{THIRD}/{number}"] = slow
            what = f"http://{THIRD}/{number}"
            status, _ = await here.post(
                mallory, activity("Announce", mallory, what, to=[PUBLIC]), inbox(here)
            )
            assert status == 202
        worker = Worker(here.house.desk, at_once=20, batch=20)
        running = asyncio.create_task(worker.run())
        async with asyncio.timeout(60):
            # More are taken at first, and set aside.
            while not 0 < len(worker._running) <= FETCHING_PER_HOST:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        status, _ = await here.post(alice, activity("Follow", alice, here.department.uri))
        assert status == 202
        here.house.bus.wake("inbox")
        async with asyncio.timeout(60):
            while not await here.number("SELECT count(*) FROM relation"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert await here.number("SELECT count(*) FROM arrival WHERE tries > 0") == 0
        never.set()
        worker.stop()
        here.house.bus.wake("inbox")
        await running

    run(tmp_path, story)


def test_trial_31_what_strangers_serve_does_not_stay_in_memory(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        fetcher = here.house.fetcher
        for number in range(60):
            uri = f"http://{EVIL}/notes/{number}"
            document = {"@context": AS2, "id": uri, "type": "Note", "content": "x" * 190_000}
            here.hostile.table[f"{EVIL}/notes/{number}"] = document
            await fetcher.document(uri)
        assert sum(len(text) for _, text in fetcher._recent.values()) <= 8_000_000
        large = f"http://{EVIL}/large"
        here.hostile.table[f"{EVIL}/large"] = {"@context": AS2, "id": large, "c": "x" * 900_000}
        await fetcher.document(large)
        assert large not in fetcher._recent

    run(tmp_path, story)


def test_a_full_queue_asks_to_come_back_later(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        here.house.door._queue_limit = 3
        alice = here.hostile.stranger()
        statuses = []
        for _ in range(8):
            follow = activity("Follow", alice, here.department.uri)
            statuses.append((await here.post(alice, follow))[0])
            here.clock.ahead += 5_001
        assert statuses == [202] * 5 + [503] * 3 or statuses == [202] * 4 + [503] * 4
        await here.house.engine.write(lambda tx: tx.run("DELETE FROM arrival"))
        here.clock.ahead += 5_001
        follow = activity("Follow", alice, here.department.uri)
        assert (await here.post(alice, follow))[0] == 202, "once there is room it is taken again"

    run(tmp_path, story)


def test_trial_19_slow_servers_leave_room_for_what_is_wanted_of_others(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        never, alice = asyncio.Event(), here.hostile.stranger()

        async def slow(asked: Any) -> Any:
            del asked
            await never.wait()

        for number in range(30):
            here.hostile.table[f"{THIRD}/{number}"] = slow
            await here.house.engine.write(partial(wish, f"http://{THIRD}/{number}", "reply"))
        here.hostile.table["good.test/notes/1"] = note(alice, "1")
        await here.house.engine.write(
            lambda tx: chores.want(tx, "http://good.test/notes/1", "reply", 1, here.clock.now())
        )
        worker = WantedWorker(here.house)
        for _ in range(3):
            await worker.some()
            if await here.number("SELECT count(*) FROM post"):
                break
        assert await here.number("SELECT count(*) FROM post") == 1
        await worker.close()
        assert worker._running == {}

    run(tmp_path, story)


def test_trial_37_what_is_wanted_has_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "WANTED_MOST", 300)

    async def story(here: Town) -> None:
        async def many(tx: Tx) -> None:
            for number in range(700):
                await chores.want(tx, f"http://{THIRD}/{number}", "parent", 1, number)

        await here.house.engine.write(many)
        while await here.house.engine.write(chores.trim_wanted):
            pass
        assert 100 <= await here.number("SELECT count(*) FROM wanted") <= 300
        assert await here.number("SELECT max(due) FROM wanted") < 300

    run(tmp_path, story)


def test_i6_what_is_large_counts_for_more(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        await here.house.resolver.actor(alice.uri)
        statuses = []
        for number in range(6):
            large = {**note(alice, str(number)), "summary": "x" * 900_000}
            statuses.append((await here.post(alice, create(large, alice)))[0])
        assert statuses == [202, 202, 202, 429, 429, 429]

    run(tmp_path, story, rate_per_host=5)
