"""How far what an actor of ours posts may ever go: changed by who manages it, with a preview.

A narrower exposure cuts what waits to be sent and lets followers go; what was sent stays with who
has it, and that is said. The same as `fedi actor edit --exposure` (fedi/publishing/profile.py).
"""

from typing import Annotated, Final

from msgspec import Meta

from actors.membership import Role
from actors.people import Actor, Exposure
from fedi.mastodon.asking import Ask
from fedi.native.asking import Answer, Body, Endpoint, Endpoints
from fedi.native.domains import DryRun, WhatIsCut, cut_shown, ruling_of
from fedi.native.speaking import speaking_for
from fedi.publishing import Changes


class ExposureAsked(Body):
    """Another exposure to look at; without it, what holds now."""

    exposure: Exposure | None = None


class ExposureWanted(Body):
    """How far it shall go: internal, allowed (servers on the allow-list) or open."""

    exposure: Exposure
    dry_run: DryRun = False


class ExposureShown(Answer):
    """How far an actor goes. `cut` is what is lost, or would be."""

    exposure: Exposure
    default_audience: str
    dry_run: bool
    cut: Annotated[WhatIsCut, Meta(description="Its `sent` posts stay with those who have them.")]


async def look(ask: Ask, body: ExposureAsked) -> ExposureShown:
    """GET /actors/{id}/exposure."""
    actor = await speaking_for(ask, Role.READER)
    return await _told(ask, actor, body.exposure or actor.exposure, dry_run=True)


async def change(ask: Ask, body: ExposureWanted) -> ExposureShown:
    """PUT /actors/{id}/exposure."""
    actor = await speaking_for(ask, Role.MANAGER)
    told = await _told(ask, actor, body.exposure, dry_run=body.dry_run)
    if not body.dry_run:
        changes = Changes(exposure=body.exposure)
        await ask.api.profiles.edit(actor, changes, person=ask.person.id)
    return told


async def _told(ask: Ask, actor: Actor, exposure: Exposure, *, dry_run: bool) -> ExposureShown:
    cut = await ruling_of(ask).narrowing(actor, exposure)
    return ExposureShown(
        exposure=exposure,
        default_audience=actor.default_audience,
        dry_run=dry_run,
        cut=cut_shown(cut),
    )


ENDPOINTS: Final[Endpoints] = (
    Endpoint(
        method="GET",
        path="/actors/{id}/exposure",
        summary="How far an actor goes, and what another exposure would cut",
        handler=look,
        scope="fedi:read:audiences",
        body=ExposureAsked,
        answer=ExposureShown,
    ),
    Endpoint(
        method="PUT",
        path="/actors/{id}/exposure",
        summary="Change how far an actor goes",
        handler=change,
        scope="fedi:write:audiences",
        body=ExposureWanted,
        answer=ExposureShown,
    ),
)
