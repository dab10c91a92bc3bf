"""Roles in a cell: read as they are written, with their days and moments."""

from datetime import UTC, datetime

import pytest

from actors.assignments import Given, given_of, roles_of, roles_text
from actors.errors import Invalid
from actors.membership import Membership, Role


def test_a_membership_is_written_with_its_dates_or_without() -> None:
    role = Membership(person_id=1, actor_id=2, role=Role.AUTHOR)
    assert roles_text([given_of(role, "it"), Given("a", Role.READER, 1_000)]) == (
        "a=reader@1970-01-01T00:00:01.000Z/, it=author"
    )


def test_a_role_has_days_and_moments() -> None:
    day = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
    (role,) = roles_of("@It = author @ 2026-01-01/2026-01-01")
    assert role == Given("it", Role.AUTHOR, day, day + 86_400_000)
    assert roles_of(roles_text([role])) == (role,)
    assert roles_of("it=reader@/2026-01-01T12:00Z") == (
        Given("it", Role.READER, 0, day + 43_200_000),
    )


@pytest.mark.parametrize(
    "text",
    ["it", "it=boss", "it=author@x/y", "it=author, it=reader", "it=author@2026-01-02/2026-01-01"],
)
def test_a_role_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        roles_of(text)
