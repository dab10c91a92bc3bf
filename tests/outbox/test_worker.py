"""The delivery worker over real HTTP: what reaches whom, in which order, whatever breaks."""

import asyncio
import contextlib
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from actors.posts import Visibility
from fedi.mailroom import HouseMailroom
from fedi.store.engine import Engine
from outbox.leases import Report, Turn
from outbox.schedule import DAY, HOUR, MINUTE, SECOND
from outbox.worker import Worker
from tests.outbox.post_office import NOW, URLS, Got, Inboxes, Office, remote_actor
from tests.running import run


@pytest.fixture
def office(engine: Engine) -> Office:
    return run(Office(engine).open())


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let a test hold thousands of sockets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16_384), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.asynccontextmanager
async def working(office: Office, **options: Any) -> AsyncIterator[tuple[Worker, HouseMailroom]]:
    """A worker that runs until the block ends."""
    how = {name: options.pop(name) for name in ("moment", "in_flight") if name in options}
    async with office.mailroom(**options) as mailroom:
        worker = Worker(mailroom, per_host=mailroom.per_host, **how)
        running = asyncio.create_task(worker.run(grace=0.2))
        try:
            yield worker, mailroom
        finally:
            worker.stop()
            await running


async def until(true: Any) -> None:
    async with asyncio.timeout(240):
        while not (await true() if asyncio.iscoroutinefunction(true) else true()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def lead(office: Office, peer: Inboxes, *hosts: str) -> None:
    office.hosts.update(dict.fromkeys(hosts, peer.address))


async def due(office: Office) -> int:
    """Return when something is next to be done."""
    ((when,),) = await office.ask("SELECT min(due) FROM host")
    return int(when)


def test_every_inbox_gets_a_post_once_and_the_author_is_told(office: Office) -> None:
    async def scene() -> None:
        async with Inboxes() as peer:
            hosts = [f"h{n}.test" for n in range(7)]
            lead(office, peer, *hosts)
            await office.followed_by(*(remote_actor(10 + n, hosts[n % 7]) for n in range(60)))
            uri = await office.send()
            await office.settle()
            assert len(peer.got) == 60
            assert set(peer.times().values()) == {1}
            assert set(peer.ids) == {uri}
            told = await office.ask("SELECT total, delivered, failed FROM activity")
            assert told == [(60, 60, 0)]

    run(scene())


def test_dependent_activities_arrive_in_order_while_others_pass_by(office: Office) -> None:
    async def slowly(got: Got) -> str:
        await asyncio.sleep(0.05 if b"Create" in got.body else 0)
        return "202 Accepted"

    async def scene() -> None:
        async with Inboxes(slowly) as peer:
            lead(office, peer, "a.test", "b.test")
            await office.followed_by(remote_actor(10, "a.test"), remote_actor(11, "b.test"))
            async with working(office) as (_, mailroom):
                sent: list[list[str]] = []
                for number in range(100, 106):
                    post: dict[str, Any] = {"about": URLS.post(number), "post_id": number}
                    create = await office.send("Create", **post)
                    mailroom.bus.wake("outbox")
                    await until(lambda: peer.ids.count(create) == 2)  # noqa: B023
                    # Its answer is still out, so nobody knows whether it was taken.
                    update = await office.send("Update", **post)
                    delete = await office.send("Delete", **post)
                    mailroom.bus.wake("outbox")
                    sent.append([create, update, delete])
                await until(_nothing_waits(office))
            for host in ("a.test", "b.test"):
                came = [one.id for one in peer.got if one.host == host]
                for activities in sent:
                    mine = [uri for uri in came if uri in activities]
                    assert mine == [uri for uri in activities if uri in mine]
                    assert (mine[0], mine[-1]) == (activities[0], activities[-1])

    run(scene())


def _nothing_waits(office: Office) -> Any:
    async def asked() -> bool:
        ((rows, jobs),) = await office.ask(
            "SELECT (SELECT count(*) FROM delivery WHERE state = 0), (SELECT count(*) FROM fanout)"
        )
        return bool(rows == jobs == 0)

    return asked


@pytest.mark.whole
def test_a_thousand_hosts_that_never_answer_do_not_hold_up_ten_that_do(
    office: Office, many_files: None
) -> None:
    async def never(_: Got) -> str:
        await asyncio.Event().wait()
        return ""

    async def scene() -> None:
        async with Inboxes(never) as holes, Inboxes() as good:
            black = [f"b{n:04}.test" for n in range(1_000)]
            fine = [f"z{n}.test" for n in range(10)]  # last in the queue
            lead(office, holes, *black)
            lead(office, good, *fine)
            await office.followed_by(
                *(remote_actor(10 + n, host) for n, host in enumerate((*black, *fine)))
            )
            async with working(office, deadline=600.0, moment=0.05) as (worker, mailroom):
                await office.send()
                mailroom.bus.wake("outbox")
                most = 0

                async def all_good() -> bool:
                    nonlocal most
                    most = max(most, worker.under_way)
                    ((delivered,),) = await office.ask("SELECT delivered FROM activity")
                    return bool(delivered == 10)

                await until(all_good)
                assert len(good.got) == 10
                assert most <= 256 * 5
                tried = await office.ask("SELECT count(*) FROM delivery WHERE tries > 0")
                assert tried == [(0,)], "a black hole's deadline passed before the good ones"

    run(scene())


@pytest.mark.whole
def test_a_peer_down_for_six_days_gets_everything_in_order_and_few_probes(office: Office) -> None:
    async def scene() -> None:
        peer = Inboxes()
        async with peer:
            lead(office, peer, "a.test")
        await office.followed_by(remote_actor(10, "a.test"))
        sent: list[str] = []
        back = NOW + 6 * DAY
        async with office.mailroom(per_host=4) as mailroom:
            worker = Worker(mailroom, per_host=4)
            next_post = NOW
            while office.clock.time < back:
                if office.clock.time >= next_post:
                    number = 100 + len(sent)
                    about = URLS.post(number)
                    sent.append(await office.send(about=about, post_id=number))
                    next_post += 6 * HOUR
                await worker.settle()
                when = await due(office)
                office.clock.time = max(office.clock.time + 1, min(when, next_post, back))
            ((probes,),) = await office.ask("SELECT sum(tries) FROM delivery")
            assert len(sent) == 24
            assert probes <= 170
            async with peer:
                moments = []
                while len(peer.got) < len(sent):
                    before = len(peer.got)
                    await worker.settle()
                    moments += [office.clock.time] * (len(peer.got) - before)
                    office.clock.time = max(office.clock.time + 1, await due(office))
        assert peer.ids == sent
        assert moments[1] - moments[0] >= SECOND  # a slow start

    run(scene())


@pytest.mark.parametrize(
    ("said", "wait"),
    [("90", 90 * SECOND), ("Mon, 24 Nov 2025 16:10:00 GMT", 10 * MINUTE),
     ("1000000000", DAY), ("-5", 5 * SECOND), ("soon", 5 * SECOND)],
)  # fmt: skip
@pytest.mark.parametrize("status", ["429 Slow", "503 Down"])
def test_retry_after_is_honoured_within_a_second_and_a_day(
    office: Office, status: str, said: str, wait: int
) -> None:
    async def scene() -> None:
        async with Inboxes(lambda _: f"{status}\r\nRetry-After: {said}") as peer:
            lead(office, peer, "a.test")
            await office.followed_by(remote_actor(10, "a.test"))
            await office.send()
            await office.settle()
            assert await due(office) == NOW + wait
            await office.settle()
            assert len(peer.got) == 1
            peer.answer = lambda _: "202 Accepted"
            office.clock.time += wait
            await office.settle()
            assert len(peer.got) == 2
            assert peer.got[0].id == peer.got[1].id
            assert await office.queued() == []

    run(scene())


def test_an_inbox_that_is_gone_loses_its_follow_and_is_not_asked_again(office: Office) -> None:
    async def scene() -> None:
        def answer(got: Got) -> str:
            return "410 Gone" if "/10/" in got.path else "202 Accepted"

        async with Inboxes(answer) as peer:
            lead(office, peer, "a.test")
            await office.followed_by(remote_actor(10, "a.test"), remote_actor(11, "a.test"))
            await office.send()
            await office.settle()
            await office.send(about=URLS.post(78), post_id=78)
            await office.settle()
            assert [got.path for got in peer.got].count("/users/10/inbox") == 1
            assert await office.ask("SELECT source_id FROM relation") == [(11,)]
            assert await office.ask("SELECT problem FROM delivery") == [("status 410",)]

    run(scene())


@pytest.mark.whole
def test_a_name_that_does_not_exist_for_thirty_days_is_a_host_that_is_gone(
    office: Office,
) -> None:
    async def no_such_name(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def scene() -> None:
        await office.followed_by(remote_actor(10, "a.test"))
        state, number = "", 0
        for number in range(600):
            if number % 12 == 0:
                about = URLS.post(100 + number)
                await office.send(about=about, post_id=100 + number)
            await office.settle(resolver=no_such_name)
            ((state, when),) = await office.ask("SELECT state, due FROM host")
            if state == "gone":
                break
            office.clock.time = max(office.clock.time + 60_000, when)
        assert state == "gone"
        assert office.clock.time - NOW >= 30 * DAY
        await office.settle(resolver=no_such_name)
        assert await office.queued() == []
        reasons = await office.ask("SELECT DISTINCT problem FROM delivery WHERE state = 1")
        assert all(reason for (reason,) in reasons)

    run(scene())


@pytest.mark.whole
def test_two_workers_share_the_queue_and_nobody_gets_it_twice(office: Office) -> None:
    async def scene() -> None:
        async with Inboxes() as peer:
            hosts = [f"h{n}.test" for n in range(30)]
            lead(office, peer, *hosts)
            await office.followed_by(*(remote_actor(10 + n, hosts[n % 30]) for n in range(300)))
            async with (
                working(office, worker="one") as (_, one),
                working(office, worker="two") as (_, two),
            ):
                for number in range(100, 104):
                    await office.send(about=URLS.post(number), post_id=number)
                    one.bus.wake("outbox")
                    two.bus.wake("outbox")
                await until(_nothing_waits(office))
            assert set(peer.times().values()) == {1}
            assert len(peer.got) == 4 * 300
            told = await office.ask("SELECT sum(total), sum(delivered) FROM activity")
            assert told == [(1_200, 1_200)]

    run(scene())


def test_a_mistake_of_ours_is_told_and_keeps_the_row(office: Office) -> None:
    class Mistaken(HouseMailroom):
        async def synchronization(self, actor_id: int, host: str) -> str:
            raise ZeroDivisionError

    told: list[Any] = []

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
        await office.followed_by(remote_actor(10, "a.test"))
        await office.send()
        await office.settle(kind=Mistaken)
        loop.set_exception_handler(None)

    run(scene())
    assert [type(error) for error in told] == [ZeroDivisionError]
    ((problem,),) = run(office.ask("SELECT problem FROM delivery WHERE state = 0"))
    assert problem.startswith("our mistake")


class DiesAfterThe202(HouseMailroom):
    """Ends as a killed process does, between the peer's answer and our writing it down."""

    async def turn(self, report: Report) -> Turn:
        if report.done:
            raise KeyboardInterrupt
        return await super().turn(report)


def test_a_crash_between_the_answer_and_its_record_sends_the_same_id_again(
    office: Office,
) -> None:
    async def scene() -> None:
        async with Inboxes() as peer:
            lead(office, peer, "a.test")
            await office.followed_by(remote_actor(10, "a.test"))
            uri = await office.send()
            async with office.mailroom(kind=DiesAfterThe202) as mailroom:
                with pytest.raises(KeyboardInterrupt):
                    await Worker(mailroom).settle()
            assert peer.ids == [uri]
            async with office.mailroom() as mailroom:
                await mailroom.recover()
                await Worker(mailroom).settle()
            assert peer.ids == [uri, uri]
            assert await office.queued() == []
            assert await office.ask("SELECT total, delivered FROM activity") == [(1, 1)]

    run(scene())


def test_a_worker_that_is_stopped_gives_back_what_it_holds_and_loses_nothing(
    office: Office,
) -> None:
    async def never(_: Got) -> str:
        await asyncio.Event().wait()
        return ""

    async def scene() -> None:
        async with Inboxes(never) as peer:
            lead(office, peer, "a.test")
            await office.followed_by(*(remote_actor(10 + n, "a.test") for n in range(10)))
            await office.send()
            async with working(office, per_host=2):
                await until(lambda: len(peer.got) == 2)
            assert await office.ask("SELECT owner, lease_until, taken FROM host") == [("", 0, 0)]
            assert sorted(await office.queued("d.uncertain")) == [0] * 8 + [1] * 2
            assert await office.ask("SELECT state FROM host") == [("healthy",)]
            peer.answer = lambda _: "202 Accepted"
            await office.settle()
            assert await office.queued() == []

    run(scene())


def test_nothing_leaves_while_sending_is_held(office: Office) -> None:
    async def hold(value: str) -> None:
        await office.engine.write(
            lambda tx: tx.run(
                "INSERT INTO setting (name, value) VALUES ('sending_held', ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (value,),
            )
        )

    async def scene() -> None:
        async with Inboxes() as peer:
            lead(office, peer, "a.test")
            await office.followed_by(remote_actor(10, "a.test"))
            await hold("restored")
            await office.send()
            await office.settle()
            assert peer.got == []
            await hold("")
            await office.settle()
            assert len(peer.got) == 1

    run(scene())


def test_a_failing_host_keeps_its_worker_from_the_rest_of_its_rows(office: Office) -> None:
    async def scene() -> None:
        async with Inboxes(lambda _: "500 Broken") as peer:
            lead(office, peer, "a.test")
            await office.followed_by(*(remote_actor(10 + n, "a.test") for n in range(30)))
            await office.send(visible=Visibility.FOLLOWERS)
            await office.settle()
            assert len(peer.got) <= 4
            assert len(await office.queued()) == 30

    run(scene())


def test_an_empty_house_waits_to_be_woken_and_then_sends(office: Office) -> None:
    async def scene() -> None:
        async with Inboxes() as peer:
            lead(office, peer, "a.test")
            await office.followed_by(remote_actor(10, "a.test"))
            async with working(office) as (_, mailroom):
                for number in range(3):
                    await asyncio.sleep(0.02)
                    await office.send(about=URLS.post(100 + number), post_id=100 + number)
                    mailroom.bus.wake("outbox")
                    await until(lambda: len(peer.got) == number + 1)  # noqa: B023

    run(scene())
