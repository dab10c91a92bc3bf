"""Push subscriptions and their queue as rows: what is written with the cursor, what is taken."""

from dataclasses import replace

import pytest

from actors.effects import Notify
from actors.people import Token
from actors.relationships import NotificationKind
from fedi.store import push
from fedi.store.events import BEGINNING
from fedi.store.push import KEPT_MS, Subscription
from tests.people import ALICE, BOB, CARLA, HOUR, MINUTE, NOW, OLA, PERSON_OLA, Nordvik
from tests.running import run

SUBSCRIPTION = Subscription(
    id=0, token_id=7, actor_id=OLA.id, endpoint="https://push.example.net/a", p256dh=b"p",
    auth=b"a", standard=True, alerts=frozenset({"follow", "mention"}), policy="all", bearer=b"b",
    created=NOW,
)  # fmt: skip
TOKEN = Token(id=7, hash=b"7", person_id=PERSON_OLA.id, actor_id=OLA.id, scopes="push", created=NOW)


@pytest.fixture
def nordvik(nordvik: Nordvik) -> Nordvik:
    nordvik.put(TOKEN)
    run(nordvik.engine.write(lambda tx: push.collect(tx, NOW)))
    return nordvik


def subscribed(nordvik: Nordvik, **rest: object) -> Subscription:
    new = replace(SUBSCRIPTION, **rest)  # type: ignore[arg-type]
    return run(nordvik.engine.write(lambda tx: push.subscribe(tx, new)))


def followed(nordvik: Nordvik, *by: object) -> None:
    effects = tuple(Notify(OLA.id, NotificationKind.FOLLOW, one.id) for one in by)  # type: ignore[attr-defined]
    run(nordvik.engine.write(lambda tx: nordvik.performer.apply(tx, effects)))


def collected(nordvik: Nordvik) -> list[tuple[int, int]]:
    now = nordvik.clock.time
    while run(nordvik.engine.write(lambda tx: push.collect(tx, now))):
        pass
    rows = nordvik.ask("SELECT subscription_id, notification_id FROM push_message ORDER BY 1, 2")
    return [(row[0], row[1]) for row in rows]


def test_what_is_written_is_read_again(nordvik: Nordvik) -> None:
    made = subscribed(nordvik)
    assert made == replace(SUBSCRIPTION, id=made.id)
    assert run(nordvik.engine.read(lambda tx: push.of_token(tx, 7))) == made
    run(nordvik.engine.write(lambda tx: push.unsubscribe(tx, 7)))
    assert run(nordvik.engine.read(lambda tx: push.of_token(tx, 7))) is None


def test_events_are_read_in_pieces_and_each_gives_its_message_once(
    nordvik: Nordvik, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "EVENTS_AT_ONCE", 2)
    subscribed(nordvik)
    followed(nordvik, ALICE, BOB, CARLA)
    assert len(collected(nordvik)) == 3
    run(nordvik.engine.write(lambda tx: tx.run("DELETE FROM push_message")))
    assert collected(nordvik) == []


def test_news_tells_whether_an_app_is_concerned(nordvik: Nordvik) -> None:
    before = run(nordvik.engine.read(push.place)) or BEGINNING
    followed(nordvik, ALICE)
    first = run(nordvik.engine.read(lambda tx: push.news(tx, before)))
    assert not first.concern
    assert first.place != before
    subscribed(nordvik)
    followed(nordvik, BOB)
    second = run(nordvik.engine.read(lambda tx: push.news(tx, first.place)))
    assert second.concern
    assert run(nordvik.engine.read(lambda tx: push.news(tx, second.place))).place == second.place


def test_what_happened_more_than_a_day_ago_is_passed_over(nordvik: Nordvik) -> None:
    subscribed(nordvik)
    followed(nordvik, ALICE)
    nordvik.clock.time += KEPT_MS
    followed(nordvik, BOB)
    assert len(collected(nordvik)) == 1


def test_the_longest_waiting_go_first_and_one_at_a_time(nordvik: Nordvik) -> None:
    made = subscribed(nordvik)
    followed(nordvik, ALICE, BOB, CARLA)
    messages = collected(nordvik)
    engine = nordvik.engine
    first = run(engine.write(lambda tx: push.lease(tx, NOW, NOW + MINUTE, 2)))
    assert [(one.subscription_id, one.notification_id) for one in first] == messages[:2]
    second = run(engine.write(lambda tx: push.lease(tx, NOW, NOW + MINUTE, 2)))
    assert [one.notification_id for one in second] == [messages[2][1]]
    assert not run(engine.read(lambda tx: push.is_due(tx, NOW)))
    due = run(engine.read(lambda tx: push.hydrate(tx, first, NOW)))
    assert {one.by.username for one in due.values()} == {"alice", "bob"}
    assert {one.subscription for one in due.values()} == {made}


def test_a_failure_holds_back_what_else_waits_for_that_app(nordvik: Nordvik) -> None:
    subscribed(nordvik)
    followed(nordvik, ALICE, BOB)
    collected(nordvik)
    engine, later = nordvik.engine, NOW + HOUR
    (one,) = run(engine.write(lambda tx: push.lease(tx, NOW, NOW + MINUTE, 1)))
    assert run(engine.write(lambda tx: push.again(tx, one, later, NOW))) == NOW
    assert run(engine.write(lambda tx: push.again(tx, one, later, NOW + 5))) == NOW
    assert nordvik.ask("SELECT DISTINCT due FROM push_message") == [(later,)]
    run(engine.write(lambda tx: push.done(tx, one, reached=True)))
    assert nordvik.ask("SELECT failing FROM push_subscription") == [(None,)]
    assert len(nordvik.ask("SELECT * FROM push_message")) == 1


def test_a_subscription_goes_with_its_token(nordvik: Nordvik) -> None:
    subscribed(nordvik)
    engine = nordvik.engine
    assert run(engine.write(lambda tx: push.drop_unheld(tx, NOW))) == 0
    nordvik.put(replace(TOKEN, revoked=NOW))
    assert len(run(engine.read(lambda tx: push.unheld(tx, NOW)))) == 1
    assert run(engine.write(lambda tx: push.drop_unheld(tx, NOW))) == 1
    assert nordvik.ask("SELECT * FROM push_subscription") == []
