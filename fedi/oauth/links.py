"""One-time links: for who has no password yet, or has forgotten it. There is no e-mail in this;
a leader, or whoever runs the server, hands the link over, on paper or as a QR code.

Opening a link changes nothing, since previews and scanners open links too. Pressing its button
does, once.
"""

from typing import Final

from actors.people import Person
from fedi.oauth.callers import hash_of
from fedi.oauth.tokens import fresh_secret
from fedi.perform import Performer
from fedi.store import credentials
from fedi.store.credentials import Link

HOUR: Final = 3_600_000
RESET_HOURS: Final = 1


async def make_link(performer: Performer, person: Person, kind: str, hours: int) -> str:
    """Make a one-time link for a person and return it; an earlier one of its kind ends."""
    link, address = fresh_link(performer, person, kind, hours)
    await performer.engine.write(lambda tx: credentials.add_link(tx, link))
    return address


def fresh_link(performer: Performer, person: Person, kind: str, hours: int) -> tuple[Link, str]:
    """Return a new one-time link as it is stored, and as it is handed over."""
    secret, now = fresh_secret(), performer.clock.now()
    link = Link(
        hash=hash_of(secret),
        person_id=person.id,
        kind=kind,
        created=now,
        expires=now + hours * HOUR,
    )
    return link, performer.urls.page(f"link?key={secret}")


def drawn(text: str) -> str:
    """Return a QR code of a text, for a terminal."""
    import io

    import segno

    out = io.StringIO()
    segno.make(text, error="m").terminal(out=out, compact=True, border=2)
    return out.getvalue()


def picture(text: str) -> str:
    """Return a QR code of a text as an SVG in a data URL, for a page."""
    import segno

    return str(
        segno.make(text, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
    )
