"""What departments were asked: the rows behind their rules, and pages of them for who answers.

Rows that a unit reads to change them are locked where the database has several writers. Who may
read a page is asked by its caller (roles.effective); whether a post of it may be seen, here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from actors.audience import Viewer
from actors.inquiries import Inquiry
from actors.people import Person
from actors.posts import Post

from .engine import Param, Tx
from .rows import INQUIRY, PERSON, POST
from .timelines import Span
from .visibility import condition, condition_by_row, named

ABOVE_MAX: Final = 40
"""So far up a thread a question is looked for."""
_VISIBLE: Final = condition_by_row("q.department_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody who speaks for the department says of a question to colleagues; `person_id`
    None is the house."""

    id: int
    question_id: int
    person_id: int | None
    text: str
    created: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which questions: to which departments; `state` "" is every one; given to whom (a person)."""

    departments: Sequence[int]
    state: str = ""
    assigned_to: int | None = None
    best: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a department answers: what waits now and since when, and of what it was asked since a
    moment how much it has answered and in which time half of that (ms)."""

    waiting: int
    oldest: int | None
    asked: int
    answered: int
    median: int | None


# -- in a unit


async def above(tx: Tx, post_id: int) -> tuple[Inquiry, ...]:
    """Return what was asked by a post, by what that answers, and so on up; the nearest first."""
    above = await tx.rows(
        "WITH RECURSIVE above (id, parent, level) AS ("
        " SELECT p.id, p.in_reply_to, 1 FROM post p WHERE p.id = ? UNION ALL"
        " SELECT p.id, p.in_reply_to, above.level + 1 FROM above"
        " JOIN post p ON p.id = above.parent WHERE above.level < ?)"
        " SELECT id, min(level) FROM above GROUP BY id",
        (post_id, ABOVE_MAX),
    )
    # Apart, or PostgreSQL takes the few for many and walks the table.
    level = {row[0]: row[1] for row in above}
    rows = await tx.rows(
        f"SELECT id, post_id FROM question WHERE post_id IN ({', '.join('?' * len(level))})",
        tuple(level),
    ) if level else []  # fmt: skip
    held = {one.id: one for one in await _held(tx, sorted(row[0] for row in rows))}
    nearest = sorted(rows, key=lambda row: (level[row[1]], row[0]))
    return tuple(held[row[0]] for row in nearest if row[0] in held)


async def about(tx: Tx, post_id: int) -> tuple[Inquiry, ...]:
    """Return the questions that a post asks, goes on or answers."""
    rows = await tx.rows(
        "SELECT id FROM question WHERE post_id = ? UNION SELECT id FROM question"
        " WHERE latest_id = ? UNION SELECT id FROM question WHERE answer_id = ?"
        " UNION SELECT id FROM question WHERE best_id = ?",
        (post_id,) * 4,
    )
    return await _held(tx, sorted(row[0] for row in rows)) if rows else ()


async def _held(tx: Tx, ids: Sequence[int]) -> tuple[Inquiry, ...]:
    """Return questions that nobody else changes until this unit ends, in the order of their ids."""
    if not ids:
        return ()
    marks = ", ".join("?" * len(ids))
    if tx.dialect == "postgres":
        # Not FOR UPDATE: what only looks ahead (publishing/foreseeing.py) may not ask for that.
        await tx.rows(
            "SELECT pg_advisory_xact_lock(o.id) FROM"
            f" (SELECT id FROM question WHERE id IN ({marks}) ORDER BY id) o",
            ids,
        )
    rows = await tx.rows(f"{INQUIRY.select} WHERE id IN ({marks}) ORDER BY id", ids)
    return tuple(INQUIRY.decode(row) for row in rows)


async def held(tx: Tx, id: int) -> Inquiry | None:
    """Return a question to change it in this unit."""
    found = await _held(tx, [id])
    return found[0] if found else None


async def was_told(tx: Tx, id: int, person: int | None, mark: int, now: int) -> bool:
    """Return whether a person was told just this of a question, not long ago."""
    row = await tx.one(
        "SELECT 1 FROM question_told WHERE question_id = ? AND person_id = ? AND mark = ?"
        " AND until > ?",
        (id, person or 0, mark, now),
    )
    return row is not None


async def tell(tx: Tx, id: int, person: int | None, mark: int, until: int) -> None:
    """Note that a person was told what a colleague did with a question."""
    await tx.run(
        "INSERT INTO question_told (question_id, person_id, mark, until) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (question_id, person_id, mark) DO UPDATE SET until = excluded.until",
        (id, person or 0, mark, until),
    )


