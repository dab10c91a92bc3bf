"""Pictures: what is kept of them is pixels, upright, and no more of them than we said."""

import io
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from fedi.media.errand import Ready, Unusable
from fedi.media.still import moves, picture, portrait, thumbnail
from tests.fedi.media import made
from tests.fedi.media.errands import errand
from tests.fedi.media.errands import made as kept
from tests.fedi.media.heic import heic


def comment() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", made.SECRET)
    info.add_itxt("XML:com.adobe.xmp", made.XMP.decode())
    return info


WITH_A_PAST = {
    "JPEG": made.picture("JPEG", exif=made.exif(), xmp=made.XMP, comment=made.SECRET.encode()),
    "PNG": made.picture("PNG", exif=made.exif(), pnginfo=comment()),
    "WEBP": made.picture("WEBP", exif=made.exif(), xmp=made.XMP),
    "AVIF": made.picture("AVIF", exif=made.exif(), xmp=made.XMP),
    "GIF": made.picture("GIF", comment=made.SECRET.encode()),
}


def opened(folder: Path, name: str) -> Image.Image:
    with Image.open(io.BytesIO(kept(folder, name))) as image:
        image.load()
        return image


@pytest.mark.parametrize("kind", WITH_A_PAST)
def test_trial_35_places_cameras_and_words_are_gone(tmp_path: Path, kind: str) -> None:
    data = WITH_A_PAST[kind]
    assert made.SECRET.encode() in data
    ready = picture(*errand(tmp_path, data))
    for name in (ready.main, ready.preview):
        content = kept(tmp_path, name)
        assert made.SECRET.encode() not in content
        assert b"Exif" not in content
        assert b"xmpmeta" not in content
        image = opened(tmp_path, name)
        assert not dict(image.getexif())
        assert not {"exif", "xmp", "comment", "icc_profile", "Comment"} & set(image.info)


def test_gps_was_really_there() -> None:
    with Image.open(io.BytesIO(WITH_A_PAST["JPEG"])) as image:
        assert image.getexif().get_ifd(0x8825)[2] == (59.0, 54.0, 0.0)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_is_turned_upright(tmp_path: Path, kind: str) -> None:
    ready = picture(*errand(tmp_path, WITH_A_PAST[kind]))
    assert (ready.width, ready.height) == (40, 60)
    image = opened(tmp_path, ready.main).convert("RGB")
    top, bottom = image.getpixel((20, 5)), image.getpixel((20, 55))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 150 > bottom[0]  # its left half, red, is now above


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("AVIF", "jpg"), ("GIF", "png")],
)
def test_each_kind_is_kept_as_one_that_all_apps_show(
    tmp_path: Path, kind: str, suffix: str
) -> None:
    assert picture(*errand(tmp_path, made.picture(kind))).main == f"main.{suffix}"


@pytest.mark.usefixtures("ffmpeg")
def test_a_phone_s_heic_becomes_an_upright_jpeg_without_its_place(tmp_path: Path) -> None:
    data = heic(made.exif().tobytes())
    assert made.SECRET.encode() in data
    ready = picture(*errand(tmp_path, data))
    assert (ready.main, ready.width, ready.height) == ("main.jpg", 64, 128)
    assert made.SECRET.encode() not in kept(tmp_path, ready.main)
    image = opened(tmp_path, ready.main)
    assert (image.format, dict(image.getexif())) == ("JPEG", {})
    for length in range(30, len(data), 97):
        with suppress(Unusable):
            picture(*errand(tmp_path, data[:length]))


def test_a_large_picture_is_shrunk_and_its_preview_more(tmp_path: Path) -> None:
    given = errand(tmp_path, made.picture("JPEG", (900, 300)), side=300, preview_side=90)
    ready = picture(*given)
    assert (ready.width, ready.height) == (300, 100)
    assert (ready.preview_width, ready.preview_height) == (90, 30)
    assert opened(tmp_path, ready.preview).size == (90, 30)


def test_a_small_picture_is_never_blown_up(tmp_path: Path) -> None:
    ready = picture(*errand(tmp_path, made.picture("PNG", (5, 4))))
    assert (ready.width, ready.preview_width) == (5, 5)


