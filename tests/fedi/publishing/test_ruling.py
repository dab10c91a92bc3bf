"""Changing with whom we federate: what is told before, and what is so after."""

import pytest

from actors.errors import Invalid, NotFound
from actors.people import ActorKind, Exposure
from actors.posts import Visibility
from actors.relationships import RelationState
from fedi.publishing.rulelists import Wanted
from fedi.publishing.ruling import Outcome, Ruling
from fedi.store import domain_rules
from tests.people import (
    ALICE,
    BEREDSKAP,
    BOB,
    CARLA,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    OLA,
    SAMARBEID,
    Nordvik,
    theirs,
)
from tests.running import run

GROUP = theirs(40, "arbeid", "mastodon.test", kind=ActorKind.GROUP)


def ruling(nordvik: Nordvik, *, listed: bool = False) -> Ruling:
    return Ruling(nordvik.performer, listed)


def put(
    nordvik: Nordvik, kind: str, *names: str, dry: bool = False, listed: bool = False
) -> Outcome:
    of = ruling(nordvik, listed=listed)
    return run(of.put([of.wanted(name, kind) for name in names], dry_run=dry))


def kinds(nordvik: Nordvik) -> dict[str, str]:
    found = run(nordvik.engine.read(domain_rules.rules))
    return {one.domain: one.kind for one in found}


def waiting(nordvik: Nordvik) -> list[tuple[str, str]]:
    """Return what waits: (kind, host)."""
    return nordvik.ask(
        "SELECT a.kind, d.host FROM delivery d JOIN activity a ON a.id = d.activity_id"
        " WHERE d.state = 0 ORDER BY d.id"
    )


def connected(nordvik: Nordvik) -> None:
    """Follows in both directions, posts of both, and something that waits for each server."""
    nordvik.put(GROUP)
    for author in (LEDERGRUPPEN, SAMARBEID):
        for follower in (ALICE, BOB, CARLA, OLA):
            nordvik.follows(follower, author)
    nordvik.follows(KARI, ALICE)
    nordvik.follows(KARI, GROUP)
    nordvik.follows(OLA, CARLA, state=RelationState.PENDING)
    nordvik.says(ALICE)
    put(nordvik, "allow", "mastodon.test", "gotosocial.test")
    for author in (LEDERGRUPPEN, SAMARBEID):
        nordvik.says(author)
    nordvik.delivered()


def test_a_block_is_told_before_it_is_made(nordvik: Nordvik) -> None:
    connected(nordvik)
    before = nordvik.counts()
    told = put(nordvik, "block", "mastodon.test", dry=True)
    assert nordvik.counts() == before
    assert kinds(nordvik)["mastodon.test"] == "allow"
    assert [(one.domain, one.change) for one in told.changes] == [("mastodon.test", "replaced")]
    assert told.cut.hosts == ("mastodon.test",)
    lost = {one.actor.id: (one.followers, one.following, one.waiting) for one in told.cut.actors}
    assert lost == {LEDERGRUPPEN.id: (2, 0, 1), SAMARBEID.id: (2, 0, 1), KARI.id: (0, 2, 0)}
    assert [one.id for one in told.cut.groups] == [GROUP.id]
    assert (told.cut.posts, told.cut.media, told.cut.waiting) == (1, 0, 2)


def test_a_block_takes_back_what_waits_and_keeps_the_follows(nordvik: Nordvik) -> None:
    connected(nordvik)
    told = put(nordvik, "block", "mastodon.test")
    assert kinds(nordvik) == {"gotosocial.test": "allow", "mastodon.test": "block"}
    assert told.cut.waiting == 2
    assert {host for _, host in waiting(nordvik)} == {"gotosocial.test"}
    assert nordvik.state(ALICE, LEDERGRUPPEN) == "accepted"
    totals = nordvik.ask("SELECT total FROM activity WHERE kind = 'Create' ORDER BY id")
    assert totals == [(1,), (1,)]


