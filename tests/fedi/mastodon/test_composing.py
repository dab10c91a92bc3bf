"""What a request says of a post to come."""

import pytest

from actors.errors import Invalid
from fedi.mastodon.composing import POLL_SECONDS, language_of, policy_named


@pytest.mark.parametrize(
    ("written", "kept"),
    [("nb", "nb"), ("nb_NO", "nb-NO"), (" se ", "se"), (None, ""), ("", ""), ("n b", ""),
     ("a" * 13, ""), ("<b>", "")],
)  # fmt: skip
def test_a_language_is_a_code_or_nothing(written: str | None, kept: str) -> None:
    assert language_of(written) == kept


def test_who_may_quote_is_one_of_three() -> None:
    assert policy_named("followers") == "followers"
    with pytest.raises(Invalid, match="Quote approval policy"):
        policy_named("everybody")


def test_a_poll_is_open_for_five_minutes_to_a_month() -> None:
    assert POLL_SECONDS == (300, 2_629_746)
