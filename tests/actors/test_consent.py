"""An author is told once where a closed group is read."""

import pytest

from actors.consent import CODE, stop
from actors.groups import Placed
from actors.people import ActorKind
from actors.posts import Visibility
from tests.people import ours

CLUB = ours(26, "klubben", "Klubben", ActorKind.GROUP, locked=True)
PLACED = Placed(groups=(CLUB,), visibility=Visibility.GROUP, begins=True)


def test_who_was_not_told_is_stopped_with_the_names_of_the_servers() -> None:
    refusal = stop(PLACED, ("a.test", "b.test"), meant=False)
    assert refusal is not None
    assert (refusal.code, refusal.about) == (CODE, "a.test, b.test")


@pytest.mark.parametrize(
    ("placed", "hosts", "meant"),
    [(None, ("a.test",), False), (PLACED, (), False), (PLACED, ("a.test",), True)],
)
def test_nobody_else_is_stopped(placed: Placed | None, hosts: tuple[str, ...], meant: bool) -> None:
    assert stop(placed, hosts, meant=meant) is None
