"""Who may quote a post, as apps read it (QuoteApproval): the author's policy, and what it means to
the one who reads."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import msgspec

from actors.people import Actor
from actors.posts import Post, Visibility
from actors.quoting import OPEN, said
from actors.vocabulary import PUBLIC

FOLLOWERS: Final = "followers"
_ENCODE: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Approval:
    """Whom an author lets quote at once and after having been asked, in Mastodon's words."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()

    def __contains__(self, word: str) -> bool:
        return word in self.automatic or word in self.manual

    def told(self, *, mine: bool, follows: bool, nobody: bool) -> bytes:
        """Return the entity for a reader, who wrote the post, follows who did, or is nobody."""
        return _told(self, mine, follows, nobody)

    def says(self, *, mine: bool, follows: bool, nobody: bool) -> str:
        """Return what the policy says to a reader. Whether an author follows the reader is not
        looked up, so that such a policy may mean anything."""
        if nobody:
            return "denied"
        words = {"public"} | ({FOLLOWERS} if follows else set())
        if mine or words.intersection(self.automatic):
            return "automatic"
        if words.intersection(self.manual):
            return "manual"
        return "unknown" if "following" in self else "denied"


NOBODY: Final = Approval()


@lru_cache(maxsize=256)
def _told(approval: Approval, mine: bool, follows: bool, nobody: bool) -> bytes:
    return _ENCODE(
        {
            "automatic": list(approval.automatic),
            "manual": list(approval.manual),
            "current_user": approval.says(mine=mine, follows=follows, nobody=nobody),
        }
    )


def approval_of(post: Post, author: Actor) -> Approval:
    """Return the policy of a post; nobody is let quote what only some may see."""
    if post.visibility not in (*OPEN, Visibility.INTERNAL):
        return NOBODY
    policy = said(post, author)
    return _approval(_words(policy.automatic, author), _words(policy.manual, author))


@lru_cache(maxsize=256)
def _approval(automatic: tuple[str, ...], manual: tuple[str, ...]) -> Approval:
    return Approval(automatic, manual)


def _words(uris: tuple[str, ...], author: Actor) -> tuple[str, ...]:
    """Return Mastodon's words for whom a policy names; single others have none of their own."""
    named = {PUBLIC: "public", author.followers: FOLLOWERS, author.following: "following"}
    named.pop("", None)
    words = [named.get(uri, "unsupported_policy") for uri in uris if uri != author.uri]
    return tuple(dict.fromkeys(words))
