"""What stays where something was deleted."""

from outbox.objects.tombstone import tombstone
from tests.outbox.cast import NOW


def test_a_tombstone_says_that_and_when_and_nothing_else() -> None:
    assert tombstone("https://a.test/1", NOW) == {
        "type": "Tombstone",
        "id": "https://a.test/1",
        "deleted": "2025-11-24T16:00:00Z",
    }
    assert set(tombstone("https://a.test/1")) == {"type", "id"}
