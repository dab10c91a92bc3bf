"""Nordvik some years on: thousands of rows in every table that grows, made up but in proportion.

Loaded in bulk, for tests of query plans. The cast of tests/people.py lives among them.
"""

from typing import Any

from actors.people import Actor, ActorKind, Key, KeyKind
from actors.posts import Addressee, Hashtag, Pin, Poll, Post, Revision, Visibility, Vote
from actors.relationships import (
    Marker,
    MarkerKind,
    Notification,
    NotificationKind,
    Reaction,
    Relation,
    RelationKind,
    Report,
)
from fedi.store.engine import Engine, Tx
from fedi.store.rows import TABLES
from tests.people import DAY, NOW, URLS, ours, theirs
from tests.running import run

MANY = 4_000
PEOPLE, POSTS = 100_000, 1_000_000


def grow(engine: Engine) -> None:
    """Fill the tables; on PostgreSQL let it count them too, as it does by itself in time."""
    for records in (_actors(), _keys(), _posts(), _around_posts(), _between_actors()):
        by_table: dict[type, list[Any]] = {}
        for record in records:
            by_table.setdefault(type(record), []).append(record)
        for kind, rows in by_table.items():
            run(engine.write(lambda tx, kind=kind, rows=rows: _put(tx, kind, rows)))
    run(engine.write(_queues))
    if engine.dialect == "postgres":
        run(engine.write(lambda tx: tx.run("ANALYZE")))


async def _put(tx: Tx, kind: type, rows: list[Any]) -> None:
    table = TABLES[kind]
    await tx.many(table.insert, [table.encode(row) for row in rows])


def _actors() -> list[Actor]:
    return [
        theirs(PEOPLE + n, f"person{n}", f"host{n % 400}.test")
        if n % 20
        else ours(PEOPLE + n, f"ansatt{n}", f"Ansatt {n}", ActorKind.PERSON)
        for n in range(MANY)
    ]


def _keys() -> list[Key]:
    return [
        Key(uri=f"{who.uri}#main-key", actor_id=who.id, kind=KeyKind.RSA, public="", created=NOW)
        for who in _actors()
    ]


