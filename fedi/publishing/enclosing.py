"""Files that a client of ActivityPub puts on a note: those it uploaded here, by address or id.

What another server has is not fetched for a post of ours: whoever posts it has the file, and
uploads it (POST /api/v2/media). Next: fedi/media/attachments.py, which takes them for one post.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actors import ids
from actors.errors import Invalid
from actors.people import Actor
from actors.posts import Media
from actors.urls import Urls
from fedi.media.attachments import Attachments
from inbox import values
from inbox.parse_media import described, focused

_NOT_OURS = "Only files uploaded here before (POST /api/v2/media) can be attached."


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One file as a client names it: by the name in its address, or by its id."""

    name: str
    id: int | None
    description: str
    focus: tuple[float, float] | None


def enclosed(items: Sequence[Any], urls: Urls) -> list[Enclosed]:
    """Return the files that the attachments of a document name; Invalid for any other."""
    return [_enclosed(one if isinstance(one, dict) else {"url": one}, urls) for one in items]


def _enclosed(item: Mapping[str, Any], urls: Urls) -> Enclosed:
    named = [values.uri(values.first(item.get(term))) for term in ("url", "href", "id")]
    links = [one for one in values.items(item.get("url")) if isinstance(one, dict)]
    named += [values.uri(one.get("href")) for one in links]
    if isinstance(item.get("id"), str):
        named.append(item["id"])
    for one in named:
        local = urls.parse(one)
        if local is not None and local.kind == "media":
            return Enclosed(local.name, None, described(item), focused(item.get("focalPoint")))
        id = ids.parse(one)
        if id is not None:
            return Enclosed("", id, described(item), focused(item.get("focalPoint")))
    raise Invalid(_NOT_OURS, code="no_such_file")


async def take(
    attachments: Attachments, actor: Actor, wanted: Sequence[Enclosed]
) -> tuple[Media, ...]:
    """Take files for one post, described as the document says; Invalid for one that isn't the
    actor's to use. `give_back` lets go of them."""
    by_name = await attachments.named(actor, [one.name for one in wanted if one.name])
    found: list[int] = []
    for one in wanted:
        id = by_name.get(one.name) if one.name else one.id
        if id is None:
            raise Invalid(_NOT_OURS, code="no_such_file")
        if one.description or one.focus is not None:
            await attachments.update(
                actor, id, description=one.description or None, focus=one.focus
            )
        found.append(id)
    return await attachments.take(actor, found)
