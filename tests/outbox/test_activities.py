"""What each verb looks like when it leaves, beyond what the law of read and write binds."""

from typing import Any

import pytest

from actors.relationships import Relation, RelationKind
from actors.vocabulary import PUBLIC
from outbox.activities import shape
from outbox.acts import Acting
from tests.outbox.cast import ALICE, LEDERGRUPPEN, URLS
from tests.outbox.shapes import verbs

ME = Acting(actor=LEDERGRUPPEN, urls=URLS, id=700, person=7)
FOLLOW = Relation(
    kind=RelationKind.FOLLOW, source_id=1, target_id=2, uri="https://mastodon.test/follows/1"
)
ACTIVITIES = verbs()


@pytest.mark.parametrize("name", ACTIVITIES)
def test_addressees_are_lists_and_actor_and_id_are_not(name: str) -> None:
    activity = ACTIVITIES[name]
    assert isinstance(activity["to"], list)
    assert isinstance(activity["cc"], list)
    assert activity["actor"] == LEDERGRUPPEN.uri
    assert activity["id"].startswith(URLS.origin)
    obj: Any = activity["object"]
    for inner in ("to", "cc", "tag", "attachment"):
        assert isinstance(obj, str | list) or isinstance(obj.get(inner, []), list)


@pytest.mark.parametrize("name", ACTIVITIES)
def test_who_of_ours_acted_is_never_written(name: str) -> None:
    assert "person" not in str(ACTIVITIES[name])
    assert "source" not in str(ACTIVITIES[name])


@pytest.mark.parametrize("name", ACTIVITIES)
def test_public_is_written_in_full(name: str) -> None:
    text = str({**ACTIVITIES[name], "@context": ""})
    assert "as:Public" not in text
    assert text.count("Public'") == text.count(PUBLIC)


def test_the_context_is_written_once() -> None:
    activity = ACTIVITIES["create-note"]
    assert "@context" in activity
    assert "@context" not in activity["object"]
    assert "@context" not in shape(ME.follow(ALICE), URLS)
