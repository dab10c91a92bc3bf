"""HTTP itself: slow bodies, two lengths, two hosts, broken lines (trials 21, 22, 29)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from inbox import endpoints
from tests.hostile.peer import Town, activity, town


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


def test_trial_21_a_body_that_trickles_is_cut_at_its_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "BODY_SECONDS", 0.3)

    async def story(here: Town) -> None:
        head = (
            f"POST /inbox HTTP/1.1\r\nHost: 127.0.0.1:{here.port}\r\nContent-Length: 1000\r\n"
            "Content-Type: application/activity+json\r\nConnection: close\r\n\r\n{"
        )
        status, said = await here.bytes(head.encode())
        assert status == 503, said

    run(tmp_path, story)


def test_trial_29_what_two_readers_may_take_differently_is_refused(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        host = f"Host: 127.0.0.1:{here.port}\r\n"
        post = f"POST /inbox HTTP/1.1\r\n{host}Content-Type: application/activity+json\r\n"
        two = (
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
            "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "X : a\r\n\r\n",
            "X: a\r\n folded\r\n\r\n",
            "Content-Length: +3\r\n\r\nabc",
            "Content-Length: 0x3\r\n\r\nabc",
        )
        for rest in two:
            status, said = await here.bytes((post + rest).encode())
            assert status == 400, (rest, said)
            assert said.count(b"HTTP/1.1") == 1
        body = activity("Follow", alice, here.department.uri)
        status, said = await here.post(alice, body, headers=(("Host", "evil.test"),))
        assert status == 401, said
        signed = here.signed("POST", "/inbox", b"{}", alice)
        kind = ("Content-Type", "application/activity+json")
        for name in ("Date", "Digest", "Signature", "Host"):
            twice = (*signed, kind, next(pair for pair in signed if pair[0] == name))
            status, said = await here.raw("POST", "/inbox", twice, b"{}")
            assert status == 401, (name, said)
        elsewhere = [(n, "evil.test" if n == "Host" else v) for n, v in signed]
        status, said = await here.raw("POST", "/inbox", (*elsewhere, kind), b"{}")
        assert status == 401, said
        assert here.hostile.asked == []

    run(tmp_path, story)


def test_trial_22_a_request_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        head = "".join(f"{n}: {v}\r\n" for n, v in here.signed("POST", "/inbox", b"{}", alice))
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        kind = "Content-Type: application/activity+json\r\nContent-Length: 2\r\n\r\n{"
        writer.write(f"POST /inbox HTTP/1.1\r\n{head}{kind}".encode())
        await writer.drain()
        writer.transport.abort()
        del reader
        assert (await here.bytes(get(here)))[0] == 200
        assert await here.number("SELECT count(*) FROM arrival") == 0

    run(tmp_path, story)


def test_trial_31_an_id_longer_than_any_address_is_refused_before_anything(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        long = f"{alice.uri}/{'a' * 100_000}"
        for more in ({"id": long}, {"actor": long}, {"actor": {"id": long}}):
            follow = {**activity("Follow", alice, here.department.uri), **more}
            status, said = await here.post(alice, follow)
            assert status == 400, said
        assert here.hostile.asked == []

    run(tmp_path, story)
