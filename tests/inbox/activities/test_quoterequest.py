"""QuoteRequest arrives: with the quoting post inside, or its id alone."""

from typing import Any

import pytest

from actors.effects import Refusal
from actors.verbs import QuoteRequest
from inbox.activities import quoterequest
from tests.inbox.arrivals import HOST, MALLORY, OUR_POST, SOLVEIG, URLS, activity, arrived

QUOTING = f"{HOST}/notes/77"


def inside(**more: Any) -> dict[str, Any]:
    return {
        "id": QUOTING,
        "type": "Note",
        "attributedTo": SOLVEIG,
        "content": "<p>Se</p>",
        "quote": OUR_POST,
        **more,
    }


def read(instrument: Any, quoted: str = OUR_POST) -> QuoteRequest | Refusal:
    asked = {**activity("QuoteRequest", quoted), "instrument": instrument}
    return quoterequest.read(arrived(asked), URLS)


def test_a_request_names_both_posts() -> None:
    found = read(QUOTING)
    assert isinstance(found, QuoteRequest)
    assert (found.object, found.instrument, found.note) == (OUR_POST, QUOTING, None)


def test_the_quoting_post_may_come_along() -> None:
    found = read(inside())
    assert isinstance(found, QuoteRequest)
    assert found.note is not None
    assert (found.note.uri, found.note.quote) == (QUOTING, OUR_POST)


@pytest.mark.parametrize(
    ("instrument", "quoted", "code"),
    [
        ("", OUR_POST, "no_object"),
        (QUOTING, "", "no_object"),
        (QUOTING, f"{HOST}/notes/1", "not_here"),
        ("https://evil.example/notes/1", OUR_POST, "not_owner"),
        (OUR_POST, OUR_POST, "not_owner"),
        (inside(attributedTo=MALLORY), OUR_POST, "other_author"),
        (inside(attributedTo=f"{HOST}/users/per"), OUR_POST, "not_owner"),
        (inside(quote=f"{OUR_POST}1"), OUR_POST, "other_object"),
    ],
)
def test_what_is_no_request_of_the_actor_s_own_is_refused(
    instrument: Any, quoted: str, code: str
) -> None:
    found = read(instrument, quoted)
    assert isinstance(found, Refusal)
    assert found.code == code
