"""Which quote an answer is about, and who may give it; the verbs' own tests have the rest."""

from dataclasses import replace

from actors.answering import Asked, answered
from actors.effects import Refusal
from actors.posts import Post, Quote, QuoteState, Visibility
from tests.people import ALICE, LEDERGRUPPEN, MALLORY, NOW

STAMP = "https://mastodon.test/stamps/1"
POST = Post(
    id=5,
    uri="https://x.test/5",
    author_id=LEDERGRUPPEN.id,
    visibility=Visibility.PUBLIC,
    local=True,
    published=NOW,
)
QUOTE = Quote(uri=POST.uri, quoted_uri="https://mastodon.test/1", post_id=5, author_id=ALICE.id)


def code(asked: Asked, stamp: str = STAMP) -> str:
    found = answered(asked, QuoteState.ACCEPTED, stamp)
    return found.code if isinstance(found, Refusal) else ""


def test_only_who_is_quoted_answers_and_from_their_own_host() -> None:
    assert code(Asked(QUOTE, POST, ALICE)) == ""
    assert code(Asked(QUOTE, POST, MALLORY)) == "not_yours"
    assert code(Asked(QUOTE, POST, ALICE), "https://evil.test/stamps/1") == "not_yours"


def test_an_answer_about_a_post_that_is_not_ours_or_gone_is_none() -> None:
    for post in (None, replace(POST, local=False), replace(POST, deleted=NOW)):
        assert code(Asked(QUOTE, post, ALICE)) == "no_such_post"
