"""Who may come in, and what becomes of those who listen: over ASGI, on a whole house."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from actors.errors import TooMany
from actors.posts import Visibility
from actors.relationships import Relation, RelationKind
from fedi.store import announcements, filters, lists
from fedi.store.announcements import Announcement
from fedi.store.filters import Filter, Keyword
from fedi.store.lists import List
from fedi.streaming import hub as hubs
from fedi.streaming.listener import TOO_SLOW, Listener
from fedi.streaming.sockets import Sockets
from fedi.streaming.streams import wanted
from tests.fedi.streaming.apps import PATH, PATIENCE, Square, tell
from tests.fedi.streaming.test_streams import caller

pytestmark = pytest.mark.slow


class Wire:
    """One WebSocket over ASGI, whose other side may stop taking what is sent."""

    def __init__(self, square: Square, query: str, **scope: Any) -> None:
        self.scope = {
            "type": "websocket",
            "path": PATH,
            "query_string": query.encode(),
            "headers": [],
            "client": ("192.0.2.1", 1),
            "subprotocols": [],
            **scope,
        }
        self.sockets = Sockets(square.here.house.hub, square.here.house.callers)
        self.said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.takes = asyncio.Event()
        self.takes.set()

    async def run(self) -> None:
        self.said.put_nowait({"type": "websocket.connect"})
        await self.sockets(self.scope, self.said.get, self._send)

    async def _send(self, message: Any) -> None:
        await self.takes.wait()
        self.heard.put_nowait(message)

    async def next(self) -> Any:
        async with asyncio.timeout(PATIENCE):
            return await self.heard.get()


async def heard(square: Square, name: str, listener: Listener, **more: Any) -> None:
    await square.here.house.hub.join(listener)
    await square.here.house.hub.subscribe(listener, wanted(name, **more))


async def listener_of(square: Square, name: str, scopes: str = "read") -> Listener:
    token = await square.token(name, scopes)
    return Listener(await square.here.house.callers.find(token), "192.0.2.1")


async def next_of(listener: Listener) -> list[tuple[str, Any]]:
    taken = await listener.next(PATIENCE)
    return [(one.event, one.payload and json.loads(one.payload)) for one, _ in taken]


def test_a_side_that_takes_nothing_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "SEND_SECONDS", 0.0)

    async def story(square: Square) -> None:
        kari, token = await square.person("kari"), await square.token("ola")
        wire = Wire(square, f"stream=public&access_token={token}")
        task = asyncio.create_task(wire.run())
        assert (await wire.next())["type"] == "websocket.accept"
        await square.settled(1)
        wire.takes.clear()
        await square.says(kari, "Hei")
        async with asyncio.timeout(PATIENCE):
            await task
        assert square.here.house.hub.listeners == 0

    tell(tmp_path, story)


def test_a_stuck_side_is_closed_all_the_same_when_its_token_ends(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        token = await square.token("ola")
        wire = Wire(square, f"stream=public&access_token={token}")
        task = asyncio.create_task(wire.run())
        await wire.next()
        await square.settled(1)
        await square.here.house.engine.write(lambda tx: tx.run("UPDATE token SET revoked = 1"))
        await square.here.house.hub.let_go()
        assert (await wire.next()) == {"type": "websocket.close", "code": 1008}
        await task

    tell(tmp_path, story)


def test_a_token_and_an_address_may_hold_so_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "MOST_PER_TOKEN", 2)
    monkeypatch.setattr(hubs, "MOST_PER_ADDRESS", 3)

    async def story(square: Square) -> None:
        hub = square.here.house.hub
        one = caller("read")
        mine = [Listener(one, "192.0.2.1") for _ in range(3)]
        await hub.join(mine[0])
        await hub.join(mine[1])
        with pytest.raises(TooMany, match="This app"):
            await hub.join(mine[2])
        others = [await listener_of(square, name) for name in ("ola", "per")]
        await hub.join(others[0])
        with pytest.raises(TooMany, match="your address"):
            await hub.join(others[1])
        hub.leave(mine[0])
        hub.leave(mine[0])
        await hub.join(others[1])
        assert hub.listeners == 3
        for one_of in (*mine, *others):
            hub.leave(one_of)
        assert hub.listeners == 0

    tell(tmp_path, story)


def test_too_many_waiting_messages_end_one_listener_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fedi.streaming.listener.MOST_WAITING", 2)

    async def story(square: Square) -> None:
        kari = await square.person("kari")
        slow, quick = await listener_of(square, "ola"), await listener_of(square, "per")
        for one in (slow, quick):
            await heard(square, "public", one)
        for number in range(3):
            await square.says(kari, f"Hei {number}")
            assert len(await quick.next(PATIENCE)) == 1
        assert slow.ended == TOO_SLOW
        assert quick.ended is None

    tell(tmp_path, story)


def test_a_list_hears_its_members_and_is_its_owners_alone(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        kari, ola, per = [await square.person(name) for name in ("kari", "ola", "per")]
        of = List(id=77, actor_id=ola.id, title="Folk")

        async def unit(tx: Any) -> None:
            await lists.keep(tx, of)
            await lists.add(tx, of.id, [kari.id])

        await square.here.house.engine.write(unit)
        mine = await listener_of(square, "ola")
        stream = wanted("list", list="77")
        await square.here.house.hub.check(mine.caller, stream.stream)
        await heard(square, "list", mine, list="77")
        await square.says(per, "Fra per")
        await square.says(kari, "Fra kari")
        ((event, shown),) = await next_of(mine)
        assert (event, shown["account"]["acct"]) == ("update", "kari")
        theirs = await listener_of(square, "per")
        with pytest.raises(Exception, match="Not authorized"):
            await square.here.house.hub.check(theirs.caller, stream.stream)

    tell(tmp_path, story)


def test_a_conversation_is_told_to_those_in_it(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        kari, listening = await square.person("kari"), {}
        for name in ("kari", "ola", "per"):
            listening[name] = await listener_of(square, name)
            await heard(square, "direct", listening[name])
        post = await square.says(kari, "@ola Bare oss", Visibility.DIRECT)
        for name, unread, with_whom in (("ola", True, ["kari"]), ("kari", False, ["ola"])):
            ((event, shown),) = await next_of(listening[name])
            assert event == "conversation"
            assert shown["unread"] is unread
            assert [one["acct"] for one in shown["accounts"]] == with_whom
            assert shown["last_status"]["id"] == f"{post.id:018d}"
        assert listening["per"].waiting == 0

    tell(tmp_path, story)


def test_filters_mark_and_hide_what_is_heard_and_their_change_is_told(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        kari, ola = await square.person("kari"), await square.person("ola")
        await square.put(Relation(kind=RelationKind.FOLLOW, source_id=ola.id, target_id=kari.id))
        mine, other = await listener_of(square, "ola"), await listener_of(square, "per")
        await heard(square, "user", mine)
        await heard(square, "public", other)
        board = square.here.house.hub
        engine = square.here.house.engine

        async def unit(tx: Any) -> None:
            for id, action, word in ((1, "warn", "regn"), (2, "hide", "snø")):
                new = Filter(id=id, actor_id=ola.id, title=word, context=("home",), action=action)
                await filters.keep(tx, new)
                await filters.keep_keyword(
                    tx, Keyword(id=id, filter_id=id, keyword=word, whole_word=True)
                )

        await engine.write(unit)
        await board.look()
        assert await next_of(mine) == [("filters_changed", None)]
        for text in ("Det blir snø", "Det blir regn", "Det blir sol"):
            await square.says(kari, text)
        seen: list[Any] = []
        while len(seen) < 2:
            seen += [shown for _, shown in await next_of(mine)]
        assert [len(shown["filtered"]) for shown in seen] == [1, 0]
        assert "regn" in seen[0]["content"]
        others: list[Any] = []
        while len(others) < 3:
            others += [shown for _, shown in await next_of(other)]
        assert [shown["filtered"] for shown in others] == [[], [], []]

    tell(tmp_path, story)


def test_announcements_are_told_as_they_come_change_and_go(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        ola = await square.person("ola")
        mine, hub = await listener_of(square, "ola"), square.here.house.hub
        await heard(square, "user", mine)
        await hub.look()
        engine = square.here.house.engine
        new = Announcement(
            id=7, content="<p>Hei</p>", text="Hei", starts=None, ends=None, all_day=False,
            published=1, updated=1,
        )  # fmt: skip
        await engine.write(lambda tx: announcements.keep(tx, new))
        await hub.look()
        ((event, shown),) = await next_of(mine)
        assert (event, shown["content"]) == ("announcement", "<p>Hei</p>")
        await engine.write(lambda tx: announcements.react(tx, 7, "🎉", ola.id))
        await hub.look()
        assert await next_of(mine) == [
            (
                "announcement.reaction",
                {"name": "🎉", "count": 1, "announcement_id": "000000000000000007"},
            )
        ]
        await engine.write(lambda tx: announcements.drop(tx, 7))
        await hub.look()
        taken = await mine.next(PATIENCE)
        assert [(one.event, one.payload) for one, _ in taken] == [
            ("announcement.delete", b"000000000000000007")
        ]

    tell(tmp_path, story)


def test_what_one_has_done_with_a_post_is_in_its_edit(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        from actors.relationships import Reaction

        kari, ola = await square.person("kari"), await square.person("ola")
        post = await square.says(kari, "Hei")
        await square.put(Reaction(post_id=post.id, actor_id=ola.id))
        mine, other = await listener_of(square, "ola"), await listener_of(square, "per")
        for one in (mine, other):
            await heard(square, "public", one)
        await square.edits(kari, post, "Hei igjen")
        ((event, shown),) = await next_of(mine)
        assert (event, shown["favourited"]) == ("status.update", True)
        ((event, shown),) = await next_of(other)
        assert (event, shown["favourited"]) == ("status.update", False)

    tell(tmp_path, story)
