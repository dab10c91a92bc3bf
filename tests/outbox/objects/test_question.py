"""Polls."""

from actors.posts import Option, Question
from outbox.objects.question import poll
from tests.outbox.cast import NOW

CHOICES = (Option("Ja", 3), Option("Nei"))


def test_one_choice_and_several_go_by_different_names() -> None:
    assert "oneOf" in poll(Question(options=CHOICES))
    assert "anyOf" in poll(Question(options=CHOICES, multiple=True))
    assert "oneOf" not in poll(Question(options=CHOICES, multiple=True))


def test_each_option_counts_its_votes() -> None:
    first, second = poll(Question(options=CHOICES))["oneOf"]
    assert first == {
        "type": "Note",
        "name": "Ja",
        "replies": {"type": "Collection", "totalItems": 3},
    }
    assert second["replies"]["totalItems"] == 0


def test_an_end_to_come_and_an_end_that_was_are_told_apart() -> None:
    shape = poll(Question(options=CHOICES, ends=NOW, closed=NOW + 1000, voters=0))
    assert shape["endTime"] == "2025-11-24T16:00:00Z"
    assert shape["closed"] == "2025-11-24T16:00:01Z"
    assert shape["votersCount"] == 0
    assert set(poll(Question(options=CHOICES))) == {"oneOf"}
