"""What inbox/origin.py has already settled, each verb that carries an object still checks."""

from typing import Any

import pytest

from actors.effects import Refusal
from inbox.activities import create, update, vote
from tests.inbox.arrivals import (
    HOST,
    MALLORY,
    OUR_POST,
    SECRETARIAT,
    URLS,
    activity,
    arrived,
    note,
)

PERSON = {"id": f"{HOST}/users/annen", "type": "Person", "preferredUsername": "annen",
          "inbox": f"{HOST}/users/annen/inbox"}  # fmt: skip


@pytest.mark.parametrize(("object", "code"), [
    (f"{HOST}/posts/1", "no_object"),
    (note(id=OUR_POST, attributedTo=SECRETARIAT), "local_id"),
    (note(attributedTo=MALLORY), "other_author"),
    (note(attributedTo=f"{HOST}/users/annen"), "not_owner"),
])  # fmt: skip
@pytest.mark.parametrize("verb", [create, update])
def test_s9_no_verb_takes_anothers_post(verb: Any, object: Any, code: str) -> None:
    found = verb.read(arrived(activity("Create", object)), URLS)
    assert isinstance(found, Refusal)
    assert found.code == code


def test_s9_no_update_takes_another_actor() -> None:
    found = update.read(arrived(activity("Update", PERSON)), URLS)
    assert isinstance(found, Refusal)


def test_s22_no_vote_is_read_from_an_id() -> None:
    assert isinstance(vote.read(arrived(activity("Create", f"{HOST}/1")), URLS), Refusal)
