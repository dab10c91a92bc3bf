"""What people see and steer: how far a post came, how hosts are; retry, hold, drop, expiry."""

from typing import Any

import pytest

from actors.posts import Visibility
from fedi.store import deliveries
from fedi.store.deliveries import AtHost
from fedi.store.engine import Engine
from outbox.schedule import DAY, MINUTE
from tests.outbox.post_office import NOW, URLS, Got, Inboxes, Office, remote_actor
from tests.running import run


@pytest.fixture
def office(engine: Engine) -> Office:
    office = run(Office(engine).open())
    hosts = ("fine.test", "broken.test", "strict.test")
    run(office.followed_by(*(remote_actor(10 + n, host) for n, host in enumerate(hosts))))
    return office


def answer(got: Got) -> str:
    said = {"broken.test": "503 Down\r\nRetry-After: 600", "strict.test": "403 No"}
    return said.get(got.host, "202 Accepted")


def delivered(office: Office, how: Any = answer, **sent: Any) -> list[Got]:
    """Send a post and deliver what can be; return what the peers got."""

    async def scene() -> list[Got]:
        async with Inboxes(how) as peer:
            for host in ("fine.test", "broken.test", "strict.test"):
                office.hosts[host] = peer.address
            if sent.pop("send", True):
                await office.send(**sent)
            await office.settle()
            return peer.got

    return run(scene())


def status(office: Office, post_id: int = 77) -> deliveries.Status:
    return run(office.engine.read(lambda tx: deliveries.status_of_post(tx, post_id)))


def row_of(office: Office, name: str) -> deliveries.HostRow:
    found = run(office.engine.read(deliveries.hosts))
    return next(host for host in found if host.name == name)


def test_an_author_sees_delivered_n_of_m_what_waits_and_what_failed_and_why(
    office: Office,
) -> None:
    delivered(office)
    told = status(office)
    assert (told.total, told.delivered, told.waiting, told.failed) == (3, 1, 1, 1)
    assert told.hosts == (
        AtHost(
            host="broken.test",
            waiting=1,
            why="status 503",
            trouble="status 503",
            next_try=NOW + 10 * MINUTE,
        ),
        AtHost(host="strict.test", failed=1, failed_why="status 403"),
    )
    assert not told.expanding


def test_before_the_fan_out_the_total_is_not_known_yet(office: Office) -> None:
    run(office.send())
    assert status(office).expanding
    assert status(office).total == 0


def test_a_post_nobody_was_sent_has_nothing_to_tell(office: Office) -> None:
    assert status(office, 4711) == deliveries.Status(
        total=0, delivered=0, failed=0, waiting=0, expanding=False, hosts=()
    )


def test_an_administrator_sees_unwell_hosts_first_and_when_they_are_tried(office: Office) -> None:
    delivered(office)
    found = run(office.engine.read(deliveries.hosts))
    assert [host.name for host in found] == ["broken.test", "fine.test", "strict.test"]
    broken, fine, strict = found
    assert (broken.state, broken.waiting, broken.next_try) == ("slow", 1, NOW + 10 * MINUTE)
    assert broken.last_error == "status 503"
    assert (fine.state, fine.waiting, fine.next_try, fine.last_ok) == ("healthy", 0, None, NOW)
    assert strict.failed == 1


def test_a_retry_tries_at_once_what_waits_and_what_was_given_up(office: Office) -> None:
    delivered(office)
    for name in ("broken.test", "strict.test"):
        assert run(
            office.engine.write(lambda tx, name=name: deliveries.retry_host(tx, name, NOW))  # type: ignore[misc]
        )
    got = delivered(office, lambda _: "202 Accepted", send=False)
    assert sorted(one.host for one in got) == ["broken.test", "strict.test"]
    told = status(office)
    assert (told.total, told.delivered, told.waiting, told.failed) == (3, 3, 0, 0)
    assert not run(office.engine.write(lambda tx: deliveries.retry_host(tx, "no.test", NOW)))


def test_a_host_held_back_gets_nothing_until_it_is_let_go(office: Office) -> None:
    name = "fine.test"
    delivered(office)
    run(office.engine.write(lambda tx: deliveries.hold_host(tx, name, NOW, held=True)))
    got = delivered(office, about=URLS.post(78), post_id=78)
    assert name not in [one.host for one in got]
    assert row_of(office, name).held
    assert row_of(office, name).next_try is None
    assert status(office, 78).hosts[1] == AtHost(host=name, waiting=1, why="held here")
    run(office.engine.write(lambda tx: deliveries.hold_host(tx, name, NOW, held=False)))
    got = delivered(office, send=False)
    assert name in [one.host for one in got]


def test_what_is_dropped_is_visibly_given_up(office: Office) -> None:
    delivered(office)
    assert run(office.engine.write(lambda tx: deliveries.drop_host(tx, "broken.test", NOW))) == 1
    told = status(office)
    assert (told.waiting, told.failed) == (0, 2)
    assert told.hosts[0].failed_why == "dropped by an administrator (status 503)"


def test_what_waited_too_long_is_given_up_and_later_forgotten(office: Office) -> None:
    delivered(office)

    def expire(now: int) -> int:
        return run(office.engine.write(lambda tx: deliveries.expire(tx, now)))

    assert expire(NOW + 7 * DAY - 1) == 0
    assert expire(NOW + 7 * DAY) == 1
    assert status(office).failed == 2
    assert status(office).hosts[0].failed_why.startswith("its time was over")
    assert expire(NOW + 7 * DAY) == 0
    assert expire(NOW + 37 * DAY) == 2
    assert status(office).hosts == ()


def test_several_followers_at_one_host_are_counted_by_their_inboxes(office: Office) -> None:
    run(office.followed_by(*(remote_actor(20 + n, "broken.test") for n in range(4))))
    delivered(office, visible=Visibility.FOLLOWERS)
    (broken, _) = status(office).hosts
    assert (broken.host, broken.waiting) == ("broken.test", 5)
