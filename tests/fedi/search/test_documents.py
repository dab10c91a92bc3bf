"""A post is found by all that belongs to it. On both engines."""

import pytest

from actors.posts import Media, Visibility
from actors.relationships import Reaction
from fedi.store.engine import Engine
from tests.fedi.search.searched import House
from tests.people import (
    ALICE,
    KARI,
    LEDERGRUPPEN,
    NOW,
    poll_note,
)

PUBLIC, UNLISTED = Visibility.PUBLIC, Visibility.UNLISTED
INTERNAL, DIRECT = Visibility.INTERNAL, Visibility.DIRECT


@pytest.fixture
def nordvik(engine: Engine) -> House:
    return House(engine)


def test_all_that_belongs_to_a_post_is_found(nordvik: House) -> None:
    picture = Media(url="https://x.test/1.png", media_type="image/png", description="En måke")
    post = nordvik.says(
        LEDERGRUPPEN,
        content="<p>Se her</p>",
        summary="Advarsel om fugler",
        media=(picture,),
        hashtags=("Sjøfugl",),
        content_map={"nb": "<p>Se her</p>", "en": "<p>Look at this seagull</p>"},
    )
    for word in ("måka", "advarsel", "seagulls", "#sjøfugl", "#sjofugl", "sjøfuglen",
                 "ledergruppen", "her"):  # fmt: skip
        assert nordvik.finds(word) == [post.id], word


def test_the_choices_of_a_poll_are_found(nordvik: House) -> None:
    nordvik.follows(KARI, ALICE)
    note = poll_note(ALICE, "https://mastodon.test/notes/9", ["Fisk", "Fårikål"])
    nordvik.done(nordvik.create(note))
    nordvik.put(Reaction(post_id=nordvik.post(note.uri).id, actor_id=KARI.id, created=NOW))
    assert nordvik.finds("fårikål has:poll") == [nordvik.post(note.uri).id]
