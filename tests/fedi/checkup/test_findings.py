"""The worst finding decides."""

from fedi.checkup.findings import State, attention, broken, ok, worst


def test_the_worst_finding_decides() -> None:
    assert worst([]) is State.OK
    assert worst([ok("a", "")]) is State.OK
    assert worst([ok("a", ""), attention("b", "")]) is State.ATTENTION
    assert worst([broken("a", ""), attention("b", ""), ok("c", "")]) is State.BROKEN
