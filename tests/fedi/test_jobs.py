"""The clockwork: large consequences in pieces, polls that end, what is forgotten in time."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from actors.effects import Activity
from actors.people import Actor, Exposure
from actors.posts import Post, Visibility
from actors.relationships import Relation, RelationKind
from actors.verbs import Vote
from fedi.jobs import Clockwork
from fedi.organisation import find_actor
from fedi.publishing import Changes, Draft, Profiles, Writing
from fedi.store import fanout
from fedi.store.rows import RELATION
from outbox.acts import Acting
from tests.hostile.peer import GOOD, Town, activity, now, town

HOUR = 3_600_000


def run(folder: Path, story: Callable[[Town, Clockwork], Awaitable[None]]) -> None:
    async def main() -> None:
        async with town(folder) as here:
            await story(here, Clockwork(here.house))

    asyncio.run(main())


async def says(here: Town, text: str, **more: object) -> Post:
    writing = Writing(performer=here.house.performer, resolver=here.house.resolver)
    draft = Draft(text=text, visibility=Visibility.PUBLIC, **more)  # type: ignore[arg-type]
    return await writing.publish(here.department, draft)


def acting(here: Town, actor: Actor) -> Acting:
    return Acting(actor=actor, urls=here.house.urls, id=here.house.performer.new_id())


async def do(here: Town, what: Activity) -> None:
    writing = Writing(performer=here.house.performer, resolver=here.house.resolver)
    await writing.perform(what)


async def until_done(clockwork: Clockwork) -> None:
    pieces = 0
    while await clockwork.spread():
        pieces += 1
        assert pieces < 100


async def fan_out(here: Town) -> None:
    """Let what waits to be sent find whom it goes to; followers are kept until then."""
    rules = fanout.rules_of(only_allowed=False, keep_days=7, keep_days_important=30)
    while await fanout.expand(here.house.engine, here.clock.now, rules):
        pass


def test_an_actor_that_ends_takes_its_words_along_and_keeps_its_place(tmp_path: Path) -> None:
    async def story(here: Town, clockwork: Clockwork) -> None:
        for number in range(3):
            await says(here, f"Innlegg {number} #drift")
        await do(here, acting(here, here.department).close())
        await until_done(clockwork)
        await fan_out(here)
        here.clock.ahead = HOUR
        await until_done(clockwork)
        kept = await here.sql("SELECT content, source FROM post WHERE deleted IS NOT NULL")
        assert kept == [("", "")] * 3
        assert await here.number("SELECT count(*) FROM hashtag") == 0
        assert await here.number("SELECT count(*) FROM spread") == 0
        assert (await here.get(f"/actors/{here.department.uri.rpartition('/')[2]}"))[0] == 410

    run(tmp_path, story)


def test_those_who_follow_an_actor_that_moved_follow_on(tmp_path: Path) -> None:
    async def story(here: Town, clockwork: Clockwork) -> None:
        new = here.hostile.stranger("alicia", "third.test")
        old = here.hostile.stranger(movedTo=new.uri)
        new.document["alsoKnownAs"] = [old.uri]
        kari = await find_actor(here.house.performer, "kari")
        alice = await here.house.resolver.actor(old.uri)
        follow = Relation(
            kind=RelationKind.FOLLOW, source_id=kari.id, target_id=alice.id, uri=f"{kari.uri}#f"
        )
        await here.house.engine.write(lambda tx: tx.run(RELATION.insert, RELATION.encode(follow)))
        status, _ = await here.post(old, activity("Move", old, old.uri, target=new.uri))
        assert status == 202
        await here.work()
        assert await here.refusals() == []
        await until_done(clockwork)
        follows = await here.sql(
            "SELECT a.uri, r.state FROM relation r JOIN actor a ON a.id = r.target_id"
            " WHERE r.kind = 'follow' AND r.source_id = ?",
            kari.id,
        )
        assert follows == [(new.uri, "pending")]
        sent = await here.sql("SELECT kind FROM activity ORDER BY id")
        assert sent == [("Follow",), ("Undo",)]

    run(tmp_path, story)


def test_whom_a_narrower_exposure_leaves_out_follows_no_more_and_is_told(tmp_path: Path) -> None:
    async def story(here: Town, clockwork: Clockwork) -> None:
        stranger = await here.house.resolver.actor(here.hostile.stranger().uri)
        colleague = await find_actor(here.house.performer, "kari")
        for follower in (stranger, colleague):
            row = Relation(
                kind=RelationKind.FOLLOW, source_id=follower.id, target_id=here.department.id
            )
            encoded = RELATION.encode(row)
            await here.house.engine.write(
                lambda tx, values=encoded: tx.run(RELATION.replace, values)  # type: ignore[misc]
            )
        profiles = Profiles(here.house.performer, here.house.resolver)
        await profiles.edit(here.department, Changes(exposure=Exposure.INTERNAL))
        await until_done(clockwork)
        left = await here.sql("SELECT source_id FROM relation WHERE kind = 'follow'")
        assert left == [(colleague.id,)]
        assert await here.sql("SELECT kind FROM activity") == [("Reject",)]

    run(tmp_path, story)


def test_a_poll_that_ends_is_told_to_who_voted_and_counted_for_those_elsewhere(
    tmp_path: Path,
) -> None:
    async def story(here: Town, clockwork: Clockwork) -> None:
        kari = await find_actor(here.house.performer, "kari")
        post = await says(here, "Når?", choices=("I dag", "I morgen"), poll_ends=now() + HOUR)
        uri = here.house.urls.activity(here.house.performer.new_id())
        vote = Vote(uri=uri, actor=kari.uri, question=post.uri, choice="I dag", note=f"{uri}#v")
        await do(here, vote)
        assert await clockwork.end_polls() == 0
        await clockwork.tally()
        assert await here.sql("SELECT kind FROM activity ORDER BY id") == [("Create",), ("Update",)]
        await clockwork.tally()
        assert await here.number("SELECT count(*) FROM activity") == 2
        here.clock.ahead = 2 * HOUR
        assert await clockwork.end_polls() == 1
        assert await clockwork.end_polls() == 0
        told = await here.sql(
            "SELECT recipient_id FROM notification WHERE kind = 'poll' ORDER BY recipient_id"
        )
        assert told == sorted([(kari.id,), (here.department.id,)])
        assert await here.number("SELECT count(*) FROM activity WHERE kind = 'Update'") == 2

    run(tmp_path, story)


def test_what_has_been_kept_long_enough_is_forgotten_and_no_sooner(tmp_path: Path) -> None:
    async def story(here: Town, clockwork: Clockwork) -> None:
        alice = here.hostile.stranger("alice", GOOD)
        status, _ = await here.post(alice, activity("Follow", alice, here.department.uri))
        assert status == 202
        for days, kept in ((29, 1), (31, 0)):
            here.clock.ahead = days * 24 * HOUR
            await clockwork.prune()
            assert await here.number("SELECT count(*) FROM seen") == kept

    run(tmp_path, story)


def test_it_works_until_it_is_told_to_stop(tmp_path: Path) -> None:
    async def story(here: Town, clockwork: Clockwork) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(clockwork.run(stop))
        post = await says(here, "Hei")
        await do(here, acting(here, here.department).remove(post))
        async with asyncio.timeout(20):
            while await here.number("SELECT count(*) FROM spread"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        stop.set()
        await running

    run(tmp_path, story)