def test_what_a_worker_has_in_hand_is_left_to_it(nordvik: Nordvik) -> None:
    connected(nordvik)

    async def taken(tx):  # type: ignore[no-untyped-def]
        await tx.run("UPDATE host SET owner = 'one', taken = 1000000 WHERE name = 'mastodon.test'")

    run(nordvik.engine.write(taken))
    put(nordvik, "block", "mastodon.test")
    assert {host for _, host in waiting(nordvik)} == {"gotosocial.test", "mastodon.test"}


def test_one_taken_off_the_list_is_closed_to_those_for_it_alone(nordvik: Nordvik) -> None:
    connected(nordvik)
    told = run(ruling(nordvik).drop("gotosocial.test", "allow"))
    assert {one.actor.id for one in told.cut.actors} == {SAMARBEID.id}
    assert [host for _, host in waiting(nordvik)].count("gotosocial.test") == 1
    everything = put(nordvik, "block", "gotosocial.test", dry=True)
    assert LEDERGRUPPEN.id in {one.actor.id for one in everything.cut.actors}


def test_with_an_allow_list_one_taken_off_is_closed_to_all(nordvik: Nordvik) -> None:
    connected(nordvik)
    told = run(ruling(nordvik, listed=True).drop("gotosocial.test", dry_run=True))
    lost = {one.actor.id for one in told.cut.actors}
    assert lost == {LEDERGRUPPEN.id, SAMARBEID.id, OLA.id}


def test_a_block_covers_the_domains_below(nordvik: Nordvik) -> None:
    nordvik.follows(MALLORY, LEDERGRUPPEN)
    told = put(nordvik, "block", "test", dry=True)
    assert told.cut.hosts == ("evil.test", "gotosocial.test", "mastodon.test")


def test_the_same_again_changes_nothing(nordvik: Nordvik) -> None:
    put(nordvik, "block", "a.example")
    before = run(nordvik.engine.read(domain_rules.rules))
    nordvik.clock.time += 1000
    again = put(nordvik, "block", "a.example")
    assert [one.change for one in again.changes] == ["unchanged"]
    assert run(nordvik.engine.read(domain_rules.rules)) == before
    other = Wanted(domain="a.example", kind="block", comment="spam")
    assert run(ruling(nordvik).put([other])).changes[0].change == "changed"
    after = run(nordvik.engine.read(domain_rules.rules))[0]
    assert (after.comment, after.created) == ("spam", before[0].created)


def test_what_is_no_rule_is_refused(nordvik: Nordvik) -> None:
    put(nordvik, "allow", "a.example")
    with pytest.raises(NotFound):
        run(ruling(nordvik).drop("a.example", "block"))
    with pytest.raises(NotFound):
        run(ruling(nordvik).drop("b.example"))
    for name in ("nordvik.test", "http://x/", ""):
        with pytest.raises(Invalid):
            ruling(nordvik).wanted(name, "block")


@pytest.mark.parametrize(
    ("exposure", "closed"),
    [
        (Exposure.OPEN, ()),
        (Exposure.ALLOWED, ("evil.test", "gotosocial.test")),
        (Exposure.INTERNAL, ("evil.test", "gotosocial.test", "mastodon.test")),
    ],
)
def test_a_narrower_exposure_is_told_before(
    nordvik: Nordvik, exposure: Exposure, closed: tuple[str, ...]
) -> None:
    for follower in (ALICE, CARLA):
        nordvik.follows(follower, LEDERGRUPPEN)
        nordvik.follows(follower, SAMARBEID)
    put(nordvik, "allow", "mastodon.test")
    nordvik.says(LEDERGRUPPEN, Visibility.PUBLIC)
    nordvik.delivered()
    told = run(ruling(nordvik).narrowing(LEDERGRUPPEN, exposure))
    assert told.hosts == closed
    assert {one.actor.id for one in told.actors} == ({LEDERGRUPPEN.id} if closed else set())
    assert told.sent == 1
    assert told.posts == 0


def test_wider_cuts_nothing(nordvik: Nordvik) -> None:
    nordvik.follows(ALICE, BEREDSKAP)
    for exposure in Exposure:
        assert run(ruling(nordvik).narrowing(BEREDSKAP, exposure)).hosts == ()
