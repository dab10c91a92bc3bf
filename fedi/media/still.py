"""Pictures, in the child process: decoded, turned upright, shrunk, written anew without a past.

What is written holds pixels and nothing else: colours are brought to sRGB, and profiles, EXIF,
XMP and comments are left behind. Sizes are read from the header before anything is decoded.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageCms, ImageFile, ImageOps, ImageSequence

from fedi.media.blurhash import blurhash
from fedi.media.errand import Errand, Ready, Unusable
from fedi.media.kinds import GIF, HEIC, PNG, WEBP, Kind

FRAMES: Final = 400
"""Pictures of an animation that are kept."""
IN_ALL: Final = 10
"""So many times the pixels of one picture those of an animation have together, at most."""
_UNREADABLE: Final = "That picture can't be read: it is damaged, or not what it seems to be."
_TOO_MANY: Final = "That animation has too many pictures for this server."
_HASHED: Final = 32
_WRITTEN: Final[dict[str, dict[str, Any]]] = {
    "jpg": {"format": "JPEG", "quality": 88, "progressive": True, "optimize": True},
    "png": {"format": "PNG", "optimize": False},
    "webp": {"format": "WEBP", "quality": 85, "method": 4},
    "gif": {"format": "GIF"},
}
_SRGB: Final = ImageCms.createProfile("sRGB")


def picture(errand: Errand, kind: Kind) -> Ready:
    """Make a picture ready: itself, a preview and its hash."""
    with opened(Path(errand.source), kind, errand.pixels) as image:
        if kind in (GIF, WEBP, PNG) and getattr(image, "is_animated", False):
            return _animation(errand, image, kind)
        upright = _upright(image, errand.side)
    suffix = kind.suffix if kind in (PNG, WEBP) else "png" if kind is GIF else "jpg"
    name = f"main.{suffix}"
    upright = _shrunk(upright, errand.side)
    _write(upright, Path(errand.folder) / name)
    preview = preview_of(upright, errand)
    return Ready(
        kind="image",
        main=name,
        media_type=f"image/{'jpeg' if suffix == 'jpg' else suffix}",
        width=upright.width,
        height=upright.height,
        **preview,
    )


def moves(errand: Errand, kind: Kind) -> bool:
    """Return whether a picture has more than one frame. Unusable for frames that have more pixels
    in all than are turned into a film: a few bytes make each, and hold a processor for long."""
    with opened(Path(errand.source), kind, errand.pixels) as image:
        if not getattr(image, "is_animated", False):
            return False
        frames = int(getattr(image, "n_frames", 1))
        if frames * image.width * image.height > IN_ALL * errand.pixels:
            raise Unusable(_TOO_MANY)
        return True


def portrait(errand: Errand, kind: Kind) -> Ready:
    """Make a picture for a profile ready: upright, at most `side` wide and high, without motion."""
    with opened(Path(errand.source), kind, errand.pixels) as image:
        upright = _shrunk(_upright(image, errand.side), errand.side)
    suffix = "png" if kind in (PNG, GIF, WEBP) else "jpg"
    _write(upright, Path(errand.folder) / f"main.{suffix}")
    return Ready(
        kind="image",
        main=f"main.{suffix}",
        media_type="image/png" if suffix == "png" else "image/jpeg",
        width=upright.width,
        height=upright.height,
        blurhash=hashed(upright),
    )


def thumbnail(errand: Errand, kind: Kind) -> Ready:
    """Make a picture ready that is to be the preview of something else."""
    made = only_preview(errand, Path(errand.source), kind)
    return Ready(
        kind="image",
        main=made["preview"],
        media_type="image/webp",
        width=made["preview_width"],
        height=made["preview_height"],
        blurhash=made["blurhash"],
    )


def only_preview(errand: Errand, path: Path, kind: Kind) -> dict[str, Any]:
    """Make the preview alone of a picture: a cover, a film's frame, a page."""
    with opened(path, kind, errand.pixels) as image:
        return preview_of(_upright(image, errand.preview_side), errand)


def preview_of(image: Image.Image, errand: Errand) -> dict[str, Any]:
    """Write the preview of an upright picture; its name, size and hash as fields of Ready."""
    small = _shrunk(image, errand.preview_side)
    _write(small, Path(errand.folder) / "preview.webp", quality=78)
    return {
        "preview": "preview.webp",
        "preview_width": small.width,
        "preview_height": small.height,
        "blurhash": hashed(small),
    }


