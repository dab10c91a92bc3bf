"""Who is told of a new post, and of a changed one, as far as they may see it."""

from actors.posts import Visibility
from fedi.store import acquaintances, heeded
from tests.people import ALICE, KARI, LEDERGRUPPEN, OLA, Nordvik
from tests.running import run


def heeds(nordvik: Nordvik, reader: int, author: int) -> None:
    run(nordvik.engine.write(lambda tx: acquaintances.change(tx, reader, author, notifies=True)))


def told(nordvik: Nordvik, post: int, author: int) -> list[int]:
    return run(nordvik.engine.read(lambda tx: heeded.of_author(tx, post, author)))


def test_followers_who_asked_are_told_of_what_they_may_see(nordvik: Nordvik) -> None:
    nordvik.follows(OLA, KARI)
    heeds(nordvik, OLA.id, KARI.id)
    heeds(nordvik, LEDERGRUPPEN.id, KARI.id)  # does not follow
    post = nordvik.says(KARI, Visibility.INTERNAL)
    assert told(nordvik, post.id, KARI.id) == [OLA.id]
    direct = nordvik.says(KARI, Visibility.DIRECT)
    assert told(nordvik, direct.id, KARI.id) == []


def test_answers_to_others_are_no_news(nordvik: Nordvik) -> None:
    nordvik.follows(OLA, KARI)
    heeds(nordvik, OLA.id, KARI.id)
    own = nordvik.says(KARI, Visibility.PUBLIC)
    theirs = nordvik.says(ALICE, Visibility.PUBLIC)
    thread = nordvik.says(KARI, Visibility.PUBLIC, reply_to=own.uri)
    answer = nordvik.says(KARI, Visibility.PUBLIC, reply_to=theirs.uri)
    assert told(nordvik, thread.id, KARI.id) == [OLA.id]
    assert told(nordvik, answer.id, KARI.id) == []


def test_nobody_shared_what_nobody_shared(nordvik: Nordvik) -> None:
    post = nordvik.says(KARI, Visibility.PUBLIC)
    found = run(nordvik.engine.read(lambda tx: heeded.of_boosted(tx, post.id, KARI.id)))
    assert found == []
