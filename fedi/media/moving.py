"""Films, sounds and moving GIFs, in the child process: through ffmpeg, which inherits its walls.

The demuxer is the one for the kind that kinds.py found, and only files are opened, so that a list
of addresses dressed up as a film leads nowhere. What apps play everywhere is copied as it is
(H.264, AAC, MP3), all else is made so. Names, places and chapters are left behind.
"""

import json
from pathlib import Path
from typing import Any, Final

from fedi.media.errand import AttachmentKind, Errand, Ready, Unusable
from fedi.media.kinds import JPEG, PNG, Family, Kind
from fedi.media.programs import run
from fedi.media.still import check_size, only_preview

_UNREADABLE: Final = "That file can't be played: it is damaged, or not what it seems to be."
_FILM_SIDE: Final = 1920
_GIF_SIDE: Final = 1280
_BARE: Final = (
    *("-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1"),
    *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-sn", "-dn"),
)
_H264: Final = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p"),
    *("-maxrate", "5M", "-bufsize", "10M", "-profile:v", "high"),
)
_AS_IT_IS: Final = {"h264": {"yuv420p", "yuvj420p"}}


def film(errand: Errand, kind: Kind) -> Ready:
    """Make a film ready as MP4; one with sound alone becomes a sound."""
    told = _probed(errand, kind)
    video, audio = _stream(told, "video"), _stream(told, "audio")
    if video is None:
        if audio is None:
            raise Unusable(_UNREADABLE, detail="no stream")
        return sound(errand, kind)
    width, height = _size(video)
    check_size(width, height, errand.pixels)
    name = "main.mp4"
    command = ["-map", "0:v:0", "-map", "0:a:0?", *_BARE, *_video_codec(video, width, height)]
    copied = audio is not None and audio.get("codec_name") == "aac"
    command += ["-c:a", "copy"] if copied else ["-c:a", "aac", "-b:a", "128k", "-ac", "2"]
    _ffmpeg(errand, kind, *command, "-movflags", "+faststart", "-f", "mp4", name)
    return _measured(errand, name, "video")


def moving_picture(errand: Errand, kind: Kind) -> Ready:
    """Make a moving GIF, whose size still.py has checked, ready as a film without sound."""
    name = "main.mp4"
    codec = (*_H264, "-vf", _fitting(_GIF_SIDE))
    _ffmpeg(errand, kind, "-an", *_BARE, *codec, "-movflags", "+faststart", "-f", "mp4", name)
    return _measured(errand, name, "gifv")


def sound(errand: Errand, kind: Kind) -> Ready:
    """Make a sound ready: MP3 and AAC as they are, all else as MP3; its cover is its preview."""
    told = _probed(errand, kind)
    audio = _stream(told, "audio")
    if audio is None:
        raise Unusable(_UNREADABLE, detail="no sound")
    codec = audio.get("codec_name")
    shape: tuple[str, ...]
    if codec == "aac":
        name, shape = "main.m4a", ("-c:a", "copy", "-movflags", "+faststart", "-f", "ipod")
    elif codec == "mp3":
        name, shape = "main.mp3", ("-c:a", "copy", "-f", "mp3")
    else:
        name = "main.mp3"
        shape = ("-c:a", "libmp3lame", "-q:a", "3", "-ac", "2", "-f", "mp3")
    _ffmpeg(errand, kind, "-map", "0:a:0", "-vn", *_BARE, "-write_xing", "1", *shape, name)
    made = _probe(errand, Path(errand.folder) / name, "mov" if name.endswith("m4a") else "mp3")
    return Ready(
        kind="audio",
        main=name,
        media_type="audio/mp4" if name.endswith("m4a") else "audio/mpeg",
        duration=_milliseconds(made),
        bitrate=_whole(made.get("format", {}).get("bit_rate")),
        **_cover(errand, kind, told),
    )


# -- asking and making


def _probed(errand: Errand, kind: Kind) -> dict[str, Any]:
    return _probe(errand, Path(errand.source), kind.reader)


def _probe(errand: Errand, path: Path, reader: str) -> dict[str, Any]:
    command = [
        errand.ffprobe, "-v", "error", "-protocol_whitelist", "file", "-f", reader,
        "-show_format", "-show_streams", "-of", "json", "-i", f"file:{path}",
    ]  # fmt: skip
    done = run(command, errand.folder)
    if done.returncode != 0 or len(done.stdout) > 1_000_000:
        raise Unusable(_UNREADABLE, detail=_said(done.stderr))
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _ffmpeg(errand: Errand, kind: Kind, *words: str) -> None:
    """Run ffmpeg from the source to a file in the folder, the last word."""
    reader = kind.suffix if kind.family is Family.PICTURE else kind.reader
    command = [
        errand.ffmpeg, "-nostdin", "-v", "error", "-y", "-threads", "2",
        "-protocol_whitelist", "file", "-f", reader, "-i", f"file:{errand.source}", *words,
    ]  # fmt: skip
    done = run(command, errand.folder)
    made = Path(errand.folder) / words[-1]
    if done.returncode != 0 or not made.is_file() or made.stat().st_size == 0:
        raise Unusable(_UNREADABLE, detail=_said(done.stderr))


