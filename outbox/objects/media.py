"""Pictures, films and files as attachments, and the images of a profile.

The description goes out twice, as `name` (Mastodon) and `summary` (GoToSocial, Honk); a file
without one is called by its name. `icon` is the preview, as in Mastodon.
"""

from typing import Any

from actors.people import Image
from actors.posts import Media


def attachment(media: Media) -> dict[str, Any]:
    """Return a post's attachment; what is not known is left out."""
    shape: dict[str, Any] = {"type": media.kind, "url": media.url}
    if media.media_type:
        shape["mediaType"] = media.media_type
    words = media.description or media.name
    if words:
        shape["name"] = shape["summary"] = words
    if media.width and media.height:
        shape["width"], shape["height"] = media.width, media.height
    if media.duration:
        shape["duration"] = f"PT{media.duration / 1000:.3f}S"
    if media.preview:
        shape["icon"] = _preview(media)
    if media.blurhash:
        shape["blurhash"] = media.blurhash
    if media.focus is not None:
        shape["focalPoint"] = list(media.focus)
    return shape


def _preview(media: Media) -> dict[str, Any]:
    icon: dict[str, Any] = {"type": "Image", "url": media.preview}
    if media.preview_width and media.preview_height:
        icon["width"], icon["height"] = media.preview_width, media.preview_height
    return icon


def image(picture: Image) -> dict[str, Any]:
    """Return the icon or header picture of an actor."""
    shape: dict[str, Any] = {"type": "Image", "url": picture.url}
    if picture.media_type:
        shape["mediaType"] = picture.media_type
    if picture.description:
        shape["name"] = shape["summary"] = picture.description
    return shape
