"""Undo, leaving."""

from typing import Any

from actors.verbs import Undo
from outbox.activities.undo import write
from tests.outbox.cast import ALICE, LEDERGRUPPEN, URLS


def undone(kind: str, target: str, named: tuple[str, ...] = (), content: str = "") -> Any:
    undo = Undo(
        uri=URLS.activity(2),
        actor=LEDERGRUPPEN.uri,
        object=URLS.activity(1),
        kind=kind,
        target=target,
        content=content,
    )
    return write(undo, URLS, named)


def test_an_undo_holds_what_it_takes_back() -> None:
    undo = undone("Follow", ALICE.uri)
    assert undo["to"] == [ALICE.uri]
    assert undo["object"] == {
        "type": "Follow",
        "id": URLS.activity(1),
        "actor": LEDERGRUPPEN.uri,
        "object": ALICE.uri,
    }


def test_an_undone_boost_is_told_to_the_followers_and_the_author() -> None:
    undo = undone("Announce", "https://mastodon.test/1", (ALICE.uri,))
    assert (undo["to"], undo["cc"]) == ([LEDERGRUPPEN.followers], [ALICE.uri])


def test_an_undone_like_is_told_to_the_author_alone() -> None:
    undo = undone("Like", "https://mastodon.test/1", (ALICE.uri,), "🎉")
    assert (undo["to"], undo["cc"]) == ([ALICE.uri], [])
    assert undo["object"]["content"] == "🎉"


def test_an_undo_of_which_only_the_id_is_known_names_it() -> None:
    assert undone("", "")["object"] == URLS.activity(1)
