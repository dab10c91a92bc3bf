"""Pictures, films and files as attachments, and the images of a profile.

The description goes out twice, as `name` (Mastodon) and `summary` (GoToSocial, Honk).
"""

from typing import Any

from actors.people import Image
from actors.posts import Media


def attachment(media: Media) -> dict[str, Any]:
    """Return a post's attachment; what is not known is left out."""
    shape: dict[str, Any] = {"type": media.kind, "url": media.url}
    if media.media_type:
        shape["mediaType"] = media.media_type
    if media.description:
        shape["name"] = shape["summary"] = media.description
    if media.width and media.height:
        shape["width"], shape["height"] = media.width, media.height
    if media.blurhash:
        shape["blurhash"] = media.blurhash
    if media.focus is not None:
        shape["focalPoint"] = list(media.focus)
    return shape


def image(picture: Image) -> dict[str, Any]:
    """Return the icon or header picture of an actor."""
    shape: dict[str, Any] = {"type": "Image", "url": picture.url}
    if picture.media_type:
        shape["mediaType"] = picture.media_type
    if picture.description:
        shape["name"] = shape["summary"] = picture.description
    return shape
