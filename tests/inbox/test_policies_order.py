"""The policies as one: every file runs, and the first that will not have it gives the reason."""

from pathlib import Path

import inbox.policies
from inbox.policies import POLICIES, run
from inbox.verdicts import Drop, Facts
from tests.inbox.arrivals import NOW, OUR_POST, activity, arrived, receiving

LIKE = arrived(activity("Like", OUR_POST), size=2_000)


def test_every_policy_file_is_run() -> None:
    assert inbox.policies.__file__ is not None
    files = {path.stem for path in Path(inbox.policies.__file__).parent.glob("*.py")}
    assert {check.__module__.rpartition(".")[2] for check in POLICIES} == files - {"__init__"}


def test_what_all_pass_goes_on_unchanged() -> None:
    assert run(LIKE, Facts(now=NOW)) is LIKE


def test_the_first_drop_is_the_answer_and_names_its_reason() -> None:
    facts = Facts(now=NOW, max_bytes=10, blocked=frozenset({"avis.example"}))
    verdict = run(LIKE, facts)
    assert isinstance(verdict, Drop)
    assert verdict.code == "too_large"
    blocked = receiving(activity("Like", OUR_POST),
                        facts=Facts(now=NOW, blocked=frozenset({"avis.example"})))  # fmt: skip
    assert getattr(blocked, "code", "") == "blocked"
    assert getattr(blocked, "sentence", "") == "avis.example is blocked."
