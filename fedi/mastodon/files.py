"""Files of posts as apps read them (MediaAttachment): ours, and other servers' through our proxy.

Pure, like making.py. A remote film or sound has no preview of its own unless its server named one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from actors import ids
from actors.posts import Media
from actors.urls import Urls
from fedi.mastodon.entities import MediaAttachment

_KINDS: Final = ("image", "video", "audio")


@dataclass(frozen=True, slots=True)
class Files:
    """Makes MediaAttachment entities; `proxied` gives the address here of another's file."""

    urls: Urls
    proxied: Callable[[str], str]

    def attachment(self, media: Media, id: str) -> MediaAttachment:
        """Return a file; `id` stands in where it has none of its own."""
        local = self.urls.is_local(media.url)
        address = media.url if local else self.proxied(media.url)
        kind = kind_of(media)
        preview = self._preview(media, address, kind)
        return MediaAttachment(
            id=ids.text(media.id) if media.id else id,
            type=kind,
            url=address,
            preview_url=preview,
            remote_url=None if local else media.url,
            preview_remote_url=media.preview if media.preview and not local else None,
            text_url=None,
            meta=_meta(media, kind),
            description=media.description or None,
            blurhash=media.blurhash or None,
        )

    def _preview(self, media: Media, address: str, kind: str) -> str | None:
        if media.preview:
            own = self.urls.is_local(media.preview)
            return media.preview if own else self.proxied(media.preview)
        return address if kind == "image" else None


def kind_of(media: Media) -> str:
    """Return image, gifv, video, audio or unknown: what an app is to show it with."""
    if media.looped:
        return "gifv"
    kind = media.media_type.partition("/")[0]
    if kind in _KINDS:
        return kind
    named = media.kind.lower()
    return named if named in _KINDS else "unknown"


def _meta(media: Media, kind: str) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    original = _size(media.width, media.height)
    if media.duration:
        original["duration"] = media.duration / 1000
        meta["length"] = _length(media.duration)
    if media.bitrate:
        original["bitrate"] = media.bitrate
    if media.frame_rate:
        original["frame_rate"] = media.frame_rate
    if original:
        meta["original"] = original
    small = _size(media.preview_width, media.preview_height)
    if small:
        meta["small"] = small
    if kind == "unknown" and media.size:
        # No field of Mastodon's says so; an app that knows shows it beside the name.
        meta["file"] = {"name": media.name, "size": media.size, "media_type": media.media_type}
    if media.focus is not None:
        meta["focus"] = {"x": media.focus[0], "y": media.focus[1]}
    return meta


def _size(width: int, height: int) -> dict[str, Any]:
    if width <= 0 or height <= 0:
        return {}
    return {
        "width": width,
        "height": height,
        "size": f"{width}x{height}",
        "aspect": round(width / height, 6),
    }


def _length(duration: int) -> str:
    seconds = duration / 1000
    hours, rest = divmod(int(seconds), 3600)
    minutes, whole = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{whole:02d}.{int(seconds * 100) % 100:02d}"
