"""Law: SQL and Python give one verdict on who sees what, over every combination there is.

A world is put into the tables in which every author stands in every relation to every viewer and
has written every kind of post; then each viewer's list, filtered by the database, is compared
with what the table of actors/audience.py says of the facts as they were put.
"""

from dataclasses import dataclass, replace
from itertools import product

import pytest

from actors.audience import (
    TABLE,
    Atom,
    LocalActor,
    Nobody,
    RemoteActor,
    RemoteServer,
    Viewer,
    holds,
)
from actors.people import Actor, ActorKind, Exposure
from actors.posts import Addressee, Post, Visibility
from actors.relationships import Relation, RelationKind, RelationState
from fedi.store import visibility
from fedi.store.domain_rules import put_rule
from fedi.store.engine import Engine, Tx
from fedi.store.rows import TABLES
from tests.people import NOW, ours, theirs
from tests.running import run

INSIDE = ours(1, "leser", "Leser", ActorKind.PERSON)
VISITOR = ours(6, "gjest", "Gjest", ActorKind.PERSON, guest=True)
READERS = (
    INSIDE,
    theirs(2, "reader", "plain.test"),
    theirs(3, "reader", "blocked.test", shares_groups=True),
    theirs(4, "reader", "sub.blocked.test"),
    theirs(5, "reader", "allowed.test", shares_groups=True),
    VISITOR,
    ours(7, "utenfor", "Gjest i ingen gruppe", ActorKind.PERSON, guest=True),
)
MEMBERS = (INSIDE, READERS[1], READERS[2], READERS[4], VISITOR)
CLUB = ours(9, "klubb", "Klubb", ActorKind.GROUP)
HOSTS = ("plain.test", "blocked.test", "sub.blocked.test", "allowed.test", "empty.test")
HOST_BLOCKED = {"blocked.test", "sub.blocked.test"}


@dataclass(frozen=True)
class World:
    """What was put. Relations are the same towards all readers, so facts are easily told."""

    authors: dict[int, Actor]
    follows: dict[int, str]
    blocks: set[int]
    posts: list[Post]
    addressed: set[int]
    to_club: set[int]


def world() -> World:
    authors: dict[int, Actor] = {}
    follows: dict[int, str] = {}
    blocks: set[int] = set()
    posts: list[Post] = []
    addressed: set[int] = set()
    to_club: set[int] = set()
    for number, (local, gone, exposure, follow, block) in enumerate(
        product((True, False), (False, True), Exposure, ("", "pending", "accepted"), (False, True))
    ):
        id = 100 + number
        name = f"author{number}"
        author = (
            ours(id, name, name, ActorKind.PERSON) if local else theirs(id, name, HOSTS[number % 4])
        )
        suspended = NOW if gone and number % 2 else None
        deleted = NOW if gone and not number % 2 else None
        authors[id] = replace(author, exposure=exposure, suspended=suspended, deleted=deleted)
        follows[id] = follow
        if block:
            blocks.add(id)
        for seen, removed, named, club in product(
            Visibility, (False, True), (False, True), (False, True)
        ):
            post = Post(
                id=1_000_000 + len(posts),
                uri=f"https://posts.test/{len(posts)}",
                author_id=id,
                visibility=seen,
                published=NOW,
                deleted=NOW if removed else None,
            )
            posts.append(post)
            if named:
                addressed.add(post.id)
            if club:
                to_club.add(post.id)
    return World(authors, follows, blocks, posts, addressed, to_club)


async def settle(tx: Tx, world: World) -> None:
    rows: list[object] = [*READERS, CLUB, *world.authors.values(), *world.posts]
    for reader in MEMBERS:
        rows.append(Relation(kind=RelationKind.FOLLOW, source_id=reader.id, target_id=CLUB.id))
    for author, state in world.follows.items():
        if state:
            rows += [
                Relation(
                    kind=RelationKind.FOLLOW,
                    source_id=reader.id,
                    target_id=author,
                    state=RelationState(state),
                )
                for reader in READERS
            ]
    for author in world.blocks:
        rows += [
            Relation(kind=RelationKind.BLOCK, source_id=author, target_id=reader.id)
            for reader in READERS
        ]
    for post in world.addressed:
        rows += [Addressee(post_id=post, actor_id=reader.id) for reader in READERS]
    rows += [Addressee(post_id=post, actor_id=CLUB.id, silent=True) for post in world.to_club]
    by_kind: dict[type, list[object]] = {}
    for row in rows:
        by_kind.setdefault(type(row), []).append(row)
    for kind, some in by_kind.items():
        table = TABLES[kind]
        await tx.many(table.replace, [table.encode(row) for row in some])
    await put_rule(tx, "blocked.test", "block", "", NOW)
    await put_rule(tx, "allowed.test", "allow", "", NOW)


