"""Records to entities, purely: what a wild actor or post of another server looks like to apps."""

from dataclasses import replace

import pytest

from actors.people import Actor, ActorKind, Image
from actors.posts import Visibility
from fedi.mastodon.making import Making, visibility_name
from fedi.store.hydrating import Counted
from tests.people import ALICE, KARI, URLS

MAKING = Making(URLS, proxied=lambda url: f"{URLS.origin}/proxy/x/{len(url)}")


def counted(actor: Actor) -> Counted:
    return Counted(actor=actor, followers=3, following=2, posts=1, last=None)


@pytest.mark.parametrize(
    ("visibility", "name"),
    [
        (Visibility.PUBLIC, "public"), (Visibility.UNLISTED, "unlisted"),
        (Visibility.FOLLOWERS, "private"), (Visibility.INTERNAL, "private"),
        (Visibility.GROUP, "private"), (Visibility.DIRECT, "direct"),
    ],
)  # fmt: skip
def test_a_visibility_has_one_of_the_four_names_that_apps_know(
    visibility: Visibility, name: str
) -> None:
    assert visibility_name(visibility) == name


def test_a_picture_of_anothers_comes_through_this_house() -> None:
    pictured = replace(ALICE, icon=Image("https://mastodon.test/a.png", description="Ein katt"))
    shown = MAKING.account(counted(pictured))
    assert shown.avatar.startswith(f"{URLS.origin}/proxy/")
    assert (shown.avatar_static, shown.avatar_description) == (shown.avatar, "Ein katt")
    ours = MAKING.account(counted(KARI))
    assert ours.avatar.startswith(URLS.origin)
    assert ours.header.startswith(URLS.origin)


def test_an_address_that_is_none_is_not_handed_to_apps() -> None:
    shown = MAKING.account(counted(replace(ALICE, url="javascript:alert(1)")))
    assert shown.url == ALICE.uri


def test_who_hides_totals_has_none() -> None:
    shown = MAKING.account(counted(replace(KARI, hides_totals=True)))
    assert (shown.followers_count, shown.following_count) == (0, 0)
    assert shown.hide_collections is True
    assert MAKING.account(counted(KARI)).followers_count == 3


@pytest.mark.parametrize("kind", list(ActorKind))
def test_every_kind_of_actor_is_an_account(kind: ActorKind) -> None:
    shown = MAKING.account(counted(replace(ALICE, kind=kind)))
    assert shown.acct == "alice@mastodon.test"
    assert shown.group is (kind is ActorKind.GROUP)
    assert shown.bot is (kind in (ActorKind.SERVICE, ActorKind.APPLICATION))
