"""What rules asked for is fetched a step at a time, within its budget, and given up in the end."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from actors.people import Actor
from actors.relationships import Relation, RelationKind
from fedi.organisation import find_actor
from fedi.store import chores
from fedi.store.rows import RELATION
from fedi.wanted import WantedWorker
from outbox.synchronize import digest
from tests.hostile.peer import AS2, GOOD, Stranger, Town, answer, note, now, town

HOUR = 3_600_000


def run(folder: Path, story: Callable[[Town, WantedWorker], Awaitable[None]]) -> None:
    async def main() -> None:
        async with town(folder) as here:
            await story(here, WantedWorker(here.house))

    asyncio.run(main())


async def want(here: Town, uri: str, why: str) -> None:
    await here.house.engine.write(lambda tx: chores.want(tx, uri, why, 1, now()))


async def fetch_all(worker: WantedWorker) -> None:
    rounds = 0
    while await worker.some():
        rounds += 1
        assert rounds < 100


def serve(here: Town, by: Stranger, path: str, **more: Any) -> str:
    document = note(by, path, **more)
    here.hostile.table[f"{GOOD}/notes/{path}"] = document
    return str(document["id"])


def test_a_thread_is_followed_upward_to_its_beginning_and_down_again(tmp_path: Path) -> None:
    async def story(here: Town, worker: WantedWorker) -> None:
        alice = here.hostile.stranger()
        replies = f"http://{GOOD}/notes/1/replies"
        first = serve(here, alice, "1", replies=replies)
        second = serve(here, alice, "2", inReplyTo=first)
        third = serve(here, alice, "3", inReplyTo=second)
        other = serve(here, alice, "4", inReplyTo=first)
        page = {"@context": AS2, "id": replies, "type": "Collection", "items": [second, other]}
        here.hostile.table[f"{GOOD}/notes/1/replies"] = page
        await want(here, third, "parent")
        await fetch_all(worker)
        found = {row[0] for row in await here.sql("SELECT uri FROM post")}
        assert found == {first, second, third, other}
        joined = await here.sql(
            "SELECT r.uri, p.uri FROM post r JOIN post p ON p.id = r.in_reply_to ORDER BY r.uri"
        )
        assert joined == [(second, first), (third, second), (other, first)]
        assert await here.number("SELECT count(*) FROM wanted") == 0

    run(tmp_path, story)


def test_an_actor_that_is_wanted_is_fetched_anew_whatever_is_known_or_kept(
    tmp_path: Path,
) -> None:
    async def story(here: Town, worker: WantedWorker) -> None:
        alice = here.hostile.stranger()
        await here.house.resolver.actor(alice.uri)
        asked = here.hostile.count(f"{GOOD}/users/alice")
        here.hostile.table[f"{GOOD}/users/alice"] = {**alice.document, "name": "Alice B."}
        await want(here, alice.uri, "actor")
        await fetch_all(worker)
        assert here.hostile.count(f"{GOOD}/users/alice") == asked + 1
        assert await here.sql("SELECT name FROM actor WHERE uri = ?", alice.uri) == [("Alice B.",)]
        assert await here.number("SELECT count(*) FROM wanted") == 0

    run(tmp_path, story)


def test_what_cannot_be_had_is_tried_three_times_with_time_between(tmp_path: Path) -> None:
    async def story(here: Town, worker: WantedWorker) -> None:
        here.hostile.table[f"{GOOD}/notes/9"] = answer({}, status=500)
        await want(here, f"http://{GOOD}/notes/9", "reply")
        tries = []
        for _ in range(8):
            await fetch_all(worker)
            tries.append(await here.number("SELECT count(*) FROM wanted"))
            here.clock.ahead += HOUR
        assert tries == [1, 1, 0, 0, 0, 0, 0, 0]
        assert here.hostile.count(f"{GOOD}/notes/9") == 3

    run(tmp_path, story)


def test_what_makes_no_sense_is_not_asked_for_again(tmp_path: Path) -> None:
    async def story(here: Town, worker: WantedWorker) -> None:
        here.hostile.table[f"{GOOD}/notes/9"] = answer(b"[]")
        await want(here, f"http://{GOOD}/notes/9", "reply")
        await fetch_all(worker)
        assert await here.number("SELECT count(*) FROM wanted") == 0

    run(tmp_path, story)


def test_the_pins_of_an_actor_are_those_of_its_collection(tmp_path: Path) -> None:
    async def story(here: Town, worker: WantedWorker) -> None:
        alice = here.hostile.stranger()
        actor = await here.house.resolver.actor(alice.uri)
        pins = [serve(here, alice, str(number)) for number in range(3)]
        where = f"{alice.uri}/featured"
        page = {"@context": AS2, "id": where, "type": "OrderedCollection", "orderedItems": pins}
        here.hostile.table[f"{GOOD}/users/alice/featured"] = page
        await want(here, actor.featured, "featured")
        await fetch_all(worker)
        shown = "SELECT p.uri FROM pin JOIN post p ON p.id = pin.post_id ORDER BY pin.created DESC"
        assert [row[0] for row in await here.sql(shown)] == pins
        page["orderedItems"] = pins[:1]
        await want(here, actor.featured, "featured")
        await fetch_all(worker)
        assert [row[0] for row in await here.sql(shown)] == pins[:1]

    run(tmp_path, story)


def test_pins_on_a_page_of_their_own_are_read_there(tmp_path: Path) -> None:
    async def story(here: Town, worker: WantedWorker) -> None:
        alice = here.hostile.stranger()
        actor = await here.house.resolver.actor(alice.uri)
        pin, where = serve(here, alice, "1"), f"{GOOD}/users/alice/featured"
        whole = {"@context": AS2, "id": actor.featured, "type": "OrderedCollection"}
        first = f"{actor.featured}?page=1"
        here.hostile.table[where] = {**whole, "totalItems": 1, "first": first}
        page = {**whole, "id": first, "type": "OrderedCollectionPage", "orderedItems": [pin]}
        here.hostile.table[f"{where}?page=1"] = page
        await want(here, actor.featured, "featured")
        await fetch_all(worker)
        shown = "SELECT p.uri FROM pin JOIN post p ON p.id = pin.post_id"
        assert await here.sql(shown) == [(pin,)]

    run(tmp_path, story)


async def kari_follows(here: Town, alice: Stranger) -> tuple[Actor, Actor]:
    kari = await find_actor(here.house.performer, "kari")
    actor = await here.house.resolver.actor(alice.uri)
    follow = Relation(
        kind=RelationKind.FOLLOW, source_id=kari.id, target_id=actor.id, uri=f"{kari.uri}#f"
    )
    await here.house.engine.write(lambda tx: tx.run(RELATION.insert, RELATION.encode(follow)))
    return kari, actor


def listing(here: Town, alice: Stranger, *followers: str) -> str:
    """Let Alice's server say who of ours follows her; return what its header would say."""
    where = f"{alice.uri}/sync"
    page = {"@context": AS2, "id": where, "type": "OrderedCollection", "orderedItems": followers}
    here.hostile.table[f"{GOOD}/users/alice/sync"] = page
    return f"{alice.uri}\n{where}\n"