def facts(world: World, post: Post, viewer: Viewer) -> dict[Atom, bool]:
    """Every atom, told from what was put and not from the database."""
    author = world.authors[post.author_id]
    host = getattr(viewer, "host", "")
    here = [r for r in READERS if not r.local and r.host == host]
    known = [r for r in READERS if r.id == getattr(viewer, "actor_id", 0)]
    seen_as = here if isinstance(viewer, RemoteServer) else known
    own = (
        author.host == host
        if isinstance(viewer, RemoteServer)
        else author.id == getattr(viewer, "actor_id", 0)
    )
    return {
        Atom.DELETED: post.deleted is not None,
        Atom.AUTHOR_GONE: author.gone,
        Atom.AUTHOR_INSIDE: author.exposure is Exposure.INTERNAL,
        Atom.AUTHOR_LIMITED: author.exposure is Exposure.ALLOWED,
        Atom.OPEN: post.visibility in (Visibility.PUBLIC, Visibility.UNLISTED),
        Atom.IS_FOLLOWERS: post.visibility is Visibility.FOLLOWERS,
        Atom.IS_INTERNAL: post.visibility is Visibility.INTERNAL,
        Atom.IS_GROUP: post.visibility is Visibility.GROUP,
        Atom.OWN: own,
        Atom.ADDRESSED: bool(seen_as) and post.id in world.addressed,
        Atom.FOLLOWS: bool(seen_as) and world.follows[author.id] == "accepted",
        Atom.MEMBER: post.id in world.to_club
        and any(
            reader in MEMBERS and (reader.shares_groups or not isinstance(viewer, RemoteServer))
            for reader in seen_as
        ),
        Atom.BLOCKED: not isinstance(viewer, RemoteServer)
        and bool(seen_as)
        and author.id in world.blocks,
        Atom.GUEST: any(reader.guest for reader in known),
        Atom.HOST_BLOCKED: host in HOST_BLOCKED,
        Atom.HOST_ALLOWED: host == "allowed.test",
    }


def viewers(world: World) -> list[Viewer]:
    own = [author for author in world.authors.values() if author.id % 7 == 0]
    return [
        Nobody(),
        *(LocalActor(reader.id) for reader in READERS if reader.local),
        *(RemoteActor(reader.id, reader.host) for reader in READERS if not reader.local),
        *(RemoteServer(host) for host in HOSTS),
        *(
            LocalActor(author.id) if author.local else RemoteActor(author.id, author.host)
            for author in own
        ),
    ]


@pytest.mark.parametrize("even_deleted", [False, True])
def test_the_database_and_the_table_agree_over_every_combination(
    engine: Engine, even_deleted: bool
) -> None:
    made = world()
    run(engine.write(lambda tx: settle(tx, made)))
    for viewer in viewers(made):
        text, params = visibility.condition(viewer, even_deleted=even_deleted)

        async def visible(tx: Tx, text: str = text, params: list[object] = params) -> set[int]:  # type: ignore[assignment]
            rows = await tx.rows(f"SELECT p.id FROM post p WHERE {text}", params)  # type: ignore[arg-type]
            return {row[0] for row in rows}

        by_sql = run(engine.read(visible))
        by_table = set()
        for post in made.posts:
            told = facts(made, post, viewer)
            if even_deleted:
                told[Atom.DELETED] = False
            if holds(TABLE[type(viewer)], told):
                by_table.add(post.id)
        assert by_sql == by_table, viewer


def test_each_atom_s_sql_says_what_its_name_says(engine: Engine) -> None:
    made = world()
    run(engine.write(lambda tx: settle(tx, made)))
    for viewer in viewers(made)[:11]:
        for post in made.posts[::97]:
            found = run(engine.read(lambda tx, p=post, v=viewer: visibility.facts(tx, p.id, v)))  # type: ignore[misc]
            expected = facts(made, post, viewer)
            assert found == {atom: expected[atom] for atom in found}, (viewer, post)
