"""Nordvik some years on: thousands of rows in every table that grows, made up but in proportion.

Loaded in bulk, for tests of query plans. The cast of tests/people.py lives among them.
"""

from collections.abc import Callable
from typing import Any

from actors.grouping import Access, Grouping, GroupKeeper, Invitation
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
from tests.databases import Template
from tests.people import DAY, NOW, URLS, Nordvik, ours, theirs
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
            Grouping(actor_id=one, access=Access.CLOSED, created=NOW),
            Invitation(group_id=one, actor_id=other, by_id=one, created=NOW),
            GroupKeeper(group_id=one, actor_id=other, since=NOW),
            Marker(uri=f"urn:{n}", kind=MarkerKind.DELETED, actor_uri="urn:x", until=NOW + DAY),
        ]  # fmt: skip
    return made


_KEPT_FOR_ONESELF: tuple[tuple[str, str, Callable[[int], tuple[Any, ...]]], ...] = (
    ("reader", "actor_id, seen, built", lambda n: (PEOPLE + n, NOW - n * DAY // 100, 0)),
    ("bookmark", "id, actor_id, post_id", lambda n: (n, PEOPLE + n % 900, POSTS + n)),
    ("thread_mute", "actor_id, root", lambda n: (PEOPLE + n % 900, f"urn:root:{n}")),
    ("acquaintance", "owner_id, other_id, hides_boosts, notifies, languages,"
     " mutes_notifications, muted_until, endorsed, note",
     lambda n: (PEOPLE + n % 900, PEOPLE + n, n % 2, 0, "[]", 1, NOW + n, n % 2, "")),
    ("domain_mute", "actor_id, domain, id",
     lambda n: (PEOPLE + n % 900, f"host{n}.test", n)),
    ("place", "actor_id, timeline, last_id, version, updated",
     lambda n: (PEOPLE + n, "home", POSTS, 1, NOW)),
    ("idempotency", "token_id, name, kind, subject_id, at",
     lambda n: (n, f"key{n}", "post", POSTS + n, NOW + n)),
    ("post_app", "post_id, app_id", lambda n: (POSTS + n, n)),
    ("preference", "actor_id, visibility, sensitive, language, quote_policy, expand_media,"
     " expand_warnings, autoplay", lambda n: (PEOPLE + n, "", 0, "", "", "", 0, 0)),
    ("notification_policy", "actor_id, for_not_following, for_not_followers, for_new_accounts,"
     " for_private_mentions, for_limited_accounts",
     lambda n: (PEOPLE + n, "accept", "accept", "accept", "filter", "filter")),
    ("notification_request", "actor_id, by_id, state, at",
     lambda n: (PEOPLE + n % 900, PEOPLE + n, "accepted", NOW)),
    ("list", "id, actor_id, title, replies, exclusive",
     lambda n: (n, PEOPLE + n % 900, "Liste", "list", n % 2)),
    ("list_member", "list_id, member_id", lambda n: (n % 900, PEOPLE + n)),
    ("filter", "id, actor_id, title, context, action, expires",
     lambda n: (n, PEOPLE + n % 900, "Filter", "[]", "warn", None)),
    ("filter_keyword", "id, filter_id, keyword, whole_word", lambda n: (n, n % 900, "ord", 0)),
    ("filter_status", "id, filter_id, post_id", lambda n: (n, n % 900, POSTS + n)),
    ("filter_version", "actor_id, version", lambda n: (PEOPLE + n, 1)),
    ("group_host", "group_id, host", lambda n: (PEOPLE + n, f"host{n % 400}.test")),
    ("question", "id, department_id, post_id, asker_id, asked, state, latest_id, latest, best_id",
     lambda n: (n, PEOPLE + n % 900, POSTS + n, PEOPLE + n, NOW, "open", POSTS + n, NOW,
                POSTS + n if n % 2 else None)),
    ("question_note", "id, question_id, text, created", lambda n: (n, n, "Ringte", NOW)),
    ("question_told", "question_id, person_id, mark, until",
     lambda n: (n, PEOPLE + n, 1, NOW + n)),
    ("followed_tag", "id, actor_id, name, shown",
     lambda n: (n, PEOPLE + n, f"tag{n % 200}", f"Tag{n % 200}")),
    ("scheduled", "id, actor_id, person_id, app_id, due, params, media, lease_until, problem",
     lambda n: (n, PEOPLE + n % 900, 1, None, NOW + n, "{}", "[]", 0, "")),
    ("app", "id, client_id, secret_hash, name, website, redirect_uris, scopes, created",
     lambda n: (n, f"app{n}", b"", "App", "", "", "read", NOW)),
    ("card_use", "post_id, url", lambda n: (POSTS + n, f"https://a.test/{n % 900}")),
    ("card", "url, state, due, tries, fetched, kind, title, description, language, author,"
     " author_url, provider, image, image_description, width, height, published",
     lambda n: (f"https://a.test/{n}", 1, NOW, 0, NOW, "link", "T", *[""] * 7, 0, 0, None)),
    ("quote", "uri, quoted_uri, post_id, quoted_id, author_id, state, request, stamp, created",
     lambda n: (f"urn:q{n}", f"urn:p{n}", POSTS + n, POSTS + n // 2, PEOPLE + n, "accepted",
                f"urn:r{n}", f"urn:s{n}", NOW)),
    ("collection_item", "id, collection_id, account_id, position, state, created",
     lambda n: (n, n % 900, PEOPLE + n, 0, "accepted", NOW)),
    ("conversation_place", "actor_id, root, read_to, hidden_to",
     lambda n: (PEOPLE + n % 900, f"urn:root:{n}", POSTS, 0)),
)  # fmt: skip
"""Table, columns, row: what people keep for themselves through the client API."""


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
        ("delegation", "actor_id, absent_id, stand_in_id, starts, ends, given_by, created",
         lambda n: (PEOPLE + n, PEOPLE + n, PEOPLE + n + 1, 0, NOW, None, 0)),
        ("draft", "id, actor_id, author_id, state, version, wish, html, named, wished, edits_id,"
         " app_id, created, changed, changed_by, comment, comment_by, approved, approved_by,"
         " post_id", lambda n: (POSTS + n, PEOPLE + n % 400, n, "published" if n % 9 else "pending",
                                1, "", "", "[]", NOW + n, None, None, NOW, NOW, n, "", None, None,
                                None, PEOPLE + n if n % 9 else None)),
        ("four_eyes", "actor_id, since, person_id", lambda n: (PEOPLE + n, NOW, None)),
        ("draft_step", "draft_id, number, step, person_id, at, comment, wish",
         lambda n: (POSTS + n, 1, "hand_in", n, NOW, "", "")),
        ("draft_notice", "notification_id, draft_id, actor_id, person_id",
         lambda n: (n, POSTS + n, PEOPLE + n, n)),
        ("attachment", "id, actor_id, post_id, state, problem, kind, name, preview, original,"
         " file_name, media_type, size, width, height, preview_width, preview_height, duration,"
         " bitrate, frame_rate, description, blurhash, created, spent, lease_until, tries",
         lambda n: (n + 1, PEOPLE + n, POSTS + n if n % 9 else None, "ready", "", "image",
                    f"{n}.png", f"{n}.webp", "", "", "image/png", 1, 1, 1, 1, 1, 0, 0, "", "", "",
                    NOW, 0, 0, 0)),
        ("collection", "id, actor_id, name, description, language, sensitive, discoverable, tag,"
         " created, updated", lambda n: (n + 1, PEOPLE + n, f"Samling {n}", "", "", 0, 1, "", NOW,
                                         NOW)),
        *_KEPT_FOR_ONESELF,
    ):  # fmt: skip
        marks = ", ".join("?" * len(columns.split(",")))
        await tx.many(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})", [row(n) for n in range(MANY)]
        )


def _lived_in(engine: Engine) -> None:
    grow(engine)
    Nordvik(engine).settle()


GROWN = Template("grown", _lived_in)
"""Nordvik, grown, with the cast in it."""
