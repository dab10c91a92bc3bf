"""What the child process is asked to make ready, and what it answers: one record each way.

Plain records without any decoder, so that both sides may import them. workshop.py asks, worker.py
answers; both as one line of JSON.
"""

from typing import Literal

import msgspec

from actors.errors import Invalid

AttachmentKind = Literal["image", "gifv", "video", "audio", "file"]
Task = Literal["attachment", "preview", "portrait"]


class Unusable(Invalid):
    """A file that cannot be shown here, or not by this server; the sentence says why."""

    code = "unusable_file"
    status = 422


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One file to make ready. Paths absolute; `folder` is the only place that may be written.

    `suffix` is the kind that kinds.py found. Sides and pixels bound what is decoded and made;
    `memory`, `processor` and `file` bound the process (bytes, seconds, bytes).
    """

    task: Task
    source: str
    folder: str
    suffix: str
    pixels: int
    side: int
    preview_side: int
    memory: int
    processor: int
    file: int
    ffmpeg: str = ""
    ffprobe: str = ""
    pdftoppm: str = ""


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A file made ready: `main` and `preview` are names in the errand's folder.

    `duration` in ms, `bitrate` in bits a second, `frame_rate` as a fraction such as "30/1".
    """

    kind: AttachmentKind
    main: str
    media_type: str
    width: int = 0
    height: int = 0
    preview: str = ""
    preview_width: int = 0
    preview_height: int = 0
    duration: int = 0
    bitrate: int = 0
    frame_rate: str = ""
    blurhash: str = ""
    unconfined: tuple[str, ...] = ()


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Why a file can't be made ready: a sentence for its sender, and words for the log."""

    sentence: str
    detail: str = ""
