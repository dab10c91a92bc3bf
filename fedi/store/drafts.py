"""Drafts that several write together and that wait for approval; whose posts two look at.

A draft is in no table that posts are read from: nothing that lists, counts, searches or sends
posts can come upon one. Rules: actors/drafts.py. Done by fedi/departments/drafts.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.drafts import Approval, DraftState, SharedDraft, Step
from actors.people import Actor, Person
from actors.relationships import NotificationKind

from .engine import Tx
from .rows import ACTOR, PERSON, Table
from .timelines import Span

DRAFT: Final = Table("draft", SharedDraft, ["id"])
_APPROVING: Final = "('approver', 'manager')"


# -- four eyes


async def four_eyes(tx: Tx, actor_id: int) -> bool:
    """Return whether all that an actor says is to be approved by a second person."""
    return await tx.one("SELECT 1 FROM four_eyes WHERE actor_id = ?", (actor_id,)) is not None


async def set_four_eyes(tx: Tx, actor_id: int, on: bool, person_id: int | None, now: int) -> None:
    """Have two people look at all that an actor says, or no more."""
    if on:
        await tx.run(
            "INSERT INTO four_eyes (actor_id, since, person_id) VALUES (?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (actor_id, now, person_id),
        )
    else:
        await tx.run("DELETE FROM four_eyes WHERE actor_id = ?", (actor_id,))


async def approvers(tx: Tx, actor_id: int, now: int) -> list[Person]:
    """Return who may approve for an actor at `now` (ms), stand-ins too."""
    rows = await tx.rows(
        f"{PERSON.select} WHERE departed IS NULL AND (id IN (SELECT m.person_id FROM membership m"
        f" WHERE m.actor_id = ? AND m.role IN {_APPROVING} AND m.starts <= ?"
        " AND (m.ends IS NULL OR m.ends > ?)) OR id IN (SELECT d.stand_in_id FROM delegation d"
        " JOIN membership m ON m.person_id = d.absent_id AND m.actor_id = d.actor_id"
        f" AND m.role IN {_APPROVING} AND m.starts <= ? AND (m.ends IS NULL OR m.ends > ?)"
        " JOIN person o ON o.id = d.absent_id AND o.departed IS NULL"
        " WHERE d.actor_id = ? AND d.starts <= ? AND d.ends > ?))",
        (actor_id, now, now, now, now, actor_id, now, now),
    )
    return sorted((PERSON.decode(row) for row in rows), key=lambda one: one.id)


# -- drafts


async def add(tx: Tx, draft: SharedDraft) -> None:
    """Keep a new draft."""
    await tx.run(DRAFT.insert, DRAFT.encode(draft))


async def one(tx: Tx, id: int) -> SharedDraft | None:
    """Return a draft, whatever became of it."""
    row = await tx.one(f"{DRAFT.select} WHERE id = ?", (id,))
    return None if row is None else DRAFT.decode(row)


async def some(tx: Tx, ids: Sequence[int]) -> list[SharedDraft]:
    """Return drafts by id; unknown ids are passed over."""
    if not ids:
        return []
    rows = await tx.rows(f"{DRAFT.select} WHERE id IN ({', '.join('?' * len(ids))})", ids)
    return [DRAFT.decode(row) for row in rows]


async def of_actor(
    tx: Tx, actor_id: int, states: Sequence[DraftState], span: Span
) -> list[SharedDraft]:
    """Return a page of an actor's drafts in these states, newest first."""
    order = "ASC" if span.upward else "DESC"
    marks = ", ".join("?" * len(states))
    rows = await tx.rows(
        f"{DRAFT.select} WHERE actor_id = ? AND id > ? AND id < ? AND state IN ({marks})"
        f" ORDER BY id {order} LIMIT ?",
        (actor_id, span.above, span.below, *(state.value for state in states), span.limit),
    )
    found = [DRAFT.decode(row) for row in rows]
    return found[::-1] if span.upward else found


async def count(tx: Tx, actor_id: int) -> int:
    """Return how many drafts of an actor have not come to an end."""
    row = await tx.one(
        "SELECT count(*) FROM draft WHERE actor_id = ?"
        " AND state IN ('open', 'pending', 'returned', 'approved')",
        (actor_id,),
    )
    return 0 if row is None else int(row[0])


async def wished_between(tx: Tx, actor_id: int, start: int, end: int) -> list[SharedDraft]:
    """Return an actor's drafts that are to appear from `start` until `end` (ms), soonest first."""
    rows = await tx.rows(
        f"{DRAFT.select} WHERE actor_id = ? AND wished >= ? AND wished < ?"
        " AND state IN ('open', 'pending', 'returned') ORDER BY wished, id LIMIT 500",
        (actor_id, start, end),
    )
    return [DRAFT.decode(row) for row in rows]


