"""What people do with what a department was asked: take it, hand it on, say that it is done, note.

Who may is their role for the department, asked in the unit that changes it: contributors and more
change, readers read, to all others it isn't there. `by` None is the house itself. That a post
answers it is the rule of Create (actors/questions.py), whatever app it was written in.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from actors import inquiries
from actors.effects import Put
from actors.errors import Forbidden, Invalid, NotFound
from actors.inquiries import Inquiry
from actors.membership import may_draft
from fedi.perform import Performer
from fedi.store import questions, roles
from fedi.store.engine import Tx
from fedi.store.questions import Figures, Note

DAY: Final = 86_400_000
FIGURES_MS: Final = 30 * DAY
NOTE_CHARACTERS: Final = 5_000
NOTES_MOST: Final = 200
_ABSENT: Final = "There is no such question."
Check = Callable[[Tx, Inquiry, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Questions:
    """Changes what was asked; each change is an event of kind `question`."""

    performer: Performer

    async def assign(self, id: int, to: int | None, *, by: int | None) -> Inquiry:
        """Give a question to a person who may answer it, or back to all. Invalid for another."""

        async def check(tx: Tx, found: Inquiry, now: int) -> None:
            if to is None:
                return
            role = await roles.effective(tx, to, found.department_id, now)
            who = await self.performer.open(tx).person(to)
            if who is None or who.departed is not None or not may_draft(role, now):
                raise Invalid("Only who may write for the department can take its questions.")

        return await self._change(
            id, by, lambda one, now: inquiries.assign(one, to, by, now), check
        )

    async def done(self, id: int, *, by: int | None) -> Inquiry:
        """Say that a question needs no answer."""
        return await self._change(id, by, lambda one, now: inquiries.close(one, by, now))

    async def reopen(self, id: int, *, by: int | None) -> Inquiry:
        """Say that it waits after all."""
        return await self._change(id, by, lambda one, now: inquiries.reopen(one))

    async def note(self, id: int, text: str, *, by: int | None) -> Note:
        """Say something of it to colleagues; that never leaves. Invalid for nothing or too much."""
        text = text.strip()
        if not text:
            raise Invalid("A note can't be empty.")
        if len(text) > NOTE_CHARACTERS:
            raise Invalid(f"A note has at most {NOTE_CHARACTERS} characters.")
        now, made_id = self.performer.clock.now(), self.performer.new_id()

        async def unit(tx: Tx) -> Note:
            found = await held_by(self.performer, tx, id, by, now)
            if (await questions.counted_notes(tx, [id]))[id] >= NOTES_MOST:
                raise Invalid(f"A question has at most {NOTES_MOST} notes.")
            made = Note(id=made_id, question_id=id, person_id=by, text=text, created=now)
            await questions.add_note(tx, made)
            await self.performer.apply(tx, (Put(found, replace=True),), by)
            return made

        return await self.performer.engine.write(unit)

    async def figures(self, department_id: int) -> Figures:
        """Return how a department has answered in the last thirty days."""
        since = self.performer.clock.now() - FIGURES_MS
        return await self.performer.engine.read(
            lambda tx: questions.figures(tx, department_id, since)
        )

    async def _change(
        self,
        id: int,
        by: int | None,
        change: Callable[[Inquiry, int], Inquiry],
        check: Check | None = None,
    ) -> Inquiry:
        now = self.performer.clock.now()

        async def unit(tx: Tx) -> Inquiry:
            found = await held_by(self.performer, tx, id, by, now)
            if check is not None:
                await check(tx, found, now)
            changed = change(found, now)
            if changed != found:
                await self.performer.apply(tx, (Put(changed, replace=True),), by)
            return changed

        return await self.performer.engine.write(unit)


async def held_by(performer: Performer, tx: Tx, id: int, by: int | None, now: int) -> Inquiry:
    """Return a question that `by` may change, held for this unit. NotFound where they have no role
    for its department, Forbidden for one who only reads."""
    found = await questions.held(tx, id)
    if found is None:
        raise NotFound(_ABSENT)
    if by is not None:
        role = await roles.effective(tx, by, found.department_id, now)
        who = await performer.open(tx).person(by)
        if role is None or who is None or who.departed is not None:
            raise NotFound(_ABSENT)
        if not may_draft(role, now):
            raise Forbidden("You may read for this department, and change nothing.")
    return found
