"""Nordvik as rows: its departments, a person, someone from outside, and what they wrote.

Handles are at nordvik.test and actors at sosial.nordvik.test. Rows are put as they are, so that
tests of what is read need no network, keys or units of work.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from actors import ids
from actors.handles import local_key
from actors.people import Actor, ActorKind, Exposure, HandleRow
from actors.posts import Post, Visibility
from actors.relationships import Reaction, Relation, RelationKind
from actors.urls import Urls
from fedi.store.engine import Engine, Tx
from fedi.store.rows import HANDLE, TABLES
from tests.databases import Template
from tests.running import run

NOW = 1_773_752_820_000  # 17 March 2026, 14:07 in Oslo
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
URLS = Urls("https://sosial.nordvik.test", "nordvik.test")
ONE_DOMAIN = Urls("https://nordvik.test", "nordvik.test")


@dataclass
class FixedClock:
    """Stands still until told."""

    moment: int = NOW

    def now(self) -> int:
        return self.moment


def actor(
    id: int,
    username: str,
    name: str,
    *,
    kind: ActorKind = ActorKind.ORGANIZATION,
    urls: Urls = URLS,
    **rest: Any,
) -> Actor:
    """One of ours."""
    made = Actor(
        id=id,
        kind=kind,
        uri=urls.actor(id),
        local=True,
        username=username,
        host=urls.authority,
        name=name,
        url=urls.profile(username),
        inbox=urls.actor(id, "inbox"),
        shared_inbox=urls.shared_inbox(),
        outbox=urls.actor(id, "outbox"),
        followers=urls.actor(id, "followers"),
        following=urls.actor(id, "following"),
        discoverable=kind is not ActorKind.PERSON,
        language="nb",
        created=NOW - 90 * DAY,
        updated=NOW - 30 * DAY,
    )
    return replace(made, **rest)


def outsider(id: int, username: str, name: str, domain: str = "fjord.example") -> Actor:
    """Someone of another server."""
    uri = f"https://{domain}/users/{quote(username)}"
    return Actor(
        id=id,
        kind=ActorKind.PERSON,
        uri=uri,
        username=username,
        domain=domain,
        host=domain,
        name=name,
        url=f"https://{domain}/@{quote(username)}",
        inbox=f"{uri}/inbox",
        followers=f"{uri}/followers",
        fetched=NOW,
    )


def application(urls: Urls = URLS) -> Actor:
    return replace(
        actor(1, urls.authority.replace(":", "-"), "Nordvik kommune", kind=ActorKind.APPLICATION),
        uri=urls.application(),
        url=urls.page(""),
    )


SECRETARIAT = actor(
    10,
    "sekretariatet",
    "Bystyrets sekretariat",
    summary="<p>Vi hjelper bystyret i Nordvik med møter, saker og svar.</p>",
)
IT = actor(11, "ikt", "IKT-teamet", parent_id=10, hides_totals=True)
COMMITTEES = actor(12, "Komiteene", "Komiteene", parent_id=10)
HIDDEN = actor(13, "beredskap", "Beredskapsrådet", exposure=Exposure.INTERNAL)
ALLOWED = actor(14, "samarbeid", "Samarbeidsrådet", exposure=Exposure.ALLOWED)
CLOSED = actor(15, "nedlagt", "Nedlagt avdeling", deleted=NOW - DAY)
KARI = actor(20, "kari", "Kari Nordmann", kind=ActorKind.PERSON)
OLA = outsider(30, "ola", "Ola Utenfra")
SPAMMER = outsider(31, "selger", "Selger", "reklame.example")

EVERYONE = (SECRETARIAT, IT, COMMITTEES, HIDDEN, ALLOWED, CLOSED, KARI, OLA, SPAMMER)


def post(
    author: Actor,
    ago: int,
    content: str,
    *,
    visibility: Visibility = Visibility.PUBLIC,
    **rest: Any,
) -> Post:
    """A post made `ago` milliseconds before now; give `uri` for one that came from outside."""
    moment = NOW - ago
    id = rest.pop("id", ids.at(moment) + author.id)
    uri = URLS.post(id) if author.local else f"https://{author.host}/notes/{id}"
    made = Post(
        id=id,
        uri=uri,
        url="" if author.local else f"https://{author.host}/@{author.username}/{id}",
        author_id=author.id,
        local=author.local,
        visibility=visibility,
        content=content,
        language="nb",
        published=moment,
    )
    return replace(made, **rest)


def reply(author: Actor, parent: Post, ago: int, content: str, **rest: Any) -> Post:
    return post(author, ago, content, in_reply_to=parent.id, **rest)


def boost(author: Actor, of: Post, ago: int) -> Post:
    return post(author, ago, "", boost_of=of.id)


def like(who: Actor, what: Post) -> Reaction:
    return Reaction(post_id=what.id, actor_id=who.id, created=NOW)


def follow(who: Actor, whom: Actor) -> Relation:
    return Relation(kind=RelationKind.FOLLOW, source_id=who.id, target_id=whom.id, created=NOW)


def block(who: Actor, whom: Actor) -> Relation:
    return Relation(kind=RelationKind.BLOCK, source_id=who.id, target_id=whom.id, created=NOW)


def put(engine: Engine, *rows: object) -> None:
    """Store rows as they are; one of our actors with the handle it has."""
    run(engine.write(lambda tx: _put(tx, rows)))


async def _put(tx: Tx, rows: tuple[object, ...]) -> None:
    for row in rows:
        table = TABLES[type(row)]
        await tx.run(table.replace, table.encode(row))
        if isinstance(row, Actor) and row.local and row.kind is not ActorKind.APPLICATION:
            await tx.run(HANDLE.insert, HANDLE.encode(handle(row.username, row)))


def handle(username: str, of: Actor, *, current: bool = True) -> HandleRow:
    return HandleRow(username=local_key(username), actor_id=of.id, current=current, since=NOW)


def settle(engine: Engine, urls: Urls = URLS) -> None:
    """Store the whole cast."""
    put(engine, application(urls), *EVERYONE)


TOWN = Template("town", settle)
