from inbox.policies.size import check
from inbox.verdicts import PASS, Drop, Facts
from tests.inbox.arrivals import NOW, OUR_POST, activity, arrived


def test_more_bytes_than_the_operator_takes_are_dropped() -> None:
    facts = Facts(now=NOW, max_bytes=1_000)
    assert check(arrived(activity("Like", OUR_POST), size=1_000), facts) == PASS
    assert isinstance(check(arrived(activity("Like", OUR_POST), size=1_001), facts), Drop)
