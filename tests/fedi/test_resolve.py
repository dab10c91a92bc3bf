"""Handles and URLs to actors and posts: fetched, checked, stored; an old copy serves meanwhile."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from actors.errors import FetchError, Invalid, NotFound
from fedi.resolve import STALE_MS
from tests.hostile.peer import EVIL, GOOD, THIRD, Stranger, Town, answer, note, town


def run(folder: Path, story: Callable[[Town], Awaitable[None]], **federation: Any) -> None:
    async def main() -> None:
        async with town(folder, **federation) as here:
            await story(here)

    asyncio.run(main())


def finger(here: Town, host: str, name: str, who: Stranger, subject: str = "") -> None:
    """Let a host say by WebFinger whom one of its handles names."""
    resource = f"acct:{name}@{host}"
    links = [{"rel": "self", "type": "application/activity+json", "href": who.uri}]
    document = json.dumps({"subject": subject or resource, "links": links}).encode()
    path = f"{host}/.well-known/webfinger?resource={resource}"
    here.hostile.table[path] = answer(document, kind="application/jrd+json")


def test_a_handle_leads_to_the_actor_that_its_domain_names(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        finger(here, GOOD, "alice", alice)
        found = await here.house.resolver.handle("@alice@good.test")
        assert (found.uri, found.username, found.domain) == (alice.uri, "alice", GOOD)
        assert (await here.house.resolver.handle("@it")).id == here.department.id
        for unknown in ("@bob@good.test", "@nobody", f"@it@{EVIL}"):
            with pytest.raises(NotFound):
                await here.house.resolver.handle(unknown)

    run(tmp_path, story)


def test_a_handle_whose_server_cannot_be_reached_is_not_said_to_be_unknown(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        with pytest.raises(FetchError) as told:
            await here.house.resolver.handle("@anne@nowhere.test")
        assert told.value.sentence == "There is no server by that name."

    run(tmp_path, story)


def test_s11_a_handle_at_another_domain_counts_when_that_domain_agrees(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger("alice", webfinger="alice@third.test")
        finger(here, GOOD, "alice", alice, "acct:alice@third.test")
        finger(here, THIRD, "alice", alice)
        found = await here.house.resolver.handle("@alice@third.test")
        assert (found.uri, found.domain) == (alice.uri, THIRD)

    run(tmp_path, story)


def test_s11_a_domain_that_does_not_agree_gives_its_name_to_nobody(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        mallory = here.hostile.stranger("mayor", EVIL, 1, webfinger="mayor@third.test")
        finger(here, EVIL, "mayor", mallory, "acct:mayor@third.test")
        found = await here.house.resolver.actor(mallory.uri)
        assert found.domain == EVIL
        with pytest.raises(NotFound):
            await here.house.resolver.handle("@mayor@third.test")

    run(tmp_path, story)


def test_an_actor_is_fetched_again_after_a_day_and_an_old_copy_serves_when_it_is_away(
    tmp_path: Path,
) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger(name="alice")
        path = f"{GOOD}/users/alice"
        first = await here.house.resolver.actor(alice.uri)
        await here.house.resolver.actor(alice.uri)
        assert here.hostile.asked.count(path) == 1
        here.clock.ahead = STALE_MS + 1_000
        here.hostile.table[path] = answer({}, status=503)
        assert (await here.house.resolver.actor(alice.uri)).id == first.id
        assert here.hostile.asked.count(path) == 2
        with pytest.raises(FetchError):
            await here.house.resolver.actor(alice.uri, fresh=True)

    run(tmp_path, story)


def test_an_actor_that_its_server_says_is_gone_is_marked_so(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        await here.house.resolver.actor(alice.uri)
        here.hostile.table[f"{GOOD}/users/alice"] = answer({}, status=410)
        here.clock.ahead = STALE_MS + 1_000
        await here.house.resolver.actor(alice.uri)
        assert await here.number("SELECT count(*) FROM actor WHERE deleted IS NOT NULL") == 1

    run(tmp_path, story)


def test_many_who_ask_at_once_share_one_fetch(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        asked = (here.house.resolver.actor(alice.uri) for _ in range(20))
        assert len({actor.id for actor in await asyncio.gather(*asked)}) == 1
        assert here.hostile.asked.count(f"{GOOD}/users/alice") == 1

    run(tmp_path, story)


def test_s9_a_post_is_taken_from_its_owners_server_alone(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = here.hostile.stranger(), here.hostile.stranger("mallory", EVIL, 1)
        here.hostile.table[f"{GOOD}/notes/1"] = note(alice, "1")
        forged = {**note(mallory, "1"), "attributedTo": alice.uri}
        here.hostile.table[f"{EVIL}/notes/1"] = forged
        post = await here.house.resolver.post(f"http://{GOOD}/notes/1")
        assert post.content == "<p>Hei</p>"
        with pytest.raises(Invalid):
            await here.house.resolver.post(f"http://{EVIL}/notes/1")
        assert await here.number("SELECT count(*) FROM post") == 1

    run(tmp_path, story)


def test_s37_what_is_said_to_be_ours_is_looked_up_and_never_asked_for(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        with pytest.raises(NotFound):
            await here.house.resolver.actor(f"{here.origin}/actors/000000000000000009")
        with pytest.raises(NotFound):
            await here.house.resolver.post(f"{here.origin}/posts/000000000000000009")
        await here.house.resolver.need(f"{here.origin}/posts/000000000000000009")
        assert here.hostile.asked == []

    run(tmp_path, story)
