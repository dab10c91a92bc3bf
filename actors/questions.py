"""What a department is asked: when a post is a question, when it is answered, and by whom of ours.

A reply to a department, or a post that names it, is a question until somebody answers it in the
department's name, or says that it is done. The rules of Create and Delete put what is decided
here; fedi/departments/questions.py is what people do with it besides. Nothing of it leaves.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from actors import inquiries
from actors.effects import Drop, Effect, Effects, Put, Refusal
from actors.inquiries import Inquiry
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
    store: Store, author: Actor, around: Around, person: int | None = None, *, meant: bool = False
) -> Asking:
    """Look up what a post of `author` may ask or answer; of most there is nothing to look up.
    `meant` is that nobody is there to be asked (a post for later)."""
    near = (*around.named.values(), around.parent_author)
    asked = {one.id for one in near if one is not None and is_asked(one)} - {author.id}
    answers = is_asked(author) and around.parent is not None
    if not asked and not answers:
        return NOTHING
    parent = around.parent
    above = await store.inquiries_above(parent.id) if parent is not None else ()
    met = None if meant or not answers else await _met(store, _of(above, author.id), person)
    return Asking(above, {id: store.new_id() for id in sorted(asked)}, met)


def is_asked(actor: Actor) -> bool:
    """Return whether what is said to an actor is a question to a department of ours."""
    return actor.local and actor.kind is ActorKind.ORGANIZATION


def _of(above: Iterable[Inquiry], department_id: int) -> list[Inquiry]:
    return [one for one in above if one.department_id == department_id]


async def _met(store: Store, mine: Iterable[Inquiry], person: int | None) -> Refusal | None:
    """Return why an answer of `person` should wait: a colleague has it in hand. Each thing that a
    colleague did is told once."""
    for one in mine:
        found = crossed(one, person, store.now)
        if found is None or await store.told_of(one.id, person, found[2]):
            continue
        code, colleague, _ = found
        who = await store.person(colleague)
        if who is not None:
            return Refusal(code, _SENTENCES[code].format(name=who.name), about=who.name)
    return None


def crossed(inquiry: Inquiry, person: int | None, now: int) -> tuple[str, int, int] | None:
    """Return what an answer of `person` at `now` would cross, if anything: the code of it, the
    colleague, and a mark of what they did (an answer, or having taken it)."""
    if inquiry.is_open:
        whose = inquiry.assigned_to
        if whose is None or whose == person:
            return None
        return TAKEN, whose, inquiry.assigned or 0
    whose, when = inquiry.answered_by, inquiry.answered
    if whose is None or whose == person or when is None or now - when >= JUST_NOW_MS:
        return None
    return ANSWERED, whose, inquiry.answer_id or 0


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
