"""What an arriving yes or no answers; the verbs' own tests have the rest."""

from typing import Any

import pytest

from actors.effects import Refusal
from inbox.answers import Answered, answered
from tests.inbox.arrivals import HOST, MALLORY, SECRETARIAT, SOLVEIG, URLS, activity, arrived

OURS = URLS.activity(1741234567000099)


def follow(**more: Any) -> dict[str, Any]:
    return {"id": OURS, "type": "Follow", "actor": SECRETARIAT, "object": SOLVEIG, **more}


def test_a_follow_named_by_its_id_needs_no_follower() -> None:
    assert answered(arrived(activity("Accept", OURS)), URLS) == Answered(OURS)


def test_an_embedded_follow_with_an_id_of_theirs_is_known_by_who_asked() -> None:
    theirs = follow(id=f"{HOST}/follows/1")
    assert answered(arrived(activity("Accept", theirs)), URLS) == Answered(
        f"{HOST}/follows/1", SECRETARIAT
    )


@pytest.mark.parametrize("left_out", ["actor", "object", "type"])
def test_an_embedded_follow_with_our_id_need_not_say_all_again(left_out: str) -> None:
    said = {word: value for word, value in follow().items() if word != left_out}
    asker = "" if left_out == "actor" else SECRETARIAT
    assert answered(arrived(activity("Accept", said)), URLS) == Answered(OURS, asker)


def request(**more: Any) -> dict[str, Any]:
    asked = {"object": f"{HOST}/notes/1", "instrument": URLS.post(1741234567000100)}
    return {"id": OURS, "type": "QuoteRequest", "actor": SECRETARIAT, **asked, **more}


def test_a_quote_request_is_known_by_its_two_posts() -> None:
    assert answered(arrived(activity("Accept", request())), URLS) == Answered(
        OURS, SECRETARIAT, f"{HOST}/notes/1", URLS.post(1741234567000100)
    )


@pytest.mark.parametrize(
    ("object", "code"),
    [
        ("", "no_object"),
        (follow(type="Like"), "unsupported_object"),
        (follow(object=MALLORY), "not_owner"),
        (follow(actor=MALLORY), "not_here"),
        (follow(actor=None, id=f"{HOST}/follows/1"), "not_here"),
        (request(object="https://evil.example/notes/1"), "not_owner"),
        (request(actor=MALLORY), "not_here"),
        (request(instrument=f"{HOST}/notes/2"), "not_here"),
    ],
)
def test_what_is_no_answer_to_one_of_ours_is_refused(object: Any, code: str) -> None:
    refusal = answered(arrived(activity("Reject", object)), URLS)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
