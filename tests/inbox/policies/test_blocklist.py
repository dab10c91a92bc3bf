import pytest

from inbox.policies.blocklist import check, covering
from inbox.verdicts import PASS, Drop, Facts
from tests.inbox.arrivals import (
    HOST,
    MALLORY,
    NOW,
    OUR_POST,
    SECRETARIAT,
    activity,
    arrived,
    note,
    receiving,
)

FACTS = Facts(now=NOW, blocked=frozenset({"ond.example"}))


@pytest.mark.parametrize("host", ["ond.example", "OND.example", "under.ond.example",
                                  "ond.example.", "ond.example:443",
                                  "ond.example:8443"])  # fmt: skip
def test_s10_a_blocked_server_is_not_heard_in_any_spelling(host: str) -> None:
    like = activity("Like", OUR_POST, actor=f"https://{host}/m", id=f"https://{host}/1")
    verdict = check(arrived(like), FACTS)
    assert isinstance(verdict, Drop)
    assert "ond.example" in verdict.sentence


@pytest.mark.parametrize("host", ["avis.example", "ond.example.no", "xond.example", "example"])
def test_others_are_heard(host: str) -> None:
    like = activity("Like", OUR_POST, actor=f"https://{host}/m", id=f"https://{host}/1")
    assert check(arrived(like), FACTS) == PASS


@pytest.mark.parametrize("document", [
    activity("Announce", MALLORY),
    activity("Announce", note(attributedTo=MALLORY)),
    activity("Announce", activity("Create", note(), actor=MALLORY)),
    activity("Announce", activity("Like", "https://ond.example/posts/1")),
    activity("Create", note(attributedTo=[{"id": MALLORY}])),
    activity("Update", note(id="https://ond.example/posts/1")),
])  # fmt: skip
def test_s17_a_blocked_servers_posts_do_not_come_in_through_others(document: dict) -> None:
    assert isinstance(check(arrived(document), FACTS), Drop)


def test_s17_what_a_fetch_brings_is_judged_again() -> None:
    uri = f"{HOST}/posts/1"
    served = note(attributedTo=[f"{HOST}/users/solveig", MALLORY])
    found = receiving(activity("Create", uri), fetched={uri: served}, facts=FACTS)
    assert getattr(found, "code", "") == "blocked"


@pytest.mark.parametrize("verb", ["Delete", "Undo"])
def test_what_takes_back_is_heard_even_from_the_blocked(verb: str) -> None:
    document = activity(verb, "https://ond.example/1", actor=MALLORY, id="https://ond.example/2")
    assert check(arrived(document), FACTS) == PASS


def test_a_follow_of_ours_by_the_blocked_is_dropped() -> None:
    document = activity("Follow", SECRETARIAT, actor=MALLORY, id="https://ond.example/2")
    assert isinstance(check(arrived(document), FACTS), Drop)


def test_the_covering_domain_is_named() -> None:
    assert covering("a.b.ond.example", frozenset({"b.ond.example"})) == "b.ond.example"
    assert covering("ond.example:8001", frozenset({"ond.example:8001"})) == "ond.example:8001"
    assert covering("ond.example", frozenset()) == ""
