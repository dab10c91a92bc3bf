"""A message is written once for all who read the same, at the same cost however many hear it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from actors.people import ActorKind
from actors.posts import Hashtag, Visibility
from fedi.mastodon.making import Making
from fedi.mastodon.rendering import Renderer
from fedi.store.engine import Engine, Tx
from fedi.store.events import Event, Place
from fedi.streaming.audience import Heard, Sending
from fedi.streaming.listener import Hearing, Listener
from fedi.streaming.streams import Stream, wanted
from fedi.streaming.telling import Telling
from tests.fedi.store.explaining import Noting, NotingTx
from tests.fedi.streaming.test_streams import caller
from tests.people import ALICE, KARI, NOW, OLA, URLS, Nordvik, ours
from tests.running import run

T = TypeVar("T")


class Counted(Noting):
    """An engine that counts the statements asked of it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.asked = 0

    def _noted(self, unit: Callable[[Tx], Awaitable[T]]) -> Callable[[Tx], Awaitable[T]]:
        counted = self

        class Counting(NotingTx):
            def _note(self, sql: str, params: Any) -> None:
                counted.asked += 1
                super()._note(sql, params)

        async def noted(tx: Tx) -> T:
            return await unit(Counting(tx, counted.texts))

        return noted


class Crowd:
    """Everybody who listens."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []

    def join(self, actor: Any, name: str, **more: str) -> Listener:
        listener = Listener(replace(caller("read"), actor=actor), "")
        asked = wanted(name, **more)  # type: ignore[arg-type]
        listener.streams[asked.stream] = Hearing(asked.label, Place(0, 0))
        self.listeners.append(listener)
        return listener

    def hearing(self, stream: Stream, event: Event) -> list[Listener]:
        return [one for one in self.listeners if stream in one.streams]

    def lists(self, event: Event) -> list[Heard]:
        return []


def event(kind: str, post_id: int, actor_id: int = KARI.id, recipient: int | None = None) -> Event:
    return Event(
        place=Place(0, 9),
        kind=kind,
        actor_id=actor_id,
        subject_id=post_id,
        recipient_id=recipient,
        at=NOW,
    )


def telling_on(engine: Any) -> Telling:
    return Telling(
        engine, Renderer(Making(URLS, proxied=lambda url: url), now=lambda: NOW), lambda: NOW
    )


def told(telling: Telling, crowd: Crowd, what: Event) -> list[Sending]:
    return run(telling.messages(what, crowd))


def people(nordvik: Nordvik, count: int) -> list[Any]:
    found = [ours(1_000 + n, f"p{n}", f"P {n}", ActorKind.PERSON) for n in range(count)]
    nordvik.put(*found)
    for one in found:
        nordvik.follows(one, KARI)
    return found


@pytest.mark.parametrize("wide", [Visibility.PUBLIC, Visibility.FOLLOWERS])
def test_many_are_told_with_as_many_statements_as_few(nordvik: Nordvik, wide: Visibility) -> None:
    everybody = people(nordvik, 40)
    post = nordvik.says(KARI, wide)
    costs, texts = [], []
    for count in (2, 40):
        engine, crowd = Counted(nordvik.engine), Crowd()
        for one in everybody[:count]:
            crowd.join(one, "user")
            crowd.join(one, "public")
        sent = told(telling_on(engine), crowd, event("post", post.id))
        streams = 2 if wide is Visibility.PUBLIC else 1
        assert len(sent) == count * streams
        assert len({id(one.message) for one in sent}) == 1
        texts.append(sent[0].message.payload)
        costs.append(engine.asked)
    assert costs[0] == costs[1]
    assert texts[0] == texts[1]


def test_those_who_see_less_of_what_stands_beside_read_another_text(nordvik: Nordvik) -> None:
    friend, stranger = people(nordvik, 1)[0], OLA
    nordvik.follows(ALICE, KARI)
    private = nordvik.says(KARI, Visibility.FOLLOWERS)
    answer = nordvik.says(ALICE, Visibility.PUBLIC, reply_to=private.uri)
    nordvik.put(Hashtag(post_id=answer.id, name="vei", shown="vei"))
    crowd = Crowd()
    for one in (friend, stranger):
        crowd.join(one, "hashtag", tag="vei")
    sent = told(telling_on(nordvik.engine), crowd, event("post", answer.id))
    assert len(sent) == 2
    assert f'"in_reply_to_id":"{private.id:018d}"'.encode() in (sent[0].message.payload or b"")
    assert b'"in_reply_to_id":null' in (sent[1].message.payload or b"")


def test_kinds_that_streams_have_no_word_for_are_passed_over(nordvik: Nordvik) -> None:
    post, crowd = nordvik.says(KARI), Crowd()
    crowd.join(OLA, "public")
    for kind in ("like", "boost", "reply", "vote", "actor", "follow", "fetched", "new to us"):
        assert told(telling_on(nordvik.engine), crowd, event(kind, post.id)) == []


def test_a_boost_that_left_nothing_behind_is_taken_back_at_home(nordvik: Nordvik) -> None:
    nordvik.follows(OLA, KARI)
    crowd = Crowd()
    home = crowd.join(OLA, "user")
    crowd.join(ALICE, "user")
    sent = told(telling_on(nordvik.engine), crowd, event("delete", 424_242))
    assert [(one.listener, one.message.payload) for one in sent] == [(home, b"000000000000424242")]


def test_a_post_that_is_gone_again_is_not_told_of(nordvik: Nordvik) -> None:
    post, crowd = nordvik.says(KARI), Crowd()
    crowd.join(OLA, "public")
    nordvik.put(replace(post, deleted=NOW))
    telling = telling_on(nordvik.engine)
    assert told(telling, crowd, event("post", post.id)) == []
    assert [one.message.event for one in told(telling, crowd, event("delete", post.id))] == [
        "delete"
    ]
