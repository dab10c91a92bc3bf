"""The cache of others' pictures: a hard bound, the longest unseen first, shared by processes."""

import asyncio
import io
import os
import shutil
import threading
from pathlib import Path

import pytest

from fedi.media.cache import HEADER, Cache
from tests.running import run

KIB = 1024


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("??/*"))


def seen(folder: Path, cache: Cache, address: str, moment: int) -> None:
    os.utime(cache._path(address), (moment, moment))


def content(cache: Cache, address: str) -> bytes | None:
    async def read() -> bytes | None:
        kept = await cache.find(address)
        if kept is None:
            return None
        try:
            return b"".join([chunk async for chunk in kept.chunks(0, kept.size)])
        finally:
            await kept.close()

    return run(read())


def keep(cache: Cache, address: str, size: int = 10 * KIB) -> bool:
    return run(cache.keep(address, "image/png", io.BytesIO(address.encode().ljust(size, b"x"))))


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", 100 * KIB)
    assert content(cache, "https://a.test/1") is None
    assert run(cache.keep("https://a.test/1", "image/webp", io.BytesIO(b"RIFF....WEBP")))
    kept = run(cache.find("https://a.test/1"))
    assert kept is not None
    assert (kept.media_type, kept.size) == ("image/webp", 12)
    run(kept.close())
    assert content(cache, "https://a.test/1") == b"RIFF....WEBP"
    assert content(cache, "https://a.test/2") is None


def test_the_bound_holds_whatever_is_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 100 * KIB)
    for number in range(60):
        assert keep(cache, f"https://a.test/{number}")
        assert bytes_in(tmp_path) <= 100 * KIB
    assert bytes_in(tmp_path) > 70 * KIB


def test_the_longest_unseen_goes_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 100 * KIB)
    for number in range(9):
        keep(cache, f"https://a.test/{number}")
        seen(tmp_path, cache, f"https://a.test/{number}", 1_000_000 + number)
    assert content(cache, "https://a.test/0") is not None  # looked at now
    keep(cache, "https://a.test/new")
    assert content(cache, "https://a.test/0") is not None
    assert content(cache, "https://a.test/1") is None
    assert content(cache, "https://a.test/new") is not None


def test_what_is_larger_than_the_cache_is_not_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 100 * KIB)
    keep(cache, "https://a.test/1")
    assert not keep(cache, "https://a.test/2", 99 * KIB)
    assert content(cache, "https://a.test/1") is not None


def test_a_full_disk_keeps_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    assert not keep(Cache(tmp_path, 100 * KIB, spare=1 << 60), "https://a.test/1")


def test_what_a_dead_process_began_is_swept_up(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 100 * KIB)
    keep(cache, "https://a.test/1")
    (tmp_path / "ab").mkdir(exist_ok=True)
    (tmp_path / "ab" / "half.part").write_bytes(bytes(90 * KIB))
    (tmp_path / "total").write_text("102400")  # it had noted what it meant to write
    keep(cache, "https://a.test/2")
    assert not (tmp_path / "ab" / "half.part").exists()
    assert content(cache, "https://a.test/1") is not None
    assert int((tmp_path / "total").read_text()) == bytes_in(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"x", b"image/png".ljust(HEADER), b"\xff" * 200])
def test_a_damaged_file_is_none(tmp_path: Path, damage: bytes) -> None:
    cache = Cache(tmp_path, 100 * KIB)
    keep(cache, "https://a.test/1")
    cache._path("https://a.test/1").write_bytes(damage)
    assert content(cache, "https://a.test/1") is None
    assert keep(cache, "https://a.test/1")
    assert content(cache, "https://a.test/1") is not None


def test_losing_all_of_it_loses_nothing(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", 100 * KIB)
    keep(cache, "https://a.test/1")
    shutil.rmtree(tmp_path / "cache")
    assert content(cache, "https://a.test/1") is None
    assert keep(cache, "https://a.test/1")


def test_many_writers_share_the_bound(tmp_path: Path) -> None:
    def write(mark: int) -> None:
        cache = Cache(tmp_path, 100 * KIB)
        for number in range(15):
            content = io.BytesIO(bytes(9 * KIB))
            asyncio.run(cache.keep(f"https://{mark}.test/{number}", "image/png", content))

    threads = [threading.Thread(target=write, args=(mark,)) for mark in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 60 * KIB < bytes_in(tmp_path) <= 100 * KIB


def test_a_draft_has_no_name_and_leaves_nothing(tmp_path: Path) -> None:
    draft = run(Cache(tmp_path / "cache", 100 * KIB).draft())
    draft.write(bytes(KIB))
    assert list((tmp_path / "cache").iterdir()) == []
    draft.close()