async def of_post(tx: Tx, post_id: int) -> list[SharedDraft]:
    """Return the drafts that a post and its changes came of, in order."""
    rows = await tx.rows(f"{DRAFT.select} WHERE post_id = ? ORDER BY id", (post_id,))
    return [DRAFT.decode(row) for row in rows]


async def become(tx: Tx, before: SharedDraft, now: SharedDraft) -> bool:
    """Put a draft as it now is in place of `before`; False where somebody was quicker."""
    columns = [column for column in DRAFT.columns if column != "id"]
    values = dict(zip(DRAFT.columns, DRAFT.encode(now), strict=True))
    changed = await tx.run(
        f"UPDATE draft SET {', '.join(f'{column} = ?' for column in columns)}"
        " WHERE id = ? AND version = ? AND state = ?",
        (*(values[column] for column in columns), before.id, before.version, before.state.value),
    )
    return changed > 0


async def hold(tx: Tx, id: int) -> SharedDraft | None:
    """Return a draft that nobody else changes until the unit ends."""
    await tx.lock(f"draft {id}")
    return await one(tx, id)


# -- what was done


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A step in the life of a draft; `wish` is what it said before, where it was changed."""

    draft_id: int
    number: int
    step: Step
    person_id: int | None
    at: int
    comment: str = ""
    wish: str = ""


STEP: Final = Table("draft_step", Done, ["draft_id", "number"])


async def note(
    tx: Tx, draft_id: int, step: Step, person_id: int | None, at: int, **words: str
) -> None:
    """Note what was done with a draft: `comment`, and the `wish` that was changed."""
    await tx.run(
        "INSERT INTO draft_step (draft_id, number, step, person_id, at, comment, wish)"
        " SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?, ? FROM draft_step WHERE draft_id = ?",
        (
            draft_id,
            step.value,
            person_id,
            at,
            words.get("comment", ""),
            words.get("wish", ""),
            draft_id,
        ),
    )


async def steps(tx: Tx, draft_id: int) -> list[Done]:
    """Return what was done with a draft, first things first."""
    rows = await tx.rows(f"{STEP.select} WHERE draft_id = ? ORDER BY number", (draft_id,))
    return [STEP.decode(row) for row in rows]


# -- what came of it


async def published(
    tx: Tx, draft: SharedDraft, post_id: int, person_id: int | None, now: int
) -> bool:
    """Note the post that came of a draft, and let go of its words, which the post has now; False
    where that was done before."""
    changed = await tx.run(
        "UPDATE draft SET state = 'published', post_id = ?, wish = '', html = '', named = '[]',"
        " changed = ? WHERE id = ? AND version = ? AND state <> 'published'",
        (post_id, now, draft.id, draft.version),
    )
    if not changed:
        return False
    await tx.run("UPDATE draft_step SET wish = '' WHERE draft_id = ?", (draft.id,))
    await note(tx, draft.id, Step.PUBLISH, person_id, now)
    await tx.run(
        "UPDATE notification SET post_id = ? WHERE id IN (SELECT e.notification_id"
        " FROM draft_notice e WHERE e.draft_id = ?) AND NOT EXISTS (SELECT 1"
        " FROM notification o WHERE o.recipient_id = notification.recipient_id"
        " AND o.kind = notification.kind AND o.by_id = notification.by_id AND o.post_id = ?)",
        (post_id, draft.id, post_id),
    )
    await tx.run("DELETE FROM draft_notice WHERE draft_id = ?", (draft.id,))
    return True


async def approval(tx: Tx, id: int) -> Approval | None:
    """Return by whom the draft of this id was approved, None where there is no such."""
    found = await one(tx, id)
    return found.approval if found is not None else None


async def untell(tx: Tx, id: int) -> None:
    """Take back what was told of a draft."""
    await tx.run(
        "DELETE FROM notification WHERE id IN"
        " (SELECT notification_id FROM draft_notice WHERE draft_id = ?)",
        (id,),
    )
    await tx.run("DELETE FROM draft_notice WHERE draft_id = ?", (id,))


async def forget_ended(tx: Tx, before: int, most: int = 200) -> int:
    """Forget drafts that came to nothing before a time (ms); return how many."""
    rows = await tx.rows(
        "SELECT id FROM draft WHERE state IN ('rejected', 'withdrawn') AND changed < ?"
        " ORDER BY changed LIMIT ?",
        (before, most),
    )
    for row in rows:
        await untell(tx, row[0])
    await tx.many("DELETE FROM draft_step WHERE draft_id = ?", rows)
    await tx.many("DELETE FROM draft WHERE id = ?", rows)
    return len(rows)


# -- who is told


async def noticed(
    tx: Tx, draft_id: int, person: Person, kind: NotificationKind, by_id: int
) -> None:
    """Note that a notification of a person's is about a draft."""
    await tx.run(
        "INSERT INTO draft_notice (notification_id, draft_id, actor_id, person_id)"
        " SELECT n.id, ?, ?, ? FROM notification n WHERE n.recipient_id = ? AND n.kind = ?"
        " AND n.by_id = ? AND n.post_id = ? ON CONFLICT DO NOTHING",
        (draft_id, person.actor_id, person.id, person.actor_id, kind.value, by_id, draft_id),
    )


