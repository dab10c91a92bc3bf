"""Move, leaving."""

from actors.verbs import Move
from outbox.activities.move import write
from tests.outbox.cast import ALICE, KARI, URLS


def test_a_move_is_told_to_the_followers() -> None:
    moved = Move(uri=URLS.activity(1), actor=KARI.uri, object=KARI.uri, target=ALICE.uri)
    move = write(moved, URLS, ())
    assert (move["object"], move["target"]) == (KARI.uri, ALICE.uri)
    assert move["to"] == [KARI.followers]
