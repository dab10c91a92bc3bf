from typing import Any

import pytest

from inbox import limits
from inbox.reactions import reaction_of


@pytest.mark.parametrize(("document", "emoji"), [
    ({}, ""),
    ({"content": "👍"}, "👍"),
    ({"content": "❤️"}, "❤️"),
    ({"content": ":blobcat:"}, ":blobcat:"),
    ({"content": ":blobcat@.:"}, ":blobcat:"),
    ({"content": ":blobcat@misskey.example:"}, ":blobcat:"),
    ({"_misskey_reaction": "🎉"}, "🎉"),
    ({"content": "", "_misskey_reaction": "🎉"}, "🎉"),
    ({"content": {"@value": "👍", "@language": "und"}}, "👍"),
])  # fmt: skip
def test_the_emoji_is_read_in_each_of_its_forms(document: dict[str, Any], emoji: str) -> None:
    assert reaction_of(document) == emoji


@pytest.mark.parametrize("content", ["<img src=x>", "to ord", "x" * (limits.REACTION.size + 1), 5])
def test_what_is_no_emoji_makes_a_plain_like(content: Any) -> None:
    assert reaction_of({"content": content}) == ""