def _video_codec(video: dict[str, Any], width: int, height: int) -> tuple[str, ...]:
    fits = max(width, height) <= _FILM_SIDE
    plain = video.get("pix_fmt") in _AS_IT_IS.get(str(video.get("codec_name")), set())
    if fits and plain and _rate(video) <= 61:
        return ("-c:v", "copy")
    return (*_H264, "-vf", _fitting(_FILM_SIDE), "-fpsmax", "60")


def _fitting(side: int) -> str:
    """A filter: at most so many pixels a side, and even numbers of them, as H.264 wants."""
    return (
        f"scale='min({side},iw)':'min({side},ih)':force_original_aspect_ratio=decrease"
        ":force_divisible_by=2,setsar=1"
    )


def _measured(errand: Errand, name: str, kind: AttachmentKind) -> Ready:
    """Measure a film that was made, and take its preview from near its beginning."""
    path = Path(errand.folder) / name
    told = _probe(errand, path, "mov")
    video = _stream(told, "video")
    if video is None:
        raise Unusable(_UNREADABLE, detail="no picture in what was made")
    width, height = _size(video)
    duration = _milliseconds(told)
    return Ready(
        kind=kind,
        main=name,
        media_type="video/mp4",
        width=width,
        height=height,
        duration=duration,
        bitrate=_whole(told.get("format", {}).get("bit_rate")),
        frame_rate=str(video.get("avg_frame_rate") or ""),
        **_frame(errand, path, min(1.0, duration / 2000)),
    )


def _frame(errand: Errand, path: Path, second: float) -> dict[str, Any]:
    frame = Path(errand.folder) / "frame.png"
    command = [
        errand.ffmpeg, "-nostdin", "-v", "error", "-y", "-threads", "2",
        "-protocol_whitelist", "file", "-ss", f"{second:.3f}", "-f", "mov", "-i", f"file:{path}",
        "-frames:v", "1", "-vf", _fitting(errand.preview_side), "-f", "image2", "frame.png",
    ]  # fmt: skip
    done = run(command, errand.folder)
    if done.returncode != 0 or not frame.is_file():
        raise Unusable(_UNREADABLE, detail=_said(done.stderr))
    return only_preview(errand, frame, PNG)


def _cover(errand: Errand, kind: Kind, told: dict[str, Any]) -> dict[str, Any]:
    """Return the preview made of a sound's cover; nothing where it has none that can be read."""
    covers = [s for s in _streams(told, "video") if s.get("codec_name") in ("mjpeg", "png")]
    if not covers:
        return {}
    form = JPEG if covers[0]["codec_name"] == "mjpeg" else PNG
    name = f"cover.{form.suffix}"
    try:
        _ffmpeg(errand, kind, "-map", "0:v:0", "-an", "-c:v", "copy", "-f", "image2", name)
        return only_preview(errand, Path(errand.folder) / name, form)
    except Unusable:
        return {}


# -- what ffprobe tells


def _streams(told: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in told.get("streams", []) if one.get("codec_type") == kind]


def _stream(told: dict[str, Any], kind: str) -> dict[str, Any] | None:
    """Return the first stream of a kind; a sound's cover is no film."""
    for one in _streams(told, kind):
        if not one.get("disposition", {}).get("attached_pic"):
            return one
    return None


def _size(video: dict[str, Any]) -> tuple[int, int]:
    """Return width and height as they are seen: a phone held upright says so beside the pixels."""
    width, height = _whole(video.get("width")), _whole(video.get("height"))
    turned = [_whole(one.get("rotation")) for one in video.get("side_data_list", [])]
    return (height, width) if any(angle % 180 == 90 for angle in turned) else (width, height)


def _rate(video: dict[str, Any]) -> float:
    over, _, under = str(video.get("avg_frame_rate") or "0/1").partition("/")
    return _whole(over) / (_whole(under) or 1)


def _milliseconds(told: dict[str, Any]) -> int:
    try:
        return max(0, min(round(float(told.get("format", {}).get("duration", 0)) * 1000), 1 << 40))
    except (TypeError, ValueError, OverflowError):
        return 0


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def _said(stderr: bytes) -> str:
    return stderr[-300:].decode(errors="replace")
