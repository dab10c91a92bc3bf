"""A policy in Mastodon's words, and what it says to whoever reads."""

from dataclasses import replace

import pytest

from actors.people import Actor
from actors.posts import Post, Quotable, Visibility
from fedi.mastodon.approval import Approval, approval_of
from tests.people import ALICE, KARI, NOW, PUBLIC


def post(author: Actor, visibility: Visibility = Visibility.PUBLIC) -> Post:
    return Post(
        id=1,
        uri="https://x.test/1",
        author_id=author.id,
        visibility=visibility,
        local=author.local,
        published=NOW,
    )


def test_what_says_nothing_is_open_if_it_is_ours_and_closed_if_not() -> None:
    assert approval_of(post(KARI), KARI) == Approval(("public",))
    assert approval_of(post(KARI, Visibility.INTERNAL), KARI) == Approval(("public",))
    assert approval_of(post(KARI, Visibility.FOLLOWERS), KARI) == Approval()
    assert approval_of(post(ALICE), ALICE) == Approval()


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ((PUBLIC,), ("public",)),
        ((ALICE.followers,), ("followers",)),
        ((ALICE.uri,), ()),
        (("https://x.test/one", "https://x.test/two"), ("unsupported_policy",)),
    ],
)
def test_whom_a_policy_names(named: tuple[str, ...], words: tuple[str, ...]) -> None:
    said = replace(post(ALICE), can_quote=Quotable(automatic=named, manual=named))
    assert approval_of(said, ALICE) == Approval(words, words)


def test_what_a_policy_says_to_whom() -> None:
    followers = Approval(("followers",), ("public",))
    assert followers.says(mine=False, follows=True, nobody=False) == "automatic"
    assert followers.says(mine=False, follows=False, nobody=False) == "manual"
    assert followers.says(mine=False, follows=False, nobody=True) == "denied"
    assert Approval().says(mine=True, follows=False, nobody=False) == "automatic"
    assert Approval(("following",)).says(mine=False, follows=False, nobody=False) == "unknown"
