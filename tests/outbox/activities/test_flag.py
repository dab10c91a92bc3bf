"""Flag, leaving."""

from actors.verbs import Flag
from outbox.activities.flag import write
from tests.outbox.cast import ALICE, APPLICATION, URLS


def test_a_report_is_a_list_even_of_one() -> None:
    flag = write(Flag(uri=URLS.activity(1), actor=APPLICATION.uri, objects=(ALICE.uri,)), URLS, ())
    assert flag["object"] == [ALICE.uri]
    assert flag["actor"] == APPLICATION.uri
    assert flag["content"] == ""
