from actors.activities.delete import Delete
from tests.inbox.arrivals import HOST, MALLORY, SOLVEIG, activity, receiving

POST = f"{HOST}/posts/1"


def test_a_post_is_deleted_by_id_or_tombstone() -> None:
    expected = Delete(uri=f"{HOST}/activities/1", actor=SOLVEIG, object=POST)
    assert receiving(activity("Delete", POST)) == expected
    assert receiving(activity("Delete", {"id": POST, "type": "Tombstone"})) == expected


def test_an_actor_deletes_itself() -> None:
    found = receiving(activity("Delete", SOLVEIG))
    assert isinstance(found, Delete)
    assert found.object == found.actor


def test_what_lives_on_another_host_is_not_the_actors_to_delete() -> None:
    assert getattr(receiving(activity("Delete", MALLORY)), "code", "") == "not_owner"
    assert getattr(receiving(activity("Delete", None)), "code", "") == "no_object"
