"""What is cut where a server may have less of us: counted and taken back, in parts."""

from dataclasses import replace

from actors.people import Exposure
from fedi.store import cutting
from fedi.store.cutting import Closed
from tests.people import ALICE, BOB, CARLA, KARI, LEDERGRUPPEN, SAMARBEID, Nordvik
from tests.running import run

MANY = 900


def closed(*hosts: str, actor_id: int | None = None) -> Closed:
    every = frozenset(hosts)
    return Closed(hosts={Exposure.OPEN: every, Exposure.ALLOWED: every}, actor_id=actor_id)


def waiting(nordvik: Nordvik) -> list[tuple[str, str]]:
    return nordvik.ask(
        "SELECT a.kind, d.host FROM delivery d JOIN activity a ON a.id = d.activity_id"
        " ORDER BY d.id"
    )


def test_every_server_that_we_know_or_send_to_is_known(nordvik: Nordvik) -> None:
    found = run(nordvik.engine.read(cutting.hosts))
    assert found == {"mastodon.test", "gotosocial.test", "evil.test"}


def test_what_takes_back_is_still_sent_by_an_actor_that_becomes_narrower(nordvik: Nordvik) -> None:
    nordvik.follows(ALICE, LEDERGRUPPEN)
    nordvik.says(LEDERGRUPPEN)
    nordvik.delivered()
    run(nordvik.engine.write(lambda tx: tx.run("UPDATE activity SET kind = 'Delete'")))
    nordvik.says(LEDERGRUPPEN)
    nordvik.delivered()
    of = closed("mastodon.test", actor_id=LEDERGRUPPEN.id)
    assert run(nordvik.engine.read(lambda tx: cutting.counted(tx, of))).waiting == 1
    assert run(nordvik.engine.write(lambda tx: cutting.cut(tx, of))) == 1
    assert waiting(nordvik) == [("Delete", "mastodon.test")]
    # A server that is blocked gets nothing at all.
    assert run(nordvik.engine.write(lambda tx: cutting.cut(tx, closed("mastodon.test")))) == 1


def test_only_actors_that_lose_the_server_lose_what_waits(nordvik: Nordvik) -> None:
    for one in (BOB, CARLA):
        nordvik.follows(one, LEDERGRUPPEN)
        nordvik.follows(one, KARI)
    nordvik.says(LEDERGRUPPEN)
    nordvik.delivered()
    of = Closed(hosts={Exposure.ALLOWED: frozenset({"mastodon.test", "gotosocial.test"})})
    assert run(nordvik.engine.read(lambda tx: cutting.counted(tx, of))).actors == ()
    assert run(nordvik.engine.write(lambda tx: cutting.cut(tx, of))) == 0
    assert len(waiting(nordvik)) == 2
    assert SAMARBEID.exposure is Exposure.ALLOWED


def test_more_servers_than_a_statement_takes_are_counted_in_parts(nordvik: Nordvik) -> None:
    for number in range(3):
        name = f"s{number}.test"
        one = replace(ALICE, id=6000 + number, uri=f"https://{name}/u", host=name, domain=name)
        nordvik.put(one)
        nordvik.follows(one, KARI)
    names = [f"s{number}.test" for number in range(MANY)]
    found = run(nordvik.engine.read(lambda tx: cutting.counted(tx, closed(*names))))
    assert [(one.actor.id, one.followers) for one in found.actors] == [(KARI.id, 3)]
    assert len(found.hosts) == MANY
