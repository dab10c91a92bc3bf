"""like, boost, pin, vote, their undoing, and the home page."""

from tests.fedi.house_on_disk import HouseOnDisk


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


def test_an_empty_home_says_what_to_do(house: HouseOnDisk) -> None:
    assert "fedi follow" in house.run("home", "--as", "anne").stdout


def test_what_several_share_is_on_the_home_page_once(house: HouseOnDisk) -> None:
    post = house.fedi("post", "--as", "ikt_teamet", "Oppe igjen")
    house.fedi("department", "add", "arkivet", "--name", "Arkivet")
    for who in ("ikt_teamet", "arkivet"):
        house.fedi("follow", f"@{who}", "--as", "anne")
        house.fedi("boost", post["uri"], "--as", who)
    house.fedi("post", "--as", "arkivet", "Nytt i arkivet")
    shown = house.fedi("home", "--as", "anne")
    assert [one["text"] for one in shown] == ["Nytt i arkivet", "Oppe igjen"]


def test_a_post_that_is_not_there_is_said_to_be_none(house: HouseOnDisk) -> None:
    for verb in ("like", "boost", "pin", "unpin", "vote"):
        assert "There is no such post" in house.fails(verb, "000000000000000012", "--as", "anne")


def test_a_post_of_ones_own_is_pinned_and_unpinned(house: HouseOnDisk) -> None:
    post = house.fedi("post", "--as", "ikt_teamet", "Les dette først")
    assert house.fedi("pin", post["id"], "--as", "ikt_teamet")["pinned"] is True
    assert house.fedi("unpin", post["id"], "--as", "ikt_teamet")["pinned"] is False
    assert "has not pinned" in house.fails("unpin", post["id"], "--as", "ikt_teamet")
    assert "one's own" in house.fails("pin", post["id"], "--as", "anne")


def test_a_vote_is_cast_by_words_or_by_number_and_once(house: HouseOnDisk) -> None:
    post = house.fedi("post", "--as", "ikt_teamet", "Når?", "--poll", "Mandag", "--poll", "Fredag")
    house.fedi("department", "add", "arkivet", "--name", "Arkivet")
    assert house.fedi("vote", post["id"], "--as", "anne")["choices"] == ["Mandag", "Fredag"]
    assert house.fedi("vote", post["id"], "Fredag", "--as", "anne")["voted"] == ["Fredag"]
    assert house.fedi("vote", post["id"], "1", "--as", "arkivet")["voted"] == ["1"]
    assert "already" in house.fails("vote", post["id"], "Mandag", "--as", "anne")
    assert "1 Mandag, 2 Fredag" in house.fails("vote", post["id"], "Lørdag", "--as", "anne")
    plain = house.fedi("post", "--as", "ikt_teamet", "Hei")
    assert "has no poll" in house.fails("vote", plain["id"], "--as", "anne")
