"""Who may come in, by the rules in the store, and how fast, by buckets in memory."""

import asyncio

import pytest

from actors.errors import Forbidden, TooMany
from fedi.config.settings import Federation
from fedi.domains import Domains
from fedi.store.domain_rules import put_rule
from fedi.store.engine import Engine
from tests.fedi.town import FixedClock
from tests.running import run


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


def domains(engine: Engine, clock: FixedClock, **settings: object) -> Domains:
    return Domains(engine, clock.now, Federation(**settings))  # type: ignore[arg-type]


def rule(engine: Engine, name: str, kind: str) -> None:
    run(engine.write(lambda tx: put_rule(tx, name, kind, "", 0)))


def test_a_block_covers_the_domains_below_it_and_no_neighbour(
    engine: Engine, clock: FixedClock
) -> None:
    rule(engine, "evil.test", "block")
    found = domains(engine, clock)
    for name in ("evil.test", "sub.evil.test", "EVIL.test.", "evil.test:8443"):
        with pytest.raises(Forbidden) as caught:
            run(found.welcome(name))
        assert caught.value.code == "blocked"
    for name in ("devil.test", "evil.test.example", "good.test"):
        run(found.welcome(name))


def test_with_an_allow_list_only_those_on_it_are_welcome(engine: Engine, clock: FixedClock) -> None:
    rule(engine, "good.test", "allow")
    found = domains(engine, clock, mode="allowlist")
    assert run(found.welcomes("good.test"))
    assert run(found.welcomes("good.test:8443"))
    assert not run(found.welcomes("sub.good.test"))
    assert not run(found.welcomes("other.test"))
    assert run(found.facts("good.test")).allowed == frozenset({"good.test"})
    assert run(domains(engine, clock).facts("good.test")).allowed is None


def test_a_new_rule_holds_within_a_second_or_when_told(engine: Engine, clock: FixedClock) -> None:
    found = domains(engine, clock)
    assert run(found.welcomes("evil.test"))
    rule(engine, "evil.test", "block")
    assert run(found.welcomes("evil.test"))
    clock.moment += 1_000
    assert not run(found.welcomes("evil.test"))
    rule(engine, "worse.test", "block")
    found.forget()
    assert not run(found.welcomes("worse.test"))


def test_many_who_ask_at_once_get_the_rules_and_never_an_empty_list(
    engine: Engine, clock: FixedClock
) -> None:
    rule(engine, "evil.test", "block")

    async def ask() -> list[bool]:
        found = domains(engine, clock)
        return await asyncio.gather(*(found.welcomes("evil.test") for _ in range(20)))

    assert run(ask()) == [False] * 20


def test_a_host_has_its_pace_and_a_burst_and_is_told_when_to_come_back(
    engine: Engine, clock: FixedClock
) -> None:
    found = domains(engine, clock, rate_per_host=2)
    for _ in range(40):
        found.admit("fast.test")
    with pytest.raises(TooMany) as caught:
        found.admit("fast.test")
    assert caught.value.retry_after >= 1
    found.admit("other.test")
    found.admit("fast.test", purpose="fetch")
    clock.moment += 500
    found.admit("fast.test")
