"""Who may do what with a draft, and what it becomes."""

import pytest

from actors.drafts import (
    ENDED,
    OWN,
    DraftState,
    SharedDraft,
    Step,
    after,
    sees,
    waits,
)
from actors.effects import Refusal
from actors.membership import Membership, Role

NOW = 1_000_000
AUTHOR, OTHER = 7, 8


def draft(state: DraftState = DraftState.PENDING) -> SharedDraft:
    return SharedDraft(id=1, actor_id=2, author_id=AUTHOR, state=state, created=NOW, changed=NOW)


def role(role: Role | None, person: int = OTHER) -> Membership | None:
    return role and Membership(person_id=person, actor_id=2, role=role)


@pytest.mark.parametrize("held", [None, *Role])
@pytest.mark.parametrize("eyes", [False, True])
def test_it_waits_for_who_may_not_publish_and_under_four_eyes(
    held: Role | None, eyes: bool
) -> None:
    may = held in (Role.AUTHOR, Role.APPROVER, Role.MANAGER)
    assert waits(role(held), four_eyes=eyes, now=NOW) is (eyes or not may)


@pytest.mark.parametrize("held", [None, *Role])
@pytest.mark.parametrize("state", list(DraftState))
def test_nobody_approves_their_own_in_any_role_or_state(
    held: Role | None, state: DraftState
) -> None:
    assert isinstance(after(draft(state), Step.APPROVE, AUTHOR, role(held, AUTHOR), NOW), Refusal)


def test_the_refusal_of_ones_own_says_so() -> None:
    mine = role(Role.MANAGER, AUTHOR)
    assert after(draft(), Step.APPROVE, AUTHOR, mine, NOW) is OWN


@pytest.mark.parametrize("step", [Step.APPROVE, Step.RETURN, Step.REJECT])
@pytest.mark.parametrize("held", [None, *Role])
def test_only_approvers_judge(step: Step, held: Role | None) -> None:
    became = after(draft(), step, OTHER, role(held), NOW)
    assert isinstance(became, DraftState) is (held in (Role.APPROVER, Role.MANAGER))


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("held", [None, Role.READER])
def test_to_who_does_not_speak_for_it_there_is_none(step: Step, held: Role | None) -> None:
    became = after(draft(), step, OTHER, role(held), NOW)
    assert isinstance(became, Refusal)
    assert became.code == "no_such_draft"


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("state", sorted(ENDED))
def test_what_has_come_to_an_end_stays_there(step: Step, state: DraftState) -> None:
    assert isinstance(after(draft(state), step, OTHER, role(Role.MANAGER), NOW), Refusal)


def test_a_role_that_is_over_lets_nothing() -> None:
    over = Membership(person_id=OTHER, actor_id=2, role=Role.MANAGER, ends=NOW)
    assert isinstance(after(draft(), Step.APPROVE, OTHER, over, NOW), Refusal)
    assert not sees(draft(), OTHER, over, NOW)


def test_in_apps_it_is_there_for_its_author_and_who_may_approve_it() -> None:
    seen = {held for held in Role if sees(draft(), OTHER, role(held), NOW)}
    assert seen == {Role.APPROVER, Role.MANAGER}
    assert sees(draft(), AUTHOR, role(Role.CONTRIBUTOR, AUTHOR), NOW)
    assert not sees(draft(), AUTHOR, role(Role.READER, AUTHOR), NOW)


def test_the_house_approves_nothing() -> None:
    assert isinstance(after(draft(), Step.APPROVE, None, None, NOW), Refusal)
    assert after(draft(), Step.WITHDRAW, None, None, NOW) is DraftState.WITHDRAWN
