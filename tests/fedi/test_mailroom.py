"""The house's side of the outbox: changing keys, digests of followers, failures in words."""

import asyncio
from typing import Any

import pytest

from actors.errors import FetchError
from fedi.mailroom import no_answer
from fedi.net.failures import Reason, broken, refused
from fedi.store.engine import Engine
from outbox.deliver import deliver
from outbox.knocks import DialectMemory, Next
from outbox.leases import Delivery
from outbox.schedule import HOUR, Trouble
from outbox.synchronize import NO_FOLLOWERS, digest, read_header
from tests.outbox.post_office import NOW, URLS, Got, Inboxes, Office, key_of, remote_actor
from tests.running import run


@pytest.fixture
def office(engine: Engine) -> Office:
    return run(Office(engine).open())


def test_a_new_key_signs_at_the_hosts_that_took_its_update_and_the_old_one_elsewhere(
    office: Office,
) -> None:
    async def scene() -> None:
        async with Inboxes(lambda _: "202 OK") as peer:
            office.hosts.update({"a.test": peer.address, "b.test": peer.address})
            await office.followed_by(remote_actor(10, "a.test"), remote_actor(11, "b.test"))
            await office.send()
            await office.settle()
            del peer.got[:]
            peer.answer = lambda got: "202 OK" if got.host == "a.test" else "500 No"
            new = key_of(office.author, "key-2", 1, created=NOW, active_from=NOW + 48 * HOUR)
            await office.put(new)
            await office.send()
            await office.send("Update", about=office.author.uri, post_id=None)
            await office.settle()

            def keys_at(host: str) -> list[tuple[str, str]]:
                return [(kind(got), key_id(got)) for got in peer.got if got.host == host]

            assert keys_at("a.test") == [("Update", "main-key"), ("Create", "key-2")]
            assert set(keys_at("b.test")) == {("Update", "main-key")}
            peer.answer = lambda _: "202 OK"
            office.clock.time += 48 * HOUR
            del peer.got[:]
            await office.settle()
            office.clock.time += HOUR
            await office.settle()
            assert keys_at("b.test") == [("Update", "key-2"), ("Create", "key-2")]

    run(scene())


def test_a_host_that_never_had_anything_of_ours_gets_the_key_that_it_can_look_up(
    office: Office,
) -> None:
    async def scene() -> None:
        async with Inboxes(lambda _: "202 OK") as peer:
            office.hosts["new.test"] = peer.address
            await office.followed_by(remote_actor(10, "new.test"))
            new = key_of(office.author, "key-2", 1, created=NOW, active_from=NOW + 48 * HOUR)
            await office.put(new)
            await office.send()
            await office.settle()
            assert [key_id(got) for got in peer.got] == ["key-2"]

    run(scene())


def kind(got: Got) -> str:
    return got.body.decode().partition('"type": "')[2].partition('"')[0]


def key_id(got: Got) -> str:
    return got.headers["signature"].partition('keyId="')[2].partition('"')[0].rpartition("#")[2]


def test_the_digest_is_of_those_who_follow_from_that_host(office: Office) -> None:
    there = [remote_actor(n, "a.test") for n in (10, 11)]

    async def scene() -> None:
        await office.followed_by(*there, remote_actor(12, "b.test"))
        await office.followed_by(remote_actor(13, "a.test"), state="pending")
        async with office.mailroom() as mailroom:
            at_a, at_c = await asyncio.gather(
                mailroom.synchronization(1, "a.test"), mailroom.synchronization(1, "c.test")
            )
        found = read_header(at_a)
        assert found is not None
        assert found.digest == digest(actor.uri for actor in there)
        assert found.collection == URLS.actor(1, "followers")
        assert found.url == URLS.actor(1, "synchronization")
        other = read_header(at_c)
        assert other is not None
        assert other.digest == NO_FOLLOWERS

    run(scene())


def test_many_deliveries_at_once_read_the_followers_once(office: Office) -> None:
    reads: list[Any] = []

    class Counting:
        dialect = office.engine.dialect

        async def read(self, query: Any) -> Any:
            reads.append(query)
            return await office.engine.read(query)

    async def scene() -> None:
        async with office.mailroom() as mailroom:
            mailroom.engine = Counting()  # type: ignore[assignment]
            await asyncio.gather(*(mailroom.synchronization(1, f"h{n}.test") for n in range(300)))
            assert len(reads) == 1
            office.clock.time += HOUR
            await mailroom.synchronization(1, "a.test")
            assert len(reads) == 2

    run(scene())


@pytest.mark.parametrize(
    ("error", "trouble", "sent", "final"),
    [
        (broken(Reason.SLOW), Trouble.TIMEOUT, True, False),
        (broken(Reason.RESET), Trouble.REFUSED, True, False),
        (broken(Reason.CONNECT), Trouble.REFUSED, False, False),
        (refused(Reason.TLS), Trouble.TLS, False, False),
        (broken(Reason.DNS), Trouble.DNS, False, False),
        (refused(Reason.ADDRESS), Trouble.DNS, False, False),
        (refused(Reason.NO_NAME), Trouble.NO_SUCH_NAME, False, False),
        (refused(Reason.PROTOCOL), Trouble.REFUSED, True, False),
        (refused(Reason.PORT), Trouble.REFUSED, False, True),
        (refused(Reason.OWN), Trouble.REFUSED, False, True),
        (broken(Reason.BUSY), None, False, False),
        (broken(Reason.CLOSED), None, False, False),
    ],
)
def test_each_failure_of_the_sender_says_what_it_means_for_the_host(
    error: FetchError, trouble: Trouble | None, sent: bool, final: bool
) -> None:
    found = no_answer(error)
    assert (found.trouble, found.sent, found.final) == (trouble, sent, final)


def test_a_peer_that_does_not_answer_in_time_is_a_timeout_of_unknown_outcome(
    office: Office,
) -> None:
    async def never(_: Got) -> str:
        await asyncio.Event().wait()
        return ""

    async def scene() -> None:
        async with Inboxes(never) as peer:
            office.hosts["a.test"] = peer.address
            async with office.mailroom(deadline=0.05) as mailroom:
                one = Delivery(
                    id=1, activity_id=1, actor_id=1, kind="Create", host="a.test", shared=False,
                    inbox="http://a.test/inbox", body=b"{}", created=NOW,
                )  # fmt: skip
                done = await deliver(one, 1, DialectMemory(), mailroom)
            assert done.verdict is not None
            assert (done.verdict.next, done.uncertain) == (Next.LATER, True)
            assert done.verdict.outcome.trouble is Trouble.TIMEOUT

    run(scene())
