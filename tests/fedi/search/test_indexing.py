"""The index follows what happens, and reads what was here before it. On both engines."""

from dataclasses import replace

import pytest

from actors.audience import LocalActor
from actors.people import ActorKind, Profile
from actors.verbs import Delete, Update
from fedi.organisation import NewActor, add_actor
from fedi.search import words
from fedi.search.asking import Search
from fedi.store import profiles, search_index
from fedi.store.engine import Engine, Tx
from fedi.store.search_index import Entry
from tests.fedi.search.searched import House, ids
from tests.people import KARI, LEDERGRUPPEN, NOW, note, theirs
from tests.running import run


@pytest.fixture
def nordvik(engine: Engine) -> House:
    return House(engine)


def test_an_edit_is_found_by_its_new_words_alone(nordvik: House) -> None:
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
    post = nordvik.says(LEDERGRUPPEN, content="<p>Ord</p>")
    assert nordvik.finds("ord") == [post.id]
    monkeypatch.setattr(words, "VERSION", 2)
    monkeypatch.setattr(words, "text_of", lambda texts, marks: "annet _x")
    assert nordvik.finds("ord") == []
    assert nordvik.ask("SELECT words FROM searched") == [("annet _x",)]


def test_a_post_that_changed_while_it_was_read_is_not_written_back(nordvik: House) -> None:
    post = nordvik.says(LEDERGRUPPEN, content="<p>Ord</p>")
    stale = Entry(post.id, post.edit_number + 1, "galt")
    run(nordvik.engine.write(lambda tx: search_index.put(tx, [stale])))
    assert nordvik.ask("SELECT words FROM searched") == []


def test_whoever_is_new_here_or_was_met_is_found_from_then_on(nordvik: House) -> None:
    def people(text: str) -> list[str]:
        nordvik.index()
        found = run(nordvik.finder.accounts(Search(text=text), LocalActor(KARI.id)))
        return [row[0] for id in found for row in nordvik.ask(
            "SELECT username FROM actor WHERE id = ?", id
        )]  # fmt: skip

    assert people("fersk") == []
    run(
        add_actor(
            nordvik.performer,
            NewActor(kind=ActorKind.ORGANIZATION, username="ny", name="Fersk Avdeling"),
        )
    )
    assert people("fersk") == ["ny"]
    met = Profile(actor=theirs(0, "ferdinand", "mastodon.test", name="Fersk Person"))

    async def meet(tx: Tx) -> None:
        await profiles.save_profile(nordvik.performer.open(tx), met)

    run(nordvik.engine.write(meet))
    assert people("fersk") == ["ny", "ferdinand"]
