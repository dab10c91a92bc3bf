"""A flood by nobody in particular: what one address can make us do before it proves anything."""

import asyncio
import socket
from pathlib import Path
from typing import Any

from fedi.roles import run_roles
from tests.hostile.peer import ACTIVITY, EVIL, GOOD, NAMES, Town, activity, rsa, town

ELSEWHERE = ("X-Forwarded-For", "203.0.113.9")


def run(folder: Path, story: Any, **federation: Any) -> None:
    async def main() -> None:
        async with town(folder, **federation) as here:
            here.clock.stopped = here.clock.now()  # what a second allows, a slow machine takes long
            await story(here)

    asyncio.run(main())


async def unsigned(here: Town, *headers: tuple[str, str]) -> tuple[int, str]:
    host = ("Host", here.authority)
    status, said = await here.raw("POST", "/inbox", (host, ("Content-Type", ACTIVITY), *headers))
    return status, said.partition(b"\r\n\r\n")[0].decode().lower()


def test_trial_29_who_fails_too_often_is_told_429_and_others_are_heard(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        for _ in range(20):
            assert (await unsigned(here))[0] == 401
        status, head = await unsigned(here)
        assert status == 429
        assert "\r\nretry-after: 1" in head
        follow = activity("Follow", alice, here.department.uri)
        assert (await here.post(alice, follow))[0] == 429
        assert (await here.get(f"/posts/{7:018d}", alice))[0] == 429
        assert here.hostile.asked == []
        status, said = await here.post(alice, follow, headers=(ELSEWHERE,))
        assert status == 202, said
        here.clock.ahead += 2_000
        assert (await here.post(alice, activity("Follow", alice, here.department.uri)))[0] == 202

    run(tmp_path, story, failures_per_address=1)


def test_trial_29_nobody_chooses_whose_address_it_is(tmp_path: Path) -> None:
    """The last that a proxy wrote counts; what came with the request stands before it."""

    async def story(here: Town) -> None:
        for number in range(20):
            forged = ("X-Forwarded-For", f"198.51.100.{number}, 203.0.113.9")
            assert (await unsigned(here, forged))[0] == 401
        assert (await unsigned(here, ("X-Forwarded-For", "8.8.8.8, 203.0.113.9")))[0] == 429
        network = ("X-Forwarded-For", "2001:db8:1:2::1"), ("X-Forwarded-For", "2001:db8:1:2::99")
        for number in range(20):
            assert (await unsigned(here, network[number % 2]))[0] == 401
        assert (await unsigned(here, network[0]))[0] == 429
        assert (await unsigned(here, ("X-Forwarded-For", "2001:db8:1:3::1")))[0] == 401

    run(tmp_path, story, failures_per_address=1)


def test_s13_a_flood_of_forged_names_makes_us_fetch_few_keys(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        mallory = here.hostile.stranger("mallory", EVIL, 1)
        statuses = []
        for host in NAMES[3:]:
            victim = here.hostile.stranger("victim", host)
            follow = activity("Follow", victim, here.department.uri)
            status, _ = await here.post(mallory, follow, key_id=victim.key_id, key=rsa(1))
            statuses.append(status)
        assert set(statuses) == {401, 429}
        assert statuses.count(401) == len(here.hostile.asked) == 3
        honest = here.hostile.stranger()
        follow = activity("Follow", honest, here.department.uri)
        assert (await here.post(honest, follow, headers=(ELSEWHERE,)))[0] == 202

    run(tmp_path, story, failures_per_address=2)


def test_s13_keys_that_hold_are_fetched_as_they_come(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        for number in range(8):
            somebody = here.hostile.stranger(f"s{number}", NAMES[number])
            follow = activity("Follow", somebody, here.department.uri)
            assert (await here.post(somebody, follow))[0] == 202

    run(tmp_path, story, failures_per_address=1)


def test_a_flood_without_any_failure_is_slowed_too(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        statuses = []
        for _ in range(12):  # each is about itself, and so never checked
            large = {**activity("Delete", alice, alice.uri), "x": "a" * 600_000}
            statuses.append((await here.post(alice, large))[0])
        assert set(statuses) == {202, 429}
        assert 9 <= statuses.count(202) <= 11

    run(tmp_path, story, rate_per_address=10)


def test_at_a_socket_in_the_file_system_the_proxy_tells_whose_requests_they_are(
    tmp_path: Path,
) -> None:
    async def story(here: Town) -> None:
        path = str(tmp_path / "s")
        stop = asyncio.Event()
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(path)
            door.listen()
            door.setblocking(False)
            serving = asyncio.create_task(run_roles(here.house, ["web"], [door], stop))

            async def ask(*peers: str) -> bytes:
                reader, writer = await asyncio.open_unix_connection(path)
                lines = "".join(f"X-Forwarded-For: {peer}\r\n" for peer in peers)
                kind = f"Content-Type: {ACTIVITY}\r\nConnection: close\r\n"
                head = f"POST /inbox HTTP/1.1\r\nHost: {here.authority}\r\n{lines}{kind}\r\n"
                writer.write(head.encode())
                said = await reader.read()
                writer.close()
                return said[9:12]

            assert [await ask("203.0.113.9") for _ in range(20)] == [b"401"] * 20
            assert await ask("198.51.100.1", "203.0.113.9") == b"429"
            assert await ask("203.0.113.10") == b"401"
            assert await ask() == b"401"
            stop.set()
            await serving

    run(tmp_path, story, failures_per_address=1)


def test_whom_a_policy_keeps_out_administrators_see_once_an_hour_and_not_many(
    tmp_path: Path,
) -> None:
    """Whoever is kept out may name any host, and must not fill the database with them."""

    async def story(here: Town) -> None:
        seen = "SELECT host, code, sentence FROM refused ORDER BY id"
        alice = here.hostile.stranger()
        follow = activity("Follow", alice, here.department.uri)
        for _ in range(2):
            assert (await here.post(alice, follow))[0] == 403
        kept_out = (GOOD, "turned_away", f"{GOOD} is not on the list of those allowed here.")
        assert await here.sql(seen) == [kept_out]
        here.clock.ahead = 1_800_000
        assert (await here.post(alice, follow))[0] == 403
        assert await here.sql(seen) == [kept_out]
        here.clock.ahead = 3_600_000 + 60_000
        for number in range(150):
            named = f"http://stranger{number}.test/users/a#main-key"
            assert (await here.post(alice, follow, key_id=named))[0] == 403
        assert await here.number("SELECT count(*) FROM refused") == 101
        assert here.hostile.asked == []

    run(tmp_path, story, mode="allowlist")


def test_who_sends_too_fast_is_seen_by_administrators(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        large = activity("Follow", alice, here.department.uri, summary="x" * 700_000)
        assert (await here.post(alice, large))[0] == 429, "more than a bucket holds"
        assert await here.sql("SELECT host, code FROM refused") == [(GOOD, "too_many")]

    run(tmp_path, story, rate_per_host=1)
