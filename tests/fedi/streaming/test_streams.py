"""Names of streams, and who may hear them."""

import pytest

from actors.errors import FediError, Forbidden, Invalid
from actors.membership import Role
from fedi.oauth import scopes
from fedi.oauth.callers import Caller
from fedi.streaming.streams import NAMES, Stream, Wanted, check, of_path, wanted
from tests.people import OLA, PERSON_OLA


def caller(*granted: str, app: bool = False) -> Caller:
    return Caller(
        token_id=1,
        app_id=1,
        person=None if app else PERSON_OLA,
        actor=None if app else OLA,
        role=None if app else Role.MANAGER,
        scopes=granted,
        held=scopes.held(granted),
    )


def may(who: Caller, name: str) -> type[FediError] | None:
    try:
        check(who, Stream(name))
    except FediError as problem:
        return type(problem)
    return None


def test_there_are_mastodons_streams() -> None:
    assert sorted(NAMES) == [
        "direct", "hashtag", "hashtag:local", "list", "public", "public:local",
        "public:local:media", "public:media", "public:remote", "public:remote:media", "user",
        "user:notification",
    ]  # fmt: skip


def test_a_hashtag_is_heard_however_it_is_written_and_named_as_it_was() -> None:
    assert wanted("hashtag", tag="#ÅRSMØTE") == Wanted(
        Stream("hashtag", "årsmøte"), ("hashtag", "#ÅRSMØTE")
    )
    assert wanted("list", list="000000000000000012") == Wanted(
        Stream("list", "12"), ("list", "000000000000000012")
    )


def test_only_media_chooses_the_stream_of_media_where_there_is_one() -> None:
    assert wanted("public:local", only_media=True).stream == Stream("public:local:media")
    assert wanted("user", only_media=True).stream == Stream("user")


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("", {}), ("users", {}), ("hashtag", {}), ("hashtag", {"tag": "#"}), ("list", {}),
        ("list", {"list": "x"}), ("hashtag", {"tag": "a" * 201}), ("public:media:media", {}),
    ],
)  # fmt: skip
def test_what_is_no_stream_is_refused(name: str, more: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        wanted(name, **more)  # type: ignore[arg-type]


def test_a_path_is_a_name_with_slashes() -> None:
    assert of_path("/user/notification/") == "user:notification"
    assert of_path("") == ""


@pytest.mark.parametrize("name", sorted(NAMES))
def test_read_hears_everything_and_write_only_what_is_public(name: str) -> None:
    assert may(caller("read"), name) is None
    own = name in ("user", "user:notification", "list", "direct")
    assert may(caller("write"), name) is (Forbidden if own else None)


def test_part_of_read_hears_its_part() -> None:
    assert may(caller("read:notifications"), "user:notification") is None
    assert may(caller("read:notifications"), "user") is Forbidden
    assert may(caller("read:statuses"), "user:notification") is Forbidden
    for name in ("user", "list", "direct"):
        assert may(caller("read:statuses"), name) is None


@pytest.mark.parametrize("name", sorted(NAMES))
def test_an_apps_own_token_hears_what_the_house_says_to_all(name: str) -> None:
    local = name.startswith("public:local")
    assert may(caller("read", app=True), name) is (None if local else Invalid)
