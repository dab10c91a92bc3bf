"""The worker takes what was acknowledged, and nothing acknowledged is lost by our own troubles."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from actors.effects import Activity, Done, Need, Refusal
from actors.errors import FediError, FetchTimeout, NotFound, Unavailable
from fedi.jsonld import expand_here
from inbox.expanded import in_plain_words, under_usual_terms
from inbox.verdicts import Facts
from inbox.worker import ROUNDS, Worker
from tests.inbox.arrivals import HOST, MALLORY, NOW, OUR_POST, SOLVEIG, URLS, activity

FULL = Unavailable("The disk is full; nothing new can be saved right now.")


@dataclass(frozen=True)
class Saved:
    id: int
    body: bytes
    inbox_owner: int = 0
    signer: str = SOLVEIG
    received: int = NOW


def like(id: int) -> Saved:
    document = activity("Like", OUR_POST, id=f"{HOST}/likes/{id}")
    return Saved(id, json.dumps(document).encode())


@dataclass
class Desk:
    """A desk of lists. `outcomes` is what carrying out comes to, in turn; errors are raised."""

    waiting: list[Saved]
    outcomes: list[Done | Need | Refusal | Exception] = field(default_factory=list)
    closing: list[Exception] = field(default_factory=list)
    carried: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    put_off: list[tuple[int, str]] = field(default_factory=list)
    needed: list[str] = field(default_factory=list)
    since: list[int] = field(default_factory=list)
    given_back: list[int] = field(default_factory=list)
    renewed: list[list[int]] = field(default_factory=list)
    expanded: list[str] = field(default_factory=list)
    urls = URLS
    worker: Worker | None = None
    stuck: asyncio.Event | None = None

    async def lease(self, limit: int) -> list[Saved]:
        leased, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return leased

    async def release(self, arrivals: list[Saved]) -> None:
        self.given_back += [one.id for one in arrivals]

    async def renew(self, arrivals: list[Saved]) -> None:
        self.renewed.append([one.id for one in arrivals])
        if self.stuck is not None:
            self.stuck.set()

    async def facts(self, host: str) -> Facts:
        return Facts(now=NOW, allowed=None, blocked=frozenset(), max_bytes=1_000_000)

    async def carry_out(self, arrival: Saved, activity: Activity) -> Done | Need | Refusal:
        if self.stuck is not None:
            await self.stuck.wait()
        outcome = self.outcomes.pop(0) if self.outcomes else Done(uri=activity.uri)
        if isinstance(outcome, Exception):
            raise outcome
        self.carried.append(arrival.id)
        return outcome

    async def refuse(self, arrival: Saved, refusal: Refusal) -> None:
        self.refused.append((arrival.id, refusal.code))

    async def later(self, arrival: Saved, problem: FediError) -> None:
        if self.closing:
            raise self.closing.pop()
        self.put_off.append((arrival.id, problem.code))

    async def postpone(self, arrival: Saved) -> None:
        raise AssertionError("one server's few arrivals are no crowd")

    async def plain(self, document: Mapping[str, Any], host: str) -> Mapping[str, Any]:
        self.expanded.append(host)
        return in_plain_words(expand_here(under_usual_terms(document)))

    async def document(self, uri: str, *, since: int) -> Mapping[str, Any] | None:
        raise AssertionError("nothing has to be fetched for a Like")

    async def need(self, uri: str, *, since: int = 0) -> None:
        self.needed.append(uri)
        self.since.append(since)

    async def wait(self, seconds: float) -> None:
        if self.worker is not None and not self.waiting:
            self.worker.stop()
        await asyncio.sleep(0)


def run_until_empty(desk: Desk) -> None:
    desk.worker = Worker(desk, batch=2)
    asyncio.run(desk.worker.run())


def test_everything_that_waits_is_carried_out() -> None:
    desk = Desk([like(id) for id in range(7)])
    run_until_empty(desk)
    assert sorted(desk.carried) == list(range(7))
    assert (desk.refused, desk.put_off) == ([], [])


def test_what_our_database_cannot_take_now_is_neither_refused_nor_put_off() -> None:
    desk = Desk([like(1), like(2)], outcomes=[FULL])
    run_until_empty(desk)
    assert desk.carried == [2]
    assert (desk.refused, desk.put_off) == ([], []), "its lease runs out, and it comes again"


def test_a_fault_of_ours_puts_one_arrival_off_and_the_others_go_on() -> None:
    desk = Desk([like(1), like(2)], outcomes=[RuntimeError("a mistake")])
    run_until_empty(desk)
    assert desk.carried == [2]
    assert desk.put_off == [(1, "error")]


def test_a_fault_that_cannot_even_be_noted_does_not_stop_the_worker() -> None:
    desk = Desk([like(1), like(2)], outcomes=[RuntimeError("a mistake")], closing=[FULL])
    run_until_empty(desk)
    assert desk.carried == [2]


def test_what_another_server_does_not_give_now_is_put_off() -> None:
    desk = Desk([like(1)], outcomes=[FetchTimeout("The other server was too slow.")])
    run_until_empty(desk)
    assert desk.put_off == [(1, "fetch_timeout")]


def test_what_is_not_allowed_is_refused_with_its_reason() -> None:
    desk = Desk([like(1), like(2)], outcomes=[NotFound("There is no such post here.")])
    run_until_empty(desk)
    assert desk.refused == [(1, "not_found")]


def test_what_a_rule_needs_is_fetched_and_the_rule_runs_again() -> None:
    desk = Desk([like(1)], outcomes=[Need((SOLVEIG,)), Done(uri="done")])
    run_until_empty(desk)
    assert desk.needed == [SOLVEIG]
    assert desk.carried == [1, 1]
    assert not desk.refused


def in_words_of_its_own(id: int, liker: str = SOLVEIG) -> Saved:
    words = {"liker": {"@id": "as:actor", "@type": "@id"}}
    document = activity("Like", OUR_POST, id=f"{HOST}/likes/{id}", liker=liker)
    del document["actor"]
    document["@context"] = [document["@context"], words]
    return Saved(id, json.dumps(document).encode())


def test_what_has_words_of_its_own_is_expanded_first_and_then_carried_out() -> None:
    desk = Desk([in_words_of_its_own(1), like(2)])
    run_until_empty(desk)
    assert sorted(desk.carried) == [1, 2]
    assert desk.expanded == ["avis.example"]


def test_s4_its_own_words_let_nobody_speak_for_another() -> None:
    desk = Desk([in_words_of_its_own(1, MALLORY)])
    run_until_empty(desk)
    assert desk.refused == [(1, "other_host")]


def test_what_asks_for_more_again_and_again_is_refused() -> None:
    desk = Desk([like(1)], outcomes=[Need((SOLVEIG,)) for _ in range(ROUNDS)])
    run_until_empty(desk)
    assert desk.refused == [(1, "needs_too_much")]


def test_of_what_has_just_changed_no_copy_from_before_it_came_will_do() -> None:
    desk = Desk([like(1)], outcomes=[Need((SOLVEIG,)), Need((SOLVEIG,), fresh=True)])
    run_until_empty(desk)
    assert desk.since == [0, NOW]


def test_what_does_not_end_in_time_at_a_stop_is_given_back_to_come_again() -> None:
    async def scene() -> Desk:
        desk = Desk([like(1), like(2)], stuck=asyncio.Event())
        desk.worker = Worker(desk, batch=2, patience=0.01)
        await desk.worker.run()
        return desk

    desk = asyncio.run(scene())
    assert sorted(desk.given_back) == [1, 2]
    assert (desk.carried, desk.refused, desk.put_off) == ([], [], [])


def test_what_is_under_way_for_long_is_still_leased() -> None:
    async def scene() -> Desk:
        desk = Desk([like(1), like(2)], stuck=asyncio.Event())  # until it is renewed
        desk.worker = Worker(desk, batch=3, renewing=0.001)
        await desk.worker.run()
        return desk

    desk = asyncio.run(scene())
    assert sorted(desk.renewed[0]) == [1, 2]
    assert (sorted(desk.carried), desk.given_back) == ([1, 2], [])


@pytest.mark.parametrize("count", [0, 5])
def test_draining_says_how_many_it_was(count: int) -> None:
    desk = Desk([like(id) for id in range(count)])
    assert asyncio.run(Worker(desk, batch=2).drain()) == count
