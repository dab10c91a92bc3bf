"""Our server and real foreign ones, live, in both directions.

Each test runs against every peer. What is asserted is what the other server's own library
verified and understood, and what strangers then see at our public addresses.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.peers.house import CLOSED, House
from tests.peers.lab import Peer, eventually

pytestmark = [pytest.mark.peers, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", params=["fedify", "pubby"])
def peer(request: pytest.FixtureRequest) -> Peer:
    """Each foreign server in turn."""
    found: Peer = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def follower(house: House, peer: Peer) -> Peer:
    """A peer that follows IKT-teamet and has been accepted."""
    peer.do("follow", who=house.handle())
    peer.sees("Accept", actor=house.actor())
    return peer


@pytest.fixture(scope="module")
def followed(house: House, peer: Peer) -> Peer:
    """A peer that IKT-teamet follows, and that has accepted."""
    house.follow(peer.handle)
    peer.sees("Follow", actor=house.actor())
    peer.do("accept", who=house.actor())
    following = house.get(house.actor())["following"]
    eventually(lambda: peer.actor in members(peer, following), f"{peer.name} among those followed")
    return peer


def members(reader: Peer, collection: str) -> list[str]:
    """A collection of ours, walked page by page by the foreign server."""
    return list(reader.do("collection", url=collection)["items"])


def becomes(wanted: Any, ask: Callable[[], Any], what: str) -> None:
    """Wait until a question has the wanted answer."""
    eventually(lambda: ask() == wanted, f"{what} becoming {wanted!r}")


# -- they find us


def test_they_find_a_department_by_its_handle(house: House, peer: Peer) -> None:
    found = peer.do("lookup", who=house.handle())
    assert found["id"] == house.actor()
    assert found["type"] == "Organization"
    assert found["handle"] == house.handle()
    assert found["webfinger"]["subject"] == f"acct:{house.handle()[1:]}"
    assert found["shared_inbox"] == f"{house.origin}/inbox"


def test_they_find_no_department_that_does_not_exist(house: House, peer: Peer) -> None:
    with pytest.raises(AssertionError, match="could not"):
        peer.do("lookup", who=house.handle("finnes-ikke"))


# -- they follow us


def test_their_follow_is_accepted_and_they_are_among_our_followers(
    house: House, follower: Peer
) -> None:
    assert follower.state()["following"][house.actor()]["state"] == "accepted"
    accept = follower.sees("Accept", actor=house.actor())
    assert accept["signature"]["verified"]
    assert follower.actor in members(follower, house.get(house.actor())["followers"])


def test_a_post_reaches_the_follower_signed_and_once(house: House, follower: Peer) -> None:
    post = house.post("Varsel: e-post er nede mellom 12 og 13.")
    arrived = follower.sees("Create", object=post)
    assert arrived["actor"] == house.actor()
    assert arrived["signature"]["verified"]
    assert "e-post er nede" in follower.state()["posts"][post]["content"]
    follower.do("fetch", url=post)
    house.post("Neste melding.")
    assert len(follower.seen("Create", object=post)) == 1


def test_fedify_finds_our_proof_on_a_public_post_valid(house: House, follower: Peer) -> None:
    arrived = follower.sees("Create", object=house.post("Med bevis."))
    assert arrived["proof"]["present"]
    if follower.name == "fedify":  # pubby looks at no proofs
        assert arrived["proof"]["verified"]


def test_an_edit_and_a_deletion_reach_the_follower(house: House, follower: Peer) -> None:
    post = house.post("Møtet er kl. 10.")
    follower.sees("Create", object=post)
    house.edit(post, "Møtet er kl. 11.")
    assert follower.sees("Update", object=post)["signature"]["verified"]
    assert "kl. 11" in follower.state()["posts"][post]["content"]
    house.delete(post)
    assert follower.sees("Delete", object=post)["signature"]["verified"]
    assert follower.state()["posts"][post]["deleted"]
    assert house.fetch(post)[0] == 410


def test_a_post_to_followers_reaches_them_and_is_closed_to_strangers(
    house: House, follower: Peer
) -> None:
    post = house.post("Bare for følgere.", visibility="followers")
    follower.sees("Create", object=post)
    assert house.fetch(post)[0] in CLOSED
    assert follower.do("fetch", url=post)["id"] == post


def test_an_internal_post_never_leaves(house: House, follower: Peer) -> None:
    inside = house.post(f"Internt, {follower.handle}", visibility="internal")
    outside = house.post("Offentlig.")
    follower.sees("Create", object=outside)
    assert follower.seen(object=inside) == []
    assert house.fetch(inside)[0] == 404
    with pytest.raises(AssertionError, match="404"):
        follower.do("fetch", url=inside)


# -- they answer us


def test_their_reply_stands_under_our_post(house: House, follower: Peer) -> None:
    post = house.post("Hva synes dere?")
    follower.sees("Create", object=post)
    replies = house.get(post)["replies"]
    reply = follower.do("reply", to=post, content="<p>Godt forslag!</p>")["object"]
    eventually(lambda: reply in members(follower, replies), "the reply among the replies")
    assert "Godt forslag!" in house.page(post)

    follower.do("edit", post=reply, content="<p>Veldig godt forslag!</p>")
    eventually(lambda: "Veldig godt forslag!" in house.page(post), "the edit on the page")

    follower.do("delete", post=reply)
    becomes(False, lambda: reply in members(follower, replies), "the reply still there")
    # A page is made once a second at most, so it may show what is gone for that long.
    eventually(lambda: "godt forslag" not in house.page(post).lower(), "the reply off the page")


def test_their_like_is_counted_and_its_undo_too(house: House, follower: Peer) -> None:
    post = house.post("Kantina er åpen.")
    follower.sees("Create", object=post)
    likes = house.get(post)["likes"]
    follower.do("like", post=post)
    becomes(1, lambda: house.total(likes), "likes")
    follower.do("undo_like", post=post)
    becomes(0, lambda: house.total(likes), "likes")


def test_their_boost_is_counted_and_its_undo_too(house: House, follower: Peer) -> None:
    post = house.post("Del gjerne.")
    follower.sees("Create", object=post)
    shares = house.get(post)["shares"]
    follower.do("boost", post=post)
    becomes(1, lambda: house.total(shares), "shares")
    follower.do("undo_boost", post=post)
    becomes(0, lambda: house.total(shares), "shares")


def test_their_mention_out_of_the_blue_is_taken_in(house: House, peer: Peer) -> None:
    post = peer.do("mention", who=house.handle(), content="<p>Hei, får jeg spørre?</p>")["object"]
    kept = eventually(lambda: house.knows(post), "the mention kept")
    assert "får jeg spørre" in kept["content"]


def test_their_direct_message_is_shown_to_nobody_else(house: House, peer: Peer) -> None:
    post = peer.do("direct", who=house.handle(), content="<p>Fortrolig</p>")["object"]
    kept = eventually(lambda: house.knows(post), "the message kept")
    assert kept["visibility"] == "direct"


# -- we find and follow them


def test_our_follow_waits_until_they_accept(house: House, followed: Peer) -> None:
    assert followed.sees("Follow", actor=house.actor())["signature"]["verified"]
    assert followed.state()["followers"][house.actor()]["state"] == "accepted"


def test_their_post_comes_in_and_so_do_its_edit_and_deletion(house: House, followed: Peer) -> None:
    post = followed.do("post", content="<p>Nytt fra oss</p>")["object"]
    kept = eventually(lambda: house.knows(post), "their post kept")
    assert "Nytt fra oss" in kept["content"]
    followed.do("edit", post=post, content="<p>Nyere fra oss</p>")
    eventually(lambda: "Nyere" in (house.knows(post) or {"content": ""})["content"], "the edit")
    followed.do("delete", post=post)
    eventually(lambda: house.knows(post) is None, "the deletion")


def test_our_mention_names_them_as_they_name_themselves(house: House, peer: Peer) -> None:
    post = house.post(f"Takk for hjelpen, {peer.handle}!")
    arrived = peer.sees("Create", object=post)
    tags = arrived["raw"]["object"]["tag"]
    mention = next(tag for tag in tags if tag["type"] == "Mention")
    assert mention["href"] == peer.actor
    assert mention["name"] in (peer.handle, f"@{peer.user}")
    assert peer.actor in arrived["raw"]["to"] + arrived["raw"]["cc"]


def test_our_reply_says_what_it_answers(house: House, followed: Peer) -> None:
    theirs = followed.do("post", content="<p>Når åpner dere?</p>")["object"]
    eventually(lambda: house.knows(theirs), "their post kept")
    ours = house.post("Klokka ni.", to=theirs)
    followed.sees("Create", object=ours)
    assert followed.state()["posts"][ours]["inReplyTo"] == theirs


def test_our_like_and_its_undo_reach_them(house: House, followed: Peer) -> None:
    theirs = followed.do("post", content="<p>Lik dette</p>")["object"]
    eventually(lambda: house.knows(theirs), "their post kept")
    house.like(theirs)
    assert followed.sees("Like", object=theirs)["signature"]["verified"]
    assert followed.state()["likes"][theirs] == [house.actor()]
    house.undo_like(theirs)
    followed.comes_to("like undone", lambda state: state["likes"][theirs] == [])


def test_our_boost_and_its_undo_reach_them(house: House, followed: Peer) -> None:
    theirs = followed.do("post", content="<p>Del dette</p>")["object"]
    eventually(lambda: house.knows(theirs), "their post kept")
    house.boost(theirs)
    assert followed.sees("Announce", object=theirs)["signature"]["verified"]
    assert followed.state()["shares"][theirs] == [house.actor()]
    house.undo_boost(theirs)
    followed.comes_to("boost undone", lambda state: state["shares"][theirs] == [])


def test_our_direct_message_reaches_one_and_is_closed_to_the_other(
    house: House, fedify: Peer, pubby: Peer
) -> None:
    for one, other in ((fedify, pubby), (pubby, fedify)):
        post = house.post(f"{one.handle} Bare til deg.", visibility="direct")
        one.sees("Create", object=post)
        assert one.do("fetch", url=post)["id"] == post
        assert house.fetch(post)[0] in CLOSED
        with pytest.raises(AssertionError, match=r"40[134]"):
            other.do("fetch", url=post)
        assert other.seen(object=post) == []


# -- signatures, outages


def test_we_speak_the_dialect_that_a_server_is_known_to_verify(house: House, peer: Peer) -> None:
    peer.do("mention", who=house.handle(), content="<p>Hør her</p>")
    arrived = peer.sees("Create", object=house.post(f"{peer.handle} Vi hører."))
    learnt = {"fedify": "rfc9421", "pubby": "cavage"}[peer.name]
    assert arrived["signature"]["dialect"] == learnt
    assert arrived["signature"]["verified"]


def test_what_was_posted_while_they_were_away_arrives_once_and_in_order(
    house: House, follower: Peer
) -> None:
    follower.stop()
    first = house.post("Mens dere var borte, 1.")
    second = house.post("Mens dere var borte, 2.")
    house.edit(first, "Mens dere var borte, 1, rettet.")
    follower.start()
    follower.do("mention", who=house.handle(), content="<p>Her er vi igjen</p>")
    follower.sees("Create", object=second)
    follower.comes_to(
        "the corrected first post",
        lambda state: "rettet" in state["posts"].get(first, {"content": ""})["content"],
    )
    for post in (first, second):
        assert len(follower.seen("Create", object=post)) == 1


def test_a_restart_of_ours_loses_nothing_on_its_way(house: House, follower: Peer) -> None:
    follower.stop()
    post = house.post("Skrevet like før omstart.")
    house.stop()
    follower.start()
    house.start()
    follower.sees("Create", object=post)
    assert len(follower.seen("Create", object=post)) == 1


# -- parting


def test_they_leave_and_hear_no_more_of_us(house: House, follower: Peer) -> None:
    followers = house.get(house.actor())["followers"]
    follower.do("unfollow", who=house.handle())
    becomes(False, lambda: follower.actor in members(follower, followers), "still a follower")
    unheard = house.post("Ikke for dere lenger.")
    follower.sees("Create", object=house.post(f"{follower.handle} Men dette er."))
    assert follower.seen(object=unheard) == []


def test_we_leave_and_a_refusal_when_we_ask_again_keeps_us_out(
    house: House, followed: Peer
) -> None:
    house.unfollow(followed.actor)
    followed.comes_to("we left", lambda state: house.actor() not in state["followers"])
    house.follow(followed.handle)
    followed.comes_to("we asked", lambda state: house.actor() in state["followers"])
    followed.do("reject", who=house.actor())
    following = house.get(house.actor())["following"]
    becomes(False, lambda: followed.actor in members(followed, following), "following")
