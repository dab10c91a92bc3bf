"""toot, the command line client: signs in as a person and as a department, and does its round."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients.browser import Browser
from tests.clients.house import DEPARTMENT, ClientHouse, picture
from tests.lacking import lacking
from tests.peers.lab import eventually

TOOT = Path(sys.executable).parent / "toot"

pytestmark = [pytest.mark.slow]


@dataclass
class Toot:
    """The program with a configuration of its own, in which several accounts are signed in."""

    house: ClientHouse
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        own = {"XDG_CONFIG_HOME": str(self.folder), "BROWSER": "true", "COLUMNS": "3000"}
        return {**os.environ, **own}

    def account(self, handle: str) -> str:
        return f"{handle}@{self.house.origin.removeprefix('http://')}"

    def says(self, *words: str) -> str:
        """Run a command that must succeed, as the active account; what it prints."""
        done = subprocess.run(
            [str(TOOT), "--no-color", *words],
            env=self.environment, capture_output=True, text=True, timeout=60,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, f"toot {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def read(self, *words: str) -> Any:
        return json.loads(self.says(*words, "--json"))

    def switch(self, handle: str) -> None:
        known = re.findall(rf"{handle}@\S+", self.says("auth"))
        self.says("activate", known[0])

    def log_in(self, username: str, handle: str) -> None:
        """Log in as the program asks for it: an address to open, and a code to bring back."""
        ours, theirs = pty.openpty()
        words = [str(TOOT), "login", "--instance", self.house.origin]
        process = subprocess.Popen(
            words, stdin=theirs, stdout=theirs, stderr=theirs, env=self.environment
        )
        os.close(theirs)
        try:
            said = _until(ours, "[Y/n]")
            os.write(ours, b"n\n")  # it need not open a browser: there is one here
            said += _until(ours, "Authorization code: ")
            url = re.search(rf"{re.escape(self.house.origin)}/oauth/authorize\S+", said)
            assert url is not None, said
            code = Browser(self.house.origin, username).allow(url[0], handle)
            os.write(ours, f"{code}\n".encode())
            _until(ours, "Successfully logged in")
            assert process.wait(60) == 0
        finally:
            process.kill()
            process.wait()
            os.close(ours)


def _until(terminal: int, wanted: str) -> str:
    said, end = "", time.monotonic() + 30
    while wanted not in said:
        assert time.monotonic() < end, said
        if select.select([terminal], [], [], 0.2)[0]:
            said += os.read(terminal, 65_536).decode(errors="replace")
    return said


@pytest.fixture(scope="module")
def toot(house: ClientHouse, tmp_path_factory: pytest.TempPathFactory) -> Toot:
    """The program with three accounts: anne, her department, and ola."""
    if not TOOT.exists():
        lacking("toot isn't installed beside Python")
    program = Toot(house, tmp_path_factory.mktemp("toot"))
    for username, handle in (("anne", "anne"), ("anne", DEPARTMENT), ("ola", "ola")):
        program.log_in(username, handle)
    return program


def test_three_accounts_are_kept_and_changed_between(toot: Toot) -> None:
    for handle in ("anne", DEPARTMENT, "ola"):
        toot.switch(handle)
        assert toot.read("whoami")["acct"] == handle
    assert "Nordmann" in toot.says("whois", "ola")
    assert toot.says("instance")


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_the_department_posts_with_every_visibility(toot: Toot, visibility: str) -> None:
    toot.switch(DEPARTMENT)
    posted = toot.read(
        "post", f"Fra skallet, {visibility}", "-v", visibility, "-p", "Obs", "-l", "nb"
    )
    assert posted["account"]["acct"] == DEPARTMENT
    assert (posted["visibility"], posted["spoiler_text"], posted["language"]) == (
        visibility,
        "Obs",
        "nb",
    )
    assert toot.read("status", posted["id"])["id"] == posted["id"]


def test_a_picture_is_posted_with_its_description(toot: Toot, tmp_path: Path) -> None:
    file = tmp_path / "kart.jpg"
    file.write_bytes(picture())
    toot.switch(DEPARTMENT)
    posted = toot.read("post", "Kartet", "-m", str(file), "-d", "Kart over sentrum")
    attached = posted["media_attachments"][0]
    assert (attached["type"], attached["description"]) == ("image", "Kart over sentrum")
    assert toot.says("upload", str(file))


def test_a_thread_a_poll_and_what_one_does_with_a_post(toot: Toot) -> None:
    toot.switch("anne")
    root = toot.read("post", "Hvem tar kaffen? #kaffe", "-v", "public")
    toot.switch("ola")
    answer = toot.read("post", "Jeg!", "-r", root["id"])
    assert answer["in_reply_to_id"] == root["id"]
    thread = toot.read("thread", root["id"])
    assert [one["id"] for one in thread["descendants"]] == [answer["id"]]
    for word in ("favourite", "reblog", "bookmark"):
        toot.says(word, root["id"])
    toot.switch("anne")
    after = toot.read("status", root["id"])
    assert (after["favourites_count"], after["reblogs_count"]) == (1, 1)
    assert "ola" in toot.says("reblogged-by", root["id"])
    toot.says("pin", root["id"])
    toot.says("unpin", root["id"])
    poll = toot.read(
        "post", "Te?", "--poll-option", "Ja", "--poll-option", "Nei", "--poll-expires-in", "1h"
    )
    assert [one["title"] for one in poll["poll"]["options"]] == ["Ja", "Nei"]
    toot.switch("ola")
    toot.says("polls", "vote", poll["poll"]["id"], "0")
    for word in ("unfavourite", "unreblog", "unbookmark"):
        toot.says(word, root["id"])
    toot.says("delete", answer["id"])


def test_people_follow_search_and_are_told(toot: Toot) -> None:
    toot.switch("ola")
    toot.says("follow", DEPARTMENT)
    assert DEPARTMENT in [one["acct"] for one in toot.read("following")]
    toot.switch(DEPARTMENT)
    assert "ola" in [one["acct"] for one in toot.read("followers")]
    assert "follow" in [one["type"] for one in toot.read("notifications")]
    post = toot.read("post", "Strømmen er tilbake #drift", "-v", "public")
    toot.switch("ola")
    for words in (("home",), ("public",), ("tag", "drift"), ("account", DEPARTMENT)):
        read = ("timelines", *words, "--no-pager", "--no-clear")

        def shown(read: tuple[str, ...] = read) -> bool:
            return post["id"] in [one["id"] for one in toot.read(*read)]

        eventually(shown, f"in {words}")
    assert DEPARTMENT in [one["acct"] for one in toot.read("search", "IKT")["accounts"]]
    toot.says("tags", "follow", "drift")
    assert "drift" in toot.says("tags", "followed")
    toot.says("lists", "create", "Kolleger")
    toot.says("lists", "add", "Kolleger", DEPARTMENT)
    assert "Kolleger" in toot.says("lists", "list")
    for word in ("mute", "unmute", "block", "unblock", "unfollow"):
        toot.says(word, DEPARTMENT)


def test_a_signed_out_account_is_gone(toot: Toot) -> None:
    known = re.findall(r"ola@\S+", toot.says("auth"))
    toot.says("logout", known[0])
    assert "ola@" not in toot.says("auth")
