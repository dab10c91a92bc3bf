"""Fan-out on both engines: who gets a row, each inbox once, in order, whatever the size."""

from typing import Any

import msgspec
import pytest

from actors.people import Exposure
from actors.posts import Visibility
from actors.relationships import Relation, RelationKind
from fedi.store import fanout
from fedi.store.domain_rules import put_rule
from fedi.store.engine import Engine
from fedi.store.recipients import Target
from tests.outbox.post_office import NOW, Office, local_actor, remote_actor
from tests.running import run


@pytest.fixture
def office(engine: Engine) -> Office:
    return run(Office(engine).open())


def expanded(office: Office, **sent: Any) -> list[str]:
    run(office.send(**sent))
    run(office.expand())
    return run(office.queued())


def test_followers_of_one_server_share_its_inbox_and_get_a_public_post_once(office: Office) -> None:
    run(office.followed_by(*(remote_actor(n, "a.test", shared=True) for n in range(10, 20))))
    run(office.followed_by(remote_actor(20, "b.test")))
    assert expanded(office) == ["http://a.test/inbox", "http://b.test/users/20/inbox"]


@pytest.mark.parametrize("visible", [Visibility.FOLLOWERS, Visibility.DIRECT])
def test_what_is_not_open_to_all_goes_to_each_inbox_of_its_own(
    office: Office, visible: Visibility
) -> None:
    run(office.followed_by(*(remote_actor(n, "a.test", shared=True) for n in (10, 11))))
    assert expanded(office, visible=visible) == [
        "http://a.test/users/10/inbox",
        "http://a.test/users/11/inbox",
    ]


def test_who_follows_and_is_named_gets_it_once(office: Office) -> None:
    run(office.followed_by(remote_actor(10, "a.test")))
    assert expanded(office, actors=(10,)) == ["http://a.test/users/10/inbox"]


def test_nobody_gets_what_is_internal(office: Office) -> None:
    run(office.followed_by(remote_actor(10, "a.test")))
    assert expanded(office, visible=Visibility.INTERNAL, actors=(10,)) == []
    assert run(office.ask("SELECT count(*) FROM fanout")) == [(0,)]


def test_an_internal_actor_sends_nothing_to_anybody(engine: Engine) -> None:
    office = run(Office(engine, author=local_actor(1, exposure=Exposure.INTERNAL)).open())
    run(office.followed_by(remote_actor(10, "a.test")))
    assert expanded(office, actors=(10,)) == []


def test_local_pending_gone_and_blocked_followers_get_nothing(office: Office) -> None:
    run(office.followed_by(local_actor(9)))
    run(office.followed_by(remote_actor(10, "a.test"), state="pending"))
    run(office.followed_by(remote_actor(11, "a.test", suspended=NOW)))
    run(office.followed_by(remote_actor(12, "a.test", deleted=NOW)))
    run(office.followed_by(remote_actor(13, "a.test"), remote_actor(14, "a.test")))
    run(office.followed_by(remote_actor(15, "a.test")))
    block = RelationKind.BLOCK
    run(office.put(Relation(kind=block, source_id=1, target_id=13)))
    run(office.put(Relation(kind=block, source_id=14, target_id=1)))
    assert expanded(office, actors=(9, 11, 12, 13, 14)) == ["http://a.test/users/15/inbox"]


def test_a_block_itself_reaches_the_one_who_is_blocked(office: Office) -> None:
    run(office.put(remote_actor(10, "a.test")))
    run(office.put(Relation(kind=RelationKind.BLOCK, source_id=1, target_id=10)))
    sent = {"followers": False, "actors": (10,), "post_id": None, "visible": Visibility.DIRECT}
    assert expanded(office, kind="Block", **sent) == ["http://a.test/users/10/inbox"]
    assert len(expanded(office, kind="Like", **sent)) == 1


def test_blocked_servers_and_their_subdomains_get_nothing(office: Office) -> None:
    hosts = ("bad.test", "deep.bad.test", "notbad.test", "bad.test:8443")
    run(office.followed_by(*(remote_actor(n, host) for n, host in enumerate(hosts, 10))))
    run(office.engine.write(lambda tx: put_rule(tx, "bad.test", "block", "", NOW)))
    assert expanded(office) == ["http://notbad.test/users/12/inbox"]


@pytest.mark.parametrize("how", ["exposure", "mode"])
def test_an_allow_list_lets_through_what_is_on_it(engine: Engine, how: str) -> None:
    author = local_actor(1, exposure=Exposure.ALLOWED if how == "exposure" else Exposure.OPEN)
    rules = fanout.Rules(only_allowed=how == "mode")
    office = run(Office(engine, author=author, rules=rules).open())
    run(office.followed_by(remote_actor(10, "good.test"), remote_actor(11, "other.test")))
    run(engine.write(lambda tx: put_rule(tx, "good.test", "allow", "", NOW)))
    assert expanded(office) == ["http://good.test/users/10/inbox"]


def test_a_shared_inbox_on_another_host_is_not_used(office: Office) -> None:
    run(office.followed_by(remote_actor(10, "a.test")))
    lying = remote_actor(11, "b.test")
    run(office.followed_by(lying))
    run(office.put(type(lying)(**{**_fields(lying), "shared_inbox": "http://c.test/inbox"})))
    assert expanded(office) == ["http://a.test/users/10/inbox", "http://b.test/users/11/inbox"]


def _fields(actor: Any) -> dict[str, Any]:
    return {name: getattr(actor, name) for name in type(actor).__slots__}


