"""A hashtag is an entity without a row of its own."""

from fedi.mastodon.hashtags import history_entities, tag_id
from fedi.store.trends import Used


def test_a_hashtag_has_one_id_that_is_always_the_same() -> None:
    assert tag_id("sak") == tag_id("sak")
    assert tag_id("sak") != tag_id("saks")
    for name in ("sak", "å", "", "x" * 1_000, "\ud800"):
        assert tag_id(name).isdigit()
        assert len(tag_id(name)) >= 18
        assert int(tag_id(name)) < 1 << 63


def test_a_day_is_told_in_seconds_and_all_of_it_as_text() -> None:
    (day,) = history_entities([Used(at=1_764_000_000_000, uses=3, accounts=2)])
    assert (day.day, day.uses, day.accounts) == ("1764000000", "3", "2")
