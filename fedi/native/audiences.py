"""Who would see a post, in words and numbers, before it is published.

What is asked has the names of POST /api/v1/statuses; the answer is what the rule of posting says
(fedi/publishing/foreseeing.py), so a composer can't tell another story than happens then.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta

from actors import ids
from actors.people import Actor
from actors.posts import Post, Visibility
from fedi.mastodon.asking import Ask
from fedi.mastodon.composing import audience_of
from fedi.mastodon.making import visibility_name
from fedi.mastodon.reacting import seen
from fedi.native.asking import Answer, Body, Endpoint, Endpoints, Id
from fedi.pages.language import choose, speech
from fedi.publishing import Draft
from fedi.publishing.foreseeing import Foreseeing, Foreseen
from fedi.publishing.spelling import sentences

MOST_TEXT: Final = 20_000


class AudienceAsked(Body):
    """A post as it would be published; `text` is looked at for whom it mentions."""

    visibility: Annotated[
        Literal["public", "unlisted", "private", "direct", "local"] | None,
        Meta(description="As for publishing; without it, what the account has as default."),
    ] = None
    local_only: bool | None = None
    in_reply_to_id: Id | None = None
    quoted_status_id: Id | None = None
    text: Annotated[str, Meta(max_length=MOST_TEXT)] = ""
    language: Annotated[
        Literal["nb", "nn", "se", "en"] | None,
        Meta(description="Of the sentences; without it, the person's own."),
    ] = None


class Outside(Answer):
    """Those on other servers that it is sent to."""

    followers: int
    servers: int
    web: Annotated[bool, Meta(description="Whether anybody may read it, followers or not.")]


class Named(Answer):
    """Somebody who is mentioned or answered."""

    id: Id
    acct: str
    name: str
    inside: bool


class GroupNamed(Answer):
    """A group that it is posted in."""

    id: Id
    username: str
    name: str
    members: int


class Audience(Answer):
    """Who would see it. `visibility` and `local_only` are what the Status would have."""

    audience: Annotated[Visibility, Meta(description="What is stored: six kinds, not four.")]
    visibility: str
    local_only: bool
    narrowed: Annotated[bool, Meta(description="Whether it is less than was asked for.")]
    people: Annotated[int, Meta(description="How many people here see it.")]
    outside: Outside
    mentioned: list[Named]
    unknown: Annotated[list[str], Meta(description="Handles that nobody here has met yet.")]
    groups: list[GroupNamed]
    sentences: Annotated[list[str], Meta(description="The same in words, the widest first.")]
    language: str


async def audience(ask: Ask, body: AudienceAsked) -> Audience:
    """GET /audience."""
    api = ask.api
    parent = await _post(ask, body.in_reply_to_id)
    quoted = await _post(ask, body.quoted_status_id)
    draft = Draft(
        text=body.text,
        visibility=audience_of(ask, ask.params, parent),
        person=ask.person.id,
        reply_to=parent.uri if parent is not None else "",
        quote=quoted.uri if quoted is not None else "",
    )
    foreseeing = Foreseeing(api.performer, api.resolver, api.config.limits)
    found = await foreseeing.foresee(ask.me, draft)
    code = body.language or choose("", ask.person.language)
    told = sentences(found, speech(code), api.config.organisation.name)
    return _shown(found, told, code)


async def _post(ask: Ask, named: str | None) -> Post | None:
    if named is None:
        return None
    return await ask.api.interacting.original(await seen(ask, ids.parse(named) or 0))


def _shown(found: Foreseen, told: list[str], code: str) -> Audience:
    return Audience(
        audience=found.visibility,
        visibility=visibility_name(found.visibility),
        local_only=found.visibility is Visibility.INTERNAL,
        narrowed=found.visibility is not found.asked,
        people=found.people,
        outside=Outside(
            followers=found.followers, servers=len(found.outside), web=found.on_the_web
        ),
        mentioned=[_named(one) for one in found.mentioned],
        unknown=[str(one) for one in found.unknown],
        groups=[
            GroupNamed(
                id=ids.text(group.id), username=group.username, name=group.name, members=members
            )
            for group, members in found.groups
        ],
        sentences=told,
        language=code,
    )


def _named(one: Actor) -> Named:
    acct = one.username if one.local else f"{one.username}@{one.domain}"
    return Named(id=ids.text(one.id), acct=acct, name=one.name, inside=one.local)


ENDPOINTS: Final[Endpoints] = (
    Endpoint(
        method="GET",
        path="/audience",
        summary="Who would see a post, in words and numbers",
        handler=audience,
        scope="fedi:read:audiences",
        body=AudienceAsked,
        answer=Audience,
    ),
)
