"""The QuoteAuthorization says who lets what be quoted where, and nothing more."""

from outbox.objects.stamp import Stamp, write


def test_a_stamp_names_author_and_both_posts() -> None:
    stamp = Stamp(
        uri="https://x.test/stamps/1",
        author="https://x.test/actors/2",
        quoting="https://y.test/notes/3",
        quoted="https://x.test/posts/4",
    )
    assert write(stamp) == {
        "type": "QuoteAuthorization",
        "id": stamp.uri,
        "attributedTo": stamp.author,
        "interactingObject": stamp.quoting,
        "interactionTarget": stamp.quoted,
    }
