"""What a token may be used for: Mastodon's scopes, which stand in a hierarchy.

`write` holds `write:statuses`, `admin:read` holds `admin:read:accounts`; the old `follow` holds
what concerns follows, blocks and mutes. `fedi:read` and `fedi:write` are our own API's and in the
same way hold their parts. Each route of fedi/mastodon and fedi/native names those it accepts.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from actors.errors import Invalid

OURS: Final[Mapping[str, str]] = {
    "fedi:read": "Read all of the below",
    "fedi:read:departments": "Read departments",
    "fedi:read:drafts": "Read drafts and the calendar",
    "fedi:read:questions": "Read questions to departments",
    "fedi:read:groups": "Read groups and their members",
    "fedi:read:audiences": "Learn who would see a post",
    "fedi:read:domains": "Read the rules for other servers",
    "fedi:read:people": "Read who is signed in and for whom they may speak",
    "fedi:write": "Write all of the below",
    "fedi:write:departments": "Change departments",
    "fedi:write:drafts": "Write, return and approve drafts",
    "fedi:write:questions": "Assign and close questions",
    "fedi:write:groups": "Make and change groups and who is in them",
    "fedi:write:audiences": "Change who sees what an account posts",
    "fedi:write:domains": "Change the rules for other servers",
    "fedi:write:people": "Invite people and change their roles",
}
"""The scopes of our own API, and what each lets do, for those who write programs."""
PARTS_OF_OURS: Final = (
    "departments", "drafts", "questions", "groups", "audiences", "domains", "people",
)  # fmt: skip

_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "read": (
        "accounts", "blocks", "bookmarks", "collections", "favourites", "filters", "follows",
        "lists", "mutes", "notifications", "search", "statuses",
    ),
    "write": (
        "accounts", "blocks", "bookmarks", "collections", "conversations", "favourites", "filters",
        "follows", "lists", "media", "mutes", "notifications", "reports", "statuses",
    ),
    "admin:read": (
        "accounts", "reports", "domain_allows", "domain_blocks", "ip_blocks",
        "email_domain_blocks", "canonical_email_blocks",
    ),
    "admin:write": (
        "accounts", "reports", "domain_allows", "domain_blocks", "ip_blocks",
        "email_domain_blocks", "canonical_email_blocks",
    ),
    "fedi:read": PARTS_OF_OURS,
    "fedi:write": PARTS_OF_OURS,
}  # fmt: skip
_FOLLOW: Final = tuple(
    f"{verb}:{part}" for part in ("blocks", "follows", "mutes") for verb in ("read", "write")
)

ALL: Final = (
    "read", "profile", "write", "follow", "push",
    *(f"{top}:{part}" for top in ("read", "write") for part in _PARTS[top]),
    "admin:read", "admin:write",
    *(f"{top}:{part}" for top in ("admin:read", "admin:write") for part in _PARTS[top]),
    *OURS,
)  # fmt: skip
"""Every scope there is, as the server's metadata lists them."""
DEFAULT: Final = "read"
"""What an app gets that asks for nothing (Mastodon's)."""

_KNOWN: Final = frozenset(ALL)
_HELD: Final[Mapping[str, frozenset[str]]] = {
    scope: frozenset(
        (
            scope,
            *(f"{scope}:{part}" for part in _PARTS.get(scope, ())),
            *(_FOLLOW if scope == "follow" else ()),
        )
    )
    for scope in ALL
}

MAX_TEXT: Final = 2_000


class InvalidScope(Invalid):
    """A scope that nobody knows, or that may not be had (RFC 6749 section 5.2)."""

    code = "invalid_scope"

    def __init__(self, detail: str = "") -> None:
        super().__init__("The requested scope is invalid, unknown, or malformed.", detail=detail)


def parse(text: str) -> tuple[str, ...]:
    """Return the scopes that a space-separated text names, each once, in its order; `read` for
    none at all. InvalidScope where one is unknown."""
    if len(text) > MAX_TEXT:
        raise InvalidScope
    wanted = tuple(dict.fromkeys(text.replace("+", " ").split())) or (DEFAULT,)
    unknown = [scope for scope in wanted if scope not in _KNOWN]
    if unknown:
        raise InvalidScope(f"unknown: {' '.join(unknown)}")
    return wanted


def text(scopes: Iterable[str]) -> str:
    """Return scopes as one text, separated by spaces."""
    return " ".join(scopes)


def held(granted: Iterable[str]) -> frozenset[str]:
    """Return every scope that these scopes hold, themselves included."""
    return frozenset[str]().union(*(_HELD.get(scope, frozenset()) for scope in granted))


def covers(granted: Iterable[str], needed: str) -> bool:
    """Return whether scopes suffice for what needs `needed`; of several, one is enough.

    `needed` is one scope, or several separated by spaces: `profile read:accounts`. "" needs none.
    """
    wanted = needed.split()
    have = held(granted)
    return not wanted or any(scope in have for scope in wanted)


def within(asked: Iterable[str], registered: Iterable[str]) -> bool:
    """Return whether an app that registered some scopes may ask for these."""
    return held(registered).issuperset(asked)
