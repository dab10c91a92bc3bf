"""Who lives in the house: founding it, departments, people, and what belongs to them.

Used by the command line and the demo; the client API and the admin pages come to the same
functions. Keys are made off the loop, since an RSA key takes some 75 ms.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from actors.effects import Notify, Put
from actors.errors import Invalid, NotFound
from actors.faces import with_faces
from actors.handles import RESERVED_USERNAMES, local_key, valid_local_username
from actors.html import escape
from actors.membership import Membership, Role
from actors.people import (
    Actor,
    ActorKind,
    Exposure,
    Field,
    HandleRow,
    Image,
    Key,
    Person,
)
from actors.relationships import NotificationKind
from actors.signatures import pairs
from fedi.config import Limits
from fedi.perform import Performer
from fedi.store import profiles, reports, tokens
from fedi.store.engine import Tx
from fedi.store.rows import ACTOR, HANDLE, KEY, MEMBERSHIP, PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class NewActor:
    """What is asked for when an actor is made; texts are plain, not HTML."""

    kind: ActorKind
    username: str
    name: str
    summary: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[tuple[str, str], ...] = ()
    exposure: Exposure = Exposure.OPEN
    default_audience: str = "public"
    discoverable: bool = True
    locked: bool = False
    parent_id: int | None = None
    language: str = "nb"
    icon: Image | None = None
    secret: bool = False


async def found(performer: Performer, name: str) -> Actor:
    """Make the Application actor, which is the server itself and signs its fetches."""
    existing = await performer.engine.read(profiles.application)
    if existing is not None:
        return existing
    urls = performer.urls
    uri = urls.application()
    now, id = performer.clock.now(), performer.new_id()
    actor = Actor(
        id=id,
        kind=ActorKind.APPLICATION,
        uri=uri,
        local=True,
        username=urls.authority.replace(":", "-"),
        host=urls.authority,
        name=name,
        url=urls.page(""),
        inbox=f"{uri}/inbox",
        shared_inbox=urls.shared_inbox(),
        outbox=f"{uri}/outbox",
        followers=f"{uri}/followers",
        following=f"{uri}/following",
        locked=True,
        hides_totals=True,
        created=now,
        updated=now,
    )
    made = await fresh_keys(actor, now, 1)

    async def unit(tx: Tx) -> None:
        await tx.run(ACTOR.insert, ACTOR.encode(actor))
        await tx.many(KEY.insert, [KEY.encode(key) for key in made])

    await performer.engine.write(unit)
    return actor


async def add_actor(performer: Performer, new: NewActor, limits: Limits | None = None) -> Actor:
    """Make an actor of ours with its keys and handle. Invalid for a handle that can't be had, or
    for words beyond the limits."""
    _check(new, limits or Limits())
    if local_key(new.username) in RESERVED_USERNAMES:
        raise _taken(new.username)
    if not valid_local_username(new.username):
        raise Invalid(
            f"{new.username!r} can't be a handle: use 1-30 of a-z, 0-9 and _, and no reserved word."
            " Write æ as ae, ø as o or oe, å as a or aa; the name itself takes every letter."
        )
    actor = actor_of(performer, new)
    made = await fresh_keys(actor, actor.created, 1)

    async def unit(tx: Tx) -> None:
        row = HandleRow(
            username=local_key(new.username), actor_id=actor.id, current=True, since=actor.created
        )
        if not await tx.run(HANDLE.insert, HANDLE.encode(row)):
            raise _taken(new.username)
        await performer.apply(tx, (Put(actor),))
        await tx.many(KEY.insert, [KEY.encode(key) for key in made])

    await performer.engine.write(unit)
    return actor


def _taken(username: str) -> Invalid:
    """Say the same of a handle that somebody has, of one that nobody may have, and of one that
    belongs to whom the asker may not know of."""
    return Invalid(f"The handle {username} is taken, or was once: choose another.")


def _check(new: NewActor, limits: Limits) -> None:
    limits.check("The name", len(new.name), limits.name_characters, "characters")
    limits.check("The description", len(new.summary), limits.summary_characters, "characters")
    limits.check("The profile", len(new.fields), limits.fields, "fields")
    for name, value in new.fields:
        limits.check(f"The field {name!r}", len(value), limits.field_characters, "characters")


def actor_of(performer: Performer, new: NewActor) -> Actor:
    """Return the actor that is asked for, with an id of its own; it is stored nowhere yet."""
    urls, id, now = performer.urls, performer.new_id(), performer.clock.now()
    made = Actor(
        id=id,
        kind=new.kind,
        uri=urls.actor(id),
        local=True,
        username=new.username,
        host=urls.authority,
        name=new.name,
        names=new.names,
        summary=f"<p>{escape(new.summary)}</p>" if new.summary else "",
        url=urls.profile(new.username),
        inbox=urls.actor(id, "inbox"),
        shared_inbox=urls.shared_inbox(),
        outbox=urls.actor(id, "outbox"),
        followers=urls.actor(id, "followers"),
        following=urls.actor(id, "following"),
        featured=urls.actor(id, "featured"),
        icon=new.icon,
        fields=tuple(Field(name, escape(value)) for name, value in new.fields),
        locked=new.locked,
        discoverable=new.discoverable,
        indexable=new.discoverable,
        exposure=new.exposure,
        default_audience=new.default_audience,
        parent_id=new.parent_id,
        language=new.language,
        secret=new.secret,
        created=now,
        updated=now,
    )
    return with_faces(made, "", urls)


async def fresh_keys(actor: Actor, now: int, number: int) -> tuple[Key, Key]:
    """Return a new RSA and a new Ed25519 key; `number` counts the pairs an actor has had."""
    rsa = await asyncio.to_thread(pairs.rsa, actor, now, number)
    return rsa, pairs.ed25519(actor, now, number)


async def add_person(
    performer: Performer,
    username: str,
    name: str,
    *,
    email: str = "",
    language: str = "nb",
    audience: str = "internal",
    limits: Limits | None = None,
) -> tuple[Person, Actor]:
    """Make a person and their personal actor: open to the web, not discoverable, internal by
    default (`audience`). They may write as that actor and no other yet; those who keep order are
    told."""
    actor = await add_actor(
        performer,
        NewActor(
            kind=ActorKind.PERSON,
            username=username,
            name=name,
            discoverable=False,
            default_audience=audience,
            language=language,
        ),
        limits,
    )
    person = Person(
        id=performer.new_id(),
        username=local_key(username),
        name=name,
        actor_id=actor.id,
        email=email,
        language=language,
        created=performer.clock.now(),
    )
    own = Membership(person_id=person.id, actor_id=actor.id, role=Role.MANAGER)

    async def unit(tx: Tx) -> None:
        await tx.run(PERSON.insert, PERSON.encode(person))
        await tx.run(MEMBERSHIP.insert, MEMBERSHIP.encode(own))
        told = [one for one in await reports.keepers(tx) if one != actor.id]
        news = [Notify(one, NotificationKind.SIGN_UP, actor.id) for one in told]
        await performer.apply(tx, tuple(news))

    await performer.engine.write(unit)
    return person, actor


async def make_guest(performer: Performer, actor: Actor) -> Actor:
    """Make a new person's actor a guest's: known inside alone, and who sees nothing but the groups
    that they are let into."""
    guest = replace(actor, guest=True, exposure=Exposure.INTERNAL)

    async def unit(tx: Tx) -> None:
        await performer.apply(tx, (Put(guest, replace=True),))

    await performer.engine.write(unit)
    return guest


async def let_speak(
    performer: Performer, person: Person, actor: Actor, role: Role, *, ends: int | None = None
) -> None:
    """Give a person a role for an actor until `ends` (ms), replacing the one they had. Where that
    ends it at once, their tokens for the actor end for good: a new role brings none of them back.
    """
    row = Membership(person_id=person.id, actor_id=actor.id, role=role, ends=ends)
    now = performer.clock.now()

    async def unit(tx: Tx) -> None:
        await tx.run(MEMBERSHIP.replace, MEMBERSHIP.encode(row))
        if not row.holds(now):
            await tokens.revoke_between(tx, person.id, actor.id, now)

    await performer.engine.write(unit)


async def find_person(performer: Performer, username: str) -> Person:
    """Return the person with this user name, or raise NotFound."""
    row = await performer.engine.read(
        lambda tx: tx.one(f"{PERSON.select} WHERE username = ?", (local_key(username),))
    )
    if row is None:
        raise NotFound(f"There is no person {username!r}. `fedi person list` shows who is.")
    return PERSON.decode(row)


async def find_actor(performer: Performer, handle: str) -> Actor:
    """Return our actor with this handle, or raise NotFound."""
    name = handle.removeprefix("@").partition("@")[0]
    known = await performer.engine.read(lambda tx: profiles.actor_by_handle(tx, local_key(name)))
    if known is None:
        raise NotFound(
            f"There is no department or person {handle!r} here. "
            "`fedi department list` and `fedi person list` show who is."
        )
    return known[0]
