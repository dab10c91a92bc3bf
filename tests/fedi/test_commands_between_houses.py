"""Two houses on one machine, by their command lines alone: what one does, the other sees."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.fedi.conftest import founded
from tests.fedi.house_on_disk import HouseOnDisk
from tests.ports import free_port

pytestmark = pytest.mark.slow
T = TypeVar("T")


def eventually(look: Callable[[], T], wanted: Callable[[T], bool], what: str) -> T:
    for _ in range(60):
        found = look()
        if wanted(found):
            return found
        time.sleep(0.25)
    raise AssertionError(f"never {what}: {found}")


class Pair:
    """Two houses, each with ikt_teamet and anne; `one` is followed by `other`."""

    def __init__(self, folder: Path) -> None:
        self.one, self.one_at = self.made(folder / "one")
        self.other, self.other_at = self.made(folder / "other")

    @staticmethod
    def made(folder: Path) -> tuple[HouseOnDisk, str]:
        port = free_port()
        house = founded(folder / "data", port)
        house.start()
        house.await_answer(f"http://127.0.0.1:{port}")
        return house, f"127.0.0.1:{port}"

    def follow(self) -> None:
        who = f"@ikt_teamet@{self.one_at}"
        self.other.fedi("follow", who, "--as", "anne")
        self.until_home_shows_state(who)

    def until_home_shows_state(self, who: str) -> None:
        eventually(
            lambda: self.other.fedi("follow", who, "--as", "anne")["state"],
            lambda state: bool(state == "accepted"),
            "accepted",
        )

    def at_home(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.other.fedi("home", "--as", "anne")
        return found

    def until_seen(self, text: str) -> list[dict[str, Any]]:
        return eventually(
            self.at_home, lambda shown: any(text in one["text"] for one in shown), f"{text!r} seen"
        )


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    two = Pair(tmp_path)
    try:
        yield two
    finally:
        two.one.stop()
        two.other.stop()


def test_a_post_its_answer_its_likes_its_edit_and_its_end(pair: Pair) -> None:
    pair.follow()
    post = pair.one.fedi("post", "--as", "ikt_teamet", "Hei, nabo!")
    pair.until_seen("Hei, nabo!")
    told = pair.one.fedi("deliveries", "--post", post["id"])
    assert (told["delivered"], told["total"]) == (1, 1)
    answer = pair.other.fedi(
        "post", "--as", "anne", "--visibility", "public", "--reply-to", post["uri"], "Hei selv"
    )
    pair.other.fedi("like", post["uri"], "--as", "anne")
    pair.other.fedi("boost", post["uri"], "--as", "anne")
    eventually(
        lambda: (
            pair.one.fedi("deliveries", "--post", post["id"]) and _around(pair.one, post["uri"])
        ),
        lambda found: found == (1, 1, 1),
        "answered, liked and shared",
    )
    assert answer["visibility"] == "public"
    pair.one.fedi("post", "--as", "ikt_teamet", "--edit", post["id"], "Rettet")
    pair.until_seen("Rettet")
    pair.one.fedi("post", "--as", "ikt_teamet", "--delete", post["id"])
    eventually(
        pair.at_home,
        lambda shown: all(one["uri"] != post["uri"] for one in shown),
        "gone",
    )


def _around(house: HouseOnDisk, uri: str) -> tuple[int, int, int]:
    """Answers, likes and boosts of a post."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(house.folder / "fedi.db")) as database:
        return tuple(  # type: ignore[return-value]
            database.execute(sql, (uri,)).fetchone()[0]
            for sql in (
                "SELECT count(*) FROM post WHERE in_reply_to = (SELECT id FROM post WHERE uri = ?)",
                "SELECT count(*) FROM reaction WHERE post_id = (SELECT id FROM post WHERE uri = ?)",
                "SELECT count(*) FROM post WHERE boost_of = (SELECT id FROM post WHERE uri = ?)",
            )
        )


def test_a_new_handle_and_new_keys_reach_the_other_house(pair: Pair) -> None:
    pair.follow()
    pair.one.fedi("department", "rename", "ikt_teamet", "ikt", "--name", "IKT")
    pair.one.fedi("key", "rotate", "ikt")
    pair.one.fedi("post", "--as", "ikt", "Under nytt navn")
    pair.until_seen("Under nytt navn")
    eventually(
        pair.at_home, lambda shown: shown[0]["author"] == f"@ikt@{pair.one_at}", "renamed there"
    )
    old = f"@ikt_teamet@{pair.one_at}"
    eventually(  # a WebFinger answer is kept for some seconds
        lambda: pair.other.run("follow", old, "--as", "anne").stdout,
        lambda said: said == f"Following @ikt@{pair.one_at}.\n",
        "led on from the old handle",
    )
    assert pair.other.fedi("refused") == []


def test_what_is_internal_never_arrives(pair: Pair) -> None:
    pair.follow()
    words = ("post", "--as", "ikt_teamet", "--visibility", "internal")
    post = pair.one.fedi(*words, f"Bare oss, ikke @anne@{pair.other_at}")
    pair.one.fedi("post", "--as", "ikt_teamet", "Til alle")
    shown = pair.until_seen("Til alle")
    assert [one["text"] for one in shown if "Bare oss" in one["text"]] == []
    assert pair.one.fedi("deliveries", "--post", post["id"])["total"] == 0
    assert pair.other.run("like", post["uri"], "--as", "anne").exit_code == 1


def test_a_restored_house_sends_nothing_until_confirmed(pair: Pair, tmp_path: Path) -> None:
    pair.follow()
    pair.one.fedi("backup", str(tmp_path / "kopi"))
    pair.one.stop()
    back = HouseOnDisk(tmp_path / "ny")
    back.fedi("restore", str(tmp_path / "kopi"), "--data-dir", str(back.folder))
    back.start()
    try:
        back.await_answer(f"http://{pair.one_at}")
        post = back.fedi("post", "--as", "ikt_teamet", "Vi er tilbake")
        eventually(
            lambda: back.fedi("deliveries", "--post", post["id"]),
            lambda told: bool(told["expanding"] or told["waiting"]),
            "waiting",
        )
        time.sleep(1.5)
        assert back.fedi("deliveries", "--post", post["id"])["delivered"] == 0
        assert pair.at_home() == []
        back.fedi("restore", "--confirm")
        pair.until_seen("Vi er tilbake")
    finally:
        back.stop()


def test_a_blocked_server_is_refused_and_told_about(pair: Pair) -> None:
    pair.follow()
    pair.other.fedi("block", pair.one_at, "--comment", "prøve")
    time.sleep(1.2)
    pair.one.fedi("post", "--as", "ikt_teamet", "Kommer ikke fram")
    time.sleep(1.5)
    assert pair.at_home() == []
    pair.other.fedi("block", pair.one_at, "--remove")