async def forget_told(tx: Tx, now: int) -> int:
    """Forget what is over of that; return how much there was."""
    return await tx.run("DELETE FROM question_told WHERE until <= ?", (now,))


async def let_go(tx: Tx, id: int) -> None:
    """Remove what hangs on a question that is gone."""
    await tx.run("DELETE FROM question_note WHERE question_id = ?", (id,))
    await tx.run("DELETE FROM question_told WHERE question_id = ?", (id,))


async def erase(tx: Tx, ids: Sequence[int]) -> None:
    """Remove all that was asked by posts that are erased."""
    for table in ("question_note", "question_told"):
        await tx.many(
            f"DELETE FROM {table} WHERE question_id IN (SELECT id FROM question WHERE post_id = ?)",
            [(id,) for id in ids],
        )
    await tx.many("DELETE FROM question WHERE post_id = ?", [(id,) for id in ids])


async def give_back(tx: Tx, person_id: int) -> list[Inquiry]:
    """Return what is given to a person and still open, to be given back to all."""
    rows = await tx.rows(
        "SELECT id FROM question WHERE assigned_to = ? AND state = 'open' ORDER BY id", (person_id,)
    )
    return list(await _held(tx, [row[0] for row in rows]))


async def release(tx: Tx, person_id: int, department_id: int) -> None:
    """Give back to all what a person has taken of a department's and not answered."""
    rows = await tx.rows(
        "SELECT id FROM question WHERE assigned_to = ? AND department_id = ? AND state = 'open'",
        (person_id, department_id),
    )
    await _held(tx, sorted(row[0] for row in rows))
    await tx.run(
        "UPDATE question SET assigned_to = NULL, assigned_by = NULL, assigned = NULL"
        " WHERE assigned_to = ? AND department_id = ? AND state = 'open'",
        (person_id, department_id),
    )


# -- pages


async def page(tx: Tx, sought: Sought, span: Span) -> list[Inquiry]:
    """Return a page of questions, the newest first; those whose post can't be seen are left out."""
    marks = ", ".join("?" * len(sought.departments))
    where, params = f"q.department_id IN ({marks})", list[Param](sought.departments)
    if sought.state:
        where, params = f"{where} AND q.state = ?", [*params, sought.state]
    if sought.assigned_to is not None:
        where, params = f"{where} AND q.assigned_to = ?", [*params, sought.assigned_to]
    if sought.best:
        where += " AND q.best_id IS NOT NULL"
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        f"SELECT {INQUIRY.selected('q')} FROM question q JOIN post p ON p.id = q.post_id"
        f" WHERE {where} AND q.id < ? AND q.id > ? AND {_VISIBLE} ORDER BY q.id {order} LIMIT ?",
        [*params, span.below, span.above, span.limit],
    )
    found = [INQUIRY.decode(row) for row in rows]
    return found[::-1] if span.upward else found


async def one(tx: Tx, id: int) -> Inquiry | None:
    """Return a question whose post its department may see."""
    row = await tx.one(
        f"SELECT {INQUIRY.selected('q')} FROM question q JOIN post p ON p.id = q.post_id"
        f" WHERE q.id = ? AND {_VISIBLE}",
        (id,),
    )
    return INQUIRY.decode(row) if row is not None else None


async def by_post(tx: Tx, department_id: int, post_id: int) -> Inquiry | None:
    """Return what a post asked a department."""
    row = await tx.one(
        f"{INQUIRY.select} WHERE post_id = ? AND department_id = ?", (post_id, department_id)
    )
    return INQUIRY.decode(row) if row is not None else None


async def posts(tx: Tx, ids: Sequence[int]) -> dict[int, Post]:
    """Return the posts of questions."""
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    rows = await tx.rows(f"{POST.select} WHERE id IN ({marks})", ids)
    return {row[0]: POST.decode(row) for row in rows}


