from actors.activities.announce import Announce
from tests.inbox.arrivals import NOW, OUR_POST, PUBLIC, activity, note, receiving


def test_a_boost_is_read_with_its_audience_and_reader() -> None:
    found = receiving(activity("Announce", OUR_POST, to="as:Public"), owner=7)
    assert isinstance(found, Announce)
    assert (found.object, found.to, found.published, found.reader) == (OUR_POST, (PUBLIC,), NOW, 7)


def test_of_an_embedded_post_only_the_id_is_used() -> None:
    found = receiving(activity("Announce", note(content="<p>forfalsket</p>")))
    assert isinstance(found, Announce)
    assert "forfalsket" not in repr(found)


def test_a_boost_of_nothing_is_refused() -> None:
    assert getattr(receiving(activity("Announce", {"type": "Note"})), "code", "") == "no_object"
