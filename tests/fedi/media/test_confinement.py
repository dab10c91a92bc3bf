"""The walls around whatever reads strangers' files, tried from inside by a process of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fedi.media.confinement import program
from fedi.media.worker import readable
from tests.lacking import lacking

ROOT = Path(__file__).resolve().parents[3]
INSIDE = """
import os, resource, signal, socket, sys
from pathlib import Path
from fedi.media.confinement import Bounds, confine
from fedi.media.worker import readable
folder, outside = Path(sys.argv[1]), Path(sys.argv[2])
lacks = confine(Bounds(2 << 30, 5, 1_000_000), readable(), folder)
assert not lacks, f"LACKS {lacks}"
def refused(what, *errors):
    try:
        what()
    except errors or (OSError,):
        return
    raise AssertionError("it was let")
"""
TRIES = {
    "no network": "refused(socket.socket); refused(lambda: socket.socket(socket.AF_UNIX))",
    "no data of ours": "refused(lambda: outside.read_bytes()); refused(lambda: os.listdir('/'))",
    "no passwords": "refused(lambda: open('/etc/passwd')); refused(lambda: open('/etc/shadow'))",
    "no writing elsewhere": "refused(lambda: (outside.parent / 'new').write_text('x'))",
    "no removing elsewhere": "refused(outside.unlink)",
    "no links": "refused(lambda: (folder / 'link').symlink_to('/etc/passwd'))",
    "no links to outside": "refused(lambda: (folder / 'hard').hardlink_to(outside))",
    "no pipes": "refused(lambda: os.mkfifo(folder / 'pipe'))",
    "no signals": "refused(lambda: os.kill(os.getppid(), signal.SIGTERM))",
    "no large files": (
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "refused(lambda: (folder / 'big').write_bytes(bytes(2_000_000)))"
    ),
    "no more memory": "refused(lambda: bytearray(3 << 30), MemoryError)",
    "no other's memory": "refused(lambda: open(f'/proc/{os.getppid()}/mem', 'rb'))",
    "its own folder": "(folder / 'made').write_text('x'); assert (folder / 'made').read_text()",
    "no way out for children": (
        "import subprocess\n"
        "assert subprocess.run(['/bin/cat', str(outside)], stderr=-3).returncode == 1\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    refused(lambda: socket.socket())\n"
        "    os._exit(7)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7"
    ),
}


def run_inside(tmp_path: Path, code: str) -> subprocess.CompletedProcess[bytes]:
    folder, outside = tmp_path / "folder", tmp_path / "data" / "fedi.db"
    folder.mkdir()
    outside.parent.mkdir()
    outside.write_text("hemmelig")
    return subprocess.run(
        [sys.executable, "-c", INSIDE + code, str(folder), str(outside)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("what", TRIES)
def test_from_inside_there_is(tmp_path: Path, what: str) -> None:
    done = run_inside(tmp_path, TRIES[what])
    if b"LACKS" in done.stderr:
        lacking("the walls around readers of media: this kernel has no Landlock or seccomp")
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.slow
def test_processor_time_ends(tmp_path: Path) -> None:
    spin = "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass"
    assert run_inside(tmp_path, spin).returncode < 0


def test_nothing_readable_holds_data_of_ours() -> None:
    places = [str(place) for place in readable()]
    assert str(ROOT) not in places
    assert "/" not in places
    assert not any(place.startswith(("/etc/passwd", "/home", "/root/", "/var/lib")) for place in
                   places if not place.startswith((sys.prefix, sys.base_prefix)))  # fmt: skip


def test_the_filter_refuses_another_architecture_s_calls_first() -> None:
    code = program(0xC000003E, (41,))
    assert len(code) % 8 == 0
    assert code[:8] == b"\x20\0\0\0\x04\0\0\0"  # load the architecture
    assert code[-8:] == b"\x06\0\0\0\0\0\xff\x7f"  # let all else
