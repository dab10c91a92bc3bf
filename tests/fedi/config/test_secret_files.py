"""Secret files: refused when others can read them, made once and for all."""

import os
import stat
import threading
from pathlib import Path

import pytest

from fedi.config import ConfigError, ensure_secret, read_secret


def kept(tmp_path: Path, mode: int = 0o600, content: bytes = b"hemmelig\n") -> Path:
    path = tmp_path / "session key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_secret_is_read_without_its_line_break(tmp_path: Path) -> None:
    assert read_secret(kept(tmp_path)) == b"hemmelig"
    assert read_secret(kept(tmp_path, mode=0o400)) == b"hemmelig"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o602, 0o601])
def test_a_secret_that_others_can_use_is_refused_with_the_command_to_run(
    tmp_path: Path, mode: int
) -> None:
    path = kept(tmp_path, mode)
    with pytest.raises(ConfigError) as caught:
        read_secret(path)
    assert f"mode {mode:04o}" in caught.value.sentence
    assert caught.value.sentence.endswith(f"Run: chmod 600 '{path}'")


def test_a_missing_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`fedi init` makes it"):
        read_secret(tmp_path / "none")


@pytest.mark.parametrize("content", [b"", b"\n", b"x" * 70_000])
def test_an_empty_or_huge_secret_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ConfigError):
        read_secret(kept(tmp_path, content=content))


def test_a_folder_or_pipe_in_place_of_a_secret_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for place in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ConfigError):
            read_secret(place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_secret_of_another_user_is_refused(tmp_path: Path) -> None:
    path = kept(tmp_path)
    os.chown(path, 12345, -1)
    with pytest.raises(ConfigError, match="belongs to another user"):
        read_secret(path)


def test_a_new_secret_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "session"
    assert ensure_secret(path, lambda: b"first") == b"first"
    assert ensure_secret(path, lambda: b"second") == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [found.name for found in path.parent.iterdir()] == ["session"]


def test_two_who_make_a_secret_at_once_end_with_the_same_one(tmp_path: Path) -> None:
    path = tmp_path / "session"
    results: list[bytes] = []
    meet = threading.Barrier(2)

    def make(value: bytes) -> bytes:
        meet.wait(60)  # both have seen that there is none yet
        return value

    threads = [
        threading.Thread(target=lambda v=v: results.append(ensure_secret(path, lambda: make(v))))
        for v in (b"one", b"two")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert results[0] == results[1]
