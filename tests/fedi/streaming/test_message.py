"""What goes over the wire, as apps parse it; and the ids by which one comes back."""

import json

import pytest

from fedi.store.events import Place
from fedi.streaming.message import Message, id_of, place_of


def test_a_frame_holds_its_payload_as_text() -> None:
    message = Message("update", b'{"content":"<p>\\"Hei\\"</p>"}', "e-0-7")
    said = json.loads(message.socket(("hashtag", "Vei"))["text"])
    assert said == {
        "stream": ["hashtag", "Vei"],
        "event": "update",
        "payload": '{"content":"<p>\\"Hei\\"</p>"}',
    }
    assert json.loads(said["payload"]) == {"content": '<p>"Hei"</p>'}
    assert json.loads(message.socket(("user",), with_id=True)["text"])["id"] == "e-0-7"


def test_a_frame_without_anything_to_say_has_no_payload() -> None:
    message = Message("filters_changed", None, "e-0-7")
    assert json.loads(message.socket(("user",))["text"]) == {
        "stream": ["user"],
        "event": "filters_changed",
    }
    assert message.sse() == b"event: filters_changed\nid: e-0-7\ndata: undefined\n\n"


def test_a_frame_is_written_once_for_all_who_hear_the_same_stream() -> None:
    message = Message("delete", b"7", "e-0-7")
    assert message.socket(("user",)) is message.socket(("user",))
    assert message.sse() is message.sse()


def test_an_id_leads_back_to_its_place_in_its_own_table_alone() -> None:
    place = Place(12, 345)
    assert place_of("abc", id_of("abc", place)) == place
    assert place_of("", id_of("", place)) == place
    assert place_of("other", id_of("abc", place)) is None
    assert place_of("", id_of("abc", place)) is None


@pytest.mark.parametrize(
    "id", ["", "abc", "abc-1", "abc-1-x", "abc--1-2", "abc-1-2-3", "abc-1-²", "abc-1-" + "9" * 30]
)
def test_what_is_no_id_leads_nowhere(id: str) -> None:
    assert place_of("abc", id) is None
