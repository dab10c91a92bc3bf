"""Update, leaving."""

import pytest

from actors.verbs import Update
from actors.vocabulary import PUBLIC
from outbox.activities.update import write
from outbox.objects.record import note_of
from tests.outbox.cast import (
    LEDERGRUPPEN,
    LEDERGRUPPEN_PROFILE,
    NOTICE,
    NOTICE_AROUND,
    URLS,
)


def test_an_edited_post_goes_out_whole_with_the_moment_of_the_edit() -> None:
    note = note_of(NOTICE, NOTICE_AROUND, URLS)
    update = write(Update(uri=URLS.activity(1), actor=LEDERGRUPPEN.uri, note=note), URLS, ())
    assert update["object"]["content"] == note.content
    assert update["object"]["updated"] == update["updated"] == "2025-11-24T16:01:01.005Z"
    assert (update["to"], update["cc"]) == (update["object"]["to"], update["object"]["cc"])


def test_a_changed_actor_is_told_to_all() -> None:
    changed = Update(uri=URLS.activity(1), actor=LEDERGRUPPEN.uri, profile=LEDERGRUPPEN_PROFILE)
    update = write(changed, URLS, ())
    assert update["object"]["id"] == LEDERGRUPPEN.uri
    assert (update["to"], update["cc"]) == ([PUBLIC], [LEDERGRUPPEN.followers])


def test_an_update_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="updates nothing"):
        write(Update(uri=URLS.activity(1), actor=LEDERGRUPPEN.uri), URLS, ())
