"""What an arriving yes or no answers; the verbs' own tests have the rest."""

from typing import Any

import pytest

from actors.effects import Refusal
from inbox.answers import answered
from tests.inbox.arrivals import HOST, MALLORY, SECRETARIAT, SOLVEIG, URLS, activity, arrived

OURS = URLS.activity(1741234567000099)


def follow(**more: Any) -> dict[str, Any]:
    return {"id": OURS, "type": "Follow", "actor": SECRETARIAT, "object": SOLVEIG, **more}


def test_a_follow_named_by_its_id_needs_no_follower() -> None:
    assert answered(arrived(activity("Accept", OURS)), URLS) == (OURS, "")


def test_an_embedded_follow_with_an_id_of_theirs_is_known_by_who_asked() -> None:
    theirs = follow(id=f"{HOST}/follows/1")
    assert answered(arrived(activity("Accept", theirs)), URLS) == (
        f"{HOST}/follows/1",
        SECRETARIAT,
    )


@pytest.mark.parametrize(
    ("object", "code"),
    [
        ("", "no_object"),
        (follow(type="Like"), "unsupported_object"),
        (follow(object=MALLORY), "not_owner"),
        (follow(actor=MALLORY), "not_here"),
    ],
)
def test_what_is_no_answer_to_one_of_ours_is_refused(object: Any, code: str) -> None:
    refusal = answered(arrived(activity("Reject", object)), URLS)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
