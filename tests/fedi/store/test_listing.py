"""What the command line lists: only what the reader may see, on both engines."""

from actors.people import Actor, ActorKind
from actors.posts import Post, Visibility
from actors.relationships import Relation, RelationKind, RelationState
from fedi.store import listing
from fedi.store.engine import Engine, Tx
from fedi.store.rows import ACTOR, POST, RELATION
from tests.running import run


def actor(id: int, name: str) -> Actor:
    kind = ActorKind.ORGANIZATION
    return Actor(id=id, kind=kind, uri=f"https://x.test/{id}", local=True, username=name, name=name)


def post(id: int, author: int, **more: object) -> Post:
    more.setdefault("visibility", Visibility.PUBLIC)
    return Post(id=id, uri=f"https://x.test/p{id}", author_id=author, published=id, **more)  # type: ignore[arg-type]


async def fill(tx: Tx) -> None:
    for one in (actor(1, "b"), actor(2, "a"), actor(3, "c")):
        await tx.run(ACTOR.insert, ACTOR.encode(one))
    for some in (
        post(10, 2),
        post(11, 2, visibility=Visibility.DIRECT),
        post(12, 3, boost_of=10),
        post(13, 3, deleted=5),
        post(14, 3, boost_of=13),
    ):
        await tx.run(POST.insert, POST.encode(some))
        await tx.run("INSERT INTO home VALUES (1, ?, ?)", (some.id, some.author_id))
    for author in (2, 3):
        follow = Relation(kind=RelationKind.FOLLOW, source_id=1, target_id=author)
        await tx.run(RELATION.insert, RELATION.encode(follow))
    asked = Relation(
        kind=RelationKind.FOLLOW, source_id=2, target_id=1, state=RelationState.PENDING
    )
    await tx.run(RELATION.insert, RELATION.encode(asked))


def test_home_shows_what_its_reader_may_see_newest_first(engine: Engine) -> None:
    run(engine.write(fill))
    shown = run(engine.read(lambda tx: listing.home(tx, 1, 10)))
    # Post 10 is there once, as its newest entry: the boost of it.
    assert [(one.post.id, one.boosted.id if one.boosted else None) for one in shown] == [(12, 10)]
    assert shown[0].author.username == "c"
    assert shown[0].boosted_author is not None
    assert shown[0].boosted_author.username == "a"
    assert run(engine.read(lambda tx: listing.home(tx, 3, 10))) == []


def test_actors_are_listed_by_name_and_requests_by_age(engine: Engine) -> None:
    run(engine.write(fill))
    found = run(engine.read(lambda tx: listing.local_actors(tx, ("Organization", "Group"))))
    assert [one.username for one in found] == ["a", "b", "c"]
    asked = run(engine.read(lambda tx: listing.requests(tx, 1)))
    assert [who.username for _, who in asked] == ["a"]
    assert run(engine.read(lambda tx: listing.requests(tx, 2))) == []


def test_empty_lists_are_empty(engine: Engine) -> None:
    for query in (listing.people, listing.memberships):
        assert run(engine.read(query)) == []  # type: ignore[arg-type]
    assert run(engine.read(lambda tx: listing.sent(tx, 5))) == []
