"""Films and sounds: as apps everywhere play them, and without what they tell of their maker."""

import json
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from fedi.media.errand import Unusable
from fedi.media.moving import film, moving_picture, sound
from tests.fedi.media import made
from tests.fedi.media.errands import errand
from tests.fedi.media.errands import made as kept

pytestmark = [pytest.mark.usefixtures("ffmpeg"), pytest.mark.slow]


def told(path: Path) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)]
    done = subprocess.run(command, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def codecs(path: Path) -> list[str]:
    return [stream["codec_name"] for stream in told(path)["streams"]]


@pytest.mark.parametrize("suffix", ["mp4", "mov", "webm"])
def test_a_film_is_kept_as_mp4_without_names_and_places(tmp_path: Path, suffix: str) -> None:
    data = made.film(suffix)
    assert made.SECRET.encode() in data
    ready = film(*errand(tmp_path, data))
    path = tmp_path / "made" / ready.main
    assert (ready.kind, ready.media_type, ready.main) == ("video", "video/mp4", "main.mp4")
    assert (ready.width, ready.height, ready.frame_rate) == (160, 120, "10/1")
    assert 900 <= ready.duration <= 1200
    assert ready.bitrate > 0
    assert codecs(path) == ["h264", "aac"]
    content = path.read_bytes()
    assert made.SECRET.encode() not in content
    assert b"+59.9" not in content
    assert (ready.preview_width, len(ready.blurhash)) == (160, 28)


def test_what_plays_everywhere_is_copied_and_begins_with_its_index(tmp_path: Path) -> None:
    data = made.film("mp4", "-pix_fmt", "yuv420p")
    ready = film(*errand(tmp_path, data))
    content = kept(tmp_path, ready.main)
    assert content.index(b"moov") < content.index(b"mdat")
    before = tmp_path / "before.mp4"
    before.write_bytes(data)
    sizes = [told(path)["streams"][0]["bit_rate"] for path in (before, tmp_path / "made/main.mp4")]
    assert sizes[0] == sizes[1]


def test_what_does_not_play_everywhere_is_made_so(tmp_path: Path) -> None:
    wide = ("-vf", "scale=2400:600", "-pix_fmt", "yuv444p")
    ready = film(*errand(tmp_path, made.film("mp4", *wide)))
    assert (ready.width, ready.height) == (1920, 480)
    assert told(tmp_path / "made/main.mp4")["streams"][0]["pix_fmt"] == "yuv420p"


def test_a_film_held_upright_says_so(tmp_path: Path) -> None:
    (tmp_path / "flat.mp4").write_bytes(made.film("mp4", "-pix_fmt", "yuv420p"))
    turn = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(tmp_path / "flat.mp4"),
        "-c",
        "copy",
        "-metadata:s:v:0",
        "rotate=90",
        str(tmp_path / "t.mp4"),
    ]
    subprocess.run(turn, check=True)
    data = (tmp_path / "t.mp4").read_bytes()
    ready = film(*errand(tmp_path, data))
    assert (ready.width, ready.height) == (120, 160)
    assert (ready.preview_width, ready.preview_height) == (120, 160)


def test_a_film_without_pictures_is_a_sound(tmp_path: Path) -> None:
    assert film(*errand(tmp_path, made.film("mp4", "-vn"))).kind == "audio"


@pytest.mark.parametrize(
    ("suffix", "name"),
    [("mp3", "main.mp3"), ("m4a", "main.m4a"), ("ogg", "main.mp3"), ("flac", "main.mp3"),
     ("wav", "main.mp3"), ("aac", "main.m4a")],
)  # fmt: skip
def test_a_sound_is_kept_as_mp3_or_m4a(tmp_path: Path, suffix: str, name: str) -> None:
    ready = sound(*errand(tmp_path, made.film(suffix, "-vn", "-metadata", f"artist={made.SECRET}")))
    assert (ready.kind, ready.main) == ("audio", name)
    assert 900 <= ready.duration <= 1300
    assert made.SECRET.encode() not in kept(tmp_path, name)
    assert ready.preview == ""


def test_the_cover_of_a_sound_is_its_preview_and_not_in_it(tmp_path: Path) -> None:
    (tmp_path / "cover.jpg").write_bytes(made.picture("JPEG", (300, 300), exif=made.exif()))
    (tmp_path / "bare.mp3").write_bytes(made.film("mp3", "-vn"))
    command = [
        "ffmpeg", "-v", "error", "-i", str(tmp_path / "bare.mp3"), "-i",
        str(tmp_path / "cover.jpg"), "-map", "0:a", "-map", "1:v", "-c", "copy",
        "-disposition:v", "attached_pic", str(tmp_path / "whole.mp3"),
    ]  # fmt: skip
    subprocess.run(command, check=True)
    data = (tmp_path / "whole.mp3").read_bytes()
    assert made.SECRET.encode() in data
    ready = sound(*errand(tmp_path, data))
    assert (ready.preview_width, ready.preview_height) == (300, 300)
    assert codecs(tmp_path / "made" / ready.main) == ["mp3"]
    for name in (ready.main, ready.preview):
        assert made.SECRET.encode() not in kept(tmp_path, name)


def test_a_moving_gif_becomes_a_silent_film_of_even_sides(tmp_path: Path) -> None:
    ready = moving_picture(*errand(tmp_path, made.animation(5, (61, 41))))
    assert (ready.kind, ready.width, ready.height, ready.duration) == ("gifv", 60, 40, 500)
    assert codecs(tmp_path / "made" / ready.main) == ["h264"]


def test_trial_35_a_film_larger_than_it_may_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="million"):
        film(*errand(tmp_path, made.film("mp4"), pixels=10_000))


@pytest.mark.parametrize("suffix", ["mp4", "webm", "mp3", "ogg", "flac", "wav"])
def test_trial_35_a_film_cut_anywhere_is_refused_or_played(tmp_path: Path, suffix: str) -> None:
    data = made.film(suffix) if suffix in ("mp4", "webm") else made.film(suffix, "-vn")
    for part in (0.02, 0.3, 0.7):
        given = errand(tmp_path, data[: max(40, int(len(data) * part))])
        try:
            ready = (film if suffix in ("mp4", "webm") else sound)(*given)
        except Unusable:
            continue
        assert 0 < ready.duration <= 1200
        assert codecs(tmp_path / "made" / ready.main)[-1] in ("aac", "mp3")


def test_a_list_of_addresses_dressed_up_as_a_film_leads_nowhere(tmp_path: Path) -> None:
    """S30: ffmpeg opens what such lists name unless it is held to one kind of file."""
    secret = tmp_path / "secret.txt"
    secret.write_text("hemmelig")
    playlist = f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\nhttp://169.254.169.254/\n".encode()
    for head in (b"ID3\x04\0\0\0\0\0\0", b"OggS\0\x02", b"\x1a\x45\xdf\xa3\x42\x82\x84webm"):
        given = errand(tmp_path, head + playlist)
        with pytest.raises(Unusable):
            (film if head[0] == 0x1A else sound)(*given)


def test_an_address_inside_a_film_is_not_opened(tmp_path: Path) -> None:
    """A QuickTime file may name another for its content (dref); only what is in it counts."""
    data = made.film("mov")
    elsewhere = data.replace(b"url \0\0\0\x01", b"url \0\0\0\0")
    assert elsewhere != data
    with suppress(Unusable):
        assert film(*errand(tmp_path, elsewhere)) == film(*errand(tmp_path, data))
