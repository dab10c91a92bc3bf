"""Heads of requests: so large and no larger, so slow and no slower (trials 21, 31)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fedi.net import doorstep
from tests.hostile.peer import Town, town


def run(folder: Path, story: Any) -> None:
    async def main() -> None:
        async with town(folder) as here:
            await story(here)

    asyncio.run(main())


def get(here: Town, *lines: str, path: str = "") -> bytes:
    where = path or here.department.uri.removeprefix(here.origin)
    more = "".join(f"{line}\r\n" for line in lines)
    accept = "Accept: application/activity+json\r\n"
    host = f"Host: 127.0.0.1:{here.port}\r\n"
    return f"GET {where} HTTP/1.1\r\n{host}{accept}{more}Connection: close\r\n\r\n".encode()


def test_trial_31_a_head_over_the_limit_is_refused_without_being_kept(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        assert (await here.bytes(get(here, f"X: {'a' * 30_000}")))[0] == 200
        large = (
            get(here, f"X: {'a' * 33_000}"),
            get(here, *(f"X-{number}: a" for number in range(5_000))),
            get(here, path=f"/{'a' * 40_000}"),
            get(here, path=f"/actors?{'a' * 40_000}"),
        )
        for request in large:
            assert (await here.bytes(request))[0] == 431
        status, _ = await here.bytes(get(here, f"X: {'a' * 20_000_000}"))
        assert status in (0, 431)  # cut while still sending
        assert (await here.bytes(get(here)))[0] == 200

    run(tmp_path, story)


def test_trial_21_a_head_that_trickles_is_cut_at_its_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorstep, "HEAD_SECONDS", 0.4)

    async def story(here: Town) -> None:
        for first in (b"", b"GET / HTTP/1.1\r\nHost: a\r\n", get(here).replace(b"close", b"x")):
            reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
            writer.write(first)
            if first.endswith(b"\r\n\r\n"):  # a whole request, and then another that trickles
                await reader.readuntil(b"}")
                writer.write(b"G")
            async with asyncio.timeout(10):
                while True:
                    writer.write(b"X" if first else b"")
                    try:
                        if not await asyncio.wait_for(reader.read(65_536), 0.1):
                            break
                    except TimeoutError:
                        continue
                    except ConnectionError:
                        break
            writer.close()

    run(tmp_path, story)
