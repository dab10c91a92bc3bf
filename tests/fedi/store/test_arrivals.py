"""What arrives, on both engines: had once for each inbox, leased by one, put off and given up."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from actors.effects import Done, Refusal
from actors.relationships import Notification, NotificationKind, Reaction
from actors.verbs import Like
from fedi.store import arrivals
from fedi.store.arrivals import Arrival, Refused
from fedi.store.engine import Engine, Tx
from fedi.store.unit import UnitStore
from tests.people import ALICE, DAY, LEDERGRUPPEN, MALLORY, NOW, Nordvik
from tests.running import run

URI = "https://mastodon.test/likes/1"


def arrival(id: int = 1, **rest: object) -> Arrival:
    made = Arrival(
        id=id,
        activity_uri=URI,
        inbox_owner=0,
        signer=ALICE.uri,
        body=b"{}",
        received=NOW,
    )
    return replace(made, **rest)  # type: ignore[arg-type]


async def save(engine: Engine, one: Arrival) -> bool:
    return await engine.write(lambda tx: arrivals.save(tx, one))


def lease(engine: Engine, now: int = NOW, until: int = NOW + 1_000) -> list[Arrival]:
    return run(engine.write(lambda tx: arrivals.lease(tx, now=now, until=until, limit=10)))


def waiting(engine: Engine) -> int:
    return run(engine.read(arrivals.waiting))[0]


def test_trial_30_ten_of_the_same_at_once_are_one_arrival(engine: Engine) -> None:
    async def ten() -> list[bool]:
        return await asyncio.gather(*(save(engine, arrival(id)) for id in range(1, 11)))

    assert sorted(run(ten())) == [False] * 9 + [True]
    assert waiting(engine) == 1


def test_trial_30_what_was_carried_out_is_still_known_when_it_comes_again(engine: Engine) -> None:
    assert run(save(engine, arrival(1)))
    run(engine.write(lambda tx: arrivals.done(tx, 1)))
    assert not run(save(engine, arrival(2)))
    assert waiting(engine) == 0


def test_the_same_at_a_second_inbox_is_another_arrival(engine: Engine) -> None:
    assert run(save(engine, arrival(1)))
    assert run(save(engine, arrival(2, inbox_owner=20)))
    assert waiting(engine) == 2


def test_s24_nobody_uses_up_the_ids_of_another(engine: Engine) -> None:
    """Known is (activity, signer, inbox): a stranger's activity of that id is not Alice's."""
    assert run(save(engine, arrival(1, signer=MALLORY.uri)))
    assert run(save(engine, arrival(2)))


def test_a_replay_is_known_for_as_long_as_a_signature_may_be_old(engine: Engine) -> None:
    assert run(save(engine, arrival(1)))
    run(engine.write(lambda tx: arrivals.prune(tx, now=NOW + 29 * DAY, seen_days=30)))
    assert not run(save(engine, arrival(2)))
    run(engine.write(lambda tx: arrivals.prune(tx, now=NOW + 31 * DAY, seen_days=30)))
    assert run(save(engine, arrival(3)))


def test_what_one_worker_holds_no_other_gets_until_its_lease_is_over(engine: Engine) -> None:
    run(save(engine, arrival(1)))
    assert [one.id for one in lease(engine)] == [1]
    assert lease(engine) == []
    assert [one.id for one in lease(engine, NOW + 1_000)] == [1]


def test_what_was_given_back_is_there_at_once(engine: Engine) -> None:
    run(save(engine, arrival(1)))
    lease(engine)
    run(engine.write(lambda tx: arrivals.release(tx, [1])))
    assert [one.id for one in lease(engine)] == [1]


def test_a_lease_is_renewed_but_not_that_of_what_was_given_back(engine: Engine) -> None:
    run(save(engine, arrival(1)))
    run(save(engine, arrival(2, activity_uri=f"{URI}/2")))
    assert [one.id for one in lease(engine)] == [1, 2]
    run(engine.write(lambda tx: arrivals.release(tx, [2])))
    run(engine.write(lambda tx: arrivals.renew(tx, [2, 1], NOW + 5_000)))
    assert [one.id for one in lease(engine, NOW + 4_999, NOW + 9_000)] == [2]
    assert [one.id for one in lease(engine, NOW + 5_000, NOW + 9_000)] == [1]


def test_what_is_put_off_comes_back_later_and_later_and_not_for_ever(engine: Engine) -> None:
    run(save(engine, arrival(1)))
    now, waits = NOW, []
    while True:
        (one,) = lease(engine, now, now + 1)
        if not run(
            engine.write(lambda tx: arrivals.later(tx, one, now=now, problem="away"))  # noqa: B023
        ):
            break
        ((due,),) = run(engine.read(lambda tx: tx.rows("SELECT due FROM arrival")))
        waits.append(due - now)
        assert lease(engine, due - 1, due) == []
        now = due
    assert waits == sorted(waits)
    assert len(waits) == arrivals.TRIES - 1


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik


def test_trial_11_a_worker_that_slept_over_its_lease_doubles_nothing(house: Nordvik) -> None:
    """A machine paused: its arrival was leased anew, and both carry it out."""
    post = house.says(LEDERGRUPPEN)
    run(save(house.engine, arrival(1)))
    like = Like(uri=URI, actor=ALICE.uri, object=post.uri)
    (slept,) = lease(house.engine)
    (taken_over,) = lease(house.engine, NOW + 1_000, NOW + 2_000)

    def carry_out(one: Arrival) -> None:
        async def close(store: UnitStore, outcome: Done | Refusal) -> None:
            assert isinstance(outcome, Done)
            await arrivals.done(store.tx, one.id)

        async def unit(tx: Tx) -> None:
            await house.performer.unit(tx, like, close)

        run(house.engine.write(unit))

    carry_out(taken_over)
    carry_out(slept)
    assert len(house.all(Reaction)) == 1
    assert house.told(LEDERGRUPPEN) == [(NotificationKind.FAVOURITE.value, ALICE.id, post.id)]
    assert len(house.all(Notification)) == 1
    assert waiting(house.engine) == 0


def test_refusals_are_kept_newest_first_and_by_host(engine: Engine) -> None:
    async def note(tx: Tx) -> None:
        for id, host in ((1, "a.test"), (2, "b.test"), (3, "a.test")):
            refused = Refused(
                id=id, at=NOW, host=host, actor_uri="a", code="blocked", sentence="Blocked."
            )
            await arrivals.note_refusal(tx, refused)

    async def listed(tx: Tx, host: str | None = None) -> list[int]:
        return [one.id for one in await arrivals.refusals(tx, limit=9, host=host)]

    run(engine.write(note))
    assert run(engine.read(listed)) == [3, 2, 1]
    assert run(engine.read(lambda tx: listed(tx, "a.test"))) == [3, 1]


def test_what_is_old_is_forgotten_in_pieces(engine: Engine) -> None:
    rows = [(n, 0, NOW) for n in range(arrivals.PRUNED + 3)]
    seen = "INSERT INTO seen (activity_hash, inbox_owner, at) VALUES (?, ?, ?)"
    run(engine.write(lambda tx: tx.many(seen, rows)))
    prune = partial(arrivals.prune, now=NOW + 31 * DAY, seen_days=30)
    assert [run(engine.write(prune)) for _ in range(2)] == [1, 0]
    assert run(engine.read(lambda tx: tx.one("SELECT count(*) FROM seen"))) == (0,)
