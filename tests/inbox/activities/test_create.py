from actors.activities.create import Create
from tests.inbox.arrivals import OUR_POST, PUBLIC, SECRETARIAT, SOLVEIG, activity, note, receiving


def test_a_post_is_read_with_the_reader_whose_inbox_it_was() -> None:
    found = receiving(activity("Create", note()), owner=7)
    assert isinstance(found, Create)
    assert (found.actor, found.reader, found.fetched) == (SOLVEIG, 7, False)


def test_a_post_without_addressing_has_that_of_its_activity() -> None:
    bare = {key: value for key, value in note().items() if key not in ("to", "cc")}
    found = receiving(activity("Create", bare, to=[SECRETARIAT], cc=["as:Public"]))
    assert isinstance(found, Create)
    assert (found.note.to, found.note.cc) == ((SECRETARIAT,), (PUBLIC,))


def test_a_post_with_addressing_keeps_its_own_whatever_the_activity_says() -> None:
    found = receiving(activity("Create", note(to=[SECRETARIAT], cc=[]), to=[PUBLIC]))
    assert isinstance(found, Create)
    assert (found.note.to, found.note.cc) == ((SECRETARIAT,), ())


def test_something_that_is_no_post_is_refused() -> None:
    found = receiving(activity("Create", note(type="Place")))
    assert getattr(found, "code", "") == "unsupported_object"


def test_a_titled_reply_with_text_is_no_vote() -> None:
    found = receiving(activity("Create", note(name="Svar", inReplyTo=OUR_POST)))
    assert isinstance(found, Create)
