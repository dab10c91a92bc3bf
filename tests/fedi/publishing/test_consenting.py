"""Who is stopped because of where a group is read is stopped once, in any app."""

from actors.effects import Done, Refusal
from actors.grouping import Access, Grouping
from actors.people import ActorKind
from actors.posts import Visibility
from actors.verbs import Create
from fedi.publishing.consenting import consenting
from tests.people import ALICE, KARI, Nordvik, note, ours
from tests.running import run

CLUB = ours(26, "klubben", "Klubben", ActorKind.GROUP, locked=True)


def test_the_second_post_goes_whatever_it_says(nordvik: Nordvik) -> None:
    nordvik.put(CLUB, Grouping(actor_id=CLUB.id, access=Access.CLOSED))
    for member in (KARI, ALICE):
        nordvik.follows(member, CLUB)
    outcomes = []
    for _ in range(3):
        said = note(KARI, nordvik.post_uri(KARI), Visibility.PUBLIC, CLUB)
        create = Create(
            uri=nordvik.uri(KARI), actor=KARI.uri, note=said, visibility=Visibility.PUBLIC
        )
        also = consenting(create, None)
        outcomes.append(run(nordvik.performer.once(create, also)))
    assert isinstance(outcomes[0], Refusal)
    assert (outcomes[0].code, outcomes[0].about) == ("stop_elsewhere", "mastodon.test")
    assert all(isinstance(one, Done) for one in outcomes[1:])
