"""The first five minutes: whom one follows already, three cards that can be put away, a greeting.

The following itself happens at the first sign-in (fedi/oauth/welcoming.py). A page or an app shows
the cards until they are put away, and again for whoever asks for them.
"""

from typing import Annotated, Final

from msgspec import Meta

from actors import ids
from actors.errors import NotFound
from actors.people import Actor, ActorKind
from fedi.mastodon.asking import Ask
from fedi.mastodon.entities import moment_or_none
from fedi.native.asking import Answer, Endpoint, Endpoints, Id, Moment, Nothing
from fedi.pages.language import Speech, speech
from fedi.store import profiles, welcoming
from fedi.store.engine import Tx
from fedi.store.welcoming import Welcomed

CARDS: Final = ("news", "seen", "try")
NAMED: Final = 4
"""So many of those followed are named on the first card; the others are only there."""


class WelcomeCard(Answer):
    """A few words for a newcomer, in their language."""

    name: str
    title: str
    text: str
    skipped: bool


class Place(Answer):
    """An account of this house that is named in a welcome."""

    id: Id
    username: str
    name: str
    kind: ActorKind


class WelcomeShown(Answer):
    """What a newcomer is shown."""

    received_at: Annotated[
        Moment | None, Meta(description="When they first signed in; null before.")
    ]
    departments: list[Place]
    practice: Annotated[Place | None, Meta(description="The group for trying things out.")]
    greeting: Annotated[str, Meta(description="A first post, ready to be changed and published.")]
    cards: list[WelcomeCard]
    language: str


async def shown(ask: Ask, body: Nothing) -> WelcomeShown:
    """GET /welcome."""
    del body
    return await _shown(ask)


async def skip(ask: Ask, body: Nothing) -> WelcomeShown:
    """POST /welcome/cards/{name}/skip."""
    del body
    name = ask.path_params["name"]
    if name not in CARDS:
        raise NotFound("Record not found")
    person, now = ask.person, ask.api.clock.now()

    async def unit(tx: Tx) -> None:
        known = await welcoming.welcomed(tx, person.id)
        skipped = known.skipped if known is not None else frozenset[str]()
        await welcoming.put_away(tx, person.id, skipped | {name}, now)

    await ask.api.engine.write(unit)
    return await _shown(ask)


async def again(ask: Ask, body: Nothing) -> WelcomeShown:
    """DELETE /welcome/cards/skipped."""
    del body
    person, now = ask.person, ask.api.clock.now()
    await ask.api.engine.write(lambda tx: welcoming.put_away(tx, person.id, frozenset(), now))
    return await _shown(ask)


async def _shown(ask: Ask) -> WelcomeShown:
    person, now = ask.person, ask.api.clock.now()

    async def look(tx: Tx) -> tuple[Welcomed | None, list[Actor], list[Actor], Actor | None]:
        departments = await welcoming.departments_of(tx, person.id, now)
        leaders = [
            one for part in departments for one in await welcoming.leaders_of(tx, part.id, now)
        ]
        handle = ask.api.config.welcome.practice.removeprefix("@")
        practice = await profiles.actor_by_handle(tx, handle) if handle else None
        known = await welcoming.welcomed(tx, person.id)
        return known, departments, leaders, practice[0] if practice is not None else None

    known, departments, leaders, practice = await ask.api.engine.read(look)
    words = speech(person.language)
    skipped = known.skipped if known is not None else frozenset[str]()
    named = [one.name for one in (*departments, *leaders) if one.id != person.actor_id]
    return WelcomeShown(
        received_at=moment_or_none(known.at if known is not None else None),
        departments=[_place(one) for one in departments],
        practice=_place(practice) if practice is not None else None,
        greeting=_greeting(words, person.name, departments),
        cards=[
            WelcomeCard(name=name, title=title, text=text, skipped=name in skipped)
            for name, title, text in _cards(
                words, ask.api.config.organisation.name, list(dict.fromkeys(named)), practice
            )
        ],
        language=person.language,
    )


def _place(actor: Actor) -> Place:
    return Place(id=ids.text(actor.id), username=actor.username, name=actor.name, kind=actor.kind)


def _greeting(words: Speech, name: str, departments: list[Actor]) -> str:
    if not departments:
        return words.text("welcome.greeting", name=name)
    return words.text("welcome.greeting_at", name=name, department=departments[0].name)


def _cards(
    words: Speech, organisation: str, named: list[str], practice: Actor | None
) -> list[tuple[str, str, str]]:
    news = words.text("welcome.news_none")
    if named:
        news = words.text("welcome.news_text", names=", ".join(named[:NAMED]))
    trying = words.text("welcome.try_none")
    if practice is not None:
        trying = words.text("welcome.try_text", practice=practice.name)
    texts = {
        "news": news,
        "seen": words.text("welcome.seen_text", org=organisation),
        "try": trying,
    }
    return [(name, words.text(f"welcome.{name}_title"), texts[name]) for name in CARDS]


ENDPOINTS: Final[Endpoints] = (
    Endpoint(
        method="GET",
        path="/welcome",
        summary="What a newcomer is shown",
        handler=shown,
        scope="fedi:read:people",
        body=Nothing,
        answer=WelcomeShown,
    ),
    Endpoint(
        method="POST",
        path="/welcome/cards/{name}/skip",
        summary="Put a card away",
        handler=skip,
        scope="fedi:write:people",
        body=Nothing,
        answer=WelcomeShown,
    ),
    Endpoint(
        method="DELETE",
        path="/welcome/cards/skipped",
        summary="Show all cards again",
        handler=again,
        scope="fedi:write:people",
        body=Nothing,
        answer=WelcomeShown,
    ),
)
