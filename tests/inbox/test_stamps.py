"""Which document is the leave to quote: of the right author, host and posts, and no other."""

from typing import Any

import pytest

from inbox.stamps import allows

STAMP = "https://alice.test/stamps/1"
AUTHOR = "https://alice.test/users/alice"
QUOTED = "https://alice.test/notes/1"
QUOTING = "https://bob.test/notes/2"


def document(**more: Any) -> dict[str, Any]:
    return {
        "type": "QuoteAuthorization",
        "id": STAMP,
        "attributedTo": AUTHOR,
        "interactingObject": QUOTING,
        "interactionTarget": QUOTED,
        **more,
    }


def verdict(shown: dict[str, Any], stamp: str = STAMP) -> bool:
    return allows(shown, stamp=stamp, author=AUTHOR, quoting=QUOTING, quoted=QUOTED)


def test_the_leave_of_who_is_quoted_counts() -> None:
    assert verdict(document())
    assert verdict(document(interactingObject={"type": "Note", "id": QUOTING}))


@pytest.mark.parametrize(
    "more",
    [
        {"type": "Note"},
        {"id": "https://alice.test/stamps/2"},
        {"attributedTo": "https://alice.test/users/mallory"},
        {"attributedTo": None},
        {"interactingObject": "https://bob.test/notes/3"},
        {"interactionTarget": "https://alice.test/notes/3"},
        {"interactionTarget": [QUOTING, QUOTED]},
    ],
)
def test_anything_else_proves_nothing(more: dict[str, Any]) -> None:
    assert not verdict(document(**more))


def test_nor_does_what_another_host_serves() -> None:
    stamp = "https://bob.test/stamps/1"
    assert not verdict(document(id=stamp), stamp)
