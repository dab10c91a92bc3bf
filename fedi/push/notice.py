"""What a push says: the fields that apps read, in the words and language of its reader.

Title and body are what a phone shows before the app has fetched anything; long ones are cut, for
relays on the way to phones take less than the 4 kB that push services do.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from actors import ids
from actors.html import first_words, printable
from actors.people import Actor
from actors.posts import Post
from actors.relationships import NotificationKind
from actors.urls import Urls
from fedi.pages.language import FALLBACKS, Speech, speech
from fedi.store.push import Due, Subscription

BODY_MAX: Final = 140
_NAME_MAX: Final = 60
_URL_MAX: Final = 512
TITLES: Final[Mapping[str, str]] = {
    "mention": "not.mentioned",
    "status": "not.wrote",
    "reblog": "not.shared",
    "follow": "not.followed",
    "follow_request": "not.asks",
    "favourite": "not.liked",
    "poll": "not.poll",
    "update": "not.edited",
    "quote": "not.quoted",
    "quoted_update": "not.quoted_edited",
    "admin.sign_up": "not.joined",
    "admin.report": "not.reported",
    "added_to_collection": "not.collected",
    "collection_update": "not.collection_edited",
}
"""What is said of each type of notification, by the words' keys."""
# Browsers' own services: what comes from them is read by JavaScript, which rounds numbers of 18
# digits. Apps in the older form read the number that Mastodon sends, and nothing else.
_BROWSERS: Final = (
    ".googleapis.com",
    ".push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)


def notice(due: Due, bearer: str, urls: Urls) -> bytes:
    """Return the JSON of a push, at most about 3 kB."""
    code = _code(due.language)
    said = {
        "access_token": bearer,
        "preferred_locale": code,
        "notification_id": _id(due.notification.id, due.subscription),
        "notification_type": due.notification.kind.value,
        "icon": _icon(due.by, urls),
        "title": title(due, code),
        "body": _body(due),
    }
    return msgspec.json.encode(said)


def title(due: Due, code: str) -> str:
    """Return what happened, in one line."""
    say, kind = speech(code), due.notification.kind.value
    key = TITLES.get(kind, "not.mentioned")
    if due.notification.kind is NotificationKind.MENTION and due.answers_them:
        key = "not.replied"
    if kind == "poll" and due.by.id == due.notification.recipient_id:
        key = "not.poll_own"
    return say.text(key, name=_name(due.by, say))


def _id(id: int, subscription: Subscription) -> str | int:
    """Return the notification's id: a text, as everywhere in the API; the number that Mastodon
    puts here for apps of the older form, which refuse anything else."""
    host = urlsplit(subscription.endpoint).hostname or ""
    if subscription.standard or f".{host}".endswith(_BROWSERS):
        return ids.text(id)
    return id


def _name(actor: Actor, say: Speech) -> str:
    name = actor.names.get(say.code) or actor.name or actor.username
    line = " ".join(printable(name).split()) or actor.username
    return line if len(line) <= _NAME_MAX else f"{line[: _NAME_MAX - 1].rstrip()}…"


def _body(due: Due) -> str:
    if due.post is not None:
        return _of_post(due.post)
    if due.waiting:
        return first_words(due.waiting, BODY_MAX)
    return first_words(due.by.summary, BODY_MAX)


def _of_post(post: Post) -> str:
    if post.summary:
        line = " ".join(printable(post.summary).split())
        return line if len(line) <= BODY_MAX else f"{line[: BODY_MAX - 1].rstrip()}…"
    return first_words(post.content, BODY_MAX)


def _icon(actor: Actor, urls: Urls) -> str:
    if actor.icon is not None and 0 < len(actor.icon.url) <= _URL_MAX:
        return actor.icon.url
    return urls.page(f"avatars/{ids.text(actor.id)}/avatar.svg")


def _code(language: str) -> str:
    return language if language in FALLBACKS else "nb"
