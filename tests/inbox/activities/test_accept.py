from typing import Any

import pytest

from actors.activities.accept import Accept
from actors.activities.reject import Reject
from tests.inbox.arrivals import MALLORY, SECRETARIAT, SOLVEIG, URLS, activity, receiving

OURS = URLS.activity(5)


def follow(**more: Any) -> dict[str, Any]:
    return {"id": OURS, "type": "Follow", "actor": SECRETARIAT, "object": SOLVEIG, **more}


@pytest.mark.parametrize(("verb", "record"), [("Accept", Accept), ("Reject", Reject)])
class TestAnswers:
    def test_the_follow_may_be_embedded_or_named(self, verb: str, record: type) -> None:
        embedded = receiving(activity(verb, follow()))
        assert isinstance(embedded, Accept | Reject)
        assert type(embedded) is record
        assert (embedded.object, embedded.follower) == (OURS, SECRETARIAT)
        named = receiving(activity(verb, OURS))
        assert isinstance(named, Accept | Reject)
        assert (named.object, named.follower) == (OURS, "")

    def test_a_follow_with_another_id_or_none_names_the_follower(
        self, verb: str, record: type
    ) -> None:
        found = receiving(activity(verb, follow(id=None)))
        assert isinstance(found, Accept | Reject)
        assert (found.object, found.follower) == ("", SECRETARIAT)

    def test_nobody_answers_for_another(self, verb: str, record: type) -> None:
        found = receiving(activity(verb, follow(object=MALLORY)))
        assert getattr(found, "code", "") == "not_owner"

    def test_a_follow_by_somebody_elsewhere_is_not_ours(self, verb: str, record: type) -> None:
        found = receiving(activity(verb, follow(actor=MALLORY)))
        assert getattr(found, "code", "") == "not_here"

    def test_only_a_follow_is_answered(self, verb: str, record: type) -> None:
        assert getattr(receiving(activity(verb, follow(type="Join"))), "code", "") == (
            "unsupported_object"
        )
        assert getattr(receiving(activity(verb, None)), "code", "") == "no_object"
