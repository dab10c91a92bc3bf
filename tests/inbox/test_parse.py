from typing import Any

import pytest

from actors.errors import Invalid, TooLarge
from inbox import limits, parse
from tests.inbox.arrivals import HOST, NOW, OUR_POST, PUBLIC, SECRETARIAT, SOLVEIG, activity, note


@pytest.mark.parametrize(("wrong", "code"), [
    ({"type": None}, "no_type"),
    ({"type": [5]}, "no_type"),
    ({"id": None}, "no_id"),
    ({"id": "solveig#likes/1"}, "no_id"),
    ({"actor": None}, "no_actor"),
    ({"actor": {"type": "Person"}}, "no_actor"),
])  # fmt: skip
def test_an_activity_without_type_id_or_actor_is_refused(wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse.activity(activity("Like", OUR_POST) | wrong)
    assert caught.value.code == code


def test_the_actor_and_object_may_be_embedded() -> None:
    read = parse.activity(activity("Like", {"id": OUR_POST}, actor={"id": SOLVEIG, "name": "S"}))
    assert (read.actor, read.object_uri) == (SOLVEIG, OUR_POST)


def test_of_several_types_the_one_we_know_counts() -> None:
    assert parse.activity(activity("Like", OUR_POST) | {"type": ["X", "as:Like"]}).type == "Like"
    assert parse.activity(activity("Lock", OUR_POST)).type == "Lock"


def test_an_undated_activity_is_dated_by_its_arrival() -> None:
    assert parse.activity(activity("Like", OUR_POST), now=NOW).published == NOW


def test_recipients_are_normalised_and_counted() -> None:
    read = parse.activity(activity("Like", OUR_POST, to="Public", cc=[SECRETARIAT]))
    assert (read.to, read.cc) == ((PUBLIC,), (SECRETARIAT,))
    crowd = [f"https://a.example/{n}" for n in range(limits.RECIPIENTS.size + 1)]
    with pytest.raises(TooLarge):
        parse.activity(activity("Like", OUR_POST, cc=crowd))


def test_all_objects_of_a_flag_are_there() -> None:
    read = parse.activity(activity("Flag", [SECRETARIAT, {"id": OUR_POST}, None]))
    assert read.objects == (SECRETARIAT, OUR_POST)
    assert parse.activity(activity("Flag", [])).object == ""


def test_an_embedded_object_stays_as_it_came() -> None:
    assert parse.activity(activity("Create", note())).object == note()
    assert parse.activity(activity("Create", f"{HOST}/posts/1")).object == f"{HOST}/posts/1"


def test_an_object_that_is_but_its_id_is_that_id() -> None:
    for reference in ({"id": OUR_POST}, {"@context": "https://x.example/c", "id": OUR_POST}):
        assert parse.activity(activity("Like", reference)).object == OUR_POST
    said = {"id": OUR_POST, "type": "Note"}
    assert parse.activity(activity("Like", said)).object == said
