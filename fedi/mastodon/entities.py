"""The JSON of accounts and posts, as typed structs: every key always there, arrays never null.

Names and shapes are Mastodon's (docs.joinmastodon.org/entities). Ids are texts of 18 digits or
more, times `YYYY-MM-DDTHH:MM:SS.mmmZ`. Entities that one resource alone gives stand in its file.
"""

from time import gmtime
from typing import Any

import msgspec


class Entity(msgspec.Struct, kw_only=True):
    """Any JSON object of the API."""


def moment(ms: int) -> str:
    """Return a time (Unix ms) as apps read it."""
    whole, rest = divmod(max(ms, 0), 1000)
    # 9999 is the last year the notation has; a wild remote date must not break a page.
    # By hand: strftime takes half as long again, and a page has a hundred of these.
    year, month, date, hour, minute, second, *_ = gmtime(min(whole, 253_402_300_799))
    return f"{year}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}.{rest:03}Z"


def moment_or_none(ms: int | None) -> str | None:
    """Return a time (Unix ms) as apps read it, None for none."""
    return None if ms is None else moment(ms)


def day(ms: int) -> str:
    """Return the date (UTC) of a time."""
    return moment(ms)[:10]


class Field(Entity, kw_only=True):
    name: str
    value: str
    verified_at: str | None = None


class CustomEmoji(Entity, kw_only=True):
    shortcode: str
    url: str
    static_url: str
    visible_in_picker: bool = True
    category: str | None = None


class FeatureApproval(Entity, kw_only=True):
    automatic: list[str] = []
    manual: list[str] = []
    current_user: str = "denied"


class AccountRole(Entity, kw_only=True):
    id: str
    name: str
    color: str


class Account(Entity, kw_only=True):
    id: str
    username: str
    acct: str
    display_name: str
    locked: bool
    bot: bool
    discoverable: bool | None
    indexable: bool
    noindex: bool | None
    group: bool
    created_at: str
    note: str
    url: str
    uri: str
    avatar: str
    avatar_static: str
    avatar_description: str
    header: str
    header_static: str
    header_description: str
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: str | None
    hide_collections: bool | None
    show_media: bool = True
    show_media_replies: bool = True
    show_featured: bool = True
    feature_approval: FeatureApproval
    emojis: list[CustomEmoji]
    fields: list[Field]
    roles: list[AccountRole]
    moved: "Account | None" = None
    suspended: bool = False
    limited: bool = False
    memorial: bool = False


class Mention(Entity, kw_only=True):
    id: str
    username: str
    url: str
    acct: str


class StatusTag(Entity, kw_only=True):
    name: str
    url: str


class Application(Entity, kw_only=True):
    name: str
    website: str | None = None


class MediaAttachment(Entity, kw_only=True):
    id: str
    type: str
    url: str | None
    preview_url: str | None
    remote_url: str | None
    preview_remote_url: str | None
    text_url: str | None
    meta: dict[str, Any]
    description: str | None
    blurhash: str | None


class PollOption(Entity, kw_only=True):
    title: str
    votes_count: int | None


class Poll(Entity, kw_only=True):
    id: str
    expires_at: str | None
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int | None
    options: list[PollOption]
    emojis: list[CustomEmoji]
    voted: bool
    own_votes: list[int]


class CardAuthor(Entity, kw_only=True):
    name: str
    url: str
    account: Account | None = None


class PreviewCard(Entity, kw_only=True):
    url: str
    title: str
    description: str
    language: str | None
    type: str
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    image: str | None
    image_description: str
    embed_url: str
    blurhash: str | None
    published_at: str | None
    authors: list[CardAuthor]
    missing_attribution: bool | None = None


class QuoteApproval(Entity, kw_only=True):
    automatic: list[str]
    manual: list[str]
    current_user: str


class StatusHead(Entity, kw_only=True):
    """The part of a Status that is the same for all who see it, before the author."""

    id: str
    uri: str
    url: str
    created_at: str
    edited_at: str | None
    sensitive: bool
    spoiler_text: str
    visibility: str
    local_only: bool
    language: str | None
    content: str
    text: str | None
    replies_count: int
    reblogs_count: int
    favourites_count: int
    quotes_count: int
    media_attachments: list[MediaAttachment]
    mentions: list[Mention]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    card: PreviewCard | None
    application: Application | None
    tagged_collections: list[Any]


class Status(StatusHead, kw_only=True):
    """A whole Status; rendering.py writes it in pieces, with these keys and no others."""

    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    account: Account
    reblog: "Status | None"
    poll: Poll | None
    quote: "Quote | ShallowQuote | None"
    quote_approval: QuoteApproval
    favourited: bool
    reblogged: bool
    muted: bool
    bookmarked: bool
    pinned: bool
    filtered: list[Any]


class Quote(Entity, kw_only=True):
    state: str
    quoted_status: Status | None


class ShallowQuote(Entity, kw_only=True):
    state: str
    quoted_status_id: str | None


class Relationship(Entity, kw_only=True):
    id: str
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str]
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: str | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str


class Context(Entity, kw_only=True):
    ancestors: list[Any]
    descendants: list[Any]
