"""Door and desk with a whole house behind them: what a peer sends, true or forged, and what comes
of it. Every request is really signed, with the key of an actor of another house."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from actors.errors import TooMany
from actors.people import Actor, KeyKind
from actors.posts import Visibility
from actors.signatures import cavage
from actors.signatures.keys import load_private
from actors.vocabulary import ACTIVITY_JSON, PUBLIC
from fedi.net.sender import Request
from fedi.publishing import Draft, Writing
from fedi.store import chores, profiles
from fedi.store.chores import Wanted
from fedi.store.domain_rules import put_rule
from outbox.acts import Acting
from outbox.synchronize import Synchronization, digest, write_header
from tests.fediverse.conftest import made_fediverse, made_houses
from tests.fediverse.houses import Fediverse, Running

__all__ = ["made_fediverse", "made_houses"]

Make = Callable[[int], Fediverse]
HOUR = 3_600_000


class Scene:
    """Nord, which is tried; Sør, an honest neighbour; and Øst, where Anne is honest and Bo not."""

    def __init__(self, world: Fediverse) -> None:
        self.world = world
        self.nord, self.sor, self.ost = (world[h] for h in ("nord.test", "sor.test", "ost.test"))
        self._number = 0

    async def meet(self) -> "Scene":
        self.kari, self.ola = await self.nord.actor("anne"), await self.nord.actor("bo")
        await self.nord.reads(self.kari, self.ola)
        self.anne, self.bo = await self.ost.actor("anne"), await self.ost.actor("bo")
        self.neighbour = await self.sor.actor("anne")
        for actor in (self.anne, self.bo, self.neighbour):
            known = await self.nord.house.resolver.actor(actor.uri)
            follow = Acting(
                actor=self.kari, urls=self.nord.house.urls, id=self.nord.house.performer.new_id()
            ).follow(known)
            await self.nord.house.performer.perform(follow, self.nord.house.resolver)
        await self.world.heal()
        return self

    def uri(self, what: str = "activities") -> str:
        self._number += 1
        return f"https://ost.test/{what}/{900 + self._number:018d}"

    def note(self, by: Actor, uri: str = "", **rest: Any) -> dict[str, Any]:
        return {
            "type": "Note",
            "id": uri or self.uri("posts"),
            "attributedTo": by.uri,
            "content": "<p>Hei</p>",
            "to": [PUBLIC],
            "cc": [by.followers],
            "published": "2025-11-24T16:00:00Z",
            **rest,
        }

    def activity(self, kind: str, by: Actor, obj: Any, **rest: Any) -> dict[str, Any]:
        return {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.uri(),
            "type": kind,
            "actor": by.uri,
            "object": obj,
            "to": [PUBLIC],
            **rest,
        }

    async def signed(
        self, by: Actor, document: dict[str, Any], url: str = "https://nord.test/inbox"
    ) -> Request:
        house = next(h for h in self.world.houses if h.house.urls.is_local(by.uri))
        now = self.world.clock.now()
        key = await house.house.engine.read(
            lambda tx: profiles.signing_key(tx, by.id, KeyKind.RSA, now)
        )
        assert key is not None
        assert key.private is not None
        body = json.dumps(document).encode()
        headers = cavage.sign(
            "POST",
            url,
            date_ms=now,
            body=body,
            key_id=key.uri,
            private_key=load_private(key.private),  # type: ignore[arg-type]
        )
        headers = [*headers, ("content-type", ACTIVITY_JSON)]
        return Request("POST", url, headers, body)

    async def sends(self, by: Actor, document: dict[str, Any], path: str = "/inbox") -> int:
        """Send a signed activity to Nord, let it be worked on, and return the status."""
        request = await self.signed(by, document, f"https://nord.test{path}")
        answer = await self.world.network.bring(request)
        await self.nord.process()
        return answer.status

    async def post(self, house: Running, author: Actor, text: str, **rest: Any) -> str:
        writing = Writing(house.house.performer, house.house.resolver)
        seen = rest.get("visibility", Visibility.PUBLIC)
        return (await writing.publish(author, Draft(text=text, visibility=seen))).uri

    async def count(self, table: str) -> int:
        return int((await self.nord.ask(f"SELECT count(*) FROM {table}"))[0][0])

    async def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table that an arrival could change."""
        names = (
            "actor", "actor_key", "post", "addressee", "relation", "reaction", "notification",
            "home", "marker", "poll", "vote", "pin", "activity", "fanout", "event",
        )  # fmt: skip
        return {name: sorted(await self.nord.ask(f"SELECT * FROM {name}"), key=repr)
                for name in names}  # fmt: skip

    async def refusals(self) -> list[str]:
        return [row[0] for row in await self.nord.ask("SELECT code FROM refused ORDER BY id")]


