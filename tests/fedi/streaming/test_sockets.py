"""WebSockets on a live house: tokens, who hears what, and how it ends (S32, trials 10 and 41)."""

import json
from pathlib import Path

import pytest
import websockets

from actors.posts import Visibility
from actors.relationships import Relation, RelationKind
from fedi.oauth.tokens import Revoking
from tests.fedi.streaming.apps import Square, tell

pytestmark = pytest.mark.slow


def follow(who: object, whom: object, kind: RelationKind = RelationKind.FOLLOW) -> Relation:
    return Relation(kind=kind, source_id=who.id, target_id=whom.id)  # type: ignore[attr-defined]


def test_a_post_is_heard_at_home_and_in_public_on_one_socket(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        kari, ola = await square.person("kari"), await square.person("ola")
        await square.put(follow(ola, kari))
        async with square.hears(await square.token("ola")) as app:
            for stream in ("user", "public", "public:local", "public:remote"):
                await app.say("subscribe", stream)
            await app.say("subscribe", "hashtag", tag="Vei")
            await square.settled(5)
            post = await square.says(kari, "Ny asfalt i #vei sentrum")
            heard = [await app.next() for _ in range(4)]
            assert {tuple(label) for label, _, _ in heard} == {
                ("user",), ("public",), ("public:local",), ("hashtag", "Vei"),
            }  # fmt: skip
            assert {event for _, event, _ in heard} == {"update"}
            assert {shown["id"] for _, _, shown in heard} == {f"{post.id:018d}"}
            await app.say("unsubscribe", "public")
            await square.settled(4)

    tell(tmp_path, story)


@pytest.mark.parametrize("way", ["header", "query", "protocol", "both"])
def test_a_token_may_come_in_any_of_three_places(tmp_path: Path, way: str) -> None:
    async def story(square: Square) -> None:
        token = await square.token("ola")
        query = f"?stream=user&access_token={token}" if way in ("query", "both") else "?stream=user"
        protocols = [token] if way in ("protocol", "both") else None
        bearer = token if way == "header" else ""
        for path in ("", "/"):
            async with square.hears(bearer, path + query, subprotocols=protocols) as app:
                assert app.connection.subprotocol == (token if protocols else None)
                await square.settled(1)
            await square.settled(0)

    tell(tmp_path, story)


def test_without_a_token_that_holds_there_is_no_socket(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        for bearer in ("", "made up"):
            with pytest.raises(websockets.InvalidStatus) as refused:
                async with square.hears(bearer, "?stream=public"):
                    pass
            assert refused.value.response.status_code == 401
            assert "error" in json.loads(refused.value.response.body or b"")

    tell(tmp_path, story)


def test_scopes_decide_what_may_be_heard(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        kari, ola = await square.person("kari"), await square.person("ola")
        token = await square.token("ola", "read:statuses")
        async with square.hears(token) as app:
            await app.say("subscribe", "user:notification")
            assert await app.message() == {
                "error": "Access token does not have the required scopes",
                "status": 403,
            }
            await app.say("subscribe", "user")
            await square.settled(1)
            await square.says(kari, "@ola Hei")
            await square.says(ola, "Mitt eget")
            label, event, shown = await app.next()
            assert (label, event, shown["account"]["acct"]) == (["user"], "update", "ola")
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with square.hears(token, "?stream=user:notification"):
                pass
        assert refused.value.response.status_code == 403

    tell(tmp_path, story)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"type": "subscribe", "stream": "nonsense"}, "Unknown stream type"),
        ({"type": "subscribe", "stream": "hashtag"}, "Missing tag name parameter"),
        ({"type": "subscribe", "stream": "list", "list": "1"}, "Not authorized"),
        ("{", "not JSON"),
        ("x" * 5_000, "too long"),
    ],
)
def test_what_cannot_be_heard_is_told_and_the_socket_stays(
    tmp_path: Path, said: object, word: str
) -> None:
    async def story(square: Square) -> None:
        async with square.hears(await square.token("ola")) as app:
            await app.connection.send(said if isinstance(said, str) else json.dumps(said))
            assert word in (await app.message())["error"]
            await app.connection.send('{"type": "whatever"}')
            await app.say("subscribe", "user")
            await square.settled(1)

    tell(tmp_path, story)


