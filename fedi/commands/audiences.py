"""The command that says who would see a post, before it is one: audience."""

from typing import TYPE_CHECKING, Any

import click

from fedi.commands.naming import as_actor, by_person
from fedi.commands.opening import at_home
from fedi.commands.speaking import say, speaks
from fedi.commands.writing import VISIBILITIES

if TYPE_CHECKING:
    from fedi.app import House
    from fedi.publishing.foreseeing import Foreseen


@click.command()
@click.argument("text", required=False, default="")
@as_actor
@by_person
@click.option("--visibility", type=click.Choice(VISIBILITIES), help="Default: the actor's own.")
@click.option("--reply-to", help="The id or address of the post to answer.")
@click.option(
    "--language", type=click.Choice(("nb", "nn", "se", "en")), default="en", show_default=True,
    help="The language of the sentences.",
)  # fmt: skip
@speaks
def audience(
    text: str,
    handle: str,
    username: str | None,
    visibility: str | None,
    reply_to: str | None,
    language: str,
) -> None:
    """Say who would see a post, in words and numbers. Nothing is published."""

    async def work(house: "House") -> tuple[dict[str, Any], list[str]]:
        from actors.posts import Visibility
        from fedi.commands import naming
        from fedi.pages.language import speech
        from fedi.publishing import Draft
        from fedi.publishing.foreseeing import Foreseeing
        from fedi.publishing.spelling import sentences

        actor = await naming.ours(house, handle)
        answered = await naming.post(house, reply_to) if reply_to else None
        draft = Draft(
            text=text,
            visibility=Visibility(visibility or actor.default_audience),
            person=await naming.person_id(house, username),
            reply_to=answered.uri if answered is not None else "",
        )
        foreseeing = Foreseeing(house.performer, house.resolver, house.config.limits)
        found = await foreseeing.foresee(actor, draft)
        told = sentences(found, speech(language), house.config.organisation.name)
        return {**_shown(found), "sentences": told}, told

    value, lines = at_home(work)
    say(value, *lines)


def _shown(found: "Foreseen") -> dict[str, Any]:
    return {
        "audience": found.visibility.value,
        "people": found.people,
        "followers_outside": found.followers,
        "servers": sorted(found.outside),
        "web": found.on_the_web,
        "mentioned": [one.uri for one in found.mentioned],
        "unknown": [str(one) for one in found.unknown],
        "groups": {group.username: members for group, members in found.groups},
    }


COMMANDS = (audience,)