def played(fediverse: Make, scene: Callable[[Scene], Awaitable[None]]) -> None:
    async def play() -> None:
        async with fediverse(1) as world:
            await scene(await Scene(world).meet())

    asyncio.run(play())


def test_an_honest_post_is_taken_and_shown(fediverse: Make) -> None:
    async def scene(s: Scene) -> None:
        note = s.note(s.anne)
        assert await s.sends(s.anne, s.activity("Create", s.anne, note)) == 202
        rows = await s.nord.ask("SELECT reader_id FROM home h JOIN post p ON p.id = h.post_id"
                                " WHERE p.uri = ?", note["id"])  # fmt: skip
        assert rows == [(s.kari.id,)]
        assert await s.count("arrival") == 0

    played(fediverse, scene)


@pytest.mark.parametrize("kind", ["Create", "Like", "Follow", "Delete", "Block", "Announce"])
def test_s4_nobody_acts_for_another(fediverse: Make, kind: str) -> None:
    async def scene(s: Scene) -> None:
        post = await s.post(s.nord, s.kari, "Min")
        before = await s.everything()
        obj: Any = {"Create": s.note(s.anne), "Follow": s.kari.uri, "Block": s.kari.uri}.get(
            kind, post
        )
        assert await s.sends(s.bo, s.activity(kind, s.anne, obj)) == 401
        assert await s.everything() == before
        assert await s.count("arrival") == 0
        assert await s.count("seen") == len(await s.nord.ask("SELECT 1 FROM seen"))

    played(fediverse, scene)


def test_s8_a_create_that_names_another_s_post_extends_no_audience(fediverse: Make) -> None:
    async def scene(s: Scene) -> None:
        mine = await s.post(s.nord, s.kari, "Bare mine", visibility=Visibility.DIRECT)
        known = await s.post(s.sor, s.neighbour, "Naboens")
        await s.world.heal()
        before = await s.everything()
        for uri in (mine, known):
            for author in (s.bo, s.kari, s.neighbour):
                forged = s.note(author, uri, to=[PUBLIC, s.ola.uri])
                await s.sends(
                    s.bo, s.activity("Create", s.bo, forged), f"/actors/{s.ola.id:018d}/inbox"
                )
        after = await s.everything()
        assert after == before

    played(fediverse, scene)


def test_s9_what_is_said_of_another_server_s_post_is_asked_of_its_owner(fediverse: Make) -> None:
    async def scene(s: Scene) -> None:
        await s.nord.ask("SELECT 1")
        uri = await s.post(s.sor, s.neighbour, "Slik skrev jeg det")
        forged = s.note(s.neighbour, uri, content="<p>Slik skrev jeg det ikke</p>")
        await s.sends(s.bo, s.activity("Create", s.bo, forged))
        await s.world.heal()
        rows = await s.nord.ask("SELECT content FROM post WHERE uri = ?", uri)
        assert rows == [("<p>Slik skrev jeg det</p>",)]
        invented = "https://sor.test/posts/000000000000000777"
        forged = s.note(s.neighbour, invented, content="<p>Oppdiktet</p>")
        await s.sends(s.bo, s.activity("Create", s.bo, forged))
        assert await s.nord.ask("SELECT 1 FROM post WHERE uri = ?", invented) == []

    played(fediverse, scene)


