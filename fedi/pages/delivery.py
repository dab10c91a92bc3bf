"""How far a post of ours has come: for those who may write as its author, and nobody else.

They are known by their session, or by a link that `fedi deliveries --post ID --link` prints: it
is signed, for this one post, and good for a day. For all others the page is one that never was.
"""

import base64
import hashlib
import hmac
from functools import partial
from typing import Final

from markupsafe import Markup

from actors.errors import NotFound
from actors.membership import may_write
from actors.people import Actor, KeyKind
from fedi.pages.language import Speech
from fedi.pages.listings import Printer
from fedi.pages.site import Asked, Head, Site
from fedi.store import deliveries, drafts, profiles, roles
from fedi.store.engine import Tx
from outbox.answers import Answer
from outbox.schedule import Health, Trouble

DAY_MS: Final = 86_400_000
_ABSENT: Final = "There is no such page."
_TROUBLES: Final = {*map(str, Trouble), *map(str, Health)} - {"healthy"}


async def delivery(site: Site, asked: Asked, id: int) -> Answer:
    """Answer how far a post has come, to whoever may write as its author."""

    author = await site.engine.glance(lambda tx: deliveries.author_of(tx, id))
    if author is None or not await _may(site, asked, id, author):
        raise NotFound(_ABSENT)
    status = await site.engine.read(lambda tx: deliveries.status_of_post(tx, id))
    wrote = approved = None
    if not asked.query.get("key", ""):  # a link may go further than names should
        wrote, approved = await site.engine.read(lambda tx: drafts.behind(tx, id))
    say = site.speech(asked)
    printer = Printer(site, say)
    return site.page(
        asked,
        "delivery.html",
        private=True,
        head=Head(
            title=say.text("delivery.title"), canonical=site.urls.page(asked.path), index=False
        ),
        face=printer.cards.face(author),
        href=site.urls.post(id),
        progress=status,
        wrote=wrote,
        approved=approved,
        reason=partial(reason, say),
    )


def reason(say: Speech, why: str) -> Markup:
    """Say why something waits or failed: a trouble of the server in the reader's words
    (outbox/schedule.py), what a server or an administrator wrote as it is."""
    trouble, _, status = why.partition(" ")
    if trouble in _TROUBLES and (status.isdigit() if status else trouble != "status"):
        return say(f"trouble.{trouble}", status=status)
    return Markup('<span lang="en">{}</span>').format(why)


async def _may(site: Site, asked: Asked, id: int, author: Actor) -> bool:
    now = site.clock.now()
    key = asked.query.get("key", "")
    if key:
        secret = await site.engine.glance(lambda tx: secret_of(tx, now))
        return is_ticket(secret, key, id, now)
    person = await site.signed_in(asked.headers)
    if person is None:
        return False
    role = await site.engine.glance(lambda tx: roles.effective(tx, person.id, author.id, now))
    return may_write(role, now)


# -- links


async def secret_of(tx: Tx, now: int) -> bytes:
    """Return what links are signed with: made of the server's own key, and so gone with it."""
    house = await profiles.application(tx)
    if house is None:
        raise NotFound(_ABSENT)
    key = await profiles.signing_key(tx, house.id, KeyKind.ED25519, now)
    if key is None or key.private is None:
        raise NotFound(_ABSENT)
    return hmac.digest(key.private, b"fedi: links to deliveries", hashlib.sha256)


def ticket(secret: bytes, post_id: int, until: int) -> str:
    """Return the key of a link to the page of one post, good until a moment (ms)."""
    signed = hmac.digest(secret, f"{post_id} {until}".encode(), hashlib.sha256)
    return f"{until}.{base64.urlsafe_b64encode(signed).rstrip(b'=').decode()}"


def is_ticket(secret: bytes, written: str, post_id: int, now: int) -> bool:
    """Return whether a key is ours, for this post, and still good."""
    until = written.partition(".")[0]
    if not (until.isascii() and until.isdigit() and len(until) <= 15):
        return False
    right = ticket(secret, post_id, int(until))
    return hmac.compare_digest(right.encode(), written.encode()) and now < int(until)


def link(page: str, secret: bytes, post_id: int, now: int) -> str:
    """Return a link to the page of a post, good for a day; `page` is the post's own address."""
    return f"{page}/delivery?key={ticket(secret, post_id, now + DAY_MS)}"
