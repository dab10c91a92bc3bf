"""What members on servers of another kind read of a group, and what of theirs is said inside."""

import pytest

from actors.admitting import REPEAT
from actors.grouping import Access, Grouping
from actors.people import ActorKind
from actors.posts import Visibility
from actors.relaying import NOTES
from fedi.groups.notes import Notes
from fedi.store import abroad
from tests.fedi.store.units import write
from tests.people import ALICE, KARI, NOW, Nordvik, ours
from tests.running import run

CLUB = ours(26, "klubben", "Klubben", ActorKind.GROUP, locked=True)


@pytest.fixture
def club(nordvik: Nordvik) -> Nordvik:
    nordvik.put(CLUB, Grouping(actor_id=CLUB.id, access=Access.CLOSED))
    for member in (KARI, ALICE):
        nordvik.follows(member, CLUB)
    return nordvik


def creates(club: Nordvik) -> list[dict[str, str]]:
    return [
        one["object"]
        for one in club.bodies()
        if one["type"] == "Create" and one["actor"] == CLUB.uri
    ]


def test_a_post_is_told_once_and_only_of_an_author_who_knows(club: Nordvik) -> None:
    write(club, abroad.tell, (CLUB.id,), KARI.id, None, NOW)
    post = club.says(KARI, Visibility.PUBLIC, CLUB)
    notes = Notes(club.performer)
    for _ in range(2):
        run(notes.carry_out(NOTES, CLUB.id, post.id))
    (note,) = creates(club)
    assert note["attributedTo"] == CLUB.uri
    assert note["content"].startswith("<p>Kari Nordmann (@kari@nordvik.test):</p>")


def test_of_who_was_never_told_nothing_is(club: Nordvik) -> None:
    write(club, abroad.tell, (CLUB.id,), KARI.id, None, NOW)
    post = club.says(KARI, Visibility.PUBLIC, CLUB)
    write(club, lambda tx: tx.run("DELETE FROM group_consent"))
    run(Notes(club.performer).carry_out(NOTES, CLUB.id, post.id))
    assert creates(club) == []


def test_what_a_member_elsewhere_says_is_said_inside_once_with_their_name(club: Nordvik) -> None:
    post = club.says(ALICE, Visibility.DIRECT, CLUB)
    notes = Notes(club.performer)
    for _ in range(2):
        run(notes.carry_out(REPEAT, CLUB.id, post.id))
    rows = club.ask("SELECT content, visibility FROM post WHERE author_id = ?", CLUB.id)
    assert [(row[0].split("</p>")[0], row[1]) for row in rows] == [
        ("<p>Alice (@alice@mastodon.test):", "group")
    ]
