"""Files of a request: from the ids that an app sends to what a post carries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from actors import ids
from actors.errors import Invalid
from actors.people import Actor, Image
from actors.posts import Media, Post
from fedi.media.attachments import HEADER_SIDE, PORTRAIT_SIDE, Attachments
from fedi.media.errand import Unusable
from fedi.net.params import Params, Upload

_SIDES: Final = {"avatar": PORTRAIT_SIDE, "header": HEADER_SIDE}


@dataclass(frozen=True, slots=True)
class Attaching:
    """Finds uploaded files by their ids, and takes pictures for profiles."""

    attachments: Attachments
    most: int

    async def of_request(
        self, actor: Actor, named: Sequence[str], post: Post | None = None
    ) -> tuple[Media, ...]:
        """Return the files with these ids, taken for one post; Invalid for one that isn't the
        actor's to use, or too many. `give_back` lets go of them."""
        wanted = list(dict.fromkeys(one for one in named if one))
        if len(wanted) > self.most:
            raise Invalid(f"Validation failed: Cannot attach more than {self.most} files")
        parsed = [ids.parse(one) for one in wanted]
        if any(one is None for one in parsed):
            raise Invalid("Validation failed: Media not found")
        known = [one for one in parsed if one is not None]
        if not known:
            return ()
        return await self.attachments.take(
            actor, known, post_id=post.id if post is not None else None
        )

    async def give_back(self, media: tuple[Media, ...]) -> None:
        """Let go of files whose post did not come."""
        if media:
            await self.attachments.give_back(media)

    async def described(
        self, actor: Actor, media: tuple[Media, ...], changes: Sequence[Params], post: Post
    ) -> tuple[Media, ...]:
        """Return files of a post with new descriptions and focus points (`media_attributes`)."""
        by_id = {ids.parse(one.text("id") or ""): one for one in changes}
        found = []
        for one in media:
            change = by_id.get(one.id)
            if change is None or not one.id:
                found.append(one)
                continue
            description, focus = change.text("description"), focus_of(change.text("focus"))
            await self.attachments.update(
                actor, one.id, description=description, focus=focus, post_id=post.id
            )
            found.append(
                replace(
                    one,
                    description=one.description if description is None else description.strip(),
                    focus=one.focus if focus is None else focus,
                )
            )
        return tuple(found)

    async def face(self, actor: Actor, upload: Upload, name: str, description: str) -> Image:
        """Return an uploaded picture as an avatar or header."""
        try:
            image = await self.attachments.portrait(actor, upload.file, side=_SIDES[name])
        except Unusable as problem:
            raise Invalid(f"Validation failed: {problem.sentence}") from None
        return replace(image, description=description)


def focus_of(text: str | None) -> tuple[float, float] | None:
    """Return a focus point from `x,y`, each from -1 to 1."""
    if not text:
        return None
    parts = text.split(",")
    try:
        x, y = (float(part) for part in parts)
    except ValueError:
        raise Invalid("Validation failed: Focus must be two numbers") from None
    if not (-1 <= x <= 1 and -1 <= y <= 1):
        raise Invalid("Validation failed: Focus must be two numbers from -1 to 1")
    return x, y
