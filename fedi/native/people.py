"""Who is signed in, and for whom they may speak: what an app of ours asks first.

The consent page asks the same (fedi/store/speaking.py) about those whom one may write for; here
are also those whom one only reads, drafts or stands in for, each with its role.
"""

from typing import Annotated, Final

from msgspec import Meta

from actors import ids
from actors.membership import Membership, Role
from actors.people import Actor, ActorKind, Exposure
from fedi.mastodon.asking import Ask
from fedi.mastodon.entities import moment_or_none
from fedi.native.asking import Answer, Endpoint, Endpoints, Id, Moment, Nothing
from fedi.store import speaking
from fedi.store.engine import Tx


class PersonSignedIn(Answer):
    """Whoever holds the token: somebody who works here."""

    id: Id
    username: str
    name: str
    language: Annotated[str, Meta(description="Of pages and errors: nb, nn, se, en.")]
    admin: Annotated[bool, Meta(description="Whether they look after this server.")]


class Spoken(Answer):
    """An actor that the person has a role for."""

    id: Id
    username: str
    name: str
    kind: ActorKind
    role: Role
    until: Annotated[Moment | None, Meta(description="When the role ends, if it does.")]
    exposure: Exposure
    default_audience: str
    language: str
    own: Annotated[bool, Meta(description="The person's own account.")]
    current: Annotated[bool, Meta(description="The one that this token speaks as.")]


class Me(Answer):
    person: PersonSignedIn
    actor: Annotated[Spoken | None, Meta(description="The one that this token speaks as.")]
    actors: Annotated[list[Spoken], Meta(description="One's own first, then by name.")]
    scopes: list[str]


async def me(ask: Ask, body: Nothing) -> Me:
    """GET /me."""
    person, now = ask.person, ask.api.clock.now()

    async def look(tx: Tx) -> list[tuple[Actor, Membership]]:
        return await speaking.roles_held(tx, person, now)

    held = [_spoken(ask, *one) for one in await ask.api.engine.glance(look)]
    return Me(
        person=PersonSignedIn(
            id=ids.text(person.id),
            username=person.username,
            name=person.name,
            language=person.language,
            admin=person.admin,
        ),
        actor=next((one for one in held if one.current), None),
        actors=held,
        scopes=list(ask.caller.scopes if ask.caller is not None else ()),
    )


def _spoken(ask: Ask, actor: Actor, role: Membership) -> Spoken:
    return Spoken(
        id=ids.text(actor.id),
        username=actor.username,
        name=actor.name,
        kind=actor.kind,
        role=role.role,
        until=moment_or_none(role.ends),
        exposure=actor.exposure,
        default_audience=actor.default_audience,
        language=actor.language,
        own=actor.id == ask.person.actor_id,
        current=actor.id == ask.me.id,
    )


ENDPOINTS: Final[Endpoints] = (
    Endpoint(
        method="GET",
        path="/me",
        summary="Who is signed in, and for whom they may speak",
        handler=me,
        scope="fedi:read:people",
        body=Nothing,
        answer=Me,
    ),
)
