"""follow, accept, like, boost, their undoing, and the home page."""

from tests.fedi.house_on_disk import HouseOnDisk


def test_following_one_of_ours_shows_their_posts_at_home(house: HouseOnDisk) -> None:
    assert house.fedi("follow", "@ikt_teamet", "--as", "anne")["state"] == "accepted"
    house.fedi("post", "--as", "ikt_teamet", "Oppe igjen")
    shown = house.fedi("home", "--as", "anne")
    assert [one["text"] for one in shown] == ["Oppe igjen"]
    assert shown[0]["author"] == "@ikt_teamet@127.0.0.1:20599"
    assert "    Oppe igjen" in house.run("home", "--as", "anne").stdout
    house.fedi("unfollow", "@ikt_teamet", "--as", "anne")
    assert "doesn't follow" in house.fails("unfollow", "@ikt_teamet", "--as", "anne")


def test_whoever_is_locked_answers_requests(house: HouseOnDisk) -> None:
    house.fedi("department", "add", "ledelsen", "--name", "Ledelsen", "--locked")
    for who in ("anne", "ikt_teamet"):
        assert house.fedi("follow", "@ledelsen", "--as", who)["state"] == "pending"
    asked = house.fedi("requests", "--as", "ledelsen")
    assert [one["name"] for one in asked] == ["Anne Berg", "IKT-teamet"] or len(asked) == 2
    assert house.fedi("accept", "@anne", "--as", "ledelsen")["accepted"] is True
    assert house.fedi("reject", "@ikt_teamet", "--as", "ledelsen")["accepted"] is False
    assert house.fedi("requests", "--as", "ledelsen") == []
    house.fedi("post", "--as", "ledelsen", "--visibility", "followers", "Til dere")
    assert [one["text"] for one in house.fedi("home", "--as", "anne")] == ["Til dere"]
    assert house.fedi("home", "--as", "ikt_teamet") == []
    house.fedi("department", "add", "arkivet", "--name", "Arkivet")
    assert "has not asked" in house.fails("accept", "@arkivet", "--as", "ledelsen")


def test_liking_and_sharing_are_done_and_undone(house: HouseOnDisk) -> None:
    post = house.fedi("post", "--as", "ikt_teamet", "Oppe igjen")
    for verb, key in (("like", "liked"), ("boost", "shared")):
        assert house.fedi(verb, post["uri"], "--as", "anne")[key] is True
        assert house.fedi(verb, post["id"], "--as", "anne", "--undo")[key] is False
        assert house.fails(verb, post["id"], "--as", "anne", "--undo")


def test_a_shared_post_says_who_shared_it(house: HouseOnDisk) -> None:
    post = house.fedi("post", "--as", "ikt_teamet", "Oppe igjen")
    house.fedi("boost", post["uri"], "--as", "anne")
    shown = house.fedi("home", "--as", "anne")[0]
    assert shown["shared_by"] == "@anne@127.0.0.1:20599"
    assert shown["uri"] == post["uri"]
    assert "(shared by @anne" in house.run("home", "--as", "anne").stdout


def test_nobody_follows_who_can_not_be_found(house: HouseOnDisk) -> None:
    assert "We find no" in house.fails("follow", "@ingen", "--as", "anne")
    assert house.fails("follow", "http://127.0.0.1:1/actor", "--as", "anne")
    assert "themselves" in house.fails("follow", "@anne", "--as", "anne")


def test_an_empty_home_says_what_to_do(house: HouseOnDisk) -> None:
    assert "fedi follow" in house.run("home", "--as", "anne").stdout
