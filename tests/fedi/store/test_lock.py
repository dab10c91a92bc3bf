"""One supervisor to a data folder (security.md trial 9)."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fedi.store.engine import CannotOpen
from fedi.store.lock import only_supervisor

_HOLDS = """
import os, sys, time
from pathlib import Path
from fedi.store.lock import only_supervisor
with only_supervisor(Path(sys.argv[1])):
    child = os.fork() if sys.argv[2] == "forks" else 1
    print(child if child else "", flush=True) if child else None
    time.sleep(60)
"""


def _start(folder: Path, how: str) -> tuple["subprocess.Popen[str]", int]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(folder), how], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def _kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_a_second_supervisor_is_refused_and_told_which_process_holds_it(tmp_path: Path) -> None:
    process, _ = _start(tmp_path, "alone")
    try:
        with (
            pytest.raises(CannotOpen, match=f"process {process.pid}\\) already runs"),
            only_supervisor(tmp_path),
        ):
            raise AssertionError
    finally:
        _kill(process)


def test_the_lock_is_free_again_after_kill_9(tmp_path: Path) -> None:
    process, _ = _start(tmp_path, "alone")
    _kill(process)
    with only_supervisor(tmp_path):
        assert (tmp_path / "fedi.lock").read_text() == f"{os.getpid()}\n"


def test_a_process_forked_by_the_supervisor_keeps_the_lock_alive(tmp_path: Path) -> None:
    process, child = _start(tmp_path, "forks")
    _kill(process)
    with pytest.raises(CannotOpen), only_supervisor(tmp_path):
        raise AssertionError
    os.kill(child, signal.SIGKILL)


def test_leaving_the_block_frees_the_folder(tmp_path: Path) -> None:
    for _ in range(2):
        with only_supervisor(tmp_path), pytest.raises(CannotOpen), only_supervisor(tmp_path):
            raise AssertionError("two at once")
