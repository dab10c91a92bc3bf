"""Files of a request: from the ids that an app sends to what a post carries."""

from collections.abc import Sequence
from dataclasses import dataclass

from actors.errors import Invalid
from actors.people import Actor, Image, Person
from actors.posts import Media, Post
from fedi.net.params import Params, Upload


@dataclass(frozen=True, slots=True)
class Attaching:
    """Finds uploaded files by their ids."""

    async def of_request(
        self, actor: Actor, ids: Sequence[str], post: Post | None = None
    ) -> tuple[Media, ...]:
        """Return the files with these ids; Invalid for one that isn't the actor's to use."""
        if ids:
            raise Invalid("Validation failed: Media not found")
        return ()

    async def described(
        self, actor: Actor, media: tuple[Media, ...], changes: Sequence[Params]
    ) -> tuple[Media, ...]:
        """Return files with new descriptions and focus points (`media_attributes`)."""
        return media

    async def face(
        self, actor: Actor, person: Person, upload: Upload, name: str, description: str
    ) -> Image:
        """Return an uploaded picture as an avatar or header."""
        raise Invalid("Validation failed: pictures cannot be uploaded yet")
