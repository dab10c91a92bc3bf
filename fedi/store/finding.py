"""Actors and hashtags by how they begin, and whom one may want to know.

Words are looked up in `actor_word`, folded as fedi/search/words.py folds them. Each list is a
constant number of statements; nothing tells of an actor that the viewer may not know of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.audience import LocalActor, Viewer
from actors.people import Actor

from . import visibility
from .engine import Tx
from .knowing import known_to
from .rows import ACTOR

CANDIDATES: Final = 2_000
"""Actors whose words begin as asked that are looked at; one letter is not enough to find all."""
NAMES: Final = 1_000  # hashtags that begin as asked that are looked at
RECENT: Final = 50  # posts of a hashtag that are looked at for one that the viewer may see

_HERE: Final = "a.suspended IS NULL AND a.deleted IS NULL AND a.kind <> 'Application'"
_END: Final = "\U0010ffff"


def _me(viewer: Viewer) -> int:
    return viewer.actor_id if isinstance(viewer, LocalActor) else 0


async def actors(
    tx: Tx,
    words: Sequence[str],
    viewer: Viewer,
    *,
    exact: str = "",
    following: bool = False,
    limit: int,
    offset: int = 0,
) -> list[Actor]:
    """Return the actors that have, for each of the words, one that begins so.

    First whose user name is `exact` (in lower case), then whom the viewer follows, then ours, then
    the others, each by user name. With `following` only whom the viewer follows.
    """
    if not words:
        return []
    me = _me(viewer)
    first, *others = sorted(words, key=len, reverse=True)
    also = " AND EXISTS (SELECT 1 FROM actor_word o WHERE o.actor_id = w.actor_id AND o.word >= ?"
    also = "".join(f"{also} AND o.word < ?)" for _ in others)
    follows = (
        "EXISTS (SELECT 1 FROM relation f WHERE f.kind = 'follow' AND f.source_id = ?"
        " AND f.target_id = a.id AND f.state = 'accepted')"
    )
    only = f" AND {follows}" if following else ""
    known, knows = known_to(viewer)
    rows = await tx.rows(
        f"SELECT {ACTOR.selected('a')} FROM (SELECT DISTINCT w.actor_id FROM actor_word w"
        f" WHERE w.word >= ? AND w.word < ?{also} LIMIT ?) c CROSS JOIN actor a"
        f" WHERE a.id = c.actor_id AND {_HERE} AND {known}{only}"
        " AND NOT EXISTS (SELECT 1 FROM relation b WHERE b.kind = 'block' AND b.source_id = a.id"
        " AND b.target_id = ?)"
        f" ORDER BY CASE WHEN lower(a.username) = ? THEN 0 ELSE 1 END,"
        f" CASE WHEN {follows} THEN 0 ELSE 1 END, a.local DESC, a.username, a.id"
        " LIMIT ? OFFSET ?",
        (
            *_between(first),
            *(end for word in others for end in _between(word)),
            CANDIDATES,
            *knows,
            *([me] if following else []),
            me,
            exact,
            me,
            limit,
            offset,
        ),
    )
    return [ACTOR.decode(row) for row in rows]


def _between(beginning: str) -> tuple[str, str]:
    return beginning, beginning + _END


async def remote_by_handle(tx: Tx, username: str, word: str, domain: str) -> Actor | None:
    """Return the actor of another server that has this handle, in whatever case; `word` is what it
    is found by."""
    row = await tx.one(
        f"SELECT {ACTOR.selected('a')} FROM (SELECT id AS actor_id FROM actor WHERE username = ?"
        " AND domain = ? UNION SELECT actor_id FROM actor_word WHERE word = ?) w CROSS JOIN actor a"
        " WHERE a.id = w.actor_id AND lower(a.username) = ? AND a.domain = ? AND a.local = 0"
        f" AND {_HERE} ORDER BY CASE WHEN a.username = ? THEN 0 ELSE 1 END, a.fetched DESC LIMIT 1",
        (username, domain, word, username.lower(), domain, username),
    )
    return ACTOR.decode(row) if row is not None else None


async def by_ids(tx: Tx, ids: Sequence[int]) -> list[Actor]:
    """Return those of the actors that are here, in this order."""
    if not ids:
        return []
    marks = ", ".join("?" * len(ids))
    found = {row[0]: row for row in await tx.rows(f"{ACTOR.select} WHERE id IN ({marks})", ids)}
    return [ACTOR.decode(found[id]) for id in ids if id in found]


async def by_address(tx: Tx, url: str) -> tuple[str, int] | None:
    """Return (actor or post, id) of what has this address as its id."""
    row = await tx.one(
        "SELECT 'post', id FROM post WHERE uri = ? UNION ALL SELECT 'actor', id FROM actor"
        " WHERE uri = ? LIMIT 1",
        (url, url),
    )
    return (row[0], row[1]) if row is not None else None


# -- hashtags


@dataclass(frozen=True, slots=True)
class Tag:
    """A hashtag: folded for finding, and as it was last written where the viewer may see it."""

    name: str
    shown: str
    newest: int


async def hashtags(
    tx: Tx, beginnings: Sequence[str], viewer: Viewer, *, limit: int, offset: int = 0
) -> list[Tag]:
    """Return the hashtags with one of these beginnings, in posts that `viewer` may see: first one
    that is exactly so, then the one used last."""
    if not beginnings:
        return []
    visible, params = visibility.condition(viewer)
    spelled = ", ".join(["(?, ?)"] * len(beginnings))
    exact = ", ".join("?" * len(beginnings))
    rows = await tx.rows(
        # From one name to the next by the index, and for each its newest post.
        f"WITH RECURSIVE asked(first, ending) AS (VALUES {spelled}), tag(name, ending, more) AS"
        " (SELECT (SELECT min(h.name) FROM hashtag h WHERE h.name >= asked.first"
        " AND h.name < asked.ending), asked.ending, CAST(? AS INTEGER) FROM asked UNION ALL"
        " SELECT (SELECT min(h.name) FROM hashtag h WHERE h.name > tag.name"
        " AND h.name < tag.ending), tag.ending, tag.more - 1 FROM tag"
        " WHERE tag.name IS NOT NULL AND tag.more > 0), latest(name, post_id) AS"
        " (SELECT tag.name, (SELECT p.id FROM (SELECT r.post_id FROM hashtag r"
        " WHERE r.name = tag.name ORDER BY r.post_id DESC LIMIT ?) u CROSS JOIN post p"
        f" WHERE p.id = u.post_id AND {visible} ORDER BY p.id DESC LIMIT 1)"
        " FROM tag WHERE tag.name IS NOT NULL)"
        " SELECT DISTINCT l.name, s.shown, l.post_id,"
        f" CASE WHEN l.name IN ({exact}) THEN 1 ELSE 0 END AS whole"
        " FROM latest l JOIN hashtag s ON s.name = l.name AND s.post_id = l.post_id"
        " ORDER BY whole DESC, l.post_id DESC, l.name LIMIT ? OFFSET ?",
        (
            *(end for beginning in beginnings for end in _between(beginning)),
            NAMES // len(beginnings),
            RECENT,
            *params,
            *beginnings,
            limit,
            offset,
        ),
    )
    return [Tag(*row[:3]) for row in rows]


# -- whom one may want to know


async def suggestions(
    tx: Tx, viewer: LocalActor, person_id: int, limit: int, *, now: int
) -> list[tuple[Actor, str]]:
    """Return (actor, why) of whom a person may want to follow, nearest first.

    `why` is colleagues (the departments one belongs to, and who else does), leadership (the
    departments above those) or friends (whom two at least of those one follows follow).
    """
    me = viewer.actor_id
    known, knows = known_to(viewer)
    rows = await tx.rows(
        "WITH mine AS (SELECT m.actor_id FROM membership m JOIN actor d ON d.id = m.actor_id"
        " AND d.kind <> 'Person' WHERE m.person_id = ? AND m.starts <= ?"
        " AND (m.ends IS NULL OR m.ends > ?)),"
        " above AS (SELECT d.parent_id AS actor_id FROM mine JOIN actor d ON d.id = mine.actor_id"
        " WHERE d.parent_id IS NOT NULL UNION SELECT r.id FROM actor r WHERE r.local = 1"
        " AND r.kind = 'Organization' AND r.parent_id IS NULL),"
        " friend AS (SELECT g.target_id AS actor_id, count(*) AS ties FROM (SELECT target_id"
        " FROM relation WHERE kind = 'follow' AND source_id = ? AND state = 'accepted'"
        " ORDER BY target_id DESC LIMIT 200) f JOIN relation g ON g.kind = 'follow'"
        " AND g.source_id = f.target_id AND g.state = 'accepted' GROUP BY g.target_id"
        " HAVING count(*) > 1 ORDER BY 2 DESC LIMIT 200),"
        " candidate(actor_id, place, ties) AS (SELECT actor_id, 0, 0 FROM mine"
        " UNION ALL SELECT q.actor_id, 1, 0 FROM mine JOIN membership n"
        " ON n.actor_id = mine.actor_id AND n.starts <= ? AND (n.ends IS NULL OR n.ends > ?)"
        " JOIN person q ON q.id = n.person_id AND q.departed IS NULL"
        " UNION ALL SELECT actor_id, 2, 0 FROM above"
        " UNION ALL SELECT actor_id, 3, ties FROM friend),"
        " best AS (SELECT actor_id, min(place) AS place, max(ties) AS ties FROM candidate"
        " GROUP BY actor_id)"
        f" SELECT {ACTOR.selected('a')}, best.place FROM best JOIN actor a ON a.id = best.actor_id"
        f" WHERE a.id <> ? AND {_HERE} AND a.moved_to = ''"
        " AND (a.local = 1 OR a.discoverable = 1)"
        " AND NOT EXISTS (SELECT 1 FROM relation x WHERE x.kind IN ('follow', 'block', 'mute')"
        " AND x.source_id = ? AND x.target_id = a.id)"
        " AND NOT EXISTS (SELECT 1 FROM relation y WHERE y.kind = 'block' AND y.source_id = a.id"
        " AND y.target_id = ?)"
        " AND NOT EXISTS (SELECT 1 FROM unsuggested u WHERE u.actor_id = ? AND u.other_id = a.id)"
        f" AND {known}"
        " ORDER BY best.place, best.ties DESC, a.name, a.id LIMIT ?",
        (person_id, now, now, me, now, now, me, me, me, me, *knows, limit),
    )
    width = len(ACTOR.columns)
    return [(ACTOR.decode(row), _WHY[row[width]]) for row in rows]


_WHY: Final = ("colleagues", "colleagues", "leadership", "friends")


async def unsuggest(tx: Tx, actor_id: int, other_id: int) -> None:
    """Suggest an actor to another no more."""
    await tx.run(
        "INSERT INTO unsuggested (actor_id, other_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (actor_id, other_id),
    )


RECENT_POSTS: Final = 5_000
"""Of everybody's posts this many are looked at for who has been active."""
_SHOWN: Final = {
    True: "p.deleted IS NULL AND p.visibility IN ('public', 'unlisted', 'internal')",
    False: "p.deleted IS NULL AND p.visibility IN ('public', 'unlisted')",
}
"""What counts as having been active, to those inside and to others: of what is narrower, nobody
learns by the order of a list."""
_NEWEST: Final = "SELECT m.id, m.author_id FROM post m WHERE {} ORDER BY m.id DESC LIMIT ?"
_OPEN_NOW: Final = "m.deleted IS NULL AND m.visibility = 'public' AND m.local = {}"
_RECENT: Final = {
    True: _NEWEST.format(_SHOWN[True].replace("p.", "m.")),
    # By the index of what is open: a house is full of what isn't.
    False: " UNION ALL ".join(
        f"SELECT * FROM ({_NEWEST.format(_OPEN_NOW.format(local))}) newest" for local in (0, 1)
    ),
}


