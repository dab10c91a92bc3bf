"""What one actor alone hears, as their lists of notifications and conversations have it."""

import json

import pytest

from actors.effects import Notify
from actors.posts import Visibility
from actors.relationships import NotificationKind, RelationKind
from fedi.mastodon.making import Making
from fedi.mastodon.rendering import Renderer
from fedi.streaming import apart
from tests.people import ALICE, KARI, NOW, OLA, URLS, Nordvik
from tests.running import run

RENDERER = Renderer(Making(URLS, proxied=lambda url: url), now=lambda: NOW)


@pytest.fixture
def nordvik(nordvik: Nordvik) -> Nordvik:
    RENDERER.fragments.clear()
    return nordvik


def told(nordvik: Nordvik, me: int, id: int) -> bytes | None:
    return run(nordvik.engine.read(lambda tx: apart.notification(tx, RENDERER, me, id, NOW)))


def conversation(nordvik: Nordvik, me: int, post_id: int) -> bytes | None:
    return run(nordvik.engine.read(lambda tx: apart.conversation(tx, RENDERER, me, post_id)))


def test_a_notification_is_its_recipients_alone_and_not_of_those_they_block(
    nordvik: Nordvik,
) -> None:
    effect = Notify(OLA.id, NotificationKind.FOLLOW, ALICE.id)
    run(nordvik.engine.write(lambda tx: nordvik.performer.apply(tx, (effect,))))
    ((id,),) = nordvik.ask("SELECT id FROM notification")
    shown = json.loads(told(nordvik, OLA.id, id) or b"{}")
    assert (shown["id"], shown["type"], shown["account"]["acct"]) == (
        f"{id:018d}",
        "follow",
        "alice@mastodon.test",
    )
    assert told(nordvik, KARI.id, id) is None
    nordvik.follows(OLA, ALICE, kind=RelationKind.BLOCK)
    assert told(nordvik, OLA.id, id) is None


def test_a_conversation_is_told_by_its_newest_post(nordvik: Nordvik) -> None:
    first = nordvik.says(KARI, Visibility.DIRECT, OLA)
    nordvik.clock.time += 1
    second = nordvik.says(OLA, Visibility.DIRECT, KARI, reply_to=first.uri)
    assert conversation(nordvik, KARI.id, first.id) is None
    shown = json.loads(conversation(nordvik, KARI.id, second.id) or b"{}")
    assert shown["id"] == f"{first.id:018d}"
    assert shown["unread"] is True
    assert [one["acct"] for one in shown["accounts"]] == ["ola"]
    assert shown["last_status"]["id"] == f"{second.id:018d}"
