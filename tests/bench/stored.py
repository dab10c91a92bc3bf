"""A house with 100,000 posts, and tokens of those who read it: what the client's rows run on.

Made once for each schema and size, kept as a file under the temporary folder, and copied for a
run. Others' posts and actors are put as rows; who writes or is written to here is made properly.
"""

import asyncio
import hashlib
import random  # noqa: TID251 - the same house each time
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

import fedi.store
from actors import ids
from actors.membership import Membership, Role
from actors.people import Actor, ActorKind, Person, Token
from actors.posts import Hashtag, Post, Visibility
from actors.relationships import Notification, NotificationKind, Relation, RelationKind
from fedi.app import House, opened_house
from fedi.config import Config, parse
from fedi.oauth.callers import hash_of
from fedi.organisation import add_person, found
from fedi.search.indexing import Indexer
from fedi.store import home
from fedi.store.rows import TABLES
from tests.bench.inbox import PORT, REMOTE
from tests.bench.marks import sized

POSTS, AUTHORS, FOLLOWS, WRITERS = sized(100_000), 400, 200, 16
COLD, HEARERS, REPLIES, TOLD = sized(400), sized(100), 100, 200
SCOPES = "read write follow push"
HOUR = 3_600_000
SYLLABLES = "an bo dr et fj ga hu in ja kom le møt nå ol pr ra sk te ut vei yr æ ø å ng st er"


@dataclass(frozen=True)
class Stored:
    """What a run needs to know of the house. `reader` has a warm timeline; nobody of `cold` was
    ever here; `hearers` follow the first of `writers`. All are bearer tokens."""

    reader: str
    writers: list[str]
    cold: list[str]
    hearers: list[str]
    root: int
    words: list[str]


def template() -> Path:
    """Return the folder of the house that runs are copied from; it is made where it isn't yet.
    Call it in a thread without a loop of its own."""
    kept = Path(tempfile.gettempdir()) / f"fedi-bench-{_name()}"
    if not (kept / "stored.json").exists():
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(mode=0o700)
        known = asyncio.run(_made(kept))
        with sqlite3.connect(kept / "fedi.db") as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        (kept / "stored.json").write_bytes(msgspec.json.encode(known))
    return kept


@contextmanager
def stored(kept: Path) -> Iterator[tuple[Config, Stored]]:
    """Give the configuration of a fresh copy of the house, and what is in it."""
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(kept, name, dirs_exist_ok=True)
        known = msgspec.json.decode((kept / "stored.json").read_bytes(), type=Stored)
        yield config_of(Path(name)), known


def config_of(folder: Path) -> Config:
    """Return the configuration of a house in lab mode, which counts no requests."""
    return parse(
        {
            "server": {"origin": f"http://127.0.0.1:{PORT}", "data_dir": str(folder),
                       "listen": f"127.0.0.1:{PORT}"},
            "organisation": {"name": "Benk"},
            "lab": {"enabled": True},
        }
    )  # fmt: skip


def _name() -> str:
    """Return what names this schema, this file and these sizes."""
    schema = Path(fedi.store.__file__).parent / "migrations"
    sources = [Path(__file__), *sorted(schema.glob("*.sql"))]
    told = b"".join(one.read_bytes() for one in sources) + f"{PORT} {POSTS}".encode()
    return hashlib.sha256(told).hexdigest()[:16]