async def directory(
    tx: Tx, viewer: Viewer, *, local: bool, newest: bool, limit: int, offset: int
) -> list[Actor]:
    """Return the actors that want to be found: who posted last first or, with `newest`, who came
    last. To those inside everybody of ours is in it; of others, who posted of late."""
    inside = isinstance(viewer, LocalActor)
    recent = [RECENT_POSTS] * _RECENT[inside].count("?")
    wanted = "(a.discoverable = 1 OR a.local = 1)" if inside else "a.discoverable = 1"
    if newest:
        source, order = "actor a WHERE 1 = 1", "a.id DESC"
    elif local:
        last = f"(SELECT max(p.id) FROM post p WHERE p.author_id = a.id AND {_SHOWN[inside]})"
        source, order = "actor a WHERE 1 = 1", f"coalesce({last}, 0) DESC, a.id DESC"
    else:
        every = f"SELECT n.id, n.author_id FROM ({_RECENT[inside]}) n"
        if inside:
            every += " UNION ALL SELECT 0, o.id FROM actor o WHERE o.local = 1"
        last = f"SELECT e.author_id, max(e.id) AS id FROM ({every}) e GROUP BY e.author_id"
        source = f"({last}) r CROSS JOIN actor a WHERE a.id = r.author_id"
        order = "r.id DESC"
    known, knows = known_to(viewer)
    rows = await tx.rows(
        f"SELECT {ACTOR.selected('a')} FROM {source} AND {wanted}"
        f"{' AND a.local = 1' if local else ''} AND {_HERE} AND a.moved_to = ''"
        f" AND {known} AND NOT EXISTS (SELECT 1 FROM relation x"
        " WHERE x.kind IN ('block', 'mute') AND x.source_id = ? AND x.target_id = a.id)"
        f" ORDER BY {order} LIMIT ? OFFSET ?",
        (*([] if newest or local else recent), *knows, _me(viewer), limit, offset),
    )
    return [ACTOR.decode(row) for row in rows]