@pytest.mark.parametrize("size", [(50_000, 50_000), (60_001, 1_001), (70_000, 2), (2, 70_000)])
def test_trial_35_a_bomb_is_refused_by_its_header(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(Unusable, match="million"):
        picture(*errand(tmp_path, made.png_of_size(*size)))


def is_shown(folder: Path, data: bytes, like: Ready | None = None) -> bool:
    """Whether it was taken; what was taken opens, is of the size said, and of that of `like`."""
    try:
        ready = picture(*errand(folder, data))
    except Unusable:
        return False
    assert opened(folder, ready.main).size == (ready.width, ready.height)
    assert like is None or (ready.width, ready.height) == (like.width, like.height)
    return True


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_trial_35_a_picture_cut_anywhere_is_refused_or_whole(tmp_path: Path, kind: str) -> None:
    data = made.picture(kind)
    whole = picture(*errand(tmp_path, data))
    lengths = [*range(12, len(data), max(1, len(data) // 25)), len(data)]
    shown = [length for length in lengths if is_shown(tmp_path, data[:length], whole)]
    assert len(data) in shown
    assert 12 not in shown


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_with_a_byte_turned_is_refused_or_shown(tmp_path: Path, kind: str) -> None:
    data = made.picture(kind)
    for place in range(14, len(data), max(1, len(data) // 40)):
        turned = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
        is_shown(tmp_path, turned)


def test_a_picture_that_is_a_script_too_is_written_anew(tmp_path: Path) -> None:
    script = b"*/=alert(1)//<script>alert(1)</script>"
    for kind in ("GIF", "JPEG", "PNG"):
        ready = picture(*errand(tmp_path, made.picture(kind) + script))
        assert b"alert" not in kept(tmp_path, ready.main)


def test_a_header_that_names_another_decoder_gets_only_its_own(tmp_path: Path) -> None:
    """The kind is found first, and Pillow may use that one decoder alone."""
    for data in (b"GIF89a" + made.picture("PNG"), b"\xff\xd8\xff" + made.picture("GIF")):
        with pytest.raises(Unusable):
            picture(*errand(tmp_path, data))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "YCbCr"])
def test_pixels_of_every_kind_become_ordinary_ones(tmp_path: Path, mode: str) -> None:
    wide = Image.new("I;16", (20, 10), 51_200)
    image = wide if mode == "I;16" else Image.new("L", (20, 10), 200).convert(mode)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG" if mode in ("CMYK", "YCbCr") else "PNG")
    ready = picture(*errand(tmp_path, buffer.getvalue()))
    shown = opened(tmp_path, ready.main).convert("RGB").getpixel((5, 5))
    assert isinstance(shown, tuple)
    assert mode == "1" or abs(shown[0] - 200) < 12


def test_what_can_be_seen_through_stays_so(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    buffer = io.BytesIO()
    clear.save(buffer, "PNG")
    ready = picture(*errand(tmp_path, buffer.getvalue()))
    assert opened(tmp_path, ready.main).getpixel((1, 1)) == (255, 0, 0, 0)
    buffer = io.BytesIO()
    clear.save(buffer, "AVIF")
    ready = picture(*errand(tmp_path, buffer.getvalue()))
    assert opened(tmp_path, ready.main).getpixel((1, 1)) == (255, 255, 255)  # on white


def test_colours_of_a_profile_are_brought_to_srgb_and_the_profile_left_behind(
    tmp_path: Path,
) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for icc in (ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), profile, b"x"):
        ready = picture(*errand(tmp_path, made.picture("JPEG", icc_profile=icc)))
        assert "icc_profile" not in opened(tmp_path, ready.main).info


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "GIF"])
def test_what_moves_and_cannot_become_a_film_moves_on(tmp_path: Path, kind: str) -> None:
    given = errand(tmp_path, made.animation(4, kind=kind))
    assert moves(*given)
    ready = picture(*given)
    assert ready.kind == "image"
    image = opened(tmp_path, ready.main)
    assert getattr(image, "n_frames", 1) == 4
    assert ready.duration == 400


def test_trial_35_an_animation_without_end_is_refused(tmp_path: Path) -> None:
    frames = [Image.new("1", (2, 2), n % 2) for n in range(600)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=20)
    with pytest.raises(Unusable, match="too many"):
        picture(*errand(tmp_path, buffer.getvalue()))
    with pytest.raises(Unusable, match="too many"):
        picture(*errand(tmp_path, made.animation(30, (100, 100)), pixels=20_000))


def test_trial_35_a_few_bytes_a_frame_make_no_film_of_many_pixels(tmp_path: Path) -> None:
    screen, dot = struct.pack("<HH", 2_000, 2_000), struct.pack("<HHHH", 0, 0, 1, 1)
    frame = b"\x2c" + dot + b"\x00\x02\x02\x44\x01\x00"
    begin = b"GIF89a" + screen + b"\xf0\x00\x00" + bytes(3) + b"\xff" * 3
    assert moves(*errand(tmp_path, begin + frame * 100 + b";"))
    with pytest.raises(Unusable, match="too many"):
        moves(*errand(tmp_path, begin + frame * 200 + b";"))


def test_a_portrait_stands_still(tmp_path: Path) -> None:
    given = errand(tmp_path, made.animation(), side=30)
    ready = portrait(*given)
    assert (ready.main, ready.width) == ("main.png", 30)
    assert getattr(opened(tmp_path, "main.png"), "n_frames", 1) == 1


def test_a_thumbnail_is_a_small_webp(tmp_path: Path) -> None:
    ready = thumbnail(*errand(tmp_path, made.picture("JPEG", (900, 300)), preview_side=90))
    assert (ready.main, ready.width, ready.height) == ("preview.webp", 90, 30)
    assert len(ready.blurhash) == 28


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_picture_is_upright_too_although_it_is_shrunk_first(
    tmp_path: Path, kind: str
) -> None:
    given = errand(tmp_path, made.picture(kind, (300, 200), exif=made.exif()), side=60)
    ready = picture(*given)
    assert (ready.width, ready.height) == (40, 60)
    image = opened(tmp_path, ready.main).convert("RGB")
    top, bottom = image.getpixel((20, 5)), image.getpixel((20, 55))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 150 > bottom[0]