async def _made(folder: Path) -> Stored:
    dice, now = random.Random(1), time.time_ns() // 1_000_000
    words = _vocabulary(dice)
    async with opened_house(config_of(folder), founding=True) as house:
        await found(house.performer, "Benk")
        made = [await add_person(house.performer, f"skriver{n}", f"S {n}") for n in range(WRITERS)]
        (person, actor), rows = made[0], list[Any]()
        others = [_clone(n, person, actor, now) for n in range(COLD + HEARERS)]
        for someone in others:
            rows += [*someone, Membership(person_id=someone[0].id, actor_id=someone[1].id,
                                          role=Role.MANAGER)]  # fmt: skip
        authors = [_author(n, now) for n in range(AUTHORS)]
        readers = [one for _, one in (made[1], *others[:COLD])]
        for reader in readers:
            rows += [_follow(reader, one) for one in dice.sample(authors, FOLLOWS)]
        rows += [_follow(one, actor) for _, one in (*made, *others[COLD:]) if one.id != actor.id]
        tokens = {
            one.id: Token(id=n, hash=hash_of(_secret(n)), person_id=who.id, actor_id=one.id,
                          scopes=SCOPES, created=now, last_used=now)
            for n, (who, one) in enumerate((*made, *others), 1)
        }  # fmt: skip
        posts = [_post(n, authors, words, dice, now) for n in range(POSTS)]
        root = posts[POSTS // 2]
        posts += [_reply(n, root, authors, dice) for n in range(REPLIES)]
        tags = [Hashtag(post_id=one.id, name=_tag(one), shown=_tag(one)) for one in posts[::3]]
        told = [_told(n, posts, readers[0], now) for n in range(TOLD)]
        for some in (authors, rows, tokens.values(), posts, tags, told):
            await _put(house, some)
        await home.build(house.engine, readers[0].id, now)
        for _, one in (*made, *others[COLD:]):
            await home.build(house.engine, one.id, now)
        await Indexer(house.engine, house.urls, house.clock.now, dice.random).all()
    secrets = {id: _secret(token.id) for id, token in tokens.items()}
    return Stored(
        reader=secrets[readers[0].id],
        writers=[secrets[one.id] for _, one in made],
        cold=[secrets[one.id] for _, one in others[:COLD]],
        hearers=[secrets[one.id] for _, one in others[COLD:]],
        root=root.id,
        words=words,
    )


async def _put(house: House, rows: Iterable[Any]) -> None:
    by_kind: dict[type, list[Sequence[Any]]] = {}
    for row in rows:
        by_kind.setdefault(type(row), []).append(TABLES[type(row)].encode(row))
    for kind, encoded in by_kind.items():
        for at in range(0, len(encoded), 2_000):
            some, insert = encoded[at : at + 2_000], TABLES[kind].insert
            await house.engine.write(lambda tx, i=insert, s=some: tx.many(i, s))  # type: ignore[misc]


def _vocabulary(dice: random.Random) -> list[str]:
    """Return 4,000 words that look Norwegian, the frequent ones first."""
    parts = SYLLABLES.split()
    words = {"".join(dice.choices(parts, k=dice.randint(2, 4))) for _ in range(5_000)}
    return sorted(words, key=lambda _: dice.random())[:4_000]


def _words(words: list[str], dice: random.Random, count: int) -> str:
    return " ".join(words[int(len(words) * dice.random() ** 3)] for _ in range(count))


def _secret(number: int) -> str:
    return f"{number:043d}"


def _clone(number: int, person: Person, actor: Actor, now: int) -> tuple[Person, Actor]:
    """Return one more of ours, without keys: somebody who only reads."""
    id, name = ids.at(now) + 100 + number, f"leser{number}"
    theirs = replace(
        actor, id=id, uri=actor.uri.replace(str(actor.id), str(id)), username=name, name=name,
        inbox=actor.inbox.replace(str(actor.id), str(id)),
        followers=actor.followers.replace(str(actor.id), str(id)),
    )  # fmt: skip
    return replace(person, id=id, username=name, name=name, actor_id=id), theirs


def _author(number: int, now: int) -> Actor:
    uri = f"{REMOTE}/users/{number}"
    return Actor(
        id=ids.at(now - 1_000 * HOUR) + number, kind=ActorKind.PERSON, uri=uri,
        username=f"user{number}", domain="load.example", host="load.example",
        name=f"Forfatter {number}", inbox=f"{uri}/inbox", followers=f"{uri}/followers",
        summary="<p>Skriver om vann, vei og skole.</p>", url=f"{REMOTE}/@user{number}",
        created=now - 9_000 * HOUR, fetched=now, indexable=True,
    )  # fmt: skip


def _post(
    number: int, authors: list[Actor], words: list[str], dice: random.Random, now: int
) -> Post:
    """Return one of the posts of the last 30 days, the newest first."""
    author = dice.choice(authors)
    published = now - 60_000 - number * (720 * HOUR // POSTS)
    uri = f"{author.uri}/statuses/{number}"
    text = _words(words, dice, dice.randint(10, 60))
    return Post(
        id=ids.at(published) + number % 1_000, uri=uri, author_id=author.id, local=False,
        visibility=Visibility.PUBLIC, language="nb", url=uri, published=published,
        content=f'<p>{text}, se <a href="{REMOTE}/sak/{number}">saken</a></p>',
    )  # fmt: skip


def _reply(number: int, root: Post, authors: list[Actor], dice: random.Random) -> Post:
    return replace(
        root, id=root.id + (60_000 * (number + 1) << 16) + 5_000, uri=f"{root.uri}/svar/{number}",
        author_id=dice.choice(authors).id, published=root.published + 60_000 * (number + 1),
        in_reply_to=root.id, in_reply_to_uri=root.uri,
    )  # fmt: skip


def _tag(post: Post) -> str:
    return f"sak{post.id % 50}"


def _follow(source: Actor, target: Actor) -> Relation:
    return Relation(kind=RelationKind.FOLLOW, source_id=source.id, target_id=target.id)


def _told(number: int, posts: list[Post], reader: Actor, now: int) -> Notification:
    post, created = posts[number * 7], now - number * 60_000
    return Notification(
        id=ids.at(created), recipient_id=reader.id, kind=NotificationKind.MENTION,
        by_id=post.author_id, post_id=post.id, created=created,
    )  # fmt: skip
