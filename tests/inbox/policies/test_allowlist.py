from inbox.policies.allowlist import check
from inbox.verdicts import PASS, Drop, Facts
from tests.inbox.arrivals import MALLORY, NOW, OUR_POST, activity, arrived

LISTED = Facts(now=NOW, allowed=frozenset({"avis.example"}))


def test_in_open_mode_everybody_is_heard() -> None:
    assert check(arrived(activity("Like", OUR_POST)), Facts(now=NOW)) == PASS


def test_only_listed_servers_are_heard() -> None:
    assert check(arrived(activity("Like", OUR_POST)), LISTED) == PASS
    other = activity("Like", OUR_POST, actor=MALLORY)
    verdict = check(arrived(other), LISTED)
    assert isinstance(verdict, Drop)
    assert (verdict.code, "ond.example" in verdict.sentence) == ("not_allowed", True)


def test_a_subdomain_of_a_listed_server_is_not_listed() -> None:
    under = activity("Like", OUR_POST, actor="https://under.avis.example/a")
    assert isinstance(check(arrived(under), LISTED), Drop)


def test_s33_a_listed_server_does_not_bring_in_others() -> None:
    assert isinstance(check(arrived(activity("Announce", MALLORY)), LISTED), Drop)


def test_a_list_may_leave_out_or_name_the_port() -> None:
    ported = activity("Like", OUR_POST, actor="https://avis.example:8443/a")
    assert check(arrived(ported), LISTED) == PASS
    named = Facts(now=NOW, allowed=frozenset({"avis.example:8443"}))
    assert check(arrived(ported), named) == PASS
    assert isinstance(check(arrived(activity("Like", OUR_POST)), named), Drop)