def _posts() -> list[Post]:
    people = _actors()
    made = []
    for n in range(MANY):
        author = people[n * 7 % MANY]
        id = POSTS + n
        made.append(
            Post(
                id=id,
                uri=URLS.post(id) if author.local else f"https://{author.host}/notes/{id}",
                author_id=author.id,
                local=author.local,
                visibility=Visibility.PUBLIC,
                content=f"<p>Innlegg {n}</p>",
                published=NOW - n,
                in_reply_to=POSTS + n // 2 if n % 3 == 1 else None,
                in_reply_to_uri=f"https://gone.test/{n}" if n % 30 == 2 else "",
                boost_of=POSTS + n // 3 if n % 5 == 4 else None,
                context=URLS.context(POSTS + n // 10),
            )
        )
    return made


def _around_posts() -> list[Any]:
    made: list[Any] = []
    for n in range(MANY):
        id, who = POSTS + n, PEOPLE + n * 3 % MANY
        made += [
            Addressee(post_id=id, actor_id=who),
            Hashtag(post_id=id, name=f"tag{n % 200}", shown=f"Tag{n % 200}"),
            Reaction(post_id=id, actor_id=who, uri=f"https://a.test/likes/{n}", created=NOW),
        ]
        if n % 4 == 0:
            made += [
                Poll(post_id=id, options=(), multiple=False, ends=NOW + n, closed=NOW),
                Vote(post_id=id, actor_id=who, choice=0, uri="", created=NOW),
                Revision(
                    post_id=id,
                    number=0,
                    content="",
                    summary="",
                    sensitive=False,
                    media=(),
                    question=None,
                    created=NOW,
                ),
                Pin(actor_id=who, post_id=id, created=NOW),
            ]
    return made


def _between_actors() -> list[Any]:
    made: list[Any] = []
    for n in range(MANY):
        one, other = PEOPLE + n, PEOPLE + n * 11 % MANY
        made += [
            Relation(kind=RelationKind.FOLLOW, source_id=one, target_id=other, uri=f"urn:{n}"),
            Relation(kind=RelationKind.BLOCK, source_id=one, target_id=PEOPLE + n * 13 % MANY),
            Notification(
                id=n + 1, recipient_id=one, kind=NotificationKind.FOLLOW, by_id=other, post_id=0,
                created=NOW,
            ),
            Report(
                id=n + 1, uri=f"urn:r{n}", by_id=one, target_id=other, created=NOW,
                closed=NOW if n % 2 else None,
            ),
            Marker(uri=f"urn:{n}", kind=MarkerKind.DELETED, actor_uri="urn:x", until=NOW + DAY),
        ]  # fmt: skip
    return made


async def _queues(tx: Tx) -> None:
    """Fill the tables that have no records in the rooms."""
    for table, columns, row in (
        ("home", "reader_id, post_id, author_id", lambda n: (PEOPLE + n % 50, POSTS + n, PEOPLE)),
        ("event", "kind, actor_id, subject_id, recipient_id, at, tx",
         lambda n: ("post", PEOPLE + n, POSTS + n, PEOPLE + n if n % 2 else None, NOW, 0)),
        ("arrival", "id, activity_uri, inbox_owner, signer, body, received, due, lease_until,"
         " tries, problem", lambda n: (n, f"urn:{n}", 0, "urn:x", b"{}", NOW, NOW + n, 0, 0, "")),
        ("seen", "activity_hash, inbox_owner, at", lambda n: (n, 0, NOW)),
        ("refused", "id, at, host, actor_uri, activity_uri, kind, code, sentence",
         lambda n: (n, NOW, f"host{n % 400}.test", "urn:x", "urn:y", "Like", "blocked", "No.")),
        ("wanted", "uri, why, depth, due, lease_until, tries",
         lambda n: (f"urn:{n}", "actor", 0, NOW + n, 0, 0)),
        ("activity",
         "id, uri, actor_id, kind, about, post_id, visible, body, created, total, delivered,"
         " failed",
         lambda n: (PEOPLE + n, f"urn:activity:{n}", PEOPLE + n, "Create", "x",
                                          POSTS + n, "public", b"{}", NOW, 1, 0, 0)),
        ("delivery", "activity_id, host, inbox, shared, about, turn, state, due, tries, uncertain,"
         " expires, problem", lambda n: (PEOPLE + n, f"host{n % 400}.test", f"urn:{n}", 0, n, 1,
                                         n % 2, 0, 0, 0, NOW + DAY + n, "")),
        ("host", "name, state, memory, due, opens, held, owner, lease_until, fence, taken, changed",
         lambda n: (f"host{n}.test", "healthy" if n % 9 else "down", "", NOW + n, 0, 0, "", 0, 1,
                    0, NOW)),
        ("reach", "post_id, inbox, actor_id", lambda n: (POSTS + n, f"urn:{n}", PEOPLE + n)),
        ("media_use", "post_id, name", lambda n: (POSTS + n, f"{n}.png")),
        ("key_told", "host, actor_id, at", lambda n: (f"host{n}.test", PEOPLE + n, NOW)),
        ("handle", "username, actor_id, current, since", lambda n: (f"navn{n}", PEOPLE + n, 1, 0)),
        ("token", "hash, person_id, actor_id, app_id, scopes, created, revoked",
         lambda n: (n.to_bytes(8, "big"), n, PEOPLE + n, None, "read", NOW, None)),
        ("membership", "person_id, actor_id, role, starts, ends",
         lambda n: (PEOPLE + n, PEOPLE + n, "manager", 0, None)),
    ):  # fmt: skip
        marks = ", ".join("?" * len(columns.split(",")))
        await tx.many(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})", [row(n) for n in range(MANY)]
        )
