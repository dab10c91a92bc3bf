"""A post that has just been made, whole: from the rows that its unit put, without a look at what
nobody can have done with it yet.

For the answer to whoever wrote it. hydrating.py reads whole what is older.
"""

from collections.abc import Sequence

from actors.effects import Row
from actors.people import Actor
from actors.posts import Addressee, Hashtag, Poll, Post
from outbox.objects.record import Named, Surroundings

from . import apps
from .engine import Tx
from .hydrating import Whole, marks
from .rows import ACTOR


async def whole(
    tx: Tx, post: Post, author: Actor, rows: Sequence[Row], app_id: int | None
) -> Whole:
    """Return a post as its unit put it (`rows`); at most two statements, for whom it names and
    for the app that it was written with."""
    poll = next((row for row in rows if isinstance(row, Poll) and row.post_id == post.id), None)
    tags = [row for row in rows if isinstance(row, Hashtag) and row.post_id == post.id]
    silent = {
        row.actor_id: row.silent
        for row in rows
        if isinstance(row, Addressee) and row.post_id == post.id
    }
    around = Surroundings(
        author=author,
        addressees=await _named(tx, silent),
        hashtags=tuple(sorted(tags, key=lambda tag: tag.name)),
        poll=poll,
    )
    app = None if app_id is None else await _app(tx, app_id)
    return Whole(post=post, around=around, likes=0, boosts=0, replies=0, quotes=0, app=app)


async def _named(tx: Tx, silent: dict[int, bool]) -> tuple[Named, ...]:
    if not silent:
        return ()
    statement = f"{ACTOR.select} WHERE id IN ({marks(list(silent))}) ORDER BY id"
    actors = [ACTOR.decode(row) for row in await tx.rows(statement, list(silent))]
    return tuple(Named(actor=actor, silent=silent[actor.id]) for actor in actors)


async def _app(tx: Tx, app_id: int) -> tuple[str, str] | None:
    app = await apps.by_id(tx, app_id)
    return None if app is None else (app.name, app.website)
