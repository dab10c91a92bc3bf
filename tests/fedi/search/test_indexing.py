"""The index follows what happens, and reads what was here before it. On both engines."""

import pytest

from actors.posts import Visibility
from fedi.store.engine import Engine
from tests.fedi.search.searched import House, ids
from tests.people import (
    LEDERGRUPPEN,
    NOW,
)
from tests.running import run

PUBLIC, UNLISTED = Visibility.PUBLIC, Visibility.UNLISTED
INTERNAL, DIRECT = Visibility.INTERNAL, Visibility.DIRECT


@pytest.fixture
def nordvik(engine: Engine) -> House:
    house = House(engine)
    house.settle()
    return house


def test_an_edit_is_found_by_its_new_words_alone(nordvik: House) -> None:
    from dataclasses import replace

    from actors.verbs import Update
    from tests.people import note

    post = nordvik.says(LEDERGRUPPEN, content="<p>Gammelt</p>")
    assert nordvik.finds("gammelt") == [post.id]
    changed = replace(
        note(LEDERGRUPPEN, post.uri, content="<p>Nytt</p>", published=post.published),
        updated=NOW + 1,
    )
    nordvik.done(Update(uri=nordvik.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, note=changed))
    assert nordvik.finds("nytt") == [post.id]
    assert nordvik.finds("gammelt") == []


def test_a_deleted_post_is_gone_at_once_and_its_words_soon(nordvik: House) -> None:
    from actors.verbs import Delete

    post = nordvik.says(LEDERGRUPPEN, content="<p>Angret</p>")
    assert nordvik.finds("angret") == [post.id]
    nordvik.done(Delete(uri=nordvik.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, object=post.uri))
    assert nordvik.finds_now("angret") == []
    assert "angret" in nordvik.ask("SELECT words FROM searched")[0][0]
    nordvik.index()
    assert nordvik.ask("SELECT words FROM searched") == []


def test_what_was_here_before_the_index_is_read_backwards(nordvik: House) -> None:
    posts = [nordvik.says(LEDERGRUPPEN, content="<p>Historie</p>") for _ in range(7)]
    assert nordvik.finds("historie", limit=40) == ids(*posts)
    run(nordvik.indexer.begin_again())
    assert nordvik.finds_now("historie", limit=40) == ids(*posts)
    assert nordvik.finds("historie", limit=40) == ids(*posts)


def test_words_made_in_another_way_are_made_anew(
    nordvik: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fedi.search import words

    post = nordvik.says(LEDERGRUPPEN, content="<p>Ord</p>")
    assert nordvik.finds("ord") == [post.id]
    monkeypatch.setattr(words, "VERSION", 2)
    monkeypatch.setattr(words, "text_of", lambda texts, marks: "annet _x")
    assert nordvik.finds("ord") == []
    assert nordvik.ask("SELECT words FROM searched") == [("annet _x",)]


def test_a_post_that_changed_while_it_was_read_is_not_written_back(nordvik: House) -> None:
    from fedi.store import search_index
    from fedi.store.search_index import Entry

    post = nordvik.says(LEDERGRUPPEN, content="<p>Ord</p>")
    stale = Entry(post.id, post.edit_number + 1, "galt")
    run(nordvik.engine.write(lambda tx: search_index.put(tx, [stale])))
    assert nordvik.ask("SELECT words FROM searched") == []
