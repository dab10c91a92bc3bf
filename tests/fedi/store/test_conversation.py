"""The conversation around a post: as far as its reader may see it, and bounded."""

from actors.audience import LocalActor, Nobody, Viewer
from actors.posts import Visibility
from fedi.store import acquaintances, conversation
from tests.fedi.store.units import read, write
from tests.people import ALICE, KARI, LEDERGRUPPEN, MINUTE, OLA, Nordvik
from tests.running import run

ME = LocalActor(KARI.id)


def says(nordvik: Nordvik, author, visibility, reply_to="", *named):  # type: ignore[no-untyped-def]
    nordvik.clock.time += MINUTE
    return nordvik.says(author, visibility, *named, reply_to=reply_to, published=nordvik.clock.time)


def below(nordvik: Nordvik, id: int, viewer: Viewer = ME, most: int = 60) -> list[int]:
    return read(nordvik, conversation.descendants, id, viewer, most)


def test_answers_stand_under_what_they_answer(nordvik: Nordvik) -> None:
    root = says(nordvik, LEDERGRUPPEN, Visibility.PUBLIC)
    one = says(nordvik, OLA, Visibility.PUBLIC, root.uri)
    two = says(nordvik, ALICE, Visibility.PUBLIC, root.uri)
    under_one = says(nordvik, KARI, Visibility.PUBLIC, one.uri)
    deep = says(nordvik, OLA, Visibility.PUBLIC, under_one.uri)
    assert below(nordvik, root.id) == [one.id, under_one.id, deep.id, two.id]
    assert below(nordvik, root.id, most=2) == [one.id, two.id], "the nearest first"
    above = read(nordvik, conversation.ancestors, deep.id, ME, 40)
    assert above == [root.id, one.id, under_one.id]
    assert read(nordvik, conversation.ancestors, deep.id, ME, 1) == [under_one.id]
    assert read(nordvik, conversation.ancestors, root.id, ME, 40) == []


def test_what_one_may_not_see_is_as_if_it_were_not_there(nordvik: Nordvik) -> None:
    root = says(nordvik, LEDERGRUPPEN, Visibility.PUBLIC)
    inside = says(nordvik, KARI, Visibility.INTERNAL, root.uri)
    under = says(nordvik, OLA, Visibility.INTERNAL, inside.uri)
    assert below(nordvik, root.id) == [inside.id, under.id]
    assert below(nordvik, root.id, Nobody()) == []
    assert read(nordvik, conversation.ancestors, under.id, ME, 40) == [root.id, inside.id]
    assert read(nordvik, conversation.ancestors, under.id, Nobody(), 40) == []


def test_whom_one_has_muted_does_not_answer(nordvik: Nordvik) -> None:
    root = says(nordvik, LEDERGRUPPEN, Visibility.PUBLIC)
    answer = says(nordvik, ALICE, Visibility.PUBLIC, root.uri)
    write(nordvik, acquaintances.mute, KARI.id, ALICE.id, notifications=False, until=None)
    assert below(nordvik, root.id) == []
    write(nordvik, acquaintances.unmute, KARI.id, ALICE.id)
    assert below(nordvik, root.id) == [answer.id]


def test_hostile_posts_that_answer_in_a_circle_end_somewhere(nordvik: Nordvik) -> None:
    one = says(nordvik, LEDERGRUPPEN, Visibility.PUBLIC)
    two = says(nordvik, OLA, Visibility.PUBLIC, one.uri)
    sql = "UPDATE post SET in_reply_to = ? WHERE id = ?"
    run(nordvik.engine.write(lambda tx: tx.run(sql, (two.id, one.id))))
    assert below(nordvik, one.id) == [two.id]
    assert read(nordvik, conversation.ancestors, one.id, ME, 40) == [two.id]
