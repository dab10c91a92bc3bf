"""Who: actors, people, keys. Frozen records; each is also a row of the table of its name.

A person is not an actor: a person signs in, an actor posts (actors/membership.py). Departments,
groups and people are actors; the server itself is the Application actor, which signs fetches.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ActorKind(StrEnum):
    PERSON = "Person"
    ORGANIZATION = "Organization"
    GROUP = "Group"
    APPLICATION = "Application"
    SERVICE = "Service"


class Exposure(StrEnum):
    """How far an actor's posts may ever go."""

    INTERNAL = "internal"
    ALLOWED = "allowed"  # servers on the allow-list
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Field:
    """A profile field; `value` is HTML that passed actors.html.

    `kind` is the entry of a department's record that it shows (actors/departments.py), "" of free
    words; `verified` since when (ms) we vouch for it.
    """

    name: str
    value: str
    kind: str = ""
    verified: int | None = None


@dataclass(frozen=True, slots=True)
class Image:
    url: str
    media_type: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Anyone who can follow and be followed. Times in Unix ms; `domain` is "" for our own.

    `names` and `summaries` hold the text by language; `name` and `summary` the default one. What
    it `shows_…` are parts of its profile in apps; sites of its `attribution_domains` may name it as
    the author of their pages. Where it `shares_groups`, its server keeps closed groups as we do.
    Of a `secret` one only its members know; a `guest` sees nothing but the groups that it is a
    member of (audience.py).
    """

    id: int
    kind: ActorKind
    uri: str
    local: bool = False
    username: str
    domain: str = ""
    host: str = ""
    name: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    summaries: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    inbox: str = ""
    shared_inbox: str = ""
    outbox: str = ""
    followers: str = ""
    following: str = ""
    featured: str = ""
    icon: Image | None = None
    image: Image | None = None
    fields: tuple[Field, ...] = ()
    locked: bool = False
    discoverable: bool = False
    indexable: bool = False
    bot: bool = False
    hides_totals: bool = False
    shares_groups: bool = False
    shows_media: bool = True
    shows_media_replies: bool = True
    shows_featured: bool = True
    secret: bool = False
    guest: bool = False
    attribution_domains: tuple[str, ...] = ()
    exposure: Exposure = Exposure.OPEN
    default_audience: str = "public"
    parent_id: int | None = None
    language: str = ""
    also_known_as: tuple[str, ...] = ()
    moved_to: str = ""
    moved_at: int | None = None
    created: int = 0
    updated: int = 0
    fetched: int = 0
    suspended: int | None = None
    deleted: int | None = None

    @property
    def gone(self) -> bool:
        return self.suspended is not None or self.deleted is not None


class KeyKind(StrEnum):
    RSA = "rsa"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of an actor. `public` is PEM (RSA) or multibase (Ed25519); `private` DER, ours only.

    `active_from` lies ahead for a key that waits for its Update to be accepted (rotation).
    """

    uri: str
    actor_id: int
    kind: KeyKind
    public: str
    private: bytes | None = None
    created: int = 0
    active_from: int = 0
    retired: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone who signs in; `actor_id` is their personal actor."""

    id: int
    username: str
    name: str
    actor_id: int
    email: str = ""
    language: str = "nb"
    admin: bool = False
    created: int = 0
    departed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleRow:
    """A handle that is or was an actor's; one handle is never given to another actor."""

    username: str
    actor_id: int
    current: bool
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token, stored as the SHA-256 of what the app holds; bound to one person,
    actor and app, which may hold several. Of an app for itself it has neither person nor actor.

    `label` is what its owner calls it; `last_used` (ms) is noted once an hour at most.
    """

    id: int
    hash: bytes
    person_id: int | None = None
    actor_id: int | None = None
    app_id: int | None = None
    scopes: str
    label: str = ""
    created: int
    last_used: int | None = None
    revoked: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An actor document as read: the actor (id 0 until it is stored) and the keys it lists."""

    actor: Actor
    keys: tuple[Key, ...] = ()
