"""The queue on both engines: leases under a fence, order, what an ending does to rows and hosts."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest

from actors.people import KeyKind
from actors.posts import Visibility
from fedi.store import queue
from fedi.store.domain_rules import put_rule
from fedi.store.engine import Engine
from outbox.knocks import Dialect, Next, Verdict
from outbox.leases import Delivery, Done, Lease, Report, Turn
from outbox.schedule import BACK_OFF, DAY, HOUR, MINUTE, OK, SECOND, Health, Outcome, Trouble
from tests.outbox.post_office import NOW, URLS, Office, key_of, local_actor, remote_actor
from tests.running import run

DONE = Verdict(Next.DONE, OK)
REFUSED = Verdict(Next.LATER, Outcome(Trouble.REFUSED), reason="refused")
BROKE = Verdict(Next.LATER, Outcome(Trouble.STATUS, 500), reason="status 500")


@pytest.fixture
def office(engine: Engine) -> Office:
    return run(Office(engine).open())


class Works:
    """A worker that does by hand what outbox/worker.py does: it holds leases and reports."""

    def __init__(self, office: Office, name: str = "one", per_host: int = 2) -> None:
        self.office = office
        self.name = name
        self.per_host = per_host
        self.held: dict[str, tuple[int, set[int]]] = {}

    @property
    def terms(self) -> queue.Terms:
        now = self.office.clock.now()
        return queue.Terms(now=now, worker=self.name, per_host=self.per_host, fraction=lambda: 0.0)

    def turn(self, done: Iterable[Done] = (), *, room: int = 256, probes: int = 64) -> Turn:
        ended = tuple(done)
        for one in ended:
            self.held.get(one.delivery.host, (0, set()))[1].discard(one.delivery.id)
        holding = {name: (fence, frozenset(ids)) for name, (fence, ids) in self.held.items()}
        report = Report(done=ended, holding=holding, room=room, probes=probes)
        turn = run(self.office.engine.write(lambda tx: queue.turn(tx, report, self.terms)))
        self.held = {name: one for name, one in self.held.items() if one[1]}
        for lease in turn.leases:
            _, ids = self.held.setdefault(lease.host, (lease.fence, set()))
            ids.update(one.id for one in lease.deliveries)
        return turn

    def lease(self, *, room: int = 256, probes: int = 64) -> tuple[Lease, ...]:
        return self.turn(room=room, probes=probes).leases

    def end(self, lease: Lease, verdict: Verdict = DONE, **more: Any) -> Turn:
        """Report that all of a lease ended like this."""
        return self.turn(ending(lease, verdict, **more))

    def let_go(self, host: str) -> None:
        self.held[host] = (self.held[host][0], set())
        self.turn(room=0, probes=0)


def ending(lease: Lease, verdict: Verdict | None = DONE, **more: Any) -> list[Done]:
    return [
        Done(delivery=one, fence=lease.fence, verdict=verdict, **more) for one in lease.deliveries
    ]


def follow(office: Office, *hosts: str, each: int = 1) -> None:
    actors = [
        remote_actor(1000 * (number + 1) + n, host)
        for number, host in enumerate(hosts)
        for n in range(each)
    ]
    run(office.followed_by(*actors))


def sent(office: Office, kind: str = "Create", n: int = 77, **more: Any) -> str:
    more.setdefault("about", URLS.post(n))
    uri = run(office.send(kind, post_id=more.pop("post_id", n), **more))
    run(office.expand())
    return uri


def host(office: Office, name: str) -> dict[str, Any]:
    columns = "state, due, opens, owner, lease_until, fence, taken"
    (row,) = run(office.ask(f"SELECT {columns} FROM host WHERE name = ?", name))
    return dict(zip(columns.split(", "), row, strict=True))


def uris(office: Office, deliveries: Iterable[Delivery]) -> list[str]:
    known = dict(run(office.ask("SELECT id, uri FROM activity")))
    return [known[one.activity_id] for one in deliveries]


def test_a_lease_carries_all_that_sending_needs(office: Office) -> None:
    follow(office, "a.test")
    sent(office)
    (lease,) = Works(office).lease()
    (delivery,) = lease.deliveries
    assert (lease.host, lease.fence, lease.until) == ("a.test", 1, NOW + queue.LEASE_MS)
    assert delivery.inbox == "http://a.test/users/1000/inbox"
    assert (delivery.actor_id, delivery.kind, delivery.created) == (1, "Create", NOW)
    assert b'"Create"' in delivery.body
    assert delivery.to_followers
    assert not delivery.itself


def test_a_host_that_one_worker_has_is_not_given_to_another(office: Office) -> None:
    follow(office, "a.test", "b.test")
    sent(office)
    one, two = Works(office, "one"), Works(office, "two")
    assert [lease.host for lease in one.lease(room=1)] == ["a.test"]
    assert [lease.host for lease in two.lease()] == ["b.test"]
    assert one.lease() == two.lease() == ()


def test_what_was_delivered_has_no_row_and_is_counted(office: Office) -> None:
    follow(office, "a.test", each=3)
    sent(office)
    worker = Works(office)
    (lease,) = worker.lease()
    worker.end(lease)
    assert run(office.queued()) == []
    assert run(office.ask("SELECT total, delivered, failed FROM activity")) == [(3, 3, 0)]
    after = host(office, "a.test")
    assert (after["owner"], after["lease_until"], after["taken"]) == ("", 0, 0)
    assert after["due"] > NOW + 1000 * DAY
    assert worker.lease() == ()


def test_new_rows_for_an_idle_host_are_due_at_once(office: Office) -> None:
    follow(office, "a.test")
    sent(office)
    worker = Works(office)
    worker.end(worker.lease()[0])
    sent(office, n=78)
    assert len(worker.lease()) == 1


def test_a_held_host_takes_what_comes_meanwhile_without_repeating_itself(office: Office) -> None:
    follow(office, "a.test")
    first = sent(office)
    worker = Works(office)
    (lease,) = worker.lease()
    second = sent(office, n=78)
    (more,) = worker.lease()
    assert (uris(office, lease.deliveries), uris(office, more.deliveries)) == ([first], [second])
    assert more.fence == lease.fence


def test_a_long_queue_is_taken_piece_by_piece_in_order(office: Office) -> None:
    follow(office, "a.test")
    wanted = [sent(office, n=100 + n) for n in range(50)]
    worker = Works(office)
    got: list[str] = []
    leases = worker.lease()
    while leases:
        (lease,) = leases
        assert len(lease.deliveries) <= queue.DEPTH
        got += uris(office, lease.deliveries)
        leases = worker.end(lease).leases
    assert got == wanted


def test_what_depends_on_another_waits_until_that_has_ended(office: Office) -> None:
    follow(office, "a.test", each=3)
    create = sent(office, visible=Visibility.FOLLOWERS)
    worker = Works(office)
    (lease,) = worker.lease()
    assert uris(office, lease.deliveries) == [create] * 3
    update = sent(office, "Update", visible=Visibility.FOLLOWERS)
    delete = sent(office, "Delete", visible=Visibility.FOLLOWERS, of_post=True)
    other = sent(office, n=78)
    (meanwhile,) = worker.lease()
    assert uris(office, meanwhile.deliveries) == [other] * 3
    (after,) = worker.end(lease).leases
    assert uris(office, after.deliveries) == [delete] * 3  # and nobody needs the Update
    assert update not in run(office.queued("a.uri"))


def test_a_row_that_waits_for_its_next_try_holds_back_what_depends_on_it(office: Office) -> None:
    follow(office, "a.test")
    sent(office, "Follow", about="x", post_id=None)
    worker = Works(office)
    for _ in range(3):  # answered three times, so now the row steps aside for others
        worker.end(worker.lease()[0], BROKE, uncertain=True)
        office.clock.time = host(office, "a.test")["opens"]
    sent(office, "Undo", about="x", post_id=None)
    independent = sent(office, n=78)
    run(office.engine.write(lambda tx: tx.run("UPDATE delivery SET due = due + 1 WHERE due > 0")))
    (lease,) = worker.lease()
    assert uris(office, lease.deliveries) == [independent]


def test_hosts_that_fail_are_slowed_then_probed_one_at_a_time(office: Office) -> None:
    follow(office, "a.test", each=5)
    sent(office)
    worker = Works(office)
    (lease,) = worker.lease()
    assert len(lease.deliveries) == 5
    worker.end(lease, REFUSED)
    assert (host(office, "a.test")["state"], len(run(office.queued()))) == ("down", 5)
    assert worker.lease() == ()
    office.clock.time = host(office, "a.test")["due"]
    (probe,) = worker.lease()
    assert len(probe.deliveries) == 1
    assert worker.lease() == ()
    assert worker.lease(probes=0) == ()


def test_after_a_probe_that_succeeds_the_rest_follows_at_a_slow_start(office: Office) -> None:
    follow(office, "a.test", each=40)
    sent(office)
    worker = Works(office)
    worker.end(worker.lease()[0], REFUSED)
    office.clock.time = host(office, "a.test")["due"]
    begun = []
    for _ in range(400):
        leases = worker.lease()
        while leases:
            (lease,) = leases
            begun += [office.clock.time] * len(lease.deliveries)
            leases = worker.end(lease).leases
        office.clock.time += 10
    gaps = [later - earlier for earlier, later in pairwise(begun)][:6]
    assert gaps[0] >= SECOND
    assert gaps == sorted(gaps, reverse=True)
    assert run(office.queued()) == []
    assert host(office, "a.test")["state"] == "healthy"


def test_probes_are_bounded_and_well_hosts_come_first(office: Office) -> None:
    follow(office, *(f"down{n}.test" for n in range(5)))
    sent(office)
    worker = Works(office)
    for _ in range(3):
        for lease in worker.lease():
            worker.end(lease, REFUSED)
        office.clock.time += HOUR
    follow(office, *(f"down{n}.test" for n in range(5)), "well.test")
    sent(office, n=78)
    leases = worker.lease(probes=2)
    assert leases[0].host == "well.test"
    assert sum(lease.known.health.state is Health.DOWN for lease in leases) == 2


def test_an_expired_lease_completes_nothing(office: Office) -> None:
    follow(office, "a.test")
    sent(office)
    slept, other = Works(office, "slept"), Works(office, "other")
    (old,) = slept.lease()
    office.clock.time += queue.LEASE_MS
    (new,) = other.lease()
    assert new.fence > old.fence
    assert slept.end(old).known == {"a.test": None}
    assert len(run(office.queued())) == 1
    assert run(office.ask("SELECT delivered FROM activity")) == [(0,)]
    other.end(new)
    assert run(office.ask("SELECT delivered FROM activity")) == [(1,)]
    assert slept.end(old).known == {"a.test": None}
    assert run(office.ask("SELECT delivered FROM activity")) == [(1,)]


def test_what_a_dead_worker_had_in_hand_is_uncertain_to_the_next(office: Office) -> None:
    follow(office, "a.test")
    sent(office)
    Works(office, "dead").lease()
    office.clock.time += queue.LEASE_MS
    later = sent(office, n=78)
    (lease,) = Works(office, "next").lease()
    assert len(lease.deliveries) == 2
    assert run(office.queued("d.uncertain, a.uri"))[-1] == (0, later)
    assert run(office.queued("d.uncertain")) == [1, 0]


def test_a_worker_that_was_started_again_takes_its_own_back_at_once(office: Office) -> None:
    follow(office, "a.test")
    sent(office)
    (old,) = Works(office).lease()
    assert run(office.engine.write(lambda tx: queue.recover(tx, "one", NOW))) == 1
    (new,) = Works(office).lease()
    assert new.fence == old.fence + 1
    assert run(office.queued("d.uncertain")) == [1]


def test_what_was_given_back_untried_is_certain_never_to_have_been_sent(office: Office) -> None:
    follow(office, "a.test", each=2)
    sent(office)
    worker = Works(office)
    (lease,) = worker.lease()
    holding = {"a.test": (lease.fence, frozenset[int]())}
    run(office.engine.write(lambda tx: queue.release(tx, holding, worker.terms)))
    assert (host(office, "a.test")["taken"], host(office, "a.test")["due"]) == (0, NOW)
    assert run(office.queued("d.uncertain, d.tries")) == [(0, 0), (0, 0)]


def test_what_was_cut_off_in_the_middle_is_uncertain_and_blames_nobody(office: Office) -> None:
    follow(office, "a.test")
    sent(office)
    worker = Works(office)
    (lease,) = worker.lease()
    worker.turn(ending(lease, None, uncertain=True), room=0)
    assert run(office.queued("d.uncertain, d.tries")) == [(1, 0)]
    assert host(office, "a.test")["state"] == "healthy"


def test_a_final_answer_keeps_the_row_with_its_reason(office: Office) -> None:
    follow(office, "a.test")
    sent(office)
    worker = Works(office)
    (lease,) = worker.lease()
    worker.end(lease, Verdict(Next.FAILED, OK, reason="status 404"))
    assert run(office.ask("SELECT state, problem FROM delivery")) == [(1, "status 404")]
    assert run(office.ask("SELECT total, delivered, failed FROM activity")) == [(1, 0, 1)]
    assert worker.lease() == ()


def test_an_inbox_that_is_gone_takes_its_owner_off_the_followers(office: Office) -> None:
    follow(office, "a.test", each=2)
    sent(office)
    sent(office, n=78)
    worker = Works(office)
    (lease,) = worker.lease()
    gone = Verdict(Next.FAILED, OK, reason="status 410", inbox_gone=True)
    worker.turn(ending(lease, gone)[:1])
    assert run(office.ask("SELECT source_id FROM relation")) == [(1001,)]
    assert run(office.ask("SELECT problem FROM delivery WHERE state = 1 ORDER BY id")) == [
        ("status 410",),
        ("the inbox is gone",),
    ]


def test_a_shared_inbox_gone_for_thirty_days_closes_the_host_visibly(office: Office) -> None:
    run(office.followed_by(remote_actor(10, "a.test", shared=True)))
    sent(office)
    sent(office, "Delete", n=78)
    worker = Works(office)
    gone = Verdict(Next.LATER, Outcome(Trouble.GONE, 410), reason="status 410")
    for n in range(400):
        if n % 20 == 0:
            sent(office, n=100 + n)
        for lease in worker.lease():
            worker.end(lease, gone)
        if host(office, "a.test")["state"] == "gone":
            break
        office.clock.time += 6 * HOUR
    else:
        pytest.fail("never gone")
    office.clock.time += DAY
    assert office.clock.time - NOW >= 30 * DAY
    worker.lease()
    assert run(office.queued()) == []
    assert run(office.ask("SELECT count(*) FROM relation")) == [(1,)]
    sent(office, n=79)
    assert worker.lease() == ()
    assert run(office.ask("SELECT problem FROM delivery ORDER BY id DESC LIMIT 1")) == [
        ("the server is gone",)
    ]


def test_rows_whose_time_is_over_are_given_up_with_the_reason(office: Office) -> None:
    follow(office, "a.test")
    sent(office)
    sent(office, "Delete", n=78)
    office.clock.time += 7 * DAY
    (lease,) = Works(office).lease()
    assert [one.kind for one in lease.deliveries] == ["Delete"]
    assert run(office.ask("SELECT state, problem FROM delivery ORDER BY id")) == [
        (1, "its time was over before the server could be reached"),
        (0, ""),
    ]


def test_a_server_blocked_after_the_post_was_queued_gets_nothing(office: Office) -> None:
    follow(office, "a.test", "sub.b.test")
    sent(office)
    run(office.engine.write(lambda tx: put_rule(tx, "b.test", "block", "", NOW)))
    assert [lease.host for lease in Works(office).lease()] == ["a.test"]
    assert run(office.ask("SELECT problem FROM delivery WHERE state = 1")) == [
        ("the server is blocked here",)
    ]


def test_what_a_deleted_author_had_waiting_is_given_up_but_not_the_delete(office: Office) -> None:
    follow(office, "a.test")
    sent(office)
    run(office.put(local_actor(1, deleted=NOW)))
    sent(office, "Delete", about=office.author.uri, post_id=None)
    (lease,) = Works(office).lease()
    assert [one.kind for one in lease.deliveries] == ["Delete"]


def test_nothing_is_leased_while_sending_is_held(office: Office) -> None:
    follow(office, "a.test")
    sent(office)

    def hold(value: str) -> None:
        run(
            office.engine.write(
                lambda tx: tx.run(
                    "INSERT INTO setting (name, value) VALUES ('sending_held', ?)"
                    " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    (value,),
                )
            )
        )

    hold("restored from a backup")
    worker = Works(office)
    assert worker.lease() == ()
    hold("")
    assert len(worker.lease()) == 1


def test_a_profile_that_changed_goes_alone_before_the_rest_of_its_actor(office: Office) -> None:
    follow(office, "a.test")
    create = sent(office)
    update = sent(office, "Update", about=office.author.uri, post_id=None)
    worker = Works(office)
    (first,) = worker.lease()
    assert uris(office, first.deliveries) == [update]
    assert first.deliveries[0].itself
    assert worker.lease() == ()
    (then,) = worker.end(first).leases
    assert uris(office, then.deliveries) == [create]


def test_a_profile_waits_for_what_is_under_way_with_the_old_key(office: Office) -> None:
    follow(office, "a.test")
    sent(office)
    worker = Works(office)
    (under_way,) = worker.lease()
    update = sent(office, "Update", about=office.author.uri, post_id=None)
    assert worker.lease() == ()
    (then,) = worker.end(under_way).leases
    assert uris(office, then.deliveries) == [update]


@pytest.mark.parametrize("changing", [True, False])
def test_which_host_has_taken_a_new_key_is_remembered_while_keys_change(
    office: Office, changing: bool
) -> None:
    follow(office, "a.test")
    new = key_of(office.author, "key-2", active_from=NOW + 2 * DAY if changing else NOW)
    run(office.put(new))
    assert new.kind is KeyKind.RSA
    sent(office, "Update", about=office.author.uri, post_id=None)
    worker = Works(office)
    worker.end(worker.lease()[0])
    told = run(office.ask("SELECT host, actor_id, at FROM key_told"))
    assert told == ([("a.test", 1, NOW)] if changing else [])


def test_the_dialect_that_a_host_read_is_remembered(office: Office) -> None:
    follow(office, "a.test")
    sent(office)
    worker = Works(office)
    answers = ((Dialect.CAVAGE, 401), (Dialect.RFC9421, 202))
    worker.end(worker.lease()[0], answers=answers)
    sent(office, n=78)
    (lease,) = worker.lease()
    assert lease.known.dialects.proven is Dialect.RFC9421


def test_a_first_row_that_a_host_chokes_on_steps_aside_for_the_others(office: Office) -> None:
    follow(office, "a.test")
    poison = sent(office)
    fine = [sent(office, n=100 + n) for n in range(5)]
    worker = Works(office, per_host=1)
    delivered: list[str] = []
    for _ in range(200):
        for lease in worker.lease():
            done = [
                Done(delivery=one, fence=lease.fence, verdict=BROKE if uri == poison else DONE)
                for one, uri in zip(lease.deliveries, uris(office, lease.deliveries), strict=True)
            ]
            delivered += [uri for uri in uris(office, lease.deliveries) if uri != poison]
            worker.turn(done)
        office.clock.time += MINUTE
        if len(set(delivered)) == 5:
            break
    assert delivered == fine
    assert run(office.queued("a.uri")) == [poison]


def test_back_off_is_what_the_state_machine_says(office: Office) -> None:
    follow(office, "a.test")
    sent(office)
    worker = Works(office)
    (lease,) = worker.lease()
    waits = []
    for _ in range(12):
        worker.end(lease, REFUSED)
        waits.append(host(office, "a.test")["opens"] - office.clock.time)
        office.clock.time = host(office, "a.test")["due"]
        (lease,) = worker.lease()
    assert waits[: len(BACK_OFF)] == list(BACK_OFF)
    assert set(waits[len(BACK_OFF) :]) == {HOUR}
