"""What holds between actors, and between an actor and a post: follows, blocks, likes, markers.

One row per (kind, source, target); the state of a follow is its own field. Markers remember what
arrived before the thing it is about (Delete before Create, Undo before Like).
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MARKER_DAYS: Final = 30


class RelationKind(StrEnum):
    FOLLOW = "follow"
    BLOCK = "block"
    MUTE = "mute"


class RelationState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """`source` follows, blocks or mutes `target`; `uri` is the activity that made it so.

    `number` grows with each that is put into its state: lists show the newest first by it. The
    house gives it.
    """

    kind: RelationKind
    source_id: int
    target_id: int
    state: RelationState = RelationState.ACCEPTED
    uri: str = ""
    created: int = 0
    number: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """A Like or an emoji reaction; a plain Like has `content` ""."""

    post_id: int
    actor_id: int
    content: str = ""
    uri: str = ""
    created: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupHost:
    """A server with members of a closed group: of a group elsewhere as it told us, of one of ours
    as we have told the others."""

    group_id: int
    host: str


class MarkerKind(StrEnum):
    DELETED = "deleted"  # the object with this uri was deleted by `actor`
    UNDONE = "undone"  # the activity with this uri was undone by `actor`


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """Kept for MARKER_DAYS; counts only for the actor it came from."""

    uri: str
    kind: MarkerKind
    actor_uri: str
    until: int


class NotificationKind(StrEnum):
    MENTION = "mention"
    FAVOURITE = "favourite"
    REBLOG = "reblog"
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow_request"
    POLL = "poll"
    STATUS = "status"
    UPDATE = "update"
    QUOTE = "quote"
    QUOTED_UPDATE = "quoted_update"
    SIGN_UP = "admin.sign_up"
    REPORT = "admin.report"
    ADDED_TO_COLLECTION = "added_to_collection"
    COLLECTION_UPDATE = "collection_update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Told once per (recipient, kind, by, post); `post_id` is a collection's or a report's id where
    it is about one."""

    id: int
    recipient_id: int
    kind: NotificationKind
    by_id: int
    post_id: int = 0
    created: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A Flag: `by` reports `target`, naming posts and collections by their ids here; `forwarded`
    where the server of the one reported was told as well. The categories are those of client
    apps."""

    id: int
    uri: str
    by_id: int
    target_id: int
    post_ids: tuple[int, ...] = ()
    comment: str = ""
    created: int = 0
    closed: int | None = None
    category: str = "other"
    forwarded: bool = False
    collection_ids: tuple[int, ...] = ()
