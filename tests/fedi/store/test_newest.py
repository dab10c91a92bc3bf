"""The newest posts of a timeline made anew are the same as if all were looked at."""

from collections.abc import Iterator
from itertools import count

from actors.people import Actor
from actors.posts import Addressee, Hashtag, Post, Visibility
from fedi.store.engine import Engine
from fedi.store.newest import Post as Found
from fedi.store.newest import newest
from tests.people import ALICE, BOB, CARLA, IKT, KARI, MALLORY, NOW, OLA, Nordvik
from tests.running import run

COUNT = 40
OTHERS = (ALICE, BOB, CARLA, IKT)


def wrote(numbers: Iterator[int], author: Actor, many: int, **rest: object) -> list[Post]:
    """The next posts of one author, each newer than the last."""
    fields = {"visibility": Visibility.PUBLIC, "published": NOW, **rest}
    return [
        Post(id=id, uri=f"{author.uri}/{id}", author_id=author.id, **fields)  # type: ignore[arg-type]
        for id in (next(numbers) for _ in range(many))
    ]


def timeline(engine: Engine, reader: Actor = KARI) -> list[Found]:
    return run(engine.read(lambda tx: newest(tx, reader.id, COUNT)))


def expected(posts: list[Post]) -> list[Found]:
    return sorted(((one.id, one.author_id) for one in posts), reverse=True)[:COUNT]


def followed(engine: Engine) -> Nordvik:
    nordvik = Nordvik(engine).settle()
    for one in OTHERS:
        nordvik.follows(KARI, one)
    return nordvik


def test_whoever_wrote_most_of_late_has_most_of_it(engine: Engine) -> None:
    nordvik, numbers = followed(engine), count(1_000)
    posts = [one for author in OTHERS for one in wrote(numbers, author, 15)]
    posts += wrote(numbers, BOB, 37)
    strangers = wrote(numbers, MALLORY, 30)
    nordvik.put(*posts, *strangers)
    assert timeline(engine) == expected(posts)


def test_a_quiet_reader_sees_all_there_is(engine: Engine) -> None:
    nordvik, numbers = followed(engine), count(1_000)
    posts = [*wrote(numbers, ALICE, 3), *wrote(numbers, KARI, 2)]
    nordvik.put(*posts)
    assert timeline(engine) == expected(posts)


def test_what_is_for_others_does_not_take_the_place_of_what_is_for_all(engine: Engine) -> None:
    nordvik, numbers = followed(engine), count(1_000)
    old = wrote(numbers, ALICE, 50)
    whispered = wrote(numbers, BOB, 60, visibility=Visibility.DIRECT)
    mine = wrote(numbers, BOB, 2, visibility=Visibility.DIRECT)
    nordvik.put(*old, *whispered, *mine, wrote(numbers, BOB, 1, deleted=NOW)[0])
    nordvik.put(*(Addressee(post_id=one.id, actor_id=KARI.id) for one in mine))
    assert timeline(engine) == expected([*old, *mine])


def test_a_followed_hashtag_brings_others_and_misses_nothing_of_those_followed(
    engine: Engine,
) -> None:
    nordvik, numbers = followed(engine), count(1_000)
    first = wrote(numbers, BOB, 20)
    strangers = wrote(numbers, MALLORY, 8)
    posts = [*first, *wrote(numbers, BOB, 25), *wrote(numbers, ALICE, 2)]
    tagged = [first[3], *strangers[::2]]
    nordvik.put(*posts, *strangers)
    nordvik.put(*(Hashtag(post_id=one.id, name="vann", shown="vann") for one in tagged))
    run(
        engine.write(
            lambda tx: tx.run(
                "INSERT INTO followed_tag (id, actor_id, name, shown) VALUES (1, ?, ?, ?)",
                (KARI.id, "vann", "vann"),
            )
        )
    )
    assert timeline(engine) == expected([*posts, *strangers[::2]])


def test_one_who_follows_nobody_has_their_own(engine: Engine) -> None:
    nordvik, numbers = followed(engine), count(1_000)
    posts = wrote(numbers, OLA, 50)
    nordvik.put(*posts, *wrote(numbers, ALICE, 5))
    assert timeline(engine, OLA) == expected(posts)
