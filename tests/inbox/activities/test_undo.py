from typing import Any

import pytest

from actors.activities.undo import Undo
from tests.inbox.arrivals import (
    HOST,
    MALLORY,
    OUR_POST,
    SECRETARIAT,
    SOLVEIG,
    activity,
    receiving,
)

THEN = f"{HOST}/activities/0"


def undo(inner: Any) -> Any:
    return receiving(activity("Undo", inner))


@pytest.mark.parametrize(("kind", "object"), [
    ("Follow", SECRETARIAT), ("Like", OUR_POST), ("EmojiReact", OUR_POST), ("Announce", OUR_POST),
    ("Block", SECRETARIAT),
])  # fmt: skip
def test_what_is_taken_back_is_named_with_its_target(kind: str, object: str) -> None:
    found = undo({"id": THEN, "type": kind, "actor": SOLVEIG, "object": object})
    assert isinstance(found, Undo)
    assert (found.object, found.kind, found.target) == (THEN, kind, object)


def test_an_id_alone_is_enough_on_the_actors_own_host() -> None:
    found = undo(THEN)
    assert isinstance(found, Undo)
    assert (found.object, found.kind) == (THEN, "")
    assert undo("https://ond.example/activities/0").code == "not_owner"


def test_a_reaction_is_taken_back_with_its_emoji() -> None:
    found = undo(
        {"id": THEN, "type": "Like", "actor": SOLVEIG, "object": OUR_POST, "content": "👍"}
    )
    assert isinstance(found, Undo)
    assert found.content == "👍"


def test_the_embedded_object_of_what_is_taken_back_may_be_whole() -> None:
    found = undo({"type": "Announce", "actor": SOLVEIG, "object": {"id": OUR_POST, "type": "Note"}})
    assert isinstance(found, Undo)
    assert (found.object, found.target) == ("", OUR_POST)


@pytest.mark.parametrize("wrong", [
    {"id": THEN, "type": "Follow", "actor": MALLORY, "object": SECRETARIAT},
    {"id": "https://ond.example/1", "type": "Follow", "object": SECRETARIAT},
])  # fmt: skip
def test_what_another_did_cannot_be_taken_back(wrong: dict[str, Any]) -> None:
    assert undo(wrong).code == "not_owner"


def test_what_we_do_not_keep_cannot_be_taken_back() -> None:
    assert undo({"id": THEN, "type": "Delete", "actor": SOLVEIG}).code == "unsupported_object"
    assert undo({"type": "Like", "actor": SOLVEIG}).code == "no_object"
    assert undo(None).code == "not_owner"


def test_a_reference_to_what_is_taken_back_is_its_id() -> None:
    assert undo({"id": THEN}) == undo(THEN)
