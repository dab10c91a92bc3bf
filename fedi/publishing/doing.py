"""What everything that an actor of ours does has in common: one activity through its rule.

Whoever asks (command line, client API, page) names the actor and the person behind it; the rule
of the verb (actors/activities) says whether they may, and what it says no with becomes an error.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from actors import consent, groups, questions
from actors.cautions import Caution, Watched, code_of
from actors.effects import Activity, Need, Refusal
from actors.errors import FediError, Forbidden, Invalid, NotFound, Unavailable
from actors.people import Actor
from fedi.config import Limits
from fedi.perform import Also, Performer
from fedi.publishing.cautioning import Stop, stop_of
from fedi.publishing.consenting import consenting
from fedi.publishing.crossing import hearing
from fedi.resolve import HouseResolver
from fedi.store.applying import Clash
from fedi.store.unit import UnitStore
from outbox.acts import Acting

T = TypeVar("T")
A = TypeVar("A", bound=Activity)

TRIES: Final = 4

_INVALID: Final = (
    frozenset(
        {
            consent.CODE,
            "no_such_choice",
            "not_named",
            "not_public",
            "own_poll",
            "poll_ended",
            "self",
            "too_many",
            "voted",
        }
    )
    | {code_of(caution) for caution in Caution}
    | questions.CODES
    | groups.CODES
)
"""Refusals that are about what was asked, not about who asked."""


@dataclass(frozen=True, slots=True)
class Doing:
    """Does things in the name of our actors; the kinds of things are the classes made of it."""

    performer: Performer
    resolver: HouseResolver
    limits: Limits = field(default_factory=Limits)
    watched: Watched = field(default_factory=Watched)

    async def stop(self, author: Actor, person: int | None, *texts: str) -> Stop:
        """Return at what the author of these texts is to be stopped before they go outside."""
        performer = self.performer
        return await stop_of(
            performer.engine, self.watched, author, person, texts, performer.clock.now()
        )

    async def perform(self, activity: Activity, also: Also | None = None) -> None:
        """Do one activity, fetching what it needs; `also` writes in the same unit. Raises what
        its refusal means."""
        heard = consenting(activity, hearing(activity, also))
        answer = await self.performer.perform(activity, self.resolver, heard)
        if isinstance(answer.outcome, Refusal):
            raise error_of(answer.outcome)
        if isinstance(answer.outcome, Need):
            raise answer.problem or Unavailable("What it is about can't be fetched now.")

    async def perform_fresh(
        self, make: Callable[[], A], also: Callable[[A], Also] | None = None
    ) -> A:
        """Do an activity that makes a post; made anew where the post's id is another's already.

        Ids of posts of other servers are their time and chance, and may be one that we then make.
        """
        for _ in range(TRIES):
            activity = make()
            try:
                await self.perform(activity, also(activity) if also is not None else None)
            except Clash:
                continue
            return activity
        raise Unavailable("That did not work: try again in a moment.")

    def act(self, actor: Actor, person: int | None) -> Acting:
        """Return an act with an id of its own; `person` None is the house itself."""
        return Acting(
            actor=actor, urls=self.performer.urls, id=self.performer.new_id(), person=person
        )

    async def look(self, query: Callable[[UnitStore], Awaitable[T]]) -> T:
        """Look something up, by a few index look-ups at most."""
        return await self.performer.engine.glance(lambda tx: query(self.performer.open(tx)))


def error_of(refusal: Refusal) -> FediError:
    """Return the error that a rule's refusal means to whoever asked."""
    if refusal.code in _INVALID:
        problem = Invalid(refusal.sentence, code=refusal.code)
        problem.about = refusal.about
        return problem
    if refusal.code.startswith("no_such"):
        return NotFound(refusal.sentence, code=refusal.code)
    return Forbidden(refusal.sentence, code=refusal.code)
