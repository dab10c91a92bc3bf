"""The index of posts and actors: what is to be read into it, what is written, how far it has come.

Only fedi/search/indexing.py writes here, outside of the units that make posts. A place moves by
comparison, so that of two processes that do the same work one goes on and the other looks again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from actors.people import Actor
from actors.posts import Option, Post

from .engine import Tx
from .events import Place
from .rows import ACTOR, POST


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A post with what stands around it and is found too."""

    post: Post
    author: str
    hashtags: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """The words of a post in the state `edit_number`."""

    post_id: int
    edit_number: int
    words: str


_OPTIONS = msgspec.json.Decoder(tuple[Option, ...])


async def documents(tx: Tx, ids: Sequence[int]) -> list[Document]:
    """Return those of the posts that are to be found: neither deleted nor boosts."""
    if not ids:
        return []
    marks = ", ".join("?" * len(ids))
    rows = await tx.rows(
        f"SELECT {POST.selected('p')}, a.username FROM post p JOIN actor a ON a.id = p.author_id"
        f" WHERE p.id IN ({marks}) AND p.deleted IS NULL AND p.boost_of IS NULL"
        " AND a.deleted IS NULL",
        ids,
    )
    tags: dict[int, list[str]] = {}
    for post_id, shown in await tx.rows(
        f"SELECT post_id, shown FROM hashtag WHERE post_id IN ({marks}) ORDER BY name", ids
    ):
        tags.setdefault(post_id, []).append(shown)
    polls = {
        post_id: tuple(option.title for option in _OPTIONS.decode(options))
        for post_id, options in await tx.rows(
            f"SELECT post_id, options FROM poll WHERE post_id IN ({marks})", ids
        )
    }
    width = len(POST.columns)
    return [
        Document(
            post=POST.decode(row),
            author=row[width],
            hashtags=tuple(tags.get(row[0], ())),
            options=polls.get(row[0], ()),
        )
        for row in rows
    ]


async def put(tx: Tx, entries: Iterable[Entry]) -> None:
    """Keep the words of posts, unless a post has changed again since it was read."""
    await tx.many(
        "INSERT INTO searched (post_id, words) SELECT p.id, CAST(? AS TEXT) FROM post p"
        " WHERE p.id = ? AND p.deleted IS NULL AND p.edit_number = ?"
        " ON CONFLICT (post_id) DO UPDATE SET words = excluded.words"
        " WHERE searched.words <> excluded.words",
        [(entry.words, entry.post_id, entry.edit_number) for entry in entries],
    )


async def forget(tx: Tx, ids: Iterable[int]) -> None:
    """Forget the words and the links of posts."""
    gone = [(id,) for id in ids]
    await tx.many("DELETE FROM searched WHERE post_id = ?", gone)
    await tx.many("DELETE FROM card_use WHERE post_id = ?", gone)


async def older(tx: Tx, before: int, limit: int) -> list[int]:
    """Return the ids of the newest posts below an id, of whatever kind and state."""
    rows = await tx.rows(
        "SELECT id FROM post WHERE id < ? ORDER BY id DESC LIMIT ?", (before, limit)
    )
    return [row[0] for row in rows]


# -- actors


async def actors(tx: Tx, ids: Sequence[int]) -> list[Actor]:
    """Return those of the actors that are here."""
    if not ids:
        return []
    marks = ", ".join("?" * len(ids))
    return [
        ACTOR.decode(row) for row in await tx.rows(f"{ACTOR.select} WHERE id IN ({marks})", ids)
    ]


async def next_actors(tx: Tx, after: int, limit: int) -> list[Actor]:
    """Return the next actors above an id."""
    rows = await tx.rows(f"{ACTOR.select} WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
    return [ACTOR.decode(row) for row in rows]


async def put_actor(tx: Tx, actor_id: int, words: Iterable[str]) -> None:
    """Let an actor be found by these words and no others."""
    wanted = set(words)
    known = {
        row[0]
        for row in await tx.rows("SELECT word FROM actor_word WHERE actor_id = ?", (actor_id,))
    }
    await tx.many(
        "DELETE FROM actor_word WHERE word = ? AND actor_id = ?",
        [(word, actor_id) for word in sorted(known - wanted)],
    )
    await tx.many(
        "INSERT INTO actor_word (word, actor_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(word, actor_id) for word in sorted(wanted - known)],
    )


# -- how far it has come


async def places(tx: Tx) -> dict[str, Place]:
    """Return every place there is, by name."""
    rows = await tx.rows("SELECT name, tx, position FROM search_place")
    return {row[0]: Place(row[1], row[2]) for row in rows}


async def move(tx: Tx, name: str, old: Place | None, new: Place) -> bool:
    """Move a place from `old` (None: it is new); False where somebody else has moved it."""
    if old is None:
        return bool(
            await tx.run(
                "INSERT INTO search_place (name, tx, position) VALUES (?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (name, *new),
            )
        )
    return bool(
        await tx.run(
            "UPDATE search_place SET tx = ?, position = ? WHERE name = ? AND tx = ?"
            " AND position = ?",
            (*new, name, *old),
        )
    )


async def begin_again(tx: Tx, names: Iterable[str]) -> None:
    """Forget how far some of it has come."""
    await tx.many("DELETE FROM search_place WHERE name = ?", [(name,) for name in names])
