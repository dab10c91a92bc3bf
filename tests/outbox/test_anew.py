"""A Create given newer words keeps its id and loses its proof."""

import json
from typing import Any

from outbox.anew import created_anew, undone


def activity(kind: str, **fields: Any) -> bytes:
    return json.dumps({"type": kind, "id": f"http://a.test/{kind}", **fields}).encode()


def test_the_create_keeps_itself_and_takes_over_object_and_addressees() -> None:
    create = activity("Create", object={"id": "x", "content": "old"}, to=["a"], published="then",
                      proof={"proofValue": "z"})  # fmt: skip
    update = activity("Update", object={"id": "x", "content": "new"}, to=["a", "b"], updated="now")
    assert created_anew(create, update) == {
        "type": "Create",
        "id": "http://a.test/Create",
        "published": "then",
        "object": {"id": "x", "content": "new"},
        "to": ["a", "b"],
    }


def test_two_that_are_not_about_the_same_object_are_not_put_together() -> None:
    create = activity("Create", object={"id": "x"})
    assert created_anew(create, activity("Update", object={"id": "y"})) is None
    assert created_anew(activity("Create"), activity("Update")) is None


def test_what_an_undo_takes_back_is_named_by_uri_or_as_a_whole() -> None:
    assert undone(activity("Undo", object="http://a.test/like")) == "http://a.test/like"
    assert undone(activity("Undo", object={"id": "http://a.test/like"})) == "http://a.test/like"
    assert undone(activity("Undo", object=["x"])) == ""
