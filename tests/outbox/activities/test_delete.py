"""Delete, leaving."""

from actors.verbs import Delete
from outbox.activities.delete import write
from tests.outbox.cast import LEDERGRUPPEN, NOTICE, URLS


def test_a_deleted_post_leaves_a_tombstone_that_tells_nothing() -> None:
    delete = write(
        Delete(uri=URLS.activity(1), actor=LEDERGRUPPEN.uri, object=NOTICE.uri), URLS, ()
    )
    assert delete["object"] == {"type": "Tombstone", "id": NOTICE.uri}


def test_an_actor_that_ends_itself_is_named_by_its_bare_uri() -> None:
    me = LEDERGRUPPEN.uri
    assert write(Delete(uri=URLS.activity(1), actor=me, object=me), URLS, ())["object"] == me
