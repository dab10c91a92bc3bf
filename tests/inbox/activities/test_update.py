from actors.activities.update import Update
from tests.inbox.arrivals import MALLORY, SOLVEIG, URLS, activity, note, receiving

PERSON = {"id": SOLVEIG, "type": "Person", "preferredUsername": "solveig", "name": "Solveig Å.",
          "inbox": f"{SOLVEIG}/inbox"}  # fmt: skip


def test_a_post_is_updated_by_its_author() -> None:
    found = receiving(activity("Update", note(updated="2026-03-15T00:00:00Z")))
    assert isinstance(found, Update)
    assert found.note is not None
    assert found.note.updated == 1_773_532_800_000
    assert found.profile is None


def test_an_actor_updates_itself() -> None:
    found = receiving(activity("Update", PERSON))
    assert isinstance(found, Update)
    assert found.profile is not None
    assert (found.profile.actor.name, found.note) == ("Solveig Å.", None)


def test_another_cannot_update_either() -> None:
    assert getattr(receiving(activity("Update", note(attributedTo=MALLORY))), "code", "") == (
        "not_owner"
    )


def test_an_actor_with_our_inbox_or_without_one_is_refused() -> None:
    ours = {**PERSON, "inbox": URLS.shared_inbox()}
    assert getattr(receiving(activity("Update", ours)), "code", "") == "foreign_inbox"
    none = {**PERSON, "inbox": None}
    assert getattr(receiving(activity("Update", none)), "code", "") == "no_inbox"


def test_other_kinds_are_refused() -> None:
    place = note(type="Place")
    assert getattr(receiving(activity("Update", place)), "code", "") == "unsupported_object"