def test_a_follow_that_its_server_does_not_count_ends_here(tmp_path: Path) -> None:
    async def story(here: Town, worker: WantedWorker) -> None:
        alice = here.hostile.stranger()
        await kari_follows(here, alice)
        await want(here, listing(here, alice) + digest(()), "synchronise")
        await fetch_all(worker)
        assert await here.number("SELECT count(*) FROM relation") == 0

    run(tmp_path, story)


def test_nobody_is_removed_unless_the_page_has_the_digest_that_was_promised(
    tmp_path: Path,
) -> None:
    async def story(here: Town, worker: WantedWorker) -> None:
        alice = here.hostile.stranger()
        await kari_follows(here, alice)
        other = digest(["http://127.0.0.1/actors/1"])
        await want(here, listing(here, alice) + other, "synchronise")
        await fetch_all(worker)
        assert await here.number("SELECT count(*) FROM relation") == 1

    run(tmp_path, story)


def test_a_follow_that_we_know_nothing_of_is_taken_back_there(tmp_path: Path) -> None:
    async def story(here: Town, worker: WantedWorker) -> None:
        alice = here.hostile.stranger()
        await here.house.resolver.actor(alice.uri)
        kari = await find_actor(here.house.performer, "kari")
        said = listing(here, alice, kari.uri) + digest([kari.uri])
        await want(here, said, "synchronise")
        await fetch_all(worker)
        assert await here.sql("SELECT kind, actor_id FROM activity") == [("Undo", kari.id)]

    run(tmp_path, story)
