"""What somebody wants to say (Draft), and the same kept as JSON for later (Wish): a scheduled
post, a draft that waits. Next: writing.py says it, scheduling.py and waiting.py keep it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from actors.drafts import Approval
from actors.posts import Media, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to say. `reply_to` and `quote` are URIs of posts; `poll_ends`
    is in Unix ms; `quote_policy` is public, followers, nobody, or "" for what the actor chose;
    `looked_at` that its author was asked before whether it may go outside (cautioning.py);
    `approval` by whom it was approved, where it had to be (waiting.py)."""

    text: str
    visibility: Visibility
    person: int | None = None
    summary: str = ""
    sensitive: bool = False
    language: str = ""
    reply_to: str = ""
    media: tuple[Media, ...] = ()
    choices: tuple[str, ...] = ()
    multiple: bool = False
    poll_ends: int | None = None
    quote: str = ""
    quote_policy: str = ""
    looked_at: bool = False
    approval: Approval | None = None

    def texts(self) -> tuple[str, ...]:
        """Return all that others read of it, as written."""
        described = (media.description for media in self.media)
        return (self.text, self.summary, *self.choices, *described)


class Wish(msgspec.Struct, kw_only=True, frozen=True):
    """What is to be said, as JSON in the database. `poll_seconds` runs from publication; `shown`
    is what an app gets to see of its own words; `edit_number` is the state of the post that these
    are new words for."""

    text: str
    visibility: str
    summary: str = ""
    sensitive: bool = False
    language: str = ""
    reply_to: str = ""
    media: list[int] = []
    choices: list[str] = []
    multiple: bool = False
    poll_seconds: int = 0
    quote: str = ""
    quote_policy: str = ""
    shown: dict[str, Any] = {}
    edit_number: int = 0

    def encoded(self) -> str:
        """Return it as it is kept."""
        return msgspec.json.encode(self).decode()


def wish_of(text: str) -> Wish:
    """Return what was kept."""
    return msgspec.json.decode(text, type=Wish)


def drafted(wish: Wish, now: int) -> Draft:
    """Return the draft of a wish, published at `now` (ms)."""
    return Draft(
        text=wish.text,
        visibility=Visibility(wish.visibility),
        summary=wish.summary,
        sensitive=wish.sensitive,
        language=wish.language,
        reply_to=wish.reply_to,
        choices=tuple(wish.choices),
        multiple=wish.multiple,
        poll_ends=now + wish.poll_seconds * 1000 if wish.choices else None,
        quote=wish.quote,
        quote_policy=wish.quote_policy,
    )


def wished(
    draft: Draft,
    media: Sequence[int],
    poll_seconds: int,
    shown: dict[str, Any],
    edit_number: int = 0,
) -> Wish:
    """Return a draft as it is kept; `shown` is what the app gets to see of its own words."""
    return Wish(
        text=draft.text,
        visibility=draft.visibility.value,
        summary=draft.summary,
        sensitive=draft.sensitive,
        language=draft.language,
        reply_to=draft.reply_to,
        media=list(media),
        choices=list(draft.choices),
        multiple=draft.multiple,
        poll_seconds=poll_seconds,
        quote=draft.quote,
        quote_policy=draft.quote_policy,
        shown=shown,
        edit_number=edit_number,
    )
