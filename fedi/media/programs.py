"""Runs ffmpeg and poppler from inside the child process, whose walls they inherit and whose end."""

import ctypes
import signal
import subprocess
from typing import Final

_DEATH_SIGNAL: Final = 1
_libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent() -> None:
    """Have the kernel kill this process when the one that started it ends (prctl(2))."""
    _libc.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def run(command: list[str], folder: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a program in a folder to its end; the words are ours, and no shell reads them."""
    return subprocess.run(  # noqa: S603
        command, cwd=folder, capture_output=True, check=False, preexec_fn=end_with_parent
    )
