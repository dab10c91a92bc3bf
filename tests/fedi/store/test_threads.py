"""A conversation as it is read: how far up, how deep and how wide, and what is left out."""

import pytest

from actors.posts import Visibility
from fedi.store import threads
from fedi.store.engine import Engine
from fedi.store.threads import ABOVE_MAX, DEPTH_MAX, REPLIES_MAX, WIDTH_MAX, Reply, Thread
from tests.databases import Template
from tests.fedi import town
from tests.fedi.town import DAY, HOUR, IT, KARI, MINUTE, OLA, TOWN, put
from tests.running import run

ROOT = town.post(IT, DAY, "<p>Hei</p>")


@pytest.fixture
def copied_from() -> Template:
    return TOWN


@pytest.fixture
def house(engine: Engine) -> Engine:
    put(engine, ROOT)
    return engine


def read(engine: Engine, post: town.Post, after: int | None = None) -> Thread:
    found = run(engine.read(lambda tx: threads.thread(tx, post.id, after)))
    assert found is not None
    return found


def count(replies: tuple[Reply, ...]) -> int:
    return sum(1 + count(reply.replies) for reply in replies)


def depth(replies: tuple[Reply, ...]) -> int:
    return max((1 + depth(reply.replies) for reply in replies), default=0)


def chain(length: int) -> list[town.Post]:
    posts = [ROOT]
    for number in range(1, length):
        posts.append(town.reply(OLA, posts[-1], DAY - number * MINUTE, f"<p>{number}</p>"))
    return posts


def test_the_way_up_has_an_end(house: Engine) -> None:
    posts = chain(30)
    last = town.reply(IT, posts[-1], MINUTE, "<p>Sist</p>")
    put(house, *posts, last)
    above = read(house, last).above
    assert [shown.post.id for shown in above] == [p.id for p in posts[-ABOVE_MAX:]]


def test_the_way_down_has_an_end_and_says_so(house: Engine) -> None:
    put(house, *chain(30))
    replies = read(house, ROOT).replies
    assert depth(replies) == DEPTH_MAX
    end = replies[0]
    while end.replies:
        assert not end.more
        end = end.replies[0]
    assert end.more


def test_the_first_level_is_read_in_pages(house: Engine) -> None:
    answers = [town.reply(OLA, ROOT, DAY - n * MINUTE, "<p>x</p>") for n in range(1, 70)]
    put(house, *answers)
    seen: list[int] = []
    after: int | None = None
    while True:
        thread = read(house, ROOT, after)
        seen += [reply.shown.post.id for reply in thread.replies]
        assert len(thread.replies) <= WIDTH_MAX
        after = thread.following
        if after is None:
            break
    assert seen == [post.id for post in answers]


def test_a_bush_is_not_read_whole(house: Engine) -> None:
    first = [town.reply(OLA, ROOT, DAY - n * MINUTE, "<p>x</p>") for n in range(1, 21)]
    second = [
        town.reply(OLA, parent, HOUR - n, "<p>y</p>", id=parent.id + n)
        for parent in first
        for n in range(1, 11)
    ]
    put(house, *first, *second)
    replies = read(house, ROOT).replies
    assert count(replies) == REPLIES_MAX
    assert any(reply.more for reply in replies)


def test_beneath_what_is_hidden_nothing_is_read(house: Engine) -> None:
    hidden = town.reply(KARI, ROOT, HOUR, "<p>x</p>", visibility=Visibility.INTERNAL)
    put(house, hidden, town.reply(OLA, hidden, MINUTE, "<p>y</p>"))
    assert read(house, ROOT).replies == ()


def test_there_is_no_conversation_around_what_is_not_for_everyone(house: Engine) -> None:
    hidden = town.post(IT, HOUR, "<p>x</p>", visibility=Visibility.FOLLOWERS)
    put(house, hidden)
    assert run(house.read(lambda tx: threads.thread(tx, hidden.id, None))) is None
    assert run(house.read(lambda tx: threads.thread(tx, 1, None))) is None
