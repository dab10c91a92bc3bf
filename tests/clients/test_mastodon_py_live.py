"""What comes by itself to Mastodon.py: streams, and web push to a receiver of our own."""

import queue
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from mastodon import StreamListener

from tests.clients.house import ClientHouse
from tests.clients.push_receiver import PushReceiver, Subscriber, vapid_claims
from tests.peers.lab import eventually

pytestmark = [pytest.mark.slow]


@pytest.fixture
def receiver() -> Iterator[PushReceiver]:
    receiver = PushReceiver()
    yield receiver
    receiver.close()


class Heard(StreamListener):
    """Keeps what the library read from a stream, and what went wrong."""

    def __init__(self) -> None:
        self.events: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.beats = 0

    def on_update(self, status: Any) -> None:
        self.events.put(("update", status))

    def on_delete(self, status_id: Any) -> None:
        self.events.put(("delete", status_id))

    def on_notification(self, notification: Any) -> None:
        self.events.put(("notification", notification))

    def on_status_update(self, status: Any) -> None:
        self.events.put(("status.update", status))

    def on_conversation(self, conversation: Any) -> None:
        self.events.put(("conversation", conversation))

    def on_filters_changed(self) -> None:
        self.events.put(("filters_changed", None))

    def on_abort(self, err: Exception) -> None:
        self.events.put(("abort", err))

    def on_unknown_event(self, name: str, unknown_event: Any = None) -> None:
        self.events.put(("unknown", (name, unknown_event)))

    def handle_heartbeat(self) -> None:
        self.beats += 1

    def next(self, kind: str) -> Any:
        """The next event, which must be of this kind."""
        got, value = self.events.get(timeout=60)
        assert got == kind, (got, value)
        return value


@contextmanager
def receiving(*handles: Any, nudge: Callable[[], Any]) -> Iterator[None]:
    """Streams that are open meanwhile. Closing waits for a lock that reading holds, so that
    something has to come: `nudge` sees to it."""
    for handle in handles:
        eventually(handle.is_receiving, "the stream open")
    try:
        yield
    finally:
        with ThreadPoolExecutor(len(handles)) as pool:
            closing = [pool.submit(handle.close) for handle in handles]
            eventually(lambda: nudge() and all(one.done() for one in closing), "all closed")


def test_the_users_stream_tells_of_posts_edits_deletions_and_mentions(anne: Any, ola: Any) -> None:
    ola.account_follow(anne.me())
    heard = Heard()
    stream = ola.stream_user(heard, run_async=True)
    with receiving(stream, nudge=lambda: anne.status_post("Ha det")):
        assert ola.stream_healthy()
        post = anne.status_post("Direkte fra rådhuset")
        assert heard.next("update").id == post.id
        anne.status_update(post, "Direkte fra biblioteket")
        assert "biblioteket" in heard.next("status.update").content
        anne.status_delete(post)
        assert str(heard.next("delete")) == str(post.id)
        hello = anne.status_post("Hei @ola", visibility="public")
        kinds = dict(heard.events.get(timeout=60) for _ in range(2))
        assert kinds["update"].id == hello.id
        assert (kinds["notification"].type, kinds["notification"].status.id) == (
            "mention",
            hello.id,
        )

        def filters_change() -> bool:
            # One second passes before a socket's reader is watched for this.
            ola.delete_filter_v2(ola.create_filter_v2("Nå", ["home"], "warn"))
            return not heard.events.empty()

        eventually(filters_change, "filters_changed")
        heard.next("filters_changed")


def test_the_public_hashtag_and_direct_streams_tell_of_theirs(department: Any, ola: Any) -> None:
    public, tag, direct = Heard(), Heard(), Heard()
    streams = [
        ola.stream_public(public, run_async=True),
        ola.stream_hashtag("vannprøve", tag, run_async=True),
        ola.stream_direct(direct, run_async=True),
    ]

    def nudge() -> Any:
        department.status_post("@ola ha det", visibility="direct")
        return department.status_post("Ha det #vannprøve", visibility="public")

    with receiving(*streams, nudge=nudge):
        quiet = department.status_post("Bare for følgere", visibility="private")
        post = department.status_post("Vannet er rent #vannprøve", visibility="public")
        assert public.next("update").id == post.id != quiet.id
        assert tag.next("update").id == post.id
        secret = department.status_post("@ola hysj", visibility="direct")
        assert direct.next("conversation").last_status.id == secret.id


def test_a_push_is_opened_by_its_subscriber_alone(
    house: ClientHouse, anne: Any, ola: Any, receiver: PushReceiver
) -> None:
    subscriber = Subscriber()
    subscriber.subscribe(house.origin, anne.access_token, receiver.endpoint("anne"), "mention")
    made = anne.push_subscription()
    assert made.endpoint == receiver.endpoint("anne")
    assert (made.alerts.mention, made.alerts.favourite) == (True, False)
    quiet = anne.status_post("Ingen push for dette")
    ola.status_favourite(quiet)
    ola.status_post("Push til @anne", visibility="public")
    push = receiver.next("anne")
    message = subscriber.opened(push)
    assert message["notification_type"] == "mention"
    assert "Push til" in message["body"]
    assert "Ola" in message["title"]
    mentioned = anne.notifications(types=["mention"])[0]
    assert str(message["notification_id"]).lstrip("0") == str(mentioned.id).lstrip("0")
    public_key = anne.instance_v2().configuration.vapid.public_key
    claims = vapid_claims(push, public_key)
    assert claims["aud"] == f"http://127.0.0.1:{receiver.port}"
    assert int(push.headers["ttl"]) > 0
    changed = anne.push_subscription_update(favourite_events=True)
    assert changed.alerts.favourite
    ola.status_favourite(anne.status_post("Push for dette"))
    assert subscriber.opened(receiver.next("anne", 2))["notification_type"] == "favourite"
    anne.push_subscription_delete()


def test_an_app_of_the_older_draft_opens_its_push_with_the_library(
    anne: Any, ola: Any, receiver: PushReceiver
) -> None:
    private, public = ola.push_subscription_generate_keys()
    ola.push_subscription_set(receiver.endpoint("ola"), public, mention_events=True)
    anne.status_post("Gammel push til @ola", visibility="public")
    push = receiver.next("ola")
    assert push.headers["content-encoding"] == "aesgcm"
    read = ola.push_subscription_decrypt_push(
        push.body, private, push.headers["encryption"], push.headers["crypto-key"]
    )
    assert read.notification_type == "mention"
    assert "Gammel push" in read.body
    assert str(read.access_token) == ola.access_token
    vapid_claims(push, ola.instance_v2().configuration.vapid.public_key)


def test_a_receiver_that_knows_the_app_no_more_ends_the_subscription(
    anne: Any, ola: Any, receiver: PushReceiver
) -> None:
    from mastodon.errors import MastodonNotFoundError

    receiver.answer = 410
    _, public = ola.push_subscription_generate_keys()
    ola.push_subscription_set(receiver.endpoint("gone"), public, mention_events=True)
    anne.status_post("Er du der, @ola?", visibility="public")
    receiver.next("gone")

    def gone() -> bool:
        try:
            ola.push_subscription()
        except MastodonNotFoundError:
            return True
        return False

    eventually(gone, "the subscription gone")
