"""Has files made ready by child processes that are locked in, timed, few, and killed when late.

One child for one file (worker.py): what a damaged or malicious file does to a decoder ends with
it. It gets no secrets in its environment, a folder of its own, and a process group of its own, so
that what it started ends with it too.
"""

import asyncio
import logging
import os
import shutil
import signal
import sys
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Final

import msgspec

from fedi.config.settings import Media as Settings
from fedi.media.errand import Errand, Ready, Refused, Task, Unusable
from fedi.media.kinds import GIF, PDF, Family, Kind

PICTURE_SECONDS: Final = 30
_PICTURE_MEMORY: Final = 1 << 30
_FILM_MEMORY: Final = 4 << 30
_PER_PIXEL: Final = 24
_LONGEST_ANSWER: Final = 65_536
_LAST_WORDS: Final = 2_000
PROGRAMS: Final = ("ffmpeg", "ffprobe", "pdftoppm")
"""What the machine should have besides Python: without them films, sounds and PDF are refused."""
_log = logging.getLogger("fedi.media")


class Workshop:
    """Makes files ready, some at a time; `programs` are found when it is opened."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turn = asyncio.Semaphore(settings.children)
        # Films must not take every turn: somebody waits for a picture.
        self._long_turn = asyncio.Semaphore(max(1, settings.children - 1))
        self._programs = {name: shutil.which(name) or "" for name in PROGRAMS}
        self._told = False

    def check(self, kind: Kind) -> None:
        """Raise Unusable for a kind of file that a program is missing for."""
        if kind.family in (Family.FILM, Family.SOUND) and not self._films:
            raise Unusable("This server has no ffmpeg, so it takes no films and no sounds.")
        if kind is PDF and not self._programs["pdftoppm"]:
            raise Unusable("This server has no poppler-utils, so it takes no PDF.")

    def is_quick(self, kind: Kind) -> bool:
        """Return whether somebody may wait for it: pictures and office documents."""
        if kind.family is Family.PICTURE:
            return kind is not GIF or not self._films
        return kind.family is Family.PAPER and kind is not PDF

    @property
    def _films(self) -> bool:
        return bool(self._programs["ffmpeg"] and self._programs["ffprobe"])

    async def make(
        self, task: Task, source: Path, kind: Kind, folder: Path, *, side: int | None = None
    ) -> Ready:
        """Have one file made ready in `folder`, which is empty and on this machine.

        Unusable for what can't be read, is too much, takes too long, or kills its reader.
        """
        self.check(kind)
        errand = self._errand(task, source, kind, folder, side)
        long = self._is_long(kind)
        seconds = self._settings.film_seconds if long else PICTURE_SECONDS
        async with self._long_turn if long else nullcontext(), self._turn:
            raw, words = await _answer_of(errand, seconds)
        try:
            answer = msgspec.json.decode(raw, type=Ready | Refused)
        except msgspec.DecodeError as error:
            _log.warning("a reader of media died: %s", words or "it said nothing")
            raise Unusable("That file can't be read.", detail="its reader died") from error
        if isinstance(answer, Refused):
            raise Unusable(answer.sentence, detail=answer.detail)
        if answer.unconfined and not self._told:
            self._told = True
            _log.warning("media is read without %s", " and ".join(answer.unconfined))
        return answer

    def _is_long(self, kind: Kind) -> bool:
        return kind.family in (Family.FILM, Family.SOUND) or kind is GIF

    def _errand(
        self, task: Task, source: Path, kind: Kind, folder: Path, side: int | None
    ) -> Errand:
        settings = self._settings
        long = self._is_long(kind)
        memory = _FILM_MEMORY if long else _PICTURE_MEMORY + settings.image_pixels * _PER_PIXEL
        return Errand(
            task=task,
            source=str(source.absolute()),
            folder=str(folder.absolute()),
            suffix=kind.suffix,
            pixels=settings.image_pixels,
            side=side or settings.image_side,
            preview_side=settings.preview_side,
            memory=memory,
            processor=settings.film_seconds * 2 if long else PICTURE_SECONDS,
            file=2 * max(settings.video_bytes, settings.image_bytes, settings.file_bytes),
            ffmpeg=self._programs["ffmpeg"] if self._films else "",
            ffprobe=self._programs["ffprobe"],
            pdftoppm=self._programs["pdftoppm"],
        )


async def _answer_of(errand: Errand, seconds: int) -> tuple[bytes, str]:
    """Run a child to its end and return its answer, and its last words where it broke.

    It and all that it started are gone when this returns.
    """
    place = errand.folder
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "fedi.media.worker"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=place,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONDONTWRITEBYTECODE": "1",
            **dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME"), place),
            "LC_ALL": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
        },
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            said, words = await asyncio.gather(
                _exchange(child, msgspec.json.encode(errand)), _last_words(child)
            )
            return said, words
    except TimeoutError:
        raise Unusable("That file takes too long to read.", detail=f"{seconds} s") from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
        if child.stdin is not None:
            child.stdin.close()


async def _exchange(child: asyncio.subprocess.Process, body: bytes) -> bytes:
    assert child.stdin is not None  # noqa: S101 - opened with pipes
    assert child.stdout is not None  # noqa: S101
    with suppress(ConnectionError):
        child.stdin.write(body)
        child.stdin.write_eof()
        await child.stdin.drain()
    said = bytearray()
    while chunk := await child.stdout.read(_LONGEST_ANSWER):
        said += chunk
        if len(said) > _LONGEST_ANSWER:
            raise Unusable("That file can't be read.", detail="its reader said too much")
    return bytes(said)


async def _last_words(child: asyncio.subprocess.Process) -> str:
    assert child.stderr is not None  # noqa: S101 - opened with pipes
    said = b""
    while chunk := await child.stderr.read(_LONGEST_ANSWER):
        said = (said + chunk)[-_LAST_WORDS:]
    return said.decode(errors="replace").strip().rpartition("\n")[2]
