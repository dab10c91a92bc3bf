from typing import Any

import pytest

from actors.activities.create import Create
from actors.activities.vote import Vote
from actors.effects import Refusal
from tests.inbox.arrivals import HOST, MALLORY, OUR_POST, SOLVEIG, activity, note, receiving


def vote(**more: Any) -> dict[str, Any]:
    return note(**{"name": "Ja", "content": None, "inReplyTo": OUR_POST, "to": [], **more})


def test_a_vote_is_read() -> None:
    assert receiving(activity("Create", vote())) == Vote(
        uri=f"{HOST}/activities/1",
        actor=SOLVEIG,
        question=OUR_POST,
        choice="Ja",
        note=f"{HOST}/posts/1",
    )


@pytest.mark.parametrize("author", [MALLORY, [SOLVEIG, MALLORY], f"{HOST}/users/annen"])
def test_s22_a_vote_in_anothers_name_is_refused(author: Any) -> None:
    assert isinstance(receiving(activity("Create", vote(attributedTo=author))), Refusal)


def test_s22_a_vote_without_author_is_refused() -> None:
    assert isinstance(receiving(activity("Create", vote(attributedTo=None))), Refusal)


def test_s22_a_vote_that_somebody_hands_on_is_refused() -> None:
    handed_on = activity("Create", vote())
    found = receiving(handed_on, signer=MALLORY, fetched={f"{HOST}/posts/1": vote()})
    assert isinstance(found, Refusal)


def test_a_vote_in_a_poll_elsewhere_is_not_ours_to_count() -> None:
    found = receiving(activity("Create", vote(inReplyTo="https://annen.example/1")))
    assert getattr(found, "code", "") == "not_here"


@pytest.mark.parametrize("more", [
    {"content": "<p>Ja</p>"},
    {"contentMap": {"nb": "<p>Ja</p>"}},
    {"inReplyTo": None},
    {"attachment": [{"type": "Image", "url": f"{HOST}/a.png"}]},
    {"type": "Article"},
])  # fmt: skip
def test_what_carries_more_than_a_choice_is_a_post(more: dict[str, Any]) -> None:
    assert isinstance(receiving(activity("Create", vote(**more))), Create)