def test_more_followers_than_a_page_each_get_one_row_in_the_order_of_their_hosts(
    office: Office,
) -> None:
    count = 3 * fanout.PAGE + 7
    run(office.followed_by(*(remote_actor(10 + n, f"h{n % 40:02}.test") for n in range(count))))
    inboxes = expanded(office)
    assert len(inboxes) == len(set(inboxes)) == count
    assert inboxes == sorted(inboxes)
    assert run(office.ask("SELECT total, delivered, failed FROM activity")) == [(count, 0, 0)]
    assert run(office.ask("SELECT count(*) FROM reach")) == [(count,)]
    assert run(office.ask("SELECT count(*), min(due), max(due) FROM host")) == [(40, NOW, NOW)]


def test_a_fan_out_cut_off_goes_on_where_it_was_and_meets_no_inbox_again(office: Office) -> None:
    count = 2 * fanout.PAGE
    run(office.followed_by(*(remote_actor(10 + n, f"h{n % 40:02}.test") for n in range(count + 1))))
    run(office.send())
    engine = office.engine
    chunks: list[Any] = []

    class Dies(Exception):
        pass

    class DyingEngine:
        async def write(self, unit: Any) -> Any:
            if len(chunks) == 2:  # the lease and one chunk are in; then the process ends
                raise Dies
            chunks.append(unit)
            return await engine.write(unit)

        def __getattr__(self, name: str) -> Any:
            return getattr(engine, name)

    with pytest.raises(Dies):
        run(fanout.expand(DyingEngine(), office.clock.now, office.rules))
    first = run(office.queued())
    assert len(first) == fanout.PAGE
    run(engine.write(lambda tx: tx.run("DELETE FROM delivery")))  # delivered meanwhile
    run(office.expand())
    assert run(office.queued()) == []  # another worker may still be at it
    office.clock.time += fanout.LEASE_MS
    run(office.expand())
    second = run(office.queued())
    assert len({*first, *second}) == len(first) + len(second) == count + 1


def test_a_worker_that_slept_through_its_lease_queues_nothing_more(office: Office) -> None:
    count = 2 * fanout.PAGE
    run(office.followed_by(*(remote_actor(10 + n, "a.test") for n in range(count))))
    run(office.send())
    engine = office.engine
    begun = run(engine.write(lambda tx: fanout._begin(tx, now=NOW, rules=office.rules)))
    assert begun is not None
    office.clock.time += fanout.LEASE_MS
    run(office.expand())
    run(engine.write(lambda tx: tx.run("DELETE FROM delivery")))
    late = run(
        engine.write(
            lambda tx: fanout._chunk(
                tx,
                fanout=begun[0],
                chunk=[Target("a.test", "http://a.test/users/10/inbox", 10)],
                now=NOW,
                rules=office.rules,
                last=True,
            )
        )
    )
    assert late is False
    assert run(office.queued()) == []


def test_the_same_authors_activities_are_expanded_one_after_the_other(office: Office) -> None:
    run(office.followed_by(remote_actor(10, "a.test")))
    first = run(office.send())
    second = run(office.send("Like", about="http://a.test/posts/1", post_id=None))
    run(office.expand())
    assert run(office.queued("a.uri")) == [first, second]


def test_a_fan_out_that_we_cannot_read_stands_in_nobodys_way(office: Office) -> None:
    run(office.followed_by(remote_actor(10, "a.test")))
    run(office.put(local_actor(2)))
    run(office.send())
    break_it = "UPDATE fanout SET recipients = '[]', actor_id = 2"
    run(office.engine.write(lambda tx: tx.run(break_it)))
    uri = run(office.send("Like", about="http://a.test/posts/1", post_id=None))
    with pytest.raises(msgspec.ValidationError):
        run(office.expand())
    run(office.expand())
    assert run(office.queued("a.uri")) == [uri]
    assert run(office.ask("SELECT count(*) FROM fanout")) == [(1,)]


def test_a_changed_profile_goes_ahead_of_what_waits(office: Office) -> None:
    run(office.followed_by(remote_actor(10, "a.test")))
    run(office.send())
    run(office.send("Update", about=office.author.uri, post_id=None))
    run(office.expand())
    assert run(office.queued("a.kind, d.turn")) == [("Create", 1), ("Update", 0)]


def test_a_delete_reaches_whoever_had_the_post_even_who_left_or_was_blocked(office: Office) -> None:
    run(office.followed_by(remote_actor(10, "a.test"), remote_actor(11, "b.test")))
    expanded(office, visible=Visibility.FOLLOWERS)
    run(office.engine.write(lambda tx: tx.run("DELETE FROM delivery")))  # all had it
    run(office.engine.write(lambda tx: tx.run("DELETE FROM relation")))  # and nobody follows now
    run(office.put(Relation(kind=RelationKind.BLOCK, source_id=1, target_id=11)))
    sent = {"visible": Visibility.FOLLOWERS, "of_post": True}
    assert expanded(office, kind="Update", **sent) == []
    assert expanded(office, kind="Delete", **sent) == [
        "http://a.test/users/10/inbox",
        "http://b.test/users/11/inbox",
    ]
    assert run(office.ask("SELECT count(*) FROM reach")) == [(0,)]


def test_rows_that_take_something_back_are_kept_longer(office: Office) -> None:
    run(office.followed_by(remote_actor(10, "a.test")))
    expanded(office)
    expanded(office, kind="Delete", about="http://house.test/posts/000000000000000078")
    day = 86_400_000
    assert run(office.queued("a.kind, d.expires - a.created")) == [
        ("Create", 7 * day),
        ("Delete", 30 * day),
    ]


def test_a_deleted_author_sends_a_delete_and_nothing_else(office: Office) -> None:
    run(office.followed_by(remote_actor(10, "a.test")))
    run(office.put(local_actor(1, deleted=NOW)))
    assert expanded(office) == []
    assert len(expanded(office, kind="Delete", about=office.author.uri, post_id=None)) == 1
