"""The streams there are, what a token needs to hear them, and how a request names one.

A name is Mastodon's (client-api.md §2.7); as a path its colons are slashes, and `only_media` makes
a public stream its `:media` one.
"""

from dataclasses import dataclass
from typing import Final

from actors import ids
from actors.errors import Forbidden, Invalid
from actors.hashtags import hashtag_key
from fedi.oauth.callers import Caller

PUBLIC: Final = frozenset({
    "public", "public:media", "public:local", "public:local:media", "public:remote",
    "public:remote:media",
})  # fmt: skip
HASHTAG: Final = frozenset({"hashtag", "hashtag:local"})
OWN: Final = frozenset({"user", "user:notification", "list", "direct"})
NAMES: Final = PUBLIC | HASHTAG | OWN
LONGEST_TAG: Final = 200


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: `key` is the folded hashtag or the list's id, `shown` as the app wrote it."""

    name: str
    key: str = ""


USER: Final = Stream("user")
NOTIFICATIONS: Final = Stream("user:notification")
DIRECT: Final = Stream("direct")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stream that a request asks for, and how its messages name it."""

    stream: Stream
    label: tuple[str, ...]


def wanted(name: str, *, tag: str = "", list: str = "", only_media: bool = False) -> Wanted:
    """Return the stream that a request names. Invalid for one that isn't there."""
    if only_media and f"{name}:media" in NAMES:
        name = f"{name}:media"
    if name not in NAMES:
        raise Invalid("Unknown stream type")
    if name in HASHTAG:
        bare = tag.strip().removeprefix("#")
        if not bare or len(bare) > LONGEST_TAG:
            raise Invalid("Missing tag name parameter")
        return Wanted(Stream(name, hashtag_key(bare)), (name, tag))
    if name == "list":
        number = ids.parse(list)
        if number is None:
            raise Invalid("Missing list name parameter")
        return Wanted(Stream(name, str(number)), (name, list))
    return Wanted(Stream(name), (name,))


def of_path(rest: str) -> str:
    """Return the name that a path spells: `user/notification` is user:notification."""
    return rest.strip("/").replace("/", ":")


def check(caller: Caller, stream: Stream) -> None:
    """Raise Forbidden where a token may not hear a stream, Invalid where it is nobody's token.

    Public streams need no scope. What the house keeps for its own needs one of ours.
    """
    if caller.actor is None and stream.name not in ("public:local", "public:local:media"):
        raise Invalid("This method requires an authenticated user")
    if stream.name in OWN:
        needed = "read:notifications" if stream.name == "user:notification" else "read:statuses"
        if not caller.may(needed):
            raise Forbidden("Access token does not have the required scopes")
