"""Create, leaving."""

from actors.verbs import Create
from outbox.activities.create import write
from outbox.objects.record import note_of
from tests.outbox.cast import LEDERGRUPPEN, NOTICE, NOTICE_AROUND, URLS

NOTE = note_of(NOTICE, NOTICE_AROUND, URLS)


def test_a_create_has_the_addressees_and_the_moment_of_its_note() -> None:
    create = write(Create(uri=URLS.activity(1), actor=LEDERGRUPPEN.uri, note=NOTE), URLS, ())
    for term in ("to", "cc", "published"):
        assert create[term] == create["object"][term]
    assert create["object"]["attributedTo"] == create["actor"]


def test_the_text_as_it_was_typed_and_who_typed_it_stay_here() -> None:
    inside = Create(
        uri=URLS.activity(1), actor=LEDERGRUPPEN.uri, note=NOTE, person=77123, source="hemmelig"
    )
    assert "hemmelig" not in str(write(inside, URLS, ()))
    assert "77123" not in str(write(inside, URLS, ()))