@pytest.mark.parametrize("kind", ["Update", "Delete"])
def test_trial_33_only_the_owner_changes_or_removes_a_post(fediverse: Make, kind: str) -> None:
    async def scene(s: Scene) -> None:
        note = s.note(s.anne)
        await s.sends(s.anne, s.activity("Create", s.anne, note))
        before = await s.everything()
        changed = {**note, "content": "<p>Tull</p>", "updated": "2026-01-01T00:00:00Z"}
        obj: Any = changed if kind == "Update" else note["id"]
        assert await s.sends(s.bo, s.activity(kind, s.bo, obj)) == 202
        as_hers = {**changed, "attributedTo": s.bo.uri} if kind == "Update" else obj
        assert await s.sends(s.bo, s.activity(kind, s.bo, as_hers)) == 202
        assert await s.everything() == before
        assert set(await s.refusals()) <= {"not_owner", "not_yours"}

    played(fediverse, scene)


def test_trial_33_an_announce_brings_only_what_the_owner_serves(fediverse: Make) -> None:
    async def scene(s: Scene) -> None:
        uri = await s.post(s.sor, s.neighbour, "Ekte")
        forged = s.note(s.neighbour, uri, content="<p>Falsk</p>")
        await s.sends(s.bo, s.activity("Announce", s.bo, forged, published="2025-11-24T16:00:00Z"))
        await s.world.heal()
        assert await s.nord.ask("SELECT content FROM post WHERE uri = ?", uri) == [("<p>Ekte</p>",)]

    played(fediverse, scene)


def test_trial_33_a_move_without_the_new_actor_s_word_moves_nobody(fediverse: Make) -> None:
    async def scene(s: Scene) -> None:
        move = s.activity("Move", s.bo, s.bo.uri, target=s.neighbour.uri)
        assert await s.sends(s.bo, move) == 202
        assert await s.refusals() == ["one_sided"]
        assert await s.count("spread") == 0

    played(fediverse, scene)


def test_s36_s37_ids_of_others_and_of_ours_are_not_theirs_to_give(fediverse: Make) -> None:
    async def scene(s: Scene) -> None:
        before = await s.everything()
        foreign = {**s.activity("Create", s.bo, s.note(s.bo)), "id": "https://sor.test/x/1"}
        assert await s.sends(s.bo, foreign) == 403
        ours = s.note(s.bo, "https://nord.test/posts/000000000000000123")
        assert await s.sends(s.bo, s.activity("Create", s.bo, ours)) == 202
        spelled = s.note(s.bo, "https://NORD.test:443/posts/000000000000000123")
        assert await s.sends(s.bo, s.activity("Create", s.bo, spelled)) == 202
        assert await s.everything() == before
        assert await s.refusals() == ["local_id", "local_id"]

    played(fediverse, scene)


def test_s24_trial_30_a_replay_has_no_second_effect(fediverse: Make) -> None:
    async def scene(s: Scene) -> None:
        post = await s.post(s.nord, s.kari, "Lik meg")
        request = await s.signed(s.anne, s.activity("Like", s.anne, post))
        bring = s.world.network.bring
        answers = await asyncio.gather(*(bring(request) for _ in range(10)))
        assert {answer.status for answer in answers} == {202}
        await s.nord.process()
        assert await s.count("reaction") == 1
        assert (await bring(request)).status == 202
        assert await s.count("arrival") == 0

    played(fediverse, scene)


def test_s24_a_request_for_one_house_is_none_for_another_nor_for_ever(fediverse: Make) -> None:
    async def scene(s: Scene) -> None:
        post = await s.post(s.nord, s.kari, "Lik meg")
        request = await s.signed(s.anne, s.activity("Like", s.anne, post))
        elsewhere = replace(request, url="https://sor.test/inbox")
        assert (await s.world.network.bring(elsewhere)).status == 401
        other_path = replace(request, url=f"{s.kari.uri}/inbox")
        assert (await s.world.network.bring(other_path)).status == 401
        s.world.clock.time += 13 * HOUR
        assert (await s.world.network.bring(request)).status == 401
        assert await s.count("arrival") == 0

    played(fediverse, scene)


def test_the_same_activity_at_a_second_inbox_adds_that_reader_and_nothing_else(
    fediverse: Make,
) -> None:
    async def scene(s: Scene) -> None:
        hidden = s.note(s.anne, to=[s.anne.followers], cc=[])
        create = s.activity("Create", s.anne, hidden, to=[s.anne.followers])
        assert await s.sends(s.anne, create, f"/actors/{s.kari.id:018d}/inbox") == 202
        before = await s.everything()
        assert await s.sends(s.anne, create, f"/actors/{s.ola.id:018d}/inbox") == 202
        after = await s.everything()
        new = [row for row in after.pop("addressee") if row not in before.pop("addressee", [])]
        assert {row[1] for row in new} >= {s.ola.id}
        assert {name: rows for name, rows in after.items() if rows != before[name]} == {}

    played(fediverse, scene)


