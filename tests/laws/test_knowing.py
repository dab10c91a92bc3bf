"""Law: who may know of an actor is one table; SQL and Python give the same verdict of it.

Every kind of actor, of every exposure, secret or not, known or not to each kind of viewer.
"""

from dataclasses import replace
from itertools import product

from actors.audience import (
    SEES,
    LocalActor,
    Nobody,
    RemoteActor,
    RemoteServer,
    Trait,
    Viewer,
    holds,
)
from actors.grouping import Invitation
from actors.membership import Membership, Role
from actors.people import Actor, ActorKind, Exposure, Person
from actors.posts import Addressee, Post, Visibility
from actors.relationships import Relation, RelationKind, RelationState
from fedi.store import knowing
from fedi.store.domain_rules import put_rule
from fedi.store.engine import Engine, Tx
from fedi.store.rows import TABLES
from tests.people import NOW, ours, theirs
from tests.running import run

INSIDE = ours(1, "leser", "Leser", ActorKind.PERSON)
VISITOR = ours(2, "gjest", "Gjest", ActorKind.PERSON, guest=True)
PLAIN = theirs(3, "reader", "plain.test")
LISTED = theirs(4, "reader", "allowed.test")
READERS = (INSIDE, VISITOR, PLAIN, LISTED)
CLUB = ours(9, "klubb", "Klubb", ActorKind.GROUP)
TIES = ("", "follows", "asks", "invited", "speaks", "meets", "followed", "wrote")


def world() -> dict[int, tuple[Actor, str]]:
    """Return actors by id, each with what ties the readers to it."""
    found: dict[int, tuple[Actor, str]] = {}
    for number, (local, gone, secret, exposure, tie) in enumerate(
        product((True, False), (False, True), (False, True), Exposure, TIES)
    ):
        id, name = 100 + number, f"actor{number}"
        made = (
            ours(id, name, name, ActorKind.GROUP) if local else theirs(id, name, "elsewhere.test")
        )
        suspended = NOW if gone else None
        found[id] = (replace(made, secret=secret, exposure=exposure, suspended=suspended), tie)
    return found


def rows_of(actor: Actor, tie: str) -> list[object]:
    follow, many = RelationKind.FOLLOW, [(reader.id, actor.id) for reader in READERS]
    match tie:
        case "follows":
            return [Relation(kind=follow, source_id=one, target_id=two) for one, two in many]
        case "asks":
            waits = RelationState.PENDING
            return [
                Relation(kind=follow, source_id=one, target_id=two, state=waits)
                for one, two in many
            ]
        case "followed":
            return [Relation(kind=follow, source_id=two, target_id=one) for one, two in many]
        case "invited":
            return [
                Invitation(group_id=two, actor_id=one, by_id=9, created=NOW) for one, two in many
            ]
        case "speaks":
            return [
                Membership(person_id=reader.id + 1_000, actor_id=actor.id, role=Role.READER)
                for reader in READERS
                if reader.local
            ]
        case "meets":
            return [Relation(kind=follow, source_id=actor.id, target_id=CLUB.id)]
        case "wrote":
            post = Post(
                id=1_000_000 + actor.id,
                uri=f"https://posts.test/{actor.id}",
                author_id=actor.id,
                visibility=Visibility.DIRECT,
                published=NOW,
            )
            return [post, *(Addressee(post_id=post.id, actor_id=one) for one, _ in many)]
    return []


async def settle(tx: Tx, made: dict[int, tuple[Actor, str]]) -> None:
    rows: list[object] = [*READERS, CLUB]
    rows += [
        Person(id=one.id + 1_000, username=one.username, name="", actor_id=one.id)
        for one in READERS
        if one.local
    ]
    rows += [
        Relation(kind=RelationKind.FOLLOW, source_id=one.id, target_id=CLUB.id) for one in READERS
    ]
    for actor, tie in made.values():
        rows += [actor, *rows_of(actor, tie)]
    for row in rows:
        table = TABLES[type(row)]
        await tx.run(table.replace, table.encode(row))
    await put_rule(tx, "allowed.test", "allow", "", NOW)


def traits(actor: Actor, tie: str, viewer: Viewer) -> dict[Trait, bool]:
    """Every trait, told from what was put and not from the database."""
    host = getattr(viewer, "host", "")
    local = isinstance(viewer, LocalActor)
    known = not isinstance(viewer, Nobody) and (local or host != "empty.test")
    return {
        Trait.LOCAL: actor.local,
        Trait.IS_OPEN: actor.exposure is Exposure.OPEN,
        Trait.IS_LIMITED: actor.exposure is Exposure.ALLOWED,
        Trait.GONE: actor.suspended is not None,
        Trait.HIDDEN: actor.secret,
        Trait.ITSELF: actor.id == getattr(viewer, "actor_id", 0),
        Trait.BELONGS: known and tie in ("follows", "invited", *(("speaks",) if local else ())),
        Trait.GUEST: getattr(viewer, "actor_id", 0) == VISITOR.id,
        Trait.MEETS: tie in ("meets", "followed", "wrote"),
        Trait.HOST_ALLOWED: host == "allowed.test",
    }


def test_the_database_and_the_table_agree_on_who_may_know_of_whom(engine: Engine) -> None:
    made = world()
    run(engine.write(lambda tx: settle(tx, made)))
    itself = next(id for id, (actor, _) in made.items() if actor.local and actor.secret)
    viewers: list[Viewer] = [
        Nobody(),
        LocalActor(INSIDE.id),
        LocalActor(VISITOR.id),
        LocalActor(itself),
        *(RemoteActor(one.id, one.host) for one in (PLAIN, LISTED)),
        *(RemoteServer(host) for host in ("plain.test", "allowed.test", "empty.test")),
    ]
    ids = list(made)
    for viewer in viewers:
        known = run(engine.read(lambda tx, v=viewer: knowing.known_among(tx, ids, v)))  # type: ignore[misc]
        by_table = set()
        for id, (actor, tie) in made.items():
            seen = "" if viewer == LocalActor(itself) else tie
            if holds(SEES[type(viewer)], traits(actor, seen, viewer)):
                by_table.add(id)
        assert known == by_table, viewer


def test_each_trait_by_itself_is_as_it_was_put(engine: Engine) -> None:
    made = world()
    run(engine.write(lambda tx: settle(tx, made)))
    for viewer in (LocalActor(VISITOR.id), RemoteActor(LISTED.id, LISTED.host)):
        for id, (actor, tie) in list(made.items())[:: len(TIES) + 1]:
            found = run(engine.read(lambda tx, i=id, v=viewer: knowing.traits(tx, i, v)))  # type: ignore[misc]
            told = traits(actor, tie, viewer)
            assert found == {trait: told[trait] for trait in found}, (viewer, actor, tie)
