"""What waits for a second pair of eyes: who may do what with a draft, and what comes of it. Pure.

A post waits where its author may only draft, or where its department wants four eyes on all it
says. `after` is the one rule of a draft's life; actors/access.py asks `waits` for every verb that
publishes words. Kept by fedi/store/drafts.py, done by fedi/departments/drafts.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from actors.effects import Refusal
from actors.membership import Membership, may_approve, may_draft, may_write

WAITS: Final = Refusal("awaits_approval", "This waits until a colleague has approved it.")
OWN: Final = Refusal("own_approval", "Nobody approves what they wrote themselves.")
MOST_COMMENT: Final = 5_000
KEPT_MS: Final = 30 * 86_400_000
"""How long a rejected or withdrawn draft can still be read by those who wrote it."""


class DraftState(StrEnum):
    OPEN = "open"  # being written, by all who speak for the department
    PENDING = "pending"  # handed in
    RETURNED = "returned"  # to be changed and handed in again
    APPROVED = "approved"  # waits for its time
    PUBLISHED = "published"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


ENDED: Final = frozenset({DraftState.PUBLISHED, DraftState.REJECTED, DraftState.WITHDRAWN})
WAITING: Final = frozenset({DraftState.PENDING, DraftState.RETURNED})


class Step(StrEnum):
    """What is done with a draft."""

    BEGIN = "begin"
    CHANGE = "change"
    HAND_IN = "hand_in"
    COMMENT = "comment"
    RETURN = "return"
    APPROVE = "approve"
    PUBLISH = "publish"
    REJECT = "reject"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """That a person has approved what another wrote, at a moment (ms)."""

    by: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedDraft:
    """What is to be said as an actor, and how far it has come.

    `author_id` is who wrote it and handed it in, None the house itself. `version` counts the
    changes; `wish` is what is to be said, `html` and `named` (ids of actors) how that reads.
    `wished` (ms) is when it is to appear, `edits_id` the post whose new words it is, `post_id`
    what came of it. Times in ms.
    """

    id: int
    actor_id: int
    author_id: int | None
    state: DraftState
    version: int = 1
    wish: str = ""
    html: str = ""
    named: tuple[int, ...] = ()
    wished: int | None = None
    edits_id: int | None = None
    app_id: int | None = None
    created: int
    changed: int
    changed_by: int | None = None
    comment: str = ""
    comment_by: int | None = None
    approved: int | None = None
    approved_by: int | None = None
    post_id: int | None = None

    @property
    def approval(self) -> Approval | None:
        """Return by whom it was approved, if it was."""
        if self.approved is None or self.approved_by is None:
            return None
        return Approval(by=self.approved_by, at=self.approved)


def waits(role: Membership | None, *, four_eyes: bool, now: int) -> bool:
    """Return whether what a person with this role says has to wait for another's approval."""
    return four_eyes or not may_write(role, now)


def sees(draft: SharedDraft, person: int, role: Membership | None, now: int) -> bool:
    """Return whether a person sees a draft in their app: its author, and who may approve it."""
    if not may_draft(role, now):
        return False
    return draft.author_id == person or may_approve(role, now)


_FROM: Final[Mapping[Step, frozenset[DraftState]]] = {
    Step.CHANGE: frozenset({DraftState.OPEN, *WAITING}),
    Step.HAND_IN: frozenset({DraftState.OPEN, *WAITING}),
    Step.COMMENT: frozenset({DraftState.OPEN, *WAITING}),
    Step.RETURN: WAITING,
    Step.APPROVE: WAITING,
    Step.PUBLISH: frozenset({DraftState.OPEN}),
    Step.REJECT: WAITING,
    Step.WITHDRAW: frozenset({DraftState.OPEN, DraftState.APPROVED, *WAITING}),
}
_TO: Final[Mapping[Step, DraftState]] = {
    Step.HAND_IN: DraftState.PENDING,
    Step.RETURN: DraftState.RETURNED,
    Step.APPROVE: DraftState.APPROVED,
    Step.PUBLISH: DraftState.PUBLISHED,
    Step.REJECT: DraftState.REJECTED,
    Step.WITHDRAW: DraftState.WITHDRAWN,
}
_PAST: Final[Mapping[DraftState, Refusal]] = {
    DraftState.OPEN: Refusal("not_handed_in", "This has not been handed in yet."),
    DraftState.PENDING: Refusal("handed_in", "This waits for approval already."),
    DraftState.RETURNED: Refusal("handed_in", "This has been handed in already."),
    DraftState.APPROVED: Refusal("approved", "This is approved already, and waits for its time."),
    DraftState.PUBLISHED: Refusal("published", "This is published already."),
    DraftState.REJECTED: Refusal("rejected", "This was rejected."),
    DraftState.WITHDRAWN: Refusal("withdrawn", "This was taken back."),
}
_ABSENT: Final = Refusal("no_such_draft", "There is no such draft.")
_NOT_TO_APPROVE: Final = Refusal(
    "not_yours", "Only those who may approve for this department can do that."
)
_NOT_TO_WRITE: Final = Refusal(
    "not_yours", "Only those who may publish for this department can do that."
)


def after(
    draft: SharedDraft, step: Step, person: int | None, role: Membership | None, now: int
) -> DraftState | Refusal:
    """Return what a draft becomes when a person does this with it, or why they may not; to who
    does not speak for the department it is not there. `person` None is the house itself, which
    does all but approve."""
    if person is None:
        if step is Step.APPROVE:
            return Refusal("nobody", "Say who approves it: that is kept for ever.")
    elif not may_draft(role, now):
        return _ABSENT
    else:
        refusal = _refused(draft, step, person, role, now)
        if refusal is not None:
            return refusal
    if draft.state not in _FROM.get(step, frozenset()):
        return _PAST[draft.state]
    return _TO.get(step, draft.state)


def _refused(
    draft: SharedDraft, step: Step, person: int, role: Membership | None, now: int
) -> Refusal | None:
    mine = draft.author_id == person
    match step:
        case Step.APPROVE if mine:
            return OWN
        case Step.APPROVE | Step.RETURN | Step.REJECT if not may_approve(role, now):
            return _NOT_TO_APPROVE
        case Step.PUBLISH if not may_write(role, now):
            return _NOT_TO_WRITE
        case Step.WITHDRAW if draft.state is DraftState.APPROVED:
            return None if may_approve(role, now) or mine else _NOT_TO_APPROVE
        case Step.WITHDRAW if not mine and not may_write(role, now):
            return _NOT_TO_WRITE
        case _:
            return None
