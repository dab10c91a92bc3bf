"""What endings do to rows and hosts: counted once, written only when there is something to say."""

from typing import Any

import pytest

from fedi.store.engine import Engine
from fedi.store.recording import SHOWN_MS, give_up, known_of, record, text_of
from outbox.knocks import Dialect, DialectMemory, Next, Verdict
from outbox.leases import Delivery, Done, Known
from outbox.schedule import MINUTE, OK, Health, HostState, Outcome, Trouble
from tests.outbox.post_office import NOW, Office, remote_actor
from tests.running import run


@pytest.fixture
def office(engine: Engine) -> Office:
    office = run(Office(engine).open())
    run(office.followed_by(*(remote_actor(10 + n, "a.test") for n in range(3))))
    run(office.send())
    run(office.expand())
    own = "UPDATE host SET owner = 'one', fence = 5"
    run(engine.write(lambda tx: tx.run(own)))
    return office


def ended(office: Office, verdict: Verdict | None, place: int = 0, **more: Any) -> Done:
    columns = "SELECT d.id, d.activity_id, d.inbox, d.tries FROM delivery d ORDER BY d.id"
    id, activity_id, inbox, tries = run(office.ask(columns))[place]
    delivery = Delivery(
        id=id, activity_id=activity_id, actor_id=1, kind="Create", host="a.test", inbox=inbox,
        shared=False, body=b"", created=NOW, tries=tries,
    )  # fmt: skip
    return Done(delivery=delivery, fence=more.pop("fence", 5), verdict=verdict, **more)


def recorded(office: Office, *done: Done, now: int = NOW, worker: str = "one") -> Known | None:
    known = run(office.engine.write(lambda tx: record(tx, done, now, worker, lambda: 0.0)))
    return known["a.test"]


def memory(office: Office) -> str:
    ((text,),) = run(office.ask("SELECT memory FROM host"))
    return str(text)


DONE = Verdict(Next.DONE, OK)


def test_the_same_ending_reported_twice_counts_once(office: Office) -> None:
    done = ended(office, DONE)
    recorded(office, done)
    recorded(office, done)
    assert run(office.ask("SELECT delivered FROM activity")) == [(1,)]


@pytest.mark.parametrize("how", [{"worker": "two"}, {"fence": 4}])
def test_who_has_no_lease_changes_nothing(office: Office, how: dict[str, Any]) -> None:
    done = ended(office, DONE, fence=how.get("fence", 5))
    assert recorded(office, done, worker=how.get("worker", "one")) is None
    assert len(run(office.queued())) == 3
    assert memory(office) == ""


def test_that_a_well_host_is_still_well_is_written_once_a_minute(office: Office) -> None:
    recorded(office, ended(office, DONE))
    first = memory(office)
    recorded(office, ended(office, DONE), now=NOW + MINUTE)
    assert memory(office) == first
    recorded(office, ended(office, DONE), now=NOW + MINUTE + 1)
    assert known_of(memory(office)).health.last_ok_ms == NOW + MINUTE + 1


def test_a_try_that_failed_is_counted_and_its_uncertainty_stays(office: Office) -> None:
    broke = Verdict(Next.LATER, Outcome(Trouble.TIMEOUT), reason="too slow")
    refused = Verdict(Next.LATER, Outcome(Trouble.REFUSED), reason="refused")
    recorded(office, ended(office, broke, uncertain=True))
    recorded(office, ended(office, refused))
    row = run(office.ask("SELECT tries, uncertain, problem, state FROM delivery ORDER BY id"))[0]
    assert row == (2, 1, "refused", 0)


def test_what_is_given_up_names_its_last_trouble_too_and_goes_away_in_time(
    office: Office,
) -> None:
    broke = Verdict(Next.LATER, Outcome(Trouble.TIMEOUT), reason="too slow")
    done = ended(office, broke)
    recorded(office, done)
    run(office.engine.write(lambda tx: give_up(tx, [(done.delivery.id, "over")] * 2, NOW)))
    row = run(office.ask("SELECT state, problem, expires FROM delivery ORDER BY id"))[0]
    assert row == (1, "over (too slow)", NOW + SHOWN_MS)
    assert run(office.ask("SELECT failed FROM activity")) == [(1,)]


def test_outcomes_of_one_report_add_up_in_their_order(office: Office) -> None:
    refused = Verdict(Next.LATER, Outcome(Trouble.REFUSED), reason="refused")
    known = recorded(office, *(ended(office, refused, place) for place in range(3)))
    assert known is not None
    assert (known.health.state, known.health.failures) == (Health.DOWN, 3)
    assert run(office.ask("SELECT state FROM host")) == [("down",)]


def test_what_is_known_of_a_host_is_read_as_it_was_written() -> None:
    known = Known(
        health=HostState(state=Health.SLOW, failures=2, last_error="status 500", allowance=4),
        dialects=DialectMemory(proven=Dialect.RFC9421, rests_until_ms=7),
    )
    assert known_of(text_of(known)) == known
    assert known_of("") == Known()
