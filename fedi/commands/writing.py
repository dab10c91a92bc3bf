"""The command that writes: post, with --edit and --delete."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedi.commands.naming import as_actor, by_person
from fedi.commands.opening import at_home
from fedi.commands.speaking import say, speaks

if TYPE_CHECKING:
    from actors.people import Actor
    from actors.posts import Media, Post
    from fedi.app import House
    from fedi.publishing import Draft, Writing

VISIBILITIES = ("public", "unlisted", "followers", "direct", "internal")
_HOUR_MS = 3_600_000


@click.command()
@click.argument("text", required=False)
@as_actor
@by_person
@click.option("--visibility", type=click.Choice(VISIBILITIES), help="Default: the actor's own.")
@click.option("--reply-to", help="The id or address of the post to answer.")
@click.option("--summary", default="", help="A content warning.")
@click.option("--language", default="", help="The language of the text: nb, nn, se, en …")
@click.option(
    "--media", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A picture, film, sound or document; needs --alt.",
)  # fmt: skip
@click.option("--alt", multiple=True, help="What it shows, in words; one for each --media.")
@click.option("--poll", multiple=True, help="A choice of a poll; give two or more.")
@click.option("--poll-hours", type=click.IntRange(1, 24 * 90), default=72, show_default=True)
@click.option("--poll-multiple", is_flag=True, help="Several choices may be made.")
@click.option("--edit", help="Give this post of the actor's the new text.")
@click.option("--delete", help="Delete this post of the actor's.")
@speaks
def post(text: str | None, handle: str, username: str | None, **given: Any) -> None:
    """Publish as a department or a person. TEXT is read from standard input if it isn't given."""
    if given["delete"]:
        _delete(handle, username, given["delete"], text)
        return
    if len(given["alt"]) != len(given["media"]):
        raise click.UsageError("Describe each picture for those who can't see it: one --alt each.")
    words = _text(text, bool(given["media"] or given["poll"]))

    async def work(house: "House") -> "dict[str, Any]":
        from fedi.commands import naming
        from fedi.publishing import Writing

        actor = await naming.ours(house, handle)
        person = await naming.person_id(house, username)
        writing = Writing(
            house.performer, house.resolver, house.config.limits, house.config.cautions.watched
        )
        draft = await _draft(house, actor, person, words, given)
        return await _said(house, writing, actor, draft, given["edit"])

    told = at_home(work)
    if "draft" in told:
        _say_it_waits(told)
        return
    narrowed = given["visibility"] not in (None, told["visibility"]) and not given["edit"]
    extra = [f"Narrowed to {told['visibility']}, as what it answers or its author."]
    say(told, told["uri"], *(extra if narrowed else []))


async def _said(
    house: "House", writing: "Writing", actor: "Actor", draft: "Draft", edited: str | None
) -> "dict[str, Any]":
    """Publish, or give a post other words; return what to tell of it."""
    from actors import ids
    from fedi.commands import naming
    from fedi.publishing.waiting import Waits

    made: Post
    try:
        if edited:
            before = await naming.own_post(house, actor, edited)
            made = await writing.edit(actor, before, draft)
        else:
            made = await writing.publish(actor, draft)
    except Waits as waits:
        return {"draft": ids.text(waits.draft_id), "state": "pending"}
    return naming.told(house, made)


def _say_it_waits(told: dict[str, Any]) -> None:
    how = f"`fedi drafts approve {told['draft']} --person …`"
    say(told, f"Draft {told['draft']} waits until a colleague has approved it ({how}).")


def _text(text: str | None, may_be_empty: bool) -> str:
    if text is not None and text != "-":
        return text
    if text == "-" or not sys.stdin.isatty():
        words = sys.stdin.read()
        if words.strip() or may_be_empty:
            return words
    if may_be_empty:
        return ""
    raise click.UsageError("Give the text, or write it to standard input.")


async def _draft(
    house: "House", actor: "Actor", person: int | None, words: str, given: dict[str, Any]
) -> "Draft":
    from actors.posts import Visibility
    from fedi.commands.naming import post_uri
    from fedi.publishing import Draft

    now = house.clock.now()
    return Draft(
        text=words,
        visibility=Visibility(given["visibility"] or actor.default_audience),
        person=person,
        summary=given["summary"],
        sensitive=bool(given["summary"]),
        language=given["language"],
        reply_to=post_uri(house, given["reply_to"]) if given["reply_to"] else "",
        media=await _media(house, actor, person, given["media"], given["alt"]),
        choices=given["poll"],
        multiple=given["poll_multiple"],
        poll_ends=now + given["poll_hours"] * _HOUR_MS if given["poll"] else None,
    )


async def _media(
    house: "House",
    actor: "Actor",
    person: int | None,
    paths: tuple[Path, ...],
    alts: tuple[str, ...],
) -> "tuple[Media, ...]":
    if not paths:
        return ()
    from fedi.commands.opening import expect_ours
    from fedi.media.attachments import Given

    expect_ours(house.config)

    made = []
    for path, alt in zip(paths, alts, strict=True):
        with path.open("rb") as file:
            given = Given(file=file, name=path.name, person=person, description=alt)
            made.append(await house.media.upload(actor, given, wait=True))
    return await house.media.take(actor, [one.id for one in made])


def _delete(handle: str, username: str | None, which: str, text: str | None) -> None:
    if text is not None:
        raise click.UsageError("--delete takes no text.")

    async def work(house: "House") -> str:
        from fedi.commands import naming
        from fedi.publishing import Writing

        actor = await naming.ours(house, handle)
        person = await naming.person_id(house, username)
        found = await naming.own_post(house, actor, which)
        writing = Writing(
            house.performer, house.resolver, house.config.limits, house.config.cautions.watched
        )
        await writing.delete(actor, found, person=person)
        return found.uri

    uri = at_home(work)
    say({"deleted": uri}, f"Deleted {uri}.")


COMMANDS = (post,)
