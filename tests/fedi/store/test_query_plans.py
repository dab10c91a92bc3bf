"""The statements of a working house, taken down as they run, go by an index on both engines.

Nothing is copied: rules, queues and readers run for real in a house with thousands of rows, and
each statement they made is then explained. The queue's own are in test_queue_plans.py too.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from actors.audience import LocalActor, Nobody, RemoteActor, RemoteServer, Viewer
from actors.people import KeyKind, Profile
from actors.posts import Visibility
from actors.relationships import MarkerKind, RelationKind
from actors.verbs import (
    Accept,
    Add,
    Announce,
    Block,
    Delete,
    Flag,
    Follow,
    Like,
    Move,
    Reject,
    Remove,
    Undo,
    Update,
    Vote,
)
from fedi.store import (
    arrivals,
    chores,
    deliveries,
    directory,
    domain_rules,
    events,
    fanout,
    keys,
    listing,
    profiles,
    queue,
    reports,
    showing,
    slots,
    threads,
)
from fedi.store.arrivals import Arrival, Refused
from fedi.store.chores import Wanted
from fedi.store.engine import Engine
from fedi.store.events import Place
from fedi.store.reads import HouseReads
from outbox.knocks import Next, Verdict
from outbox.leases import Done, Report
from outbox.schedule import OK, Outcome, Trouble
from tests.databases import Template
from tests.fedi.store.explaining import Noting, faults
from tests.fedi.store.grown import GROWN, PEOPLE, POSTS
from tests.people import (
    ALICE,
    BOB,
    CARLA,
    IKT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PUBLIC,
    Nordvik,
    note,
    poll_note,
    theirs,
)
from tests.running import run

VIEWERS: tuple[Viewer, ...] = (
    Nobody(),
    LocalActor(KARI.id),
    RemoteActor(ALICE.id, ALICE.host),
    RemoteServer(ALICE.host),
)


@pytest.fixture
def copied_from() -> Template:
    return GROWN


@pytest.fixture
def house(engine: Engine) -> Nordvik:
    """Nordvik, grown, with every statement taken down from here on."""
    house = Nordvik(engine)
    house.follows(KARI, ALICE)
    house.follows(BOB, LEDERGRUPPEN)
    return Nordvik(Noting(engine))


def posts_arrive(house: Nordvik) -> None:
    ours = house.says(LEDERGRUPPEN)
    first = note(ALICE, house.post_uri(ALICE), Visibility.PUBLIC, KARI, reply_to=ours.uri)
    house.done(house.create(first))
    house.done(house.create(note(ALICE, house.post_uri(ALICE), Visibility.DIRECT, OLA)))
    house.done(house.create(note(ALICE, house.post_uri(ALICE), Visibility.FOLLOWERS)))
    waiting = note(ALICE, house.post_uri(ALICE), reply_to="https://far.test/notes/1")
    house.done(house.create(waiting))
    house.done(
        Update(
            uri=house.uri(ALICE),
            actor=ALICE.uri,
            note=replace(first, content="<p>Rettet</p>", updated=NOW),
        )
    )
    house.done(Delete(uri=house.uri(ALICE), actor=ALICE.uri, object=first.uri))
    asked = poll_note(ALICE, house.post_uri(ALICE), ("Ja", "Nei"), ends=NOW + 1)
    house.done(house.create(asked))
    house.done(
        Vote(
            uri=house.uri(KARI),
            actor=KARI.uri,
            question=asked.uri,
            choice="Ja",
            note=house.post_uri(KARI),
        )
    )


def reactions_arrive(house: Nordvik) -> None:
    ours = house.says(LEDERGRUPPEN)
    liked, cheered, boosted = house.uri(ALICE), house.uri(ALICE), house.uri(ALICE)
    house.done(Like(uri=liked, actor=ALICE.uri, object=ours.uri))
    house.done(Like(uri=cheered, actor=ALICE.uri, object=ours.uri, content="🎉"))
    house.done(Announce(uri=boosted, actor=ALICE.uri, object=ours.uri, published=NOW, to=(PUBLIC,)))
    for uri, kind in ((liked, "Like"), (cheered, "Like"), (boosted, "Announce")):
        house.done(
            Undo(uri=house.uri(ALICE), actor=ALICE.uri, object=uri, kind=kind, target=ours.uri)
        )
    house.done(Undo(uri=house.uri(ALICE), actor=ALICE.uri, object="https://x.test/1", kind=""))


def relations_change(house: Nordvik) -> None:
    asked = house.uri(ALICE)
    house.done(Follow(uri=asked, actor=ALICE.uri, object=IKT.uri))
    house.done(Accept(uri=house.uri(IKT), actor=IKT.uri, object=asked, follower=ALICE.uri))
    house.done(Reject(uri=house.uri(IKT), actor=IKT.uri, object=asked, follower=ALICE.uri))
    house.done(Follow(uri=house.uri(CARLA), actor=CARLA.uri, object=LEDERGRUPPEN.uri))
    followed = house.uri(OLA)
    house.done(Follow(uri=followed, actor=OLA.uri, object=CARLA.uri))
    house.done(Accept(uri=house.uri(CARLA), actor=CARLA.uri, object=followed, follower=OLA.uri))
    house.do(
        Undo(uri=house.uri(OLA), actor=OLA.uri, object=followed, kind="Follow", target=CARLA.uri)
    )
    house.done(Block(uri=house.uri(BOB), actor=BOB.uri, object=OLA.uri))
    house.do(Flag(uri=house.uri(BOB), actor=BOB.uri, objects=(LEDERGRUPPEN.uri,)))
    post = house.says(ALICE)
    for verb in (Add, Remove):
        house.do(
            verb(uri=house.uri(ALICE), actor=ALICE.uri, object=post.uri, target=ALICE.featured)
        )
    new = theirs(77, "alice2", "new.test", also_known_as=(ALICE.uri,))
    house.put(new, replace(ALICE, moved_to=new.uri))
    house.do(Move(uri=house.uri(ALICE), actor=ALICE.uri, object=ALICE.uri, target=new.uri))
    house.done(Delete(uri=house.uri(CARLA), actor=CARLA.uri, object=CARLA.uri))


def ours_are_written(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN, Visibility.PUBLIC, ALICE)
    house.says(KARI, Visibility.INTERNAL, reply_to=post.uri)
    house.says(LEDERGRUPPEN, Visibility.DIRECT, BOB, reply_to=post.uri)
    edited = note(LEDERGRUPPEN, post.uri, Visibility.PUBLIC, ALICE, content="Nytt", updated=NOW)
    house.done(Update(uri=house.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, note=edited))
    expand(house)
    house.done(Delete(uri=house.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, object=post.uri))
    expand(house)


def expand(house: Nordvik) -> None:
    while run(fanout.expand(house.engine, house.clock.now, fanout.Rules())):
        pass


def arrivals_are_kept(house: Nordvik) -> None:
    one = Arrival(
        id=POSTS, activity_uri="urn:a", inbox_owner=0, signer=ALICE.uri, body=b"{}", received=NOW
    )
    refused = Refused(id=POSTS, at=NOW, host="a.test", actor_uri="urn:a", code="x", sentence="X.")
    write = house.engine.write
    run(write(lambda tx: arrivals.save(tx, one)))
    run(write(lambda tx: arrivals.lease(tx, now=NOW, until=NOW + 1, limit=50)))
    run(write(lambda tx: arrivals.later(tx, one, now=NOW, problem="no")))
    run(write(lambda tx: arrivals.release(tx, [one.id])))
    run(write(lambda tx: arrivals.done(tx, one.id)))
    run(write(lambda tx: arrivals.note_refusal(tx, refused)))
    run(write(lambda tx: arrivals.prune(tx, now=NOW, seen_days=30)))
    run(house.engine.read(lambda tx: arrivals.refusals(tx, limit=20)))
    run(house.engine.read(lambda tx: arrivals.refusals(tx, limit=20, host="a.test")))


def deliveries_are_made(house: Nordvik) -> None:
    house.says(LEDERGRUPPEN)
    expand(house)
    terms = queue.Terms(now=NOW + 9_000, worker="one", per_host=2, fraction=lambda: 0.0)
    ways = (
        Verdict(Next.DONE, OK),
        Verdict(Next.LATER, Outcome(Trouble.TIMEOUT)),
        Verdict(Next.FAILED, Outcome(Trouble.STATUS, 410), reason="r", inbox_gone=True),
    )
    for way in ways:
        empty = Report(done=(), holding={}, room=99, probes=99)
        leased = run(house.engine.write(lambda tx, r=empty: queue.turn(tx, r, terms))).leases
        assert leased
        done = tuple(
            Done(delivery=one.deliveries[0], fence=one.fence, verdict=way) for one in leased[:20]
        )
        holding = {one.host: (one.fence, frozenset[int]()) for one in leased}
        report = Report(done=done, holding=holding, room=99, probes=99)
        run(house.engine.write(lambda tx, r=report: queue.turn(tx, r, terms)))
    write = house.engine.write
    run(write(lambda tx: deliveries.expire(tx, NOW)))
    run(write(lambda tx: deliveries.seen_alive(tx, "host1.test", "rfc9421", NOW)))
    run(house.engine.read(lambda tx: keys.held(tx, LEDERGRUPPEN.id)))
    run(house.engine.read(lambda tx: deliveries.told(tx, "host1.test", LEDERGRUPPEN.id)))
    run(house.engine.read(lambda tx: deliveries.digests(tx, LEDERGRUPPEN.id)))
    run(house.engine.read(lambda tx: deliveries.status_of_post(tx, POSTS)))
    run(house.engine.read(fanout.waits))


def others_ask(house: Nordvik) -> None:
    reads = HouseReads(house.engine)
    post = house.says(LEDERGRUPPEN)
    run(reads.application())
    for viewer in VIEWERS:
        run(reads.actor(LEDERGRUPPEN.id, viewer))
        run(reads.featured(LEDERGRUPPEN, viewer))
        run(reads.outbox(LEDERGRUPPEN, viewer, None, 20))
        run(reads.post(post.id, viewer))
        run(reads.replies(post, viewer, None, 20))
        run(reads.context(post.id, viewer, None, 20))
        run(reads.activity(PEOPLE, viewer))
    run(reads.followers(LEDERGRUPPEN, None, 20))
    run(reads.following(LEDERGRUPPEN, None, 20))
    run(reads.followers_at(LEDERGRUPPEN, ALICE.host))
    run(reads.likes(post, None, 20))
    run(reads.shares(post, None, 20))
    for name in ("outbox", "followers", "following", "replies", "likes", "shares"):
        run(reads.total(name, LEDERGRUPPEN.id))


def people_read(house: Nordvik) -> None:
    read = house.engine.read
    post = house.says(LEDERGRUPPEN)
    house.says(KARI, reply_to=post.uri)
    run(read(lambda tx: listing.home(tx, KARI.id, 20)))
    run(read(lambda tx: listing.requests(tx, IKT.id)))
    run(read(lambda tx: listing.sent(tx, 20)))
    run(read(lambda tx: showing.by_author(tx, LEDERGRUPPEN.id, None, 20)))
    run(read(lambda tx: showing.pinned(tx, LEDERGRUPPEN.id)))
    run(read(lambda tx: showing.for_feed(tx, LEDERGRUPPEN.id, 20)))
    run(read(lambda tx: showing.newest(tx, None, 20)))
    run(read(lambda tx: showing.tagged(tx, "tag1", None, 20)))
    run(read(lambda tx: showing.one(tx, post.id)))
    run(read(lambda tx: showing.history(tx, post.id)))
    for id in (post.id, POSTS, POSTS + 400):
        run(read(lambda tx, id=id: threads.thread(tx, id, None)))


def actors_are_found(house: Nordvik) -> None:
    read, write = house.engine.read, house.engine.write
    run(read(lambda tx: directory.by_handle(tx, "ledergruppen")))
    run(read(lambda tx: directory.by_id(tx, LEDERGRUPPEN.id)))
    run(read(lambda tx: directory.followers(tx, LEDERGRUPPEN.id)))
    run(read(lambda tx: profiles.key_with_owner(tx, f"{ALICE.uri}#main-key")))
    run(read(lambda tx: profiles.signing_key(tx, LEDERGRUPPEN.id, KeyKind.RSA, NOW)))
    run(read(profiles.application))
    found = Profile(actor=ALICE, keys=())
    run(write(lambda tx: profiles.save_profile(house.performer.open(tx), found)))
    run(write(lambda tx: profiles.mark_gone(tx, CARLA.uri, NOW)))
    run(read(domain_rules.rules))
    run(read(lambda tx: house.performer.open(tx).domain_blocked("a.b.c.test")))
    run(read(lambda tx: house.performer.open(tx).actors_by_uri((ALICE.uri, BOB.uri))))
    run(read(lambda tx: house.performer.open(tx).waiting_replies("https://gone.test/2")))
    run(read(lambda tx: house.performer.open(tx).marked("urn:1", MarkerKind.DELETED, "urn:2")))
    run(read(lambda tx: house.performer.open(tx).emojis_of(1, ALICE.id)))
    run(read(lambda tx: house.performer.open(tx).open_reports(ALICE.id, 100)))
    run(read(lambda tx: house.performer.open(tx).relation_by_uri("urn:1")))
    run(read(lambda tx: house.performer.open(tx).relation(RelationKind.FOLLOW, 1, 2)))


def those_who_keep_order_look(house: Nordvik) -> None:
    read, write = house.engine.read, house.engine.write
    run(read(lambda tx: reports.listed(tx)))
    run(read(lambda tx: reports.listed(tx, closed=True, before=9)))
    run(read(lambda tx: reports.find(tx, 1)))
    run(read(lambda tx: reports.by_uri(tx, "urn:1")))
    run(write(lambda tx: reports.close(tx, 1, NOW)))
    run(write(lambda tx: reports.reopen(tx, 1)))
    run(read(lambda tx: deliveries.of_author(tx, POSTS, LEDERGRUPPEN.id)))
    run(read(lambda tx: deliveries.status_of_post(tx, POSTS)))
    run(read(lambda tx: keys.of_ours(tx, LEDERGRUPPEN.id)))
    run(read(lambda tx: chores.remote_followers(tx, LEDERGRUPPEN.id, 0)))
    run(read(lambda tx: listing.sent(tx, 20)))


def chores_are_done(house: Nordvik) -> None:
    read, write = house.engine.read, house.engine.write
    one = Wanted(uri="urn:1", why="actor", depth=0, tries=0)
    run(write(lambda tx: chores.want(tx, "urn:w", "actor", 0, NOW)))
    run(write(lambda tx: chores.lease_wanted(tx, now=NOW, until=NOW + 1, limit=16)))
    run(write(lambda tx: chores.want_later(tx, one, NOW)))
    run(write(lambda tx: chores.had(tx, one)))
    run(write(lambda tx: chores.erase_posts(tx, PEOPLE, 0, NOW)))
    run(write(lambda tx: chores.erase_relations(tx, PEOPLE, NOW)))
    run(write(lambda tx: chores.erase_revisions(tx, POSTS)))
    run(read(lambda tx: chores.local_followers(tx, LEDERGRUPPEN.id, 0)))
    run(read(lambda tx: chores.followers_on(tx, ALICE.id)))
    run(read(lambda tx: chores.ended_polls(tx, NOW)))
    run(read(lambda tx: chores.voters(tx, POSTS)))
    run(read(lambda tx: chores.voted_since(tx, Place(0, 3_990))))
    run(read(events.newest))
    for place in (events.BEGINNING, Place(0, 3_990), Place(9, 3_990)):
        run(read(lambda tx, place=place: events.read(tx, place, 100)))
    run(read(lambda tx: chores.known_posts(tx, ("urn:1", "urn:2"))))
    run(write(lambda tx: chores.replace_pins(tx, ALICE.featured, [], NOW)))
    slot = run(write(lambda tx: slots.take(tx, "1-a", NOW)))
    run(write(lambda tx: slots.renew(tx, slot.slot, "1-a", NOW, NOW)))


BOUNDED = {
    "FROM actor_key WHERE actor_id": "an actor has some keys",
    "FROM pin": "an actor pins some posts",
    "WHERE d.about = ?": "what is queued about one thing, at a chunk of hosts",
    "FROM host WHERE state IN": "hosts that are down are looked at minutes apart",
    "GROUP BY d.host, d.state": "the hosts one post went to",
    "FROM addressee d JOIN actor a": "those named in a page of posts",
    "FROM hashtag WHERE post_id": "the hashtags of a page of posts",
    "AND a.host = ? ORDER BY a.uri": "an actor's followers at one host",
    "i.state = 'pending'": "who asks to follow one actor",
    "WITH RECURSIVE above": "ten posts above one",
    ") w JOIN post p": "a window of a thousand ids",
    "WHERE username = ? AND domain = ?": "who claimed one handle",
}
"""Sorts of what an index has found already, and why that is little."""
IN_ORDER = ("FROM refused", "FROM activity a JOIN actor s", "FROM event e ORDER BY")
"""Walks of a table by its key that end at a limit."""

SCENES: tuple[Callable[[Nordvik], None], ...] = (
    posts_arrive,
    reactions_arrive,
    relations_change,
    ours_are_written,
    arrivals_are_kept,
    deliveries_are_made,
    others_ask,
    people_read,
    actors_are_found,
    those_who_keep_order_look,
    chores_are_done,
)


def excused(fault: str, sql: str) -> bool:
    if "TEMP B-TREE" in fault:
        return any(part in sql for part in BOUNDED)
    return fault.startswith("SCAN ") and any(part in sql for part in IN_ORDER)


def test_no_statement_of_a_working_house_walks_a_table(house: Nordvik) -> None:
    engine = house.engine
    assert isinstance(engine, Noting)
    found: list[str] = []
    seen: set[str] = set()
    for scene in SCENES:
        scene(house)
        for sql, params in list(engine.texts.items()):
            if sql in seen or sql == "ANALYZE":
                continue
            seen.add(sql)
            for fault in run(engine.engine.write(partial(faults, sql=sql, params=params))):
                if not excused(fault, sql):
                    found.append(f"{scene.__name__}: {fault}\n    {sql}")
    assert len(seen) > 150, len(seen)
    assert not found, "\n" + "\n".join(found)