def test_a_notification_reaches_whom_it_is_for(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        kari = await square.person("kari")
        async with (
            square.hears(await square.token("ola"), "?stream=user:notification") as app,
            square.hears(await square.token("ola"), "?stream=user") as other,
            square.hears(await square.token("kari"), "?stream=user:notification") as nobody,
        ):
            await square.settled(3)
            post = await square.says(kari, "@ola Kommer du?")
            for one, stream in ((app, "user:notification"), (other, "user")):
                label, event, shown = await one.next()
                assert (label, event, shown["type"]) == ([stream], "notification", "mention")
                assert shown["status"]["id"] == f"{post.id:018d}"
            await square.says(await square.person("ola"), "@kari Ja")
            assert (await nobody.next())[2]["account"]["acct"] == "ola"

    tell(tmp_path, story)


def test_an_edit_and_a_deletion_follow_a_post(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        kari = await square.person("kari")
        async with square.hears(await square.token("ola")) as app:
            await app.say("subscribe", "public")
            await app.say("subscribe", "hashtag", tag="vei")
            await square.settled(2)
            post = await square.says(kari, "Ny #vei")
            assert [(await app.next())[1] for _ in range(2)] == ["update"] * 2
            await square.edits(kari, post, "Ny #vei, endret")
            edited = [await app.next() for _ in range(2)]
            assert [event for _, event, _ in edited] == ["status.update"] * 2
            assert "endret" in edited[0][2]["content"]
            await square.deletes(kari, post)
            gone = [await app.next() for _ in range(2)]
            assert [(event, shown) for _, event, shown in gone] == [
                ("delete", f"{post.id:018d}")
            ] * 2
            assert {label[0] for label, _, _ in gone} == {"public", "hashtag"}

    tell(tmp_path, story)


def test_what_one_may_not_see_or_wants_nothing_of_is_not_heard(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        kari, ola, per = [await square.person(name) for name in ("kari", "ola", "per")]
        await square.put(follow(ola, kari), follow(ola, per, RelationKind.MUTE))
        async with (
            square.hears(await square.token("ola")) as friend,
            square.hears(await square.token("per")) as stranger,
        ):
            for app in (friend, stranger):
                await app.say("subscribe", "user")
                await app.say("subscribe", "public")
            await square.settled(4)
            await square.says(kari, "Bare for dere", Visibility.FOLLOWERS)
            await square.says(kari, "@kari Til meg selv", Visibility.DIRECT)
            await square.says(per, "Fra per")
            await square.says(kari, "Til sist")
            heard = [(await friend.next())[0::2] for _ in range(3)]
            assert [(label, _words(shown)) for label, shown in heard] == [
                (["user"], "Bare for dere"), (["public"], "Til sist"), (["user"], "Til sist"),
            ]  # fmt: skip
            others = [(await stranger.next())[0::2] for _ in range(3)]
            assert [(label, _words(shown)) for label, shown in others] == [
                (["public"], "Fra per"), (["user"], "Fra per"), (["public"], "Til sist"),
            ]  # fmt: skip

    tell(tmp_path, story)


def _words(shown: dict[str, str]) -> str:
    from actors.html import plain

    return plain(shown["content"])


def test_a_socket_ends_with_its_token(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        house = square.here.house
        async with (
            square.hears(await square.token("kari"), "?stream=user") as stays,
            square.hears(await square.token("ola"), "?stream=user") as app,
        ):
            await square.settled(2)
            rows = await square.here.sql(
                "SELECT t.id FROM token t JOIN actor a ON a.id = t.actor_id"
                " WHERE a.username = 'ola'"
            )
            await Revoking(house.performer, house.callers).token(rows[0][0])
            assert await app.closed() == 1008
            await square.settled(1)
            await stays.say("subscribe", "public")
            await square.settled(2)

    tell(tmp_path, story)


def test_a_stop_closes_sockets_as_a_restart(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        token = await square.token("ola")
        async with square.hears(token, "?stream=user") as one, square.hears(token) as other:
            await square.settled(1)
            await square.here.house.hub.close()
            assert await one.closed() == 1012
            assert await other.closed() == 1012
            with pytest.raises(websockets.InvalidStatus) as refused:
                async with square.hears(token):
                    pass
            assert refused.value.response.status_code == 429

    tell(tmp_path, story)


def test_our_own_pages_ask_for_what_they_have_missed(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        kari, token = await square.person("kari"), await square.token("ola")
        async with square.hears(token, "?stream=public&last_event_id=") as app:
            await square.settled(1)
            await square.says(kari, "Før")
            last = (await app.message())["id"]
        await square.settled(0)
        missed = [await square.says(kari, f"Imens {number}") for number in range(3)]
        async with square.hears(token, f"?stream=public&last_event_id={last}") as app:
            await square.settled(1)
            await square.says(kari, "Etter")
            heard = [await app.message() for _ in range(4)]
            shown = [json.loads(one["payload"])["id"] for one in heard]
            assert shown[:3] == [f"{post.id:018d}" for post in missed]
            assert len({one["id"] for one in heard}) == 4
        for old in ("other-0-1", "nonsense", "0-0-999999999"):
            async with square.hears(token, f"?stream=public&last_event_id={old}") as app:
                await square.settled(1)
                post = await square.says(kari, "Nå")
                assert json.loads((await app.message())["payload"])["id"] == f"{post.id:018d}"
            await square.settled(0)

    tell(tmp_path, story)
