"""This machine: what is looked at without opening the database."""

import resource
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from fedi.checkup import installation
from fedi.checkup.findings import State
from fedi.config import Config, Lab, Server
from fedi.config.settings import Media
from fedi.store.lock import is_held, only_supervisor


def at(folder: Path, **more: object) -> Config:
    return Config(server=Server(data_dir=folder, listen="127.0.0.1:0", **more))  # type: ignore[arg-type]


def test_our_packages_are_found_to_be_ours() -> None:
    assert installation.packages().state is State.OK


def test_a_folder_that_is_not_there_or_open_to_others_is_told(tmp_path: Path) -> None:
    missing = list(installation.folders(at(tmp_path / "x")))
    assert [one.state for one in missing] == [State.BROKEN]
    tmp_path.chmod(0o755)
    config = at(tmp_path)
    assert [one.state for one in installation.folders(config)] == [State.ATTENTION]
    lab = replace(config, lab=Lab(enabled=True))
    assert [one.state for one in installation.folders(lab)] == [State.OK]


def test_the_disk_is_measured(tmp_path: Path) -> None:
    assert "MiB free" in installation.disk(tmp_path).sentence
    assert installation.disk(tmp_path / "x").state is State.BROKEN


def test_too_few_open_files_are_told() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    try:
        assert installation.open_files().state is State.ATTENTION
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_server_that_runs_is_noticed_by_its_lock(tmp_path: Path) -> None:
    config = at(tmp_path)
    assert not is_held(tmp_path)
    with only_supervisor(tmp_path):
        assert is_held(tmp_path)
        assert "It runs" in installation.listener(config).sentence
    assert not is_held(tmp_path)


def test_an_address_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config = Config(server=Server(data_dir=tmp_path, listen=f"127.0.0.1:{port}"))
        assert installation.listener(config).state is State.BROKEN


def test_a_socket_file_is_nobodys_port(tmp_path: Path) -> None:
    config = Config(server=Server(data_dir=tmp_path, listen="unix:/run/fedi/web.sock"))
    assert installation.listener(config).state is State.OK


def test_programs_that_are_missing_are_named_and_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installation.media(at(tmp_path)).what == "media"
    monkeypatch.setenv("PATH", str(tmp_path))
    found = installation.media(at(tmp_path))
    assert found.state is State.ATTENTION
    assert "ffmpeg, ffprobe, pdftoppm missing" in found.sentence


def test_a_store_for_files_that_lacks_its_settings_is_broken(tmp_path: Path) -> None:
    config = replace(at(tmp_path), media=Media(storage="s3"))
    assert installation.media(config).state is State.BROKEN


def test_a_machine_that_can_t_read_pictures_is_told_to_be_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "msgspec.py").write_text("raise ImportError")
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    found = installation.media(at(tmp_path))
    assert (found.state, found.what) == (State.BROKEN, "media")