def told() -> str:
    """Return SQL that is true of a notification `n` about a draft that its reader sees (as
    actors.drafts.sees has it); it takes TOLD_TIMES times the moment as parameters."""
    holds = (
        "m.starts <= ? AND (m.ends IS NULL OR m.ends > ?)"
        f" AND (m.role IN {_APPROVING} OR (m.role <> 'reader' AND d.author_id = e.person_id))"
    )
    return (
        "EXISTS (SELECT 1 FROM draft_notice e JOIN draft d ON d.id = e.draft_id"
        " JOIN person r ON r.id = e.person_id AND r.departed IS NULL"
        " WHERE e.notification_id = n.id AND d.id = n.post_id"
        " AND (EXISTS (SELECT 1 FROM membership m WHERE m.person_id = e.person_id"
        f" AND m.actor_id = d.actor_id AND {holds})"
        " OR EXISTS (SELECT 1 FROM delegation g JOIN membership m ON m.person_id = g.absent_id"
        f" AND m.actor_id = g.actor_id AND {holds}"
        " JOIN person o ON o.id = g.absent_id AND o.departed IS NULL"
        " WHERE g.stand_in_id = e.person_id AND g.actor_id = d.actor_id"
        " AND g.starts <= ? AND g.ends > ?)))"
    )


TOLD_TIMES: Final = 6


async def told_of(tx: Tx, actor_id: int, ids: Sequence[int]) -> list[tuple[SharedDraft, Person]]:
    """Return those of these drafts that an actor was told of, with whose account it is."""
    rows = await tx.rows(
        f"SELECT DISTINCT {DRAFT.selected('d')}, {PERSON.selected('p')} FROM draft_notice e"
        " JOIN draft d ON d.id = e.draft_id JOIN person p ON p.id = e.person_id"
        f" WHERE e.actor_id = ? AND e.draft_id IN ({', '.join('?' * len(ids))})",
        (actor_id, *ids),
    )
    width = len(DRAFT.columns)
    return [(DRAFT.decode(row), PERSON.decode(row[width:])) for row in rows]


async def person(tx: Tx, id: int | None) -> Person | None:
    """Return somebody who has not left."""
    if id is None:
        return None
    row = await tx.one(f"{PERSON.select} WHERE id = ? AND departed IS NULL", (id,))
    return PERSON.decode(row) if row is not None else None


async def actors(tx: Tx, ids: Sequence[int]) -> dict[int, Actor]:
    """Return actors by id."""
    rows = await tx.rows(f"{ACTOR.select} WHERE id IN ({', '.join('?' * len(ids))})", ids)
    return {one.id: one for one in map(ACTOR.decode, rows)}


async def post_id(tx: Tx, uri: str) -> int | None:
    """Return the id of the post with a URI."""
    row = await tx.one("SELECT id FROM post WHERE uri = ?", (uri,))
    return None if row is None else int(row[0])


async def people(tx: Tx, ids: Sequence[int]) -> list[Person]:
    """Return people by id, also those who have left."""
    if not ids:
        return []
    rows = await tx.rows(f"{PERSON.select} WHERE id IN ({', '.join('?' * len(ids))})", ids)
    return [PERSON.decode(row) for row in rows]


async def behind(tx: Tx, post_id: int) -> tuple[Person | None, Person | None]:
    """Return who wrote a post of ours and who approved it, those who have left too."""
    row = await tx.one("SELECT acting_person FROM post WHERE id = ? AND local = 1", (post_id,))
    came = next((one for one in await of_post(tx, post_id) if one.edits_id is None), None)
    wrote, approved = row[0] if row is not None else None, came.approved_by if came else None
    known = {one.id: one for one in await people(tx, [id for id in (wrote, approved) if id])}
    return known.get(wrote or 0), known.get(approved or 0)


async def last_step(tx: Tx, draft_id: int) -> Done | None:
    """Return what was done with a draft last."""
    row = await tx.one(
        f"{STEP.select} WHERE draft_id = ? ORDER BY number DESC LIMIT 1", (draft_id,)
    )
    return None if row is None else STEP.decode(row)
