"""The two foreign servers understand each other, so what they say of us can be believed."""

import pytest

from tests.peers.lab import Peer

pytestmark = [pytest.mark.peers, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def friends(fedify: Peer, pubby: Peer) -> tuple[Peer, Peer]:
    """Both servers, following each other."""
    for one, other in ((fedify, pubby), (pubby, fedify)):
        one.do("follow", who=other.handle)
        other.sees("Follow", actor=one.actor)
        other.do("accept", who=one.actor)
        one.sees("Accept", actor=other.actor)
    return fedify, pubby


def test_each_finds_the_other_by_webfinger_over_tls(fedify: Peer, pubby: Peer) -> None:
    for one, other in ((fedify, pubby), (pubby, fedify)):
        found = one.do("lookup", who=other.handle)
        assert found["id"] == other.actor
        assert found["handle"] == other.handle
        assert found["webfinger"]["subject"] == "acct:" + other.handle.removeprefix("@")


def test_a_follow_is_pending_until_it_is_accepted(friends: tuple[Peer, Peer]) -> None:
    for one, other in (friends, friends[::-1]):
        assert one.state()["following"][other.actor]["state"] == "accepted"
        assert other.state()["followers"][one.actor]["state"] == "accepted"


def test_fedify_knocks_again_with_the_older_signature(friends: tuple[Peer, Peer]) -> None:
    fedify, pubby = friends
    turned_away = [entry for entry in pubby.refused() if entry["raw"]["actor"] == fedify.actor]
    assert turned_away[0]["signature"]["dialect"] == "rfc9421"
    assert pubby.sees("Follow")["signature"] == {"dialect": "cavage", "verified": True}


def test_a_post_reaches_the_follower_and_its_changes_too(friends: tuple[Peer, Peer]) -> None:
    for one, other in (friends, friends[::-1]):
        post = one.do("post", content="<p>Første utgave</p>")["object"]
        arrived = other.sees("Create", object=post)
        assert arrived["actor"] == one.actor
        assert arrived["signature"]["verified"]
        assert other.state()["posts"][post]["content"] == "<p>Første utgave</p>"

        one.do("edit", post=post, content="<p>Andre utgave</p>")
        other.sees("Update", object=post)
        assert other.state()["posts"][post]["content"] == "<p>Andre utgave</p>"

        one.do("delete", post=post)
        other.sees("Delete", object=post)
        assert other.state()["posts"][post]["deleted"]


def test_like_boost_and_their_undoing_arrive(friends: tuple[Peer, Peer]) -> None:
    for one, other in (friends, friends[::-1]):
        post = one.do("post", content="<p>Lik meg</p>")["object"]
        other.sees("Create", object=post)
        for verb, table in (("like", "likes"), ("boost", "shares")):
            deed = other.do(verb, post=post)["activity"]
            one.sees("Like" if verb == "like" else "Announce", id=deed)
            assert one.state()[table][post] == [other.actor]
            undo = other.do(f"undo_{verb}", post=post)["activity"]
            one.sees("Undo", id=undo, object=deed)
            assert one.state()[table][post] == []


def test_a_reply_mentions_the_author_and_names_its_parent(friends: tuple[Peer, Peer]) -> None:
    for one, other in (friends, friends[::-1]):
        post = one.do("post", content="<p>Spør meg</p>")["object"]
        other.sees("Create", object=post)
        answer = other.do("reply", to=post, content="<p>Svar</p>")["object"]
        one.sees("Create", object=answer)
        assert one.state()["posts"][answer]["inReplyTo"] == post


def test_direct_and_followers_only_posts_arrive_and_are_closed_to_strangers(
    friends: tuple[Peer, Peer],
) -> None:
    for one, other in (friends, friends[::-1]):
        for verb, more in (("direct", {"who": other.handle}), ("followers_post", {})):
            post = one.do(verb, content="<p>Mellom oss</p>", **more)["object"]
            other.sees("Create", object=post)
            assert other.do("fetch", url=post)["id"] == post
            with pytest.raises(AssertionError, match=r"40[134]"):
                other.do("fetch", url=post, signed=False)


def test_fedify_proves_its_posts_and_says_which_proofs_held(friends: tuple[Peer, Peer]) -> None:
    fedify, pubby = friends
    post = fedify.do("post", content="<p>Bevist</p>")["object"]
    assert pubby.sees("Create", object=post)["proof"]["present"]
    post = pubby.do("post", content="<p>Uten bevis</p>")["object"]
    assert fedify.sees("Create", object=post)["proof"] == {"present": False, "verified": False}


def test_collections_tell_who_follows(friends: tuple[Peer, Peer]) -> None:
    for one, other in (friends, friends[::-1]):
        followers = one.do("lookup", who=other.handle)["json"]["followers"]
        assert one.do("collection", url=followers)["items"] == [one.actor]


def test_both_remember_after_a_restart(friends: tuple[Peer, Peer]) -> None:
    for one, other in (friends, friends[::-1]):
        before = one.state()
        one.stop()
        one.start()
        assert one.state() == before
        post = one.do("post", content="<p>Tilbake</p>")["object"]
        other.sees("Create", object=post)


def test_unfollow_and_refusal_leave_nobody_following(friends: tuple[Peer, Peer]) -> None:
    for one, other in (friends, friends[::-1]):
        one.do("unfollow", who=other.handle)
        other.sees("Undo", actor=one.actor)
        assert one.actor not in other.state()["followers"]
        again = one.do("follow", who=other.handle)["activity"]
        other.sees("Follow", id=again)
        other.do("reject", who=one.actor)
        one.sees("Reject", actor=other.actor)
        assert one.state()["following"][other.actor]["state"] == "rejected"
        assert one.actor not in other.state()["followers"]
