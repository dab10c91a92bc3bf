"""Rules for domains: one for each, the newest counts, and blocks cover what lies below."""

import pytest

from fedi.store.domain_rules import Rule, drop_rule, put_rule, rules
from fedi.store.engine import Engine
from tests.people import NOW, Nordvik
from tests.running import run


def put(engine: Engine, domain: str, kind: str, comment: str = "", now: int = NOW) -> None:
    run(engine.write(lambda tx: put_rule(tx, domain, kind, comment, now)))


def test_the_newest_rule_for_a_domain_replaces_the_one_before(engine: Engine) -> None:
    put(engine, "b.test", "allow")
    put(engine, "a.test", "block", "spam")
    put(engine, "a.test", "allow", "they have mended it", NOW + 1)
    assert run(engine.read(rules)) == [
        Rule("a.test", "allow", "they have mended it", NOW + 1),
        Rule("b.test", "allow", "", NOW),
    ]


def test_a_rule_is_dropped_once(engine: Engine) -> None:
    put(engine, "a.test", "block")
    assert run(engine.write(lambda tx: drop_rule(tx, "a.test")))
    assert not run(engine.write(lambda tx: drop_rule(tx, "a.test")))
    assert run(engine.read(rules)) == []


@pytest.mark.parametrize(
    ("domain", "blocked"),
    [
        ("evil.test", True),
        ("www.evil.test", True),
        ("a.b.c.d.e.f.g.h.evil.test", True),
        ("notevil.test", False),
        ("test", False),
        ("good.test", False),
    ],
)
def test_a_block_covers_the_domain_and_what_is_below_it(
    engine: Engine, domain: str, blocked: bool
) -> None:
    put(engine, "evil.test", "block")
    put(engine, "good.test", "allow")
    open = Nordvik(engine).performer.open
    assert run(engine.read(lambda tx: open(tx).domain_blocked(domain))) is blocked


def test_what_is_allowed_is_allowed_at_any_port(engine: Engine) -> None:
    put(engine, "good.test", "allow")
    open = Nordvik(engine).performer.open
    for domain, allowed in {
        "good.test": True,
        "good.test:8443": True,
        "x.good.test": False,
    }.items():
        assert run(engine.read(lambda tx, d=domain: open(tx).domain_allowed(d))) is allowed
