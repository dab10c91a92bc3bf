"""What a department is asked: when a post is a question, when it is answered, and by whom of ours.

A reply to a department, or a post that names it, is a question until somebody answers it in the
department's name, or says that it is done. The rules of Create and Delete put what is decided
here; fedi/departments/questions.py is what people do with it besides. Nothing of it leaves.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from actors import inquiries
from actors.effects import Drop, Effect, Effects, Put, Refusal
from actors.inquiries import Inquiry
from actors.membership import may_draft
from actors.people import Actor, ActorKind
from actors.ports import Store
from actors.posting import Around
from actors.posts import Post

ANSWERED: Final = "stop_answered"
TAKEN: Final = "stop_taken"
CODES: Final = frozenset({ANSWERED, TAKEN})
JUST_NOW_MS: Final = 600_000
"""So long an answer of a colleague's is news: whoever began to write before it went."""
_SENTENCES: Final = {
    ANSWERED: "{name} has just answered this. Read it first; publish once more if yours is wanted.",
    TAKEN: "{name} has taken this question. Ask first, or publish once more if you mean it.",
}


@dataclass(frozen=True, slots=True)
class Asking:
    """What a post has to do with questions: those in the thread above it, and for each department
    that it may be a question to an id for that. `met` is whom an answer would cross."""

    above: tuple[Inquiry, ...] = ()
    ids: Mapping[int, int] = field(default_factory=dict)
    met: Refusal | None = None


NOTHING: Final = Asking()


async def look(
    store: Store, author: Actor, around: Around, by: Sequence[int | None] = (None,)
) -> Asking:
    """Look up what a post of `author` may ask or answer; of most there is nothing to look up.
    `by` is who wrote it and who lets it out, the one to be told last; nobody of them is there to
    be told where it is empty (a post for later)."""
    near = (*around.named.values(), around.parent_author)
    asked = {one.id for one in near if one is not None and is_asked(one)} - {author.id}
    answers = is_asked(author) and around.parent is not None
    if not asked and not answers:
        return NOTHING
    parent = around.parent
    above = await store.inquiries_above(parent.id) if parent is not None else ()
    met = await _met(store, _of(above, author.id), by) if answers and by else None
    return Asking(above, {id: store.new_id() for id in sorted(asked)}, met)


def is_asked(actor: Actor) -> bool:
    """Return whether what is said to an actor is a question to a department of ours."""
    return actor.local and actor.kind is ActorKind.ORGANIZATION


def _of(above: Iterable[Inquiry], department_id: int) -> list[Inquiry]:
    return [one for one in above if one.department_id == department_id]


async def _met(store: Store, mine: Iterable[Inquiry], by: Sequence[int | None]) -> Refusal | None:
    """Return why an answer should wait: a colleague has it in hand. Each thing that a colleague
    did is told once to whom it stops."""
    for one in mine:
        found = crossed(one, by, store.now)
        if found is None or await store.told_of(one.id, by[-1], found.mark):
            continue
        who = await store.person(found.colleague)
        role = await store.membership(found.colleague, one.department_id)
        if who is not None and who.departed is None and may_draft(role, store.now):
            sentence = _SENTENCES[found.code].format(name=who.name)
            return Refusal(found.code, sentence, about=who.name)
    return None


@dataclass(frozen=True, slots=True)
class Crossing:
    """What an answer would cross: the `code` of that, the `colleague` (a person), and a `mark` of
    what they did, by which it is known again."""

    code: str
    colleague: int
    mark: int


def crossed(inquiry: Inquiry, by: Sequence[int | None], now: int) -> Crossing | None:
    """Return what an answer by these persons at `now` (ms) would cross, if anything."""
    if inquiry.is_open:
        whose, when, mark, code = inquiry.assigned_to, now, inquiry.assigned, TAKEN
    else:
        whose, when, mark, code = (
            inquiry.answered_by, inquiry.answered or 0, inquiry.answer_id, ANSWERED
        )  # fmt: skip
    if whose is None or whose in by or now - when >= JUST_NOW_MS:
        return None
    return Crossing(code, whose, mark or 0)


def asks(asking: Asking, post: Post, author: Actor, told: Collection[int], now: int) -> Effects:
    """Return what a post puts before the departments among those `told` of it: a new question, or
    more of one that its author has asked before."""
    effects: list[Effect] = []
    for department_id, id in asking.ids.items():
        if department_id not in told:
            continue
        mine = [one for one in _of(asking.above, department_id) if one.asker_id == author.id]
        if not mine:
            effects.append(Put(_new(id, department_id, post, author, now)))
            continue
        more = inquiries.ask_on(mine[0], post.id, now)
        if more != mine[0]:
            effects.append(Put(more, replace=True))
    return tuple(effects)


def _new(id: int, department_id: int, post: Post, author: Actor, now: int) -> Inquiry:
    return Inquiry(
        id=id,
        department_id=department_id,
        post_id=post.id,
        asker_id=author.id,
        asked=now,
        latest_id=post.id,
        latest=now,
    )


def answers(
    asking: Asking, post: Post, author: Actor, person: int | None, now: int
) -> tuple[Effect, ...]:
    """Return what a department's post answers: each question to it in the thread above."""
    return tuple(
        Put(inquiries.answer(one, post.id, person, now), replace=True)
        for one in _of(asking.above, author.id)
    )


def gone(about: Iterable[Inquiry], post: Post) -> tuple[Effect, ...]:
    """Return what becomes of the questions that a deleted post asked, went on or answered."""
    effects: list[Effect] = []
    for one in about:
        left = inquiries.without(one, post.id)
        effects.append(Drop(one) if left is None else Put(left, replace=True))
    return tuple(effects)
