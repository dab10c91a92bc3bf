"""What a newer activity does to one that still waits (architecture.md, "A post leaves")."""

import pytest

from outbox.supersede import Change, Queued, supersedes

POST = "https://by.example/posts/1"


def queued(kind: str, *, tried: bool = False, about: str = POST, number: int = 1) -> Queued:
    uri = f"https://by.example/activities/{kind}/{number}"
    return Queued(uri=uri, kind=kind, about=about, tried=tried)


def undo(older: Queued) -> Queued:
    return Queued(uri=f"{older.uri}#undo", kind="Undo", about=older.about, undoes=older.uri)


@pytest.mark.parametrize(
    ("older", "newer", "change"),
    [
        (queued("Create"), queued("Update"), Change.BECOME_CREATE),
        (queued("Create", tried=True), queued("Update"), Change.KEEP_BOTH),
        (queued("Create"), queued("Delete"), Change.DROP_BOTH),
        (queued("Create", tried=True), queued("Delete"), Change.DROP_OLDER),
        (queued("Update"), queued("Update", number=2), Change.DROP_OLDER),
        (queued("Update", tried=True), queued("Update", number=2), Change.DROP_OLDER),
        (queued("Update"), queued("Delete"), Change.DROP_OLDER),
        (queued("Like"), queued("Delete"), Change.KEEP_BOTH),
        (queued("Create"), queued("Create", number=2), Change.KEEP_BOTH),
        (queued("Delete"), queued("Delete", number=2), Change.KEEP_BOTH),
        (queued("Create", about="https://by.example/posts/2"), queued("Delete"), Change.KEEP_BOTH),
    ],
)
def test_a_newer_state_of_an_object_makes_older_ones_pointless(
    older: Queued, newer: Queued, change: Change
) -> None:
    assert supersedes(older, newer) is change


@pytest.mark.parametrize("kind", ["Like", "Announce", "Follow", "Block"])
def test_do_and_undo_before_anything_was_sent_is_nothing(kind: str) -> None:
    older = queued(kind)
    assert supersedes(older, undo(older)) is Change.DROP_BOTH


@pytest.mark.parametrize("kind", ["Like", "Announce", "Follow", "Block"])
def test_after_a_try_of_unknown_outcome_the_undo_is_sent(kind: str) -> None:
    older = queued(kind, tried=True)
    assert supersedes(older, undo(older)) is Change.DROP_OLDER


def test_an_undo_takes_back_its_own_activity_and_no_other_of_the_same_post() -> None:
    like, boost = queued("Like"), queued("Announce")
    assert supersedes(like, undo(boost)) is Change.KEEP_BOTH
    assert supersedes(like, Queued(uri="x", kind="Undo", about=POST)) is Change.KEEP_BOTH


@pytest.mark.parametrize("older", ["Create", "Update", "Like", "Announce", "Delete"])
@pytest.mark.parametrize("newer", ["Create", "Update", "Delete"])
def test_what_may_have_been_seen_is_never_left_standing(older: str, newer: str) -> None:
    change = supersedes(queued(older, tried=True), queued(newer, number=2))
    assert change in (Change.KEEP_BOTH, Change.DROP_OLDER)
