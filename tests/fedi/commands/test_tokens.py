"""token: made, listed and taken back."""

from tests.fedi.house_on_disk import HouseOnDisk


def test_tokens_are_listed_by_what_they_are_for_and_never_shown(house: HouseOnDisk) -> None:
    words = ("token", "create", "--person", "anne", "--as", "ikt_teamet", "--label", "Driftsrobot")
    secret = house.fedi(*words, "--scope", "read write:statuses")["token"]
    for more in ((), ("--person", "anne")):
        (one,) = house.fedi("token", "list", *more)
        assert (one["app"], one["person"], one["as"]) == ("Driftsrobot", "anne", "ikt_teamet")
        assert (one["scopes"], one["last_used"]) == ("read write:statuses", "-")
        assert secret not in str(one)
    house.fedi("person", "add", "kari", "--name", "Kari")
    assert house.fedi("token", "list", "--person", "kari") == []


def test_a_token_is_taken_back_once(house: HouseOnDisk) -> None:
    house.fedi("token", "create", "--person", "anne", "--as", "ikt_teamet")
    (one,) = house.fedi("token", "list")
    assert house.fedi("token", "revoke", one["id"]) == {"token": one["id"], "revoked": True}
    assert house.fedi("token", "list") == []
    assert "fedi token list" in house.fails("token", "revoke", one["id"])
    assert "fedi token list" in house.fails("token", "revoke", "nonsense")
