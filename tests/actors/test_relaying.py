"""What a group of ours tells others: names of what is for members, the whole of what is open."""

from actors.effects import Effects, Put, Send, Spread
from actors.people import Actor, ActorKind, Exposure
from actors.posts import Post, Visibility
from actors.relaying import NOTES, Voice, changed, posted, removed
from actors.verbs import Announce, Remove, Undo
from tests.people import KARI, NOW, URLS, ours

CLOSED = ours(26, "klubben", "Klubben", ActorKind.GROUP, locked=True)
OPEN = ours(27, "torget", "Torget", ActorKind.GROUP, exposure=Exposure.OPEN)
POST = Post(
    id=5,
    uri=URLS.post(5),
    author_id=KARI.id,
    visibility=Visibility.GROUP,
    published=NOW,
    local=True,
)
IN_THE_OPEN = Post(
    id=6, uri=URLS.post(6), author_id=KARI.id, visibility=Visibility.PUBLIC, published=NOW
)


def voice(group: Actor, boost: Post | None = None) -> Voice:
    uris = (URLS.activity(91), URLS.activity(92))
    return Voice(group=group, ids=(91, 92), uris=uris, boost=boost, now=NOW)


def sends(effects: Effects) -> list[Send]:
    return [one for one in effects if isinstance(one, Send)]


def test_what_is_for_members_is_named_to_servers_like_ours_alone() -> None:
    effects = posted((voice(CLOSED),), POST, URLS.activity(5), KARI)
    (send,) = sends(effects)
    assert isinstance(send.activity, Announce)
    assert (send.activity.object, send.activity.to) == (POST.uri, (CLOSED.followers,))
    assert (send.recipients.alike, send.recipients.by_name) == (True, True)
    assert Spread(NOTES, CLOSED.id, POST.id) in effects


def test_of_an_edit_only_names_are_told() -> None:
    (send,) = sends(changed((voice(CLOSED),), POST, "Update", URLS.activity(7), KARI))
    assert isinstance(send.activity, Announce)
    assert send.activity.wrapped is not None
    assert send.activity.wrapped.object == POST.uri
    assert changed((voice(CLOSED),), POST, "Like", URLS.activity(7), KARI) == ()


def test_what_is_open_is_handed_on_and_what_begins_something_shared() -> None:
    handed, shared = posted((voice(OPEN),), IN_THE_OPEN, URLS.activity(6), KARI)
    assert isinstance(handed, Send)
    assert isinstance(shared, Put)
    assert shared.row.boost_of == IN_THE_OPEN.id  # type: ignore[union-attr]
    assert posted((voice(CLOSED),), IN_THE_OPEN, URLS.activity(6), KARI)


def test_a_boost_is_taken_back_with_what_it_shared() -> None:
    boost = Post(
        id=8, uri=URLS.activity(8), author_id=OPEN.id, visibility=Visibility.PUBLIC, published=NOW
    )
    effects = changed((voice(OPEN, boost),), IN_THE_OPEN, "Delete", URLS.activity(9), KARI)
    assert [type(one.activity) for one in sends(effects)] == [Announce, Undo]


def test_what_managers_take_out_is_told_by_the_group() -> None:
    (send,) = sends(removed((voice(CLOSED),), POST))
    assert isinstance(send.activity, Remove)
    assert (send.activity.object, send.activity.target) == (POST.uri, CLOSED.outbox)
