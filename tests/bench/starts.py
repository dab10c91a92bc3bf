"""The demo's first start, which founds and fills an organisation, and its second, which serves it.

From the command to the first answer. Run: python -m tests.bench starts
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from tests.bench.inbox import PORT
from tests.bench.marks import Row


def _answers() -> bool:
    wanted = {"Accept": "application/activity+json"}
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/actor", headers=wanted)
    try:
        with urllib.request.urlopen(request, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except OSError:
        return False


def _start(folder: str) -> float:
    """Start the demo, wait for its answer, stop it; the seconds until it answered."""
    environment = {**os.environ, "PORT": str(PORT), "FEDI_DATA_DIR": folder}
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "fedi", "demo"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not _answers():
            assert process.poll() is None, "the demo ended by itself"
            assert time.monotonic() < started + 60, "the demo does not answer"
            time.sleep(0.01)
        return time.monotonic() - started
    finally:
        process.terminate()
        process.wait(20)


async def main() -> list[Row]:
    """Return the two starts of one demo."""
    with tempfile.TemporaryDirectory() as folder:
        first = await asyncio.to_thread(_start, folder)
        second = await asyncio.to_thread(_start, folder)
    return [
        Row("first start of the demo, seconds", first),
        Row("second start of the demo, seconds", second, at_most=2.0),
    ]
