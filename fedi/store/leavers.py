"""Who leaves or has left: when, how they were before, and what has been done of it since."""

from dataclasses import dataclass
from typing import Final

from actors.membership import Membership
from actors.people import Person
from actors.posts import Post
from actors.relationships import Relation

from .engine import Tx
from .rows import MEMBERSHIP, PERSON, POST, RELATION, Table

CHUNK: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """A person who leaves at `leaves`, and left at `left_at`; times in ms.

    `before` is JSON of what comes back with them; `name` their real one, since it was `hidden`
    from all others. `erased_to` is the id of the last post that went, `erased` when all had.
    """

    person_id: int
    leaves: int
    asked_by: int | None = None
    left_at: int | None = None
    before: str = ""
    hidden: int | None = None
    name: str = ""
    erased_to: int = 0
    erased: int | None = None


LEAVER: Final = Table("leaver", Leaver, ["person_id"])


async def put(tx: Tx, leaver: Leaver) -> None:
    """Keep what is known of who leaves."""
    await tx.run(LEAVER.replace, LEAVER.encode(leaver))


async def drop(tx: Tx, person_id: int) -> None:
    """Forget it: they are back, or stay."""
    await tx.run("DELETE FROM leaver WHERE person_id = ?", (person_id,))


async def one(tx: Tx, person_id: int) -> Leaver | None:
    """Return what is known of who leaves."""
    row = await tx.one(f"{LEAVER.select} WHERE person_id = ?", (person_id,))
    return LEAVER.decode(row) if row is not None else None


async def every(tx: Tx) -> list[tuple[Leaver, Person]]:
    """Return who leaves and has left, whose day comes or came last first."""
    rows = await tx.rows(
        f"SELECT {LEAVER.selected('l')}, {PERSON.selected('p')} FROM leaver l"
        " JOIN person p ON p.id = l.person_id ORDER BY l.leaves DESC, l.person_id"
    )
    width = len(LEAVER.columns)
    return [(LEAVER.decode(row), PERSON.decode(row[width:])) for row in rows]


async def due(tx: Tx, now: int) -> list[Person]:
    """Return those whose day has come and who are still here."""
    rows = await tx.rows(
        f"SELECT {PERSON.selected('p')} FROM leaver l JOIN person p ON p.id = l.person_id"
        " WHERE l.left_at IS NULL AND l.leaves <= ? ORDER BY l.leaves LIMIT ?",
        (now, CHUNK),
    )
    return [PERSON.decode(row) for row in rows]


async def to_hide(tx: Tx, left_before: int) -> list[tuple[Leaver, Person]]:
    """Return some of those who left before a moment (ms) and are still shown by their name."""
    return await _since(tx, "hidden", left_before, 20)


async def to_erase(tx: Tx, left_before: int) -> tuple[Leaver, Person] | None:
    """Return one of those who left before a moment (ms) and whose posts are to go."""
    found = await _since(tx, "erased", left_before, 1)
    return found[0] if found else None


async def _since(tx: Tx, column: str, moment: int, most: int) -> list[tuple[Leaver, Person]]:
    rows = await tx.rows(
        f"SELECT {LEAVER.selected('l')}, {PERSON.selected('p')} FROM leaver l"
        f" JOIN person p ON p.id = l.person_id WHERE l.{column} IS NULL AND l.left_at <= ?"
        " ORDER BY l.left_at, l.person_id LIMIT ?",
        (moment, most),
    )
    width = len(LEAVER.columns)
    return [(LEAVER.decode(row), PERSON.decode(row[width:])) for row in rows]


async def roles_of(tx: Tx, person_id: int, but: int, now: int) -> list[Membership]:
    """Return a person's own roles for all actors but one, that hold or are yet to begin."""
    rows = await tx.rows(
        f"{MEMBERSHIP.select} WHERE person_id = ? AND actor_id <> ?"
        " AND (ends IS NULL OR ends > ?) ORDER BY actor_id",
        (person_id, but, now),
    )
    return [MEMBERSHIP.decode(row) for row in rows]


async def end_stand_ins(tx: Tx, person_id: int) -> None:
    """End what a person stands in for, and who stands in for them."""
    await tx.run(
        "DELETE FROM delegation WHERE absent_id = ? OR stand_in_id = ?", (person_id, person_id)
    )


async def rename(tx: Tx, person_id: int, name: str) -> None:
    """Show a person by another name, and forget their address."""
    await tx.run("UPDATE person SET name = ?, email = '' WHERE id = ?", (name, person_id))


async def drop_scheduled(tx: Tx, actor_id: int) -> None:
    """Forget what an actor's person wrote for later in their own name."""
    await tx.run("DELETE FROM scheduled WHERE actor_id = ?", (actor_id,))


async def posts_after(tx: Tx, actor_id: int, after: int) -> list[Post]:
    """Return the next posts of an actor, the oldest first, those that are gone as well."""
    rows = await tx.rows(
        f"{POST.select} WHERE author_id = ? AND id > ? ORDER BY id LIMIT ?",
        (actor_id, after, CHUNK),
    )
    return [POST.decode(row) for row in rows]


async def follows(tx: Tx, actor_id: int) -> list[Relation]:
    """Return some of those whom an actor follows, or asks to."""
    rows = await tx.rows(
        f"{RELATION.select} WHERE kind = 'follow' AND source_id = ? ORDER BY target_id LIMIT ?",
        (actor_id, CHUNK),
    )
    return [RELATION.decode(row) for row in rows]


async def planned(tx: Tx, person_id: int, but: int) -> list[int]:
    """Return the actors, but one, for whom something waits that this person wrote for later; each
    as often as there is something."""
    rows = await tx.rows(
        "SELECT actor_id FROM scheduled WHERE person_id = ? AND actor_id <> ? ORDER BY actor_id",
        (person_id, but),
    )
    return [row[0] for row in rows]