def hashed(image: Image.Image) -> str:
    """Return the BlurHash of a picture."""
    tiny = _opaque(image)
    tiny.thumbnail((_HASHED, _HASHED))
    raw = tiny.tobytes()
    pixels = [(raw[at], raw[at + 1], raw[at + 2]) for at in range(0, len(raw), 3)]
    return blurhash(pixels, tiny.width, tiny.height)


# -- reading


@contextmanager
def opened(path: Path, kind: Kind, pixels: int) -> Iterator[ImageFile.ImageFile]:
    """Open a picture with the one decoder for its kind; Unusable for what it can't read, or for
    more than so many pixels."""
    if kind is HEIC:
        import pi_heif  # type: ignore[import-untyped]

        pi_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and told in our words
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(path, formats=[kind.reader]) as image:
            check_size(image.width, image.height, pixels)
            yield image
    except Unusable:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError) as error:
        raise Unusable(_UNREADABLE, detail=repr(error)[:200]) from error
    except (MemoryError, RuntimeError, OverflowError, TypeError, ArithmeticError) as error:
        raise Unusable(_UNREADABLE, detail=repr(error)[:200]) from error


def check_size(width: int, height: int, pixels: int) -> None:
    """Refuse a picture of no size, or of more pixels than are decoded here."""
    if width < 1 or height < 1:
        raise Unusable(_UNREADABLE)
    if width * height > pixels or max(width, height) > 65_535:
        raise Unusable(
            f"That picture is {width} x {height} pixels; "
            f"at most {pixels // 1_000_000} million in all are taken."
        )


def _upright(image: ImageFile.ImageFile, side: int) -> Image.Image:
    """Decode a picture; shrunk at once where it is large, since each step after it is a copy."""
    if image.format == "JPEG":
        image.draft("RGB", (side, side))
    image.load()
    if image.mode in ("RGB", "RGBA", "L", "CMYK"):
        image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    turned = ImageOps.exif_transpose(image)
    return _pure(_in_srgb(turned))


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    mode = image.mode if image.mode == "RGBA" else "RGB"
    with suppress(ImageCms.PyCMSError, OSError, ValueError):
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(image, own, _SRGB, outputMode=mode)
        return image if changed is None else changed
    return image


def _pure(image: Image.Image) -> Image.Image:
    """Return the pixels as RGB, RGBA or grey, in a picture that knows nothing else."""
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode.startswith("I;16") or image.mode in ("I", "F"):
        # 16 bits to 8: Pillow's own conversion cuts off instead of scaling.
        image = image.convert("I").point([value >> 8 for value in range(65_536)], "L")
    elif image.mode not in ("RGB", "RGBA", "L"):
        image = image.convert("RGB")
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    image = image.copy()
    image.info = {}
    return image


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    ground = Image.new("RGB", image.size, (255, 255, 255))
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    if max(image.size) <= side:
        return image
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return small


# -- writing


def _write(image: Image.Image, path: Path, **more: Any) -> None:
    suffix = path.suffix[1:]
    made = _opaque(image) if suffix == "jpg" and image.mode == "RGBA" else image
    made.save(path, **{**_WRITTEN[suffix], **more})


def _animation(errand: Errand, image: ImageFile.ImageFile, kind: Kind) -> Ready:
    """Keep an animation in its own format: what ffmpeg can't turn into a film, or isn't there."""
    frames, waits = list[Image.Image](), list[int]()
    room = IN_ALL * errand.pixels
    for frame in ImageSequence.Iterator(image):
        room -= frame.width * frame.height
        if len(frames) == FRAMES or room < 0:
            raise Unusable(_TOO_MANY)
        frames.append(_shrunk(_pure(frame).convert("RGBA"), min(errand.side, 1280)))
        waits.append(max(20, int(frame.info.get("duration") or 100)))
    name = f"main.{kind.suffix}"
    first = frames[0]
    first.save(
        Path(errand.folder) / name,
        **_WRITTEN[kind.suffix],
        save_all=True,
        append_images=frames[1:],
        duration=waits,
        loop=0,
    )
    return Ready(
        kind="image",
        main=name,
        media_type=kind.media_type,
        width=first.width,
        height=first.height,
        duration=sum(waits),
        **preview_of(first, errand),
    )
