"""The register of arriving verbs is the directory listing, and the rules' own."""

from pathlib import Path

import actors.activities
import inbox.activities
from inbox.activities import READERS
from tests.inbox.arrivals import OUR_POST, activity, receiving


def files(package: str) -> set[str]:
    return {path.stem for path in Path(package).parent.glob("*.py")} - {"__init__"}


def test_every_arriving_verb_has_a_file_and_every_file_is_registered() -> None:
    registered = {read.__module__.rpartition(".")[2] for read in READERS.values()} | {"vote"}
    assert registered == files(inbox.activities.__file__)


def test_every_verb_file_here_is_a_rules_file_there() -> None:
    assert actors.activities.__file__ is not None
    assert files(inbox.activities.__file__) <= files(actors.activities.__file__)


def test_an_unknown_verb_is_dropped_with_a_reason() -> None:
    for verb in ("Dislike", "Lock", "View", "FeatureRequest", "Create2"):
        found = receiving(activity(verb, OUR_POST))
        assert getattr(found, "code", "") == "unsupported_activity"
