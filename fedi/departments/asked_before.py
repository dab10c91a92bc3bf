"""Common questions: an answer marked as the best makes its question one, and it is offered to who
is about to ask the same.

The asker says what solved it, or those who may write for the department. What is offered are
questions whose post and best answer the reader may see, by the words that they share.
"""

from dataclasses import dataclass
from math import log
from typing import Final

from actors import inquiries
from actors.audience import Viewer
from actors.effects import Put
from actors.errors import Invalid, NotFound
from actors.inquiries import Inquiry
from actors.people import Actor
from fedi.departments.questions import held_by
from fedi.perform import Performer
from fedi.search.words import forms, words
from fedi.store import questions
from fedi.store.engine import Tx
from fedi.store.questions import Known
from fedi.store.timelines import Span

LOOKED_AT: Final = 2_000
"""Of so many of the newest common questions the words are compared."""
OFFERED: Final = 5
_ENOUGH: Final = 0.3  # of what was asked, by weight, has to be in a question that is offered


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """Marks best answers, and finds what was asked before."""

    performer: Performer

    async def mark(self, id: int, answer_id: int | None, *, by: int | None) -> Inquiry:
        """Say for the department which answer is the best, or (None) that there is none. Invalid
        for what is no answer to the question."""
        now = self.performer.clock.now()

        async def unit(tx: Tx) -> Inquiry:
            found = await held_by(self.performer, tx, id, by, now)
            return await self._marked(tx, found, answer_id, found.department_id, by, now)

        return await self.performer.engine.write(unit)

    async def solved(
        self, asker: Actor, post_id: int, answer_id: int | None, *, by: int | None
    ) -> None:
        """Say as the asker which answer solved it. NotFound for what is no question of theirs."""
        now = self.performer.clock.now()

        async def unit(tx: Tx) -> None:
            mine = [o for o in await questions.of_post(tx, post_id) if o.asker_id == asker.id]
            if not mine:
                raise NotFound("There is no such question of yours.")
            for one in mine:
                await self._marked(tx, one, answer_id, asker.id, by, now)

        await self.performer.engine.write(unit)

    async def _marked(
        self, tx: Tx, found: Inquiry, answer_id: int | None, actor_id: int, by: int | None, now: int
    ) -> Inquiry:
        if answer_id is not None:
            above = await questions.above(tx, answer_id)
            post = await self.performer.open(tx).post_by_id(answer_id)
            there = post is not None and post.deleted is None and post.boost_of is None
            if answer_id == found.post_id or not there or found.id not in {o.id for o in above}:
                raise Invalid("That is no answer to this question.")
        changed = inquiries.mark_best(found, answer_id, actor_id, now)
        if changed != found:
            await self.performer.apply(tx, (Put(changed, replace=True),), by)
        return changed

    async def like(self, text: str, viewer: Viewer, department_id: int | None) -> list[Inquiry]:
        """Return what was asked before in much the same words, the likest first."""
        asked = _asked(text)
        if not asked:
            return []
        span = Span(limit=LOOKED_AT)

        async def look(tx: Tx) -> list[Inquiry]:
            known = await questions.asked_before(tx, viewer, department_id, span)
            return likest(asked, known)

        return await self.performer.engine.read(look)


def _asked(text: str) -> list[frozenset[str]]:
    """Return each word of a text once, as all the forms by which it may be found."""
    each = (frozenset({word, *forms(word)}) for word in words(text[:5_000]))
    return list(dict.fromkeys(each))[:100]


def likest(asked: list[frozenset[str]], known: list[Known]) -> list[Inquiry]:
    """Return the questions that share enough of what is asked; a word that is in many of them
    counts for little, one that is in all for nothing."""
    texts = [frozenset(one.words.split()) for one in known]
    weights = []
    for word in asked:
        having = sum(not word.isdisjoint(text) for text in texts)
        weights.append(log((len(texts) + 1) / (having or 1)))
    whole = sum(weights)
    if not whole:
        return []
    scored = []
    for one, text in zip(known, texts, strict=True):
        shared = sum(
            weight for word, weight in zip(asked, weights, strict=True) if not word.isdisjoint(text)
        )
        if shared / whole >= _ENOUGH:
            scored.append((shared, one.inquiry.id, one.inquiry))
    scored.sort(key=lambda row: row[:2], reverse=True)
    return [inquiry for _, _, inquiry in scored[:OFFERED]]