async def waiting(tx: Tx, departments: Sequence[int], before: int) -> list[tuple[int, int, int]]:
    """Return of each department that was asked before a moment (ms) and has not answered: (its
    id, how much waits, since when)."""
    if not departments:
        return []
    marks = ", ".join("?" * len(departments))
    rows = await tx.rows(
        "SELECT q.department_id, count(*), min(q.latest) FROM question q JOIN post p"
        f" ON p.id = q.post_id WHERE q.department_id IN ({marks}) AND q.state = 'open'"
        f" AND q.latest < ? AND {_VISIBLE} GROUP BY q.department_id ORDER BY q.department_id",
        [*departments, before],
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def figures(tx: Tx, department_id: int, since: int) -> Figures:
    """Return how a department answers what it was asked since a moment (ms)."""
    waits = await waiting(tx, [department_id], 1 << 62)
    counted = await tx.one(
        "SELECT count(*), count(first_answered) FROM question WHERE department_id = ?"
        " AND asked >= ?",
        (department_id, since),
    )
    asked, answered = (counted[0], counted[1]) if counted is not None else (0, 0)
    middle = await tx.rows(
        "SELECT first_answered - asked FROM question WHERE department_id = ? AND asked >= ?"
        " AND first_answered IS NOT NULL ORDER BY 1 LIMIT ? OFFSET ?",
        (department_id, since, 2 - answered % 2, max(0, (answered - 1) // 2)),
    )
    return Figures(
        waiting=waits[0][1] if waits else 0,
        oldest=waits[0][2] if waits else None,
        asked=asked,
        answered=answered,
        median=sum(row[0] for row in middle) // len(middle) if middle else None,
    )


# -- notes


async def add_note(tx: Tx, note: Note) -> None:
    """Keep a note."""
    await tx.run(
        "INSERT INTO question_note (id, question_id, person_id, text, created)"
        " VALUES (?, ?, ?, ?, ?)",
        (note.id, note.question_id, note.person_id, note.text, note.created),
    )


async def notes(tx: Tx, ids: Sequence[int]) -> dict[int, list[Note]]:
    """Return the notes on questions, the oldest first."""
    found: dict[int, list[Note]] = {id: [] for id in ids}
    if ids:
        marks = ", ".join("?" * len(ids))
        rows = await tx.rows(
            "SELECT id, question_id, person_id, text, created FROM question_note"
            f" WHERE question_id IN ({marks}) ORDER BY id",
            ids,
        )
        for row in rows:
            made = Note(
                id=row[0], question_id=row[1], person_id=row[2], text=row[3], created=row[4]
            )
            found[made.question_id].append(made)
    return found


async def counted_notes(tx: Tx, ids: Sequence[int]) -> dict[int, int]:
    """Return how many notes each of these questions has."""
    found = dict.fromkeys(ids, 0)
    if ids:
        marks = ", ".join("?" * len(ids))
        rows = await tx.rows(
            "SELECT question_id, count(*) FROM question_note"
            f" WHERE question_id IN ({marks}) GROUP BY question_id",
            ids,
        )
        found.update((row[0], row[1]) for row in rows)
    return found


async def people(tx: Tx, ids: Iterable[int | None]) -> dict[int, Person]:
    """Return those of these persons that are known."""
    wanted = sorted({id for id in ids if id is not None})
    if not wanted:
        return {}
    marks = ", ".join("?" * len(wanted))
    rows = await tx.rows(f"{PERSON.select} WHERE id IN ({marks})", wanted)
    return {row[0]: PERSON.decode(row) for row in rows}


# -- common questions


@dataclass(frozen=True, slots=True)
class Known:
    """A question that has a best answer, and its words as they are looked for ("" where they have
    not been indexed yet)."""

    inquiry: Inquiry
    words: str


async def asked_before(
    tx: Tx, viewer: Viewer, department_id: int | None, span: Span
) -> list[Known]:
    """Return a page of what has a best answer, the newest question first, as far as `viewer` may
    see both; of one department or of all."""
    visible, params = condition(viewer)
    of = "" if department_id is None else " AND q.department_id = ?"
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        f"SELECT coalesce(s.words, ''), {INQUIRY.selected('q')} FROM question q"
        " JOIN post p ON p.id = q.post_id JOIN post best ON best.id = q.best_id"
        " LEFT JOIN searched s ON s.post_id = q.post_id"
        f" WHERE q.best_id IS NOT NULL AND q.id < ? AND q.id > ?{of}"
        f" AND {visible} AND {named(visible, 'best')} ORDER BY q.id {order} LIMIT ?",
        [
            span.below,
            span.above,
            *([] if department_id is None else [department_id]),
            *params,
            *params,
            span.limit,
        ],
    )
    found = [Known(INQUIRY.decode(row[1:]), row[0]) for row in rows]
    return found[::-1] if span.upward else found


async def of_post(tx: Tx, post_id: int) -> list[Inquiry]:
    """Return what a post asks, whomever, to change it in this unit."""
    rows = await tx.rows("SELECT id FROM question WHERE post_id = ? ORDER BY id", (post_id,))
    return list(await _held(tx, [row[0] for row in rows]))
