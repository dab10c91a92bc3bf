"""follow, accept, followers, block-actor, and their undoing."""

from tests.fedi.house_on_disk import HouseOnDisk


def test_following_one_of_ours_shows_their_posts_at_home(house: HouseOnDisk) -> None:
    assert house.fedi("follow", "@ikt_teamet", "--as", "anne")["state"] == "accepted"
    house.fedi("post", "--as", "ikt_teamet", "Oppe igjen")
    shown = house.fedi("home", "--as", "anne")
    assert [one["text"] for one in shown] == ["Oppe igjen"]
    assert shown[0]["author"] == "@ikt_teamet@127.0.0.1:20599"
    house.fedi("unfollow", "@ikt_teamet", "--as", "anne")
    assert "doesn't follow" in house.fails("unfollow", "@ikt_teamet", "--as", "anne")


def test_whoever_is_locked_answers_requests(house: HouseOnDisk) -> None:
    house.fedi("department", "add", "ledelsen", "--name", "Ledelsen", "--locked")
    for who in ("anne", "ikt_teamet"):
        assert house.fedi("follow", "@ledelsen", "--as", who)["state"] == "pending"
    asked = house.fedi("requests", "--as", "ledelsen")
    assert {one["name"] for one in asked} >= {"IKT-teamet"}
    assert len(asked) == 2
    assert house.fedi("accept", "@anne", "--as", "ledelsen")["accepted"] is True
    assert house.fedi("reject", "@ikt_teamet", "--as", "ledelsen")["accepted"] is False
    assert house.fedi("requests", "--as", "ledelsen") == []
    house.fedi("post", "--as", "ledelsen", "--visibility", "followers", "Til dere")
    assert [one["text"] for one in house.fedi("home", "--as", "anne")] == ["Til dere"]
    assert house.fedi("home", "--as", "ikt_teamet") == []
    house.fedi("department", "add", "arkivet", "--name", "Arkivet")
    assert "has not asked" in house.fails("accept", "@arkivet", "--as", "ledelsen")


def test_followers_are_listed_and_removed(house: HouseOnDisk) -> None:
    assert house.fedi("followers", "--as", "ikt_teamet") == []
    house.fedi("follow", "@ikt_teamet", "--as", "anne")
    (one,) = house.fedi("followers", "--as", "ikt_teamet")
    assert one["handle"] == "@anne@127.0.0.1:20599"
    assert "@anne" in house.run("followers", "--as", "ikt_teamet").stdout
    removed = house.fedi("followers", "--as", "ikt_teamet", "--remove", "@anne")
    assert removed == {"handle": "@anne@127.0.0.1:20599", "removed": True}
    assert house.fedi("followers", "--as", "ikt_teamet") == []
    assert "neither follows" in house.fails("followers", "--as", "ikt_teamet", "--remove", "@anne")


def test_a_block_ends_a_follow_until_it_is_taken_back(house: HouseOnDisk) -> None:
    house.fedi("follow", "@ikt_teamet", "--as", "anne")
    assert house.fedi("block-actor", "@anne", "--as", "ikt_teamet")["blocked"] is True
    assert house.fedi("followers", "--as", "ikt_teamet") == []
    assert "blocks the other" in house.fails("follow", "@ikt_teamet", "--as", "anne")
    assert house.fedi("unblock-actor", "@anne", "--as", "ikt_teamet")["blocked"] is False
    assert "doesn't block" in house.fails("unblock-actor", "@anne", "--as", "ikt_teamet")
    assert house.fedi("follow", "@ikt_teamet", "--as", "anne")["state"] == "accepted"


def test_nobody_follows_who_can_not_be_found(house: HouseOnDisk) -> None:
    assert "We find no" in house.fails("follow", "@ingen", "--as", "anne")
    assert house.fails("follow", "http://127.0.0.1:1/actor", "--as", "anne")
    assert "themselves" in house.fails("follow", "@anne", "--as", "anne")


def test_following_somebody_of_a_blocked_domain_says_that_it_is_blocked(
    house: HouseOnDisk,
) -> None:
    house.fedi("block", "evil.test")
    for who in ("@mallory@evil.test", "https://evil.test/users/mallory"):
        assert "evil.test: it is blocked here" in house.fails("follow", who, "--as", "anne")


def test_a_person_must_have_a_role_to_act_for_a_department(house: HouseOnDisk) -> None:
    house.fedi("person", "add", "per", "--name", "Per Vik")
    refused = house.fails("follow", "@anne", "--as", "ikt_teamet", "--person", "per")
    assert "may not write" in refused
