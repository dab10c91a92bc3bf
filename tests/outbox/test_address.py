"""Whom a thing is for, and which inboxes get it (security.md S21)."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from actors.people import Actor
from actors.posts import Visibility
from outbox.address import Target, inbox_for, targets
from tests.outbox.cast import ALICE, ANNE, BRIT, CARL, KARI, NOW, remote

EVERYONE = (ALICE, ANNE, BRIT, CARL, KARI)


def inboxes(actors: Iterable[Actor], visibility: Visibility, **more: frozenset[str]) -> list[str]:
    return [target.inbox for target in targets(actors, visibility, **more)]


def test_two_followers_on_one_server_share_an_inbox_for_public_posts() -> None:
    found = targets((ALICE, ANNE), Visibility.PUBLIC)
    assert found == [Target("mastodon.test", "https://mastodon.test/inbox")]


def test_a_followers_only_post_goes_to_each_follower_s_own_inbox() -> None:
    assert inboxes((ALICE, ANNE), Visibility.FOLLOWERS) == [ALICE.inbox, ANNE.inbox]


def test_a_direct_post_goes_to_the_recipient_s_own_inbox() -> None:
    assert inboxes((ALICE,), Visibility.DIRECT) == [ALICE.inbox]


def test_a_shared_inbox_on_another_host_is_not_used() -> None:
    assert inboxes((CARL,), Visibility.PUBLIC) == [CARL.inbox]


def test_an_inbox_on_another_host_gets_nothing() -> None:
    """Known from before they were refused: our posts would go to whomever an attacker names."""
    for elsewhere in ("https://offer.test/inbox", "https://mastodon.test:8443/inbox"):
        reflecting = replace(ALICE, inbox=elsewhere, shared_inbox=elsewhere)
        for visibility in (Visibility.PUBLIC, Visibility.FOLLOWERS, Visibility.DIRECT):
            assert inboxes((reflecting,), visibility) == []


def test_nobody_gets_it_twice() -> None:
    assert inboxes((BRIT, ALICE, BRIT, ANNE), Visibility.UNLISTED) == [
        BRIT.inbox,
        "https://mastodon.test/inbox",
    ]


def test_our_own_get_nothing_over_the_network() -> None:
    assert targets((KARI,), Visibility.PUBLIC) == []


def test_those_who_are_gone_get_nothing() -> None:
    gone = (replace(ALICE, deleted=NOW), replace(BRIT, suspended=NOW))
    assert targets(gone, Visibility.PUBLIC) == []


def test_an_allow_list_holds_for_the_actor_and_for_the_inbox() -> None:
    allowed = frozenset({"mastodon.test"})
    assert inboxes(EVERYONE, Visibility.PUBLIC, allowed=allowed) == ["https://mastodon.test/inbox"]
    assert targets(EVERYONE, Visibility.PUBLIC, frozenset()) == []


def test_an_actor_without_a_usable_inbox_is_left_out() -> None:
    for inbox in ("", "mailto:alice@mastodon.test", "https://["):
        assert targets((replace(BRIT, inbox=inbox),), Visibility.PUBLIC) == []


_actors = st.builds(
    lambda number, host, shared, local: replace(
        remote(number, host, f"u{number}", shared=f"https://{shared}/inbox" if shared else ""),
        local=local,
    ),
    st.integers(1, 6),
    st.sampled_from(["a.test", "b.test"]),
    st.sampled_from(["", "a.test", "b.test"]),
    st.booleans(),
)


@given(st.lists(_actors), st.sampled_from(Visibility))
def test_law_everyone_meant_is_reached_once_and_nobody_else(
    actors: list[Actor], visibility: Visibility
) -> None:
    found = inboxes(actors, visibility)
    assert len(found) == len(set(found))
    if visibility is Visibility.INTERNAL:
        assert found == []
        return
    meant = [actor for actor in actors if not actor.local]
    assert set(found) == {inbox_for(actor, visibility) for actor in meant}
    if visibility not in (Visibility.PUBLIC, Visibility.UNLISTED):
        assert set(found) == {actor.inbox for actor in meant}
