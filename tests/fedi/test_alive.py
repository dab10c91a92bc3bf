"""Evidence from arriving signatures: cheap for well hosts, a probe for those that aren't."""

from typing import Any

import pytest

from fedi.alive import Alive
from fedi.bus import LocalBus
from fedi.store.engine import Engine
from fedi.store.recording import known_of
from outbox.knocks import Dialect, knocks
from outbox.schedule import HOUR, Health
from tests.outbox.post_office import NOW, Got, Inboxes, Office, remote_actor
from tests.running import run


@pytest.fixture
def office(engine: Engine) -> Office:
    return run(Office(engine).open())


def known(office: Office) -> Any:
    ((memory,),) = run(office.ask("SELECT memory FROM host"))
    return known_of(memory)


async def tell(office: Office, dialect: str, times: int = 1, engine: Any = None) -> None:
    bus = LocalBus()
    alive = Alive(engine or office.engine, bus, office.clock.now)
    for _ in range(times):
        alive("a.test", dialect)
    await alive.close()
    bus.close()


def test_a_host_that_is_down_is_probed_at_once_when_it_shows_that_it_lives(
    office: Office,
) -> None:
    async def scene() -> None:
        async with Inboxes() as peer:
            address = peer.address
        office.hosts["a.test"] = address
        await office.followed_by(remote_actor(10, "a.test"))
        await office.send()
        for _ in range(6):
            await office.settle()
            ((due, state),) = await office.ask("SELECT due, state FROM host")
            office.clock.time = due
        await office.settle()
        assert state == Health.DOWN
        peer.port = int(address.rpartition(":")[2])
        async with peer:
            office.clock.time += 2 * 60_000  # long before the next probe
            await office.settle()
            assert peer.got == []
            await tell(office, "cavage")
            await office.settle()
            assert len(peer.got) == 1

    run(scene())


def test_a_host_that_signs_with_rfc9421_is_knocked_with_it_first(office: Office) -> None:
    run(tell(office, "rfc9421"))
    assert knocks(known(office).dialects, has_query=False)[0] is Dialect.RFC9421


def test_a_host_that_we_never_sent_to_and_that_tells_nothing_new_leaves_no_row(
    office: Office,
) -> None:
    run(tell(office, "cavage"))
    assert run(office.ask("SELECT name FROM host")) == []


def test_many_requests_of_one_host_cost_one_look(office: Office) -> None:
    looks: list[str] = []

    class Counting:
        async def glance(self, query: Any) -> Any:
            looks.append("glance")
            return await office.engine.glance(query)

        async def write(self, unit: Any) -> Any:
            looks.append("write")
            return await office.engine.write(unit)

    async def scene() -> None:
        await tell(office, "rfc9421", times=1_000, engine=Counting())
        assert looks == ["glance", "write"]
        office.clock.time += HOUR
        await tell(office, "rfc9421", times=1_000, engine=Counting())
        assert looks == ["glance", "write", "glance"]

    run(scene())


def test_a_host_that_is_gone_returns_on_proof(office: Office) -> None:
    async def scene() -> None:
        async with Inboxes(lambda _: "202 Accepted") as peer:
            office.hosts["a.test"] = peer.address
            await office.followed_by(remote_actor(10, "a.test"))
            await office.send()
            await office.expand()
            await office.engine.write(
                lambda tx: tx.run(
                    "UPDATE host SET state = 'gone', memory = ?",
                    ('{"health":{"state":"gone","gone_hits":9},"dialects":{}}',),
                )
            )
            await tell(office, "cavage")
            await office.settle()
            assert [type(got) for got in peer.got] == [Got]

    run(scene())
    assert office.clock.now() == NOW
