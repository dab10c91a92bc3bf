"""What a phone shows before its app has asked for anything, in four languages."""

from dataclasses import replace

import msgspec
import pytest

from actors.people import Actor, Image
from actors.posts import Post, Visibility
from actors.relationships import Notification, NotificationKind
from fedi.push.notice import notice, title
from fedi.store.push import Due, Subscription
from tests.people import ALICE, NOW, OLA, URLS

SUBSCRIPTION = Subscription(
    id=1, token_id=2, actor_id=OLA.id, endpoint="https://relay.example.net/a", p256dh=b"", auth=b"",
    standard=True, alerts=frozenset(), policy="all", bearer=b"", created=NOW,
)  # fmt: skip
POST = Post(
    id=5,
    uri="https://mastodon.test/notes/5",
    author_id=ALICE.id,
    visibility=Visibility.PUBLIC,
    content="<p>Hei &amp; god dag</p><p>Alt vel?</p>",
    published=NOW,
)


def due(
    kind: NotificationKind = NotificationKind.MENTION,
    post: Post | None = POST,
    by: Actor = ALICE,
    subscription: Subscription = SUBSCRIPTION,
    language: str = "nb",
    answers: bool = False,
) -> Due:
    told = Notification(id=1 << 56, recipient_id=OLA.id, kind=kind, by_id=by.id)
    return Due(subscription, told, language, by, post, answers)


def said(what: Due) -> dict[str, object]:
    found: dict[str, object] = msgspec.json.decode(notice(what, "hemmelig", URLS))
    return found


@pytest.mark.parametrize("language", ["nb", "nn", "se", "en"])
@pytest.mark.parametrize("kind", list(NotificationKind))
def test_every_kind_has_a_title_in_every_language(kind: NotificationKind, language: str) -> None:
    words = title(due(kind), language)
    assert words
    assert "{" not in words
    assert "Alice" in words or kind is NotificationKind.POLL


def test_an_answer_is_told_as_one() -> None:
    assert title(due(answers=True), "nb") == "Alice svarte deg"
    assert title(due(answers=True), "en") == "Alice replied to you"
    assert title(due(), "nn") == "Alice nemnde deg"
    assert title(due(), "se") == "Alice namuhii du"


def test_the_end_of_ones_own_poll_is_told_as_such() -> None:
    assert title(due(NotificationKind.POLL, by=OLA), "nb") == "Avstemningen din er avsluttet"


def test_a_content_warning_stands_for_the_post() -> None:
    assert said(due())["body"] == "Hei & god dag Alt vel?"
    assert said(due(post=replace(POST, summary="Om  valget\n")))["body"] == "Om valget"


def test_who_follows_is_shown_with_their_own_words() -> None:
    by = replace(ALICE, summary="<p>Liker fjell</p>")
    assert said(due(NotificationKind.FOLLOW, None, by))["body"] == "Liker fjell"


def test_a_push_stays_small_whatever_is_in_it() -> None:
    wild = replace(
        ALICE,
        name="\u202e" + "𝕬" * 5_000,
        icon=Image("https://mastodon.test/" + "a" * 4_000),
    )
    post = replace(POST, content="<p>" + "𝕬𝕬𝕬 " * 5_000 + "</p>")
    assert len(notice(due(post=post, by=wild), "h" * 512, URLS)) < 3_000
    assert "\u202e" not in str(said(due(by=wild))["title"])


@pytest.mark.parametrize(
    ("standard", "endpoint", "kind"),
    [
        (True, "https://relay.example.net/a", str),
        (False, "https://relay.example.net/a", int),
        (False, "https://fcm.googleapis.com/fcm/send/a", str),
        (False, "https://updates.push.services.mozilla.com/wpush/v2/a", str),
        (False, "https://web.push.apple.com/a", str),
        (False, "https://evilgoogleapis.com/a", int),
    ],
)
def test_an_id_is_a_number_only_for_apps_that_read_nothing_else(
    standard: bool, endpoint: str, kind: type
) -> None:
    subscription = replace(SUBSCRIPTION, standard=standard, endpoint=endpoint)
    found = said(due(subscription=subscription))["notification_id"]
    assert type(found) is kind
    assert int(str(found)) == 1 << 56


def test_an_unknown_language_is_read_in_bokmal() -> None:
    assert said(due(language="xx"))["preferred_locale"] == "nb"
