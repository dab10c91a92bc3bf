"""Uploads: taken at once, or answered 202 and asked for again until they are ready (206)."""

from typing import BinaryIO, Final, cast

from actors import ids
from actors.errors import Invalid
from fedi.mastodon.asking import Ask, Reply, delete, empty, get, ok, post, put, with_files
from fedi.mastodon.attaching import focus_of
from fedi.mastodon.entities import MediaAttachment
from fedi.mastodon.files import Files
from fedi.media.attachments import Given
from fedi.store.attachments import Attachment

_SCOPE: Final = "write:media"


def _shown(ask: Ask, one: Attachment) -> MediaAttachment:
    making = ask.api.renderer.making
    entity = Files(making.urls, making.proxied).attachment(
        ask.api.media.attachments.media(one), ids.text(one.id)
    )
    if one.state != "ready":
        entity.url = None
        entity.preview_url = None
    return entity


async def _uploaded(ask: Ask, *, wait: bool) -> Reply:
    upload, thumbnail = ask.upload("file"), ask.upload("thumbnail")
    if upload is None:
        raise Invalid("Validation failed: File can't be blank")
    given = Given(
        file=cast(BinaryIO, upload.file),
        name=upload.name,
        person=ask.person.id,
        description=ask.params.text("description") or "",
        focus=focus_of(ask.params.text("focus")),
        thumbnail=cast(BinaryIO, thumbnail.file) if thumbnail is not None else None,
    )
    one = await ask.api.media.attachments.upload(ask.me, given, wait=wait)
    return ok(_shown(ask, one), status=200 if one.state == "ready" else 202)


async def upload(ask: Ask) -> Reply:
    """POST /api/v2/media."""
    return await _uploaded(ask, wait=False)


async def upload_v1(ask: Ask) -> Reply:
    """POST /api/v1/media: answers when the file is ready."""
    return await _uploaded(ask, wait=True)


async def show(ask: Ask) -> Reply:
    """GET /api/v1/media/:id: 206 while it is made ready, 422 where it could not be."""
    one = await ask.api.media.attachments.get(ask.me, ask.id())
    if one.state == "failed":
        raise Invalid(one.problem or "Validation failed: the file could not be read")
    return ok(_shown(ask, one), status=200 if one.state == "ready" else 206)


async def change(ask: Ask) -> Reply:
    """PUT /api/v1/media/:id."""
    thumbnail = ask.upload("thumbnail")
    one = await ask.api.media.attachments.update(
        ask.me,
        ask.id(),
        description=ask.params.text("description"),
        focus=focus_of(ask.params.text("focus")),
        thumbnail=cast(BinaryIO, thumbnail.file) if thumbnail is not None else None,
    )
    return ok(_shown(ask, one))


async def drop(ask: Ask) -> Reply:
    """DELETE /api/v1/media/:id."""
    await ask.api.media.attachments.delete(ask.me, ask.id())
    return empty()


ROUTES: Final = (
    with_files(post("/api/v1/media", upload_v1, _SCOPE)),
    with_files(post("/api/v2/media", upload, _SCOPE)),
    get("/api/v1/media/{id}", show, _SCOPE),
    with_files(put("/api/v1/media/{id}", change, _SCOPE)),
    delete("/api/v1/media/{id}", drop, _SCOPE),
)