def test_s22_nobody_votes_for_another(fediverse: Make) -> None:
    async def scene(s: Scene) -> None:
        writing = Writing(s.nord.house.performer, s.nord.house.resolver)
        ends = s.world.clock.now() + HOUR
        draft = Draft(text="?", visibility=Visibility.PUBLIC, choices=("Ja", "Nei"), poll_ends=ends)
        poll = await writing.publish(s.kari, draft)
        for voter in (s.anne, s.bo):
            ballot = {
                "type": "Note",
                "id": s.uri("votes"),
                "attributedTo": voter.uri,
                "inReplyTo": poll.uri,
                "name": "Ja",
                "to": [s.kari.uri],
            }
            assert await s.sends(s.bo, s.activity("Create", s.bo, ballot)) == 202
        assert await s.nord.ask("SELECT a.uri FROM vote v JOIN actor a ON a.id = v.actor_id") == [
            (s.bo.uri,)
        ]
        assert await s.refusals() == ["not_owner"]

    played(fediverse, scene)


def test_a_blocked_server_is_told_403_and_an_unblocked_one_is_heard_again(fediverse: Make) -> None:
    async def scene(s: Scene) -> None:
        like = s.activity("Like", s.anne, await s.post(s.nord, s.kari, "Hei"))
        now = s.world.clock.now()
        await s.nord.house.engine.write(lambda tx: put_rule(tx, "ost.test", "block", "", now))
        s.nord.house.domains.forget()
        assert await s.sends(s.anne, like) == 403
        await s.nord.house.engine.write(lambda tx: put_rule(tx, "ost.test", "allow", "", now))
        s.nord.house.domains.forget()
        assert await s.sends(s.anne, like) == 202
        assert await s.count("reaction") == 1

    played(fediverse, scene)


def test_who_sends_too_fast_is_told_429_with_a_time(fediverse: Make) -> None:
    async def scene(s: Scene) -> None:
        with suppress(TooMany):
            while True:
                s.nord.house.domains.admit("ost.test", cost=10_000)
        request = await s.signed(s.anne, s.activity("Like", s.anne, s.kari.uri))
        answer = await s.world.network.bring(request)
        assert answer.status == 429
        assert int(answer.header("retry-after") or "0") >= 1

    played(fediverse, scene)


def test_followers_are_compared_again_after_an_hour_and_when_ours_change(
    fediverse: Make,
) -> None:
    async def scene(s: Scene) -> None:
        door, engine = s.nord.house.door, s.nord.house.engine
        url = f"{s.anne.followers}_synchronization"
        other = digest(["https://nord.test/actors/somebody"])

        async def asked(said: str) -> bool:
            header = write_header(Synchronization(s.anne.followers, url, said))
            await door.synchronise(s.anne.uri, header)
            rows = await s.nord.ask("SELECT uri, why FROM wanted WHERE why = 'synchronise'")
            for row in rows:
                await engine.write(
                    lambda tx, row=row: chores.had(
                        tx, Wanted(uri=row[0], why=row[1], depth=0, tries=0)
                    )
                )
            return bool(rows)

        assert not await asked(digest([s.kari.uri]))
        assert await asked(other)
        assert not await asked(other)
        s.world.clock.time += HOUR // 2
        assert not await asked(other), "the same two digests, twice within the hour"
        s.world.clock.time += HOUR
        assert await asked(other), "what went wrong then is never mended"
        s.world.clock.time += HOUR // 2
        follow = Acting(
            actor=s.ola, urls=s.nord.house.urls, id=s.nord.house.performer.new_id()
        ).follow(s.anne)
        await s.nord.house.performer.perform(follow, s.nord.house.resolver)
        await s.world.heal()
        assert await asked(other), "ours is another one now"
        assert not await asked(digest([s.kari.uri, s.ola.uri]))
        assert len(door._compared) == 1

    played(fediverse, scene)
