"""A vote, leaving."""

from actors.verbs import Vote
from outbox.activities.vote import write
from tests.outbox.cast import ALICE, KARI, URLS

BALLOT = Vote(
    uri=URLS.activity(1),
    actor=KARI.uri,
    question="https://mastodon.test/polls/1",
    choice="Tirsdag",
    note=URLS.key(URLS.activity(1), "vote"),
)


def test_a_vote_is_for_whoever_asks_and_nobody_else() -> None:
    vote = write(BALLOT, URLS, (ALICE.uri,))
    for shape in (vote, vote["object"]):
        assert (shape["to"], shape["cc"]) == ([ALICE.uri], [])


def test_a_vote_is_a_note_with_a_name_and_no_text() -> None:
    ballot = write(BALLOT, URLS, (ALICE.uri,))["object"]
    assert (ballot["type"], ballot["name"]) == ("Note", "Tirsdag")
    assert ballot["inReplyTo"] == BALLOT.question
    assert ballot["attributedTo"] == KARI.uri
    assert "content" not in ballot
