"""What is started for a file ends with whoever started it, even where that one is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fedi.media.programs import run
from tests.fedi.media import made

SERVER = """
import asyncio, sys
from pathlib import Path
from fedi.config.settings import Media
from fedi.media.kinds import MP4
from fedi.media.workshop import Workshop
folder = Path(sys.argv[1])
asyncio.run(Workshop(Media()).make("attachment", folder / "upload", MP4, folder / "made"))
"""


def test_a_program_s_words_and_code_come_back(tmp_path: Path) -> None:
    done = run(["/bin/sh", "-c", "pwd; exit 3"], str(tmp_path))
    assert (done.returncode, done.stdout.decode().strip()) == (3, str(tmp_path.resolve()))


def about(place: str) -> list[int]:
    """The processes whose words or folder name a place."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
            folder = os.readlink(entry / "cwd")
        except OSError:
            continue
        if place.encode() in words or folder.startswith(place):
            found.append(int(entry.name))
    return found


@pytest.mark.slow
@pytest.mark.usefixtures("ffmpeg")
def test_a_server_that_is_killed_leaves_no_reader_behind(tmp_path: Path) -> None:
    large = ("-t", "20", "-vf", "scale=1280:720", "-pix_fmt", "yuv444p", "-preset", "ultrafast")
    film = made.film("mp4", *large)
    (tmp_path / "upload").write_bytes(film)
    (tmp_path / "made").mkdir()
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(tmp_path)])
    try:
        for _ in range(600):
            if any(b"ffmpeg" in words for words in map(cmdline, about(str(tmp_path)))):
                break
            assert server.poll() is None
            time.sleep(0.01)
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
    for _ in range(500):
        if not about(str(tmp_path)):
            return
        time.sleep(0.01)
    raise AssertionError([cmdline(number) for number in about(str(tmp_path))])


def cmdline(number: int) -> bytes:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return b""
