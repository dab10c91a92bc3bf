"""QuoteRequest, leaving: what is shown with the question, and to whom it is put."""

from dataclasses import replace

from actors.verbs import QuoteRequest
from outbox.activities import write
from outbox.objects.record import note_of
from tests.outbox.cast import ALICE, LEDERGRUPPEN, NOTICE, NOTICE_AROUND, URLS

REQUEST = QuoteRequest(
    uri=URLS.activity(1),
    actor=LEDERGRUPPEN.uri,
    object="https://mastodon.test/users/alice/statuses/1",
    instrument=NOTICE.uri,
)


def test_it_is_put_to_who_is_quoted() -> None:
    shape = write(REQUEST, URLS, (ALICE.uri,))
    assert (shape["to"], shape["object"]) == ([ALICE.uri], REQUEST.object)
    assert shape["instrument"] == NOTICE.uri


def test_a_post_that_is_theirs_to_read_comes_along() -> None:
    note = note_of(NOTICE, NOTICE_AROUND, URLS)
    shape = write(replace(REQUEST, note=note), URLS, (ALICE.uri,))
    assert (shape["instrument"]["id"], shape["instrument"]["quote"]) == (NOTICE.uri, note.quote)
