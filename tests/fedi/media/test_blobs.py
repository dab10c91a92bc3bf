"""Files by name, on disk and in a bucket: the same contract, tried on both."""

import asyncio
import importlib.util
import io
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from actors.errors import NotFound
from fedi.app import opened_house
from fedi.config import Config, ConfigError, load
from fedi.config.settings import Media as Settings
from fedi.config.settings import Server
from fedi.media.attachments import Given
from fedi.media.blobs import CHUNK, Blobs, DiskBlobs, folder_of
from fedi.media.storage import blobs_of
from fedi.organisation import find_actor
from tests.fedi.house_on_disk import HouseOnDisk
from tests.fedi.media import made
from tests.lacking import lacking
from tests.ports import free_port
from tests.running import run

BUCKET = "elvestrand"


@pytest.fixture(scope="session")
def bucket() -> Iterator[str]:
    """The address of a store that speaks S3, with one bucket in it."""
    if not (importlib.util.find_spec("moto") and importlib.util.find_spec("obstore")):
        lacking("files in S3: obstore or moto is not installed")
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                asked = urllib.request.Request(f"{address}/{BUCKET}", method="PUT")
                with urllib.request.urlopen(asked, timeout=60):
                    break
            except OSError:
                assert server.poll() is None
                time.sleep(0.05)
        yield address
    finally:
        server.kill()
        server.wait()


def in_bucket(address: str, folder: Path, **more: object) -> Config:
    secret = folder / "s3"
    secret.write_text("hemmelig")
    secret.chmod(0o600)
    settings = Settings(
        storage="s3",
        s3_endpoint=address,
        s3_bucket=BUCKET,
        s3_prefix=folder.name,
        s3_access_key_id="nokkel",
        s3_secret_key_file=secret,
    )
    return Config(media=replace(settings, **more))  # type: ignore[arg-type]


@pytest.fixture(params=["disk", pytest.param("s3", marks=pytest.mark.slow)])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "disk":
        return blobs_of(Config(server=Server(data_dir=tmp_path / "data")))
    return blobs_of(in_bucket(request.getfixturevalue("bucket"), tmp_path))


def put(blobs: Blobs, tmp_path: Path, name: str, content: bytes) -> None:
    source = tmp_path / f"source-{name}"
    source.write_bytes(content)
    run(blobs.put(name, source))


def content(blobs: Blobs, name: str, start: int = 0, length: int | None = None) -> bytes:
    async def read() -> bytes:
        blob = await blobs.open(name)
        try:
            wanted = blob.size if length is None else length
            return b"".join([chunk async for chunk in blob.chunks(start, wanted)])
        finally:
            await blob.close()

    return run(read())


def test_what_is_put_is_there_whole_and_in_parts(blobs: Blobs, tmp_path: Path) -> None:
    data = bytes(range(256)) * (CHUNK // 128)
    put(blobs, tmp_path, "a.bin", data)
    assert content(blobs, "a.bin") == data
    assert content(blobs, "a.bin", 300, 5) == data[300:305]
    assert content(blobs, "a.bin", len(data) - 1, 1) == data[-1:]
    assert content(blobs, "a.bin", 0, 0) == b""


def test_a_copy_outlives_what_it_was_made_of(blobs: Blobs, tmp_path: Path) -> None:
    put(blobs, tmp_path, "a.bin", b"innhold")
    run(blobs.copy("a.bin", "b.bin"))
    run(blobs.remove(["a.bin", "never.bin"]))
    assert content(blobs, "b.bin") == b"innhold"
    with pytest.raises(NotFound):
        run(blobs.open("a.bin"))


def test_it_is_fetched_to_a_file_here(blobs: Blobs, tmp_path: Path) -> None:
    put(blobs, tmp_path, "a.bin", b"innhold" * 100_000)
    run(blobs.fetch("a.bin", tmp_path / "here"))
    assert (tmp_path / "here").read_bytes() == b"innhold" * 100_000


def test_what_is_not_there_is_not_found(blobs: Blobs, tmp_path: Path) -> None:
    for deed in (
        blobs.open("never.bin"),
        blobs.fetch("never.bin", tmp_path / "x"),
        blobs.copy("never.bin", "y.bin"),
    ):
        with pytest.raises(NotFound):
            run(deed)
    assert not (tmp_path / "x").exists()


def test_on_disk_nobody_else_reads_it_and_no_link_is_followed(tmp_path: Path) -> None:
    config = Config(server=Server(data_dir=tmp_path / "data"))
    blobs = DiskBlobs(folder_of(config))
    put(blobs, tmp_path, "a.bin", b"x")
    assert (folder_of(config) / "a.bin").stat().st_mode & 0o077 == 0
    assert folder_of(config).stat().st_mode & 0o077 == 0
    (folder_of(config) / "link").symlink_to("/etc/passwd")
    (folder_of(config) / "folder").mkdir()
    for name in ("link", "folder"):
        with pytest.raises(NotFound):
            run(blobs.open(name))


def test_a_store_without_its_settings_is_refused(tmp_path: Path) -> None:
    for lack in ({"s3_bucket": ""}, {"s3_access_key_id": ""}, {"s3_secret_key_file": None}):
        with pytest.raises(ConfigError, match="s3_bucket"):
            blobs_of(in_bucket("http://127.0.0.1:1", tmp_path, **lack))


@pytest.mark.slow
def test_a_house_keeps_its_files_in_the_bucket_and_takes_them_out_again(
    bucket: str, house: HouseOnDisk, tmp_path: Path
) -> None:
    async def work() -> None:
        config = replace(
            load(house.folder / "config.toml", {}), media=in_bucket(bucket, tmp_path).media
        )
        async with opened_house(config) as opened:
            team = await find_actor(opened.performer, "ikt_teamet")
            for data in (made.picture(), made.animation()):
                one = await opened.media.upload(team, Given(file=io.BytesIO(data)))
                while await opened.media.work():
                    continue
                one = await opened.media.get(team, one.id)
                assert one.state == "ready"
                blob = await opened.media.blobs.open(one.name)
                assert blob.size == one.size
                await opened.media.delete(team, one.id)
                with pytest.raises(NotFound):
                    await opened.media.blobs.open(one.name)
            assert not (house.folder / "media").exists()

    asyncio.run(work())
