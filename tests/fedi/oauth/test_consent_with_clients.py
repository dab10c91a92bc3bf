"""Two programs that nobody here wrote, Mastodon.py and toot, sign in as a person and then "add
another account", which is the department; each post is by whom it should be."""

import http.cookiejar
import os
import pty
import re
import select
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.fedi.house_on_disk import HouseOnDisk

PASSWORD = "sju fjell og en bro"
TOOT = Path(sys.executable).parent / "toot"

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


class Person:
    """Anne in her browser, who says yes."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.browser = urllib.request.build_opener(jar)

    def open(self, url: str, fields: dict[str, str] | None = None) -> str:
        body = urllib.parse.urlencode(fields).encode() if fields is not None else None
        with self.browser.open(url, body, timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    def code(self, url: str, handle: str) -> str:
        """Sign in, choose as whom the app shall speak, and return the code that is shown."""
        page = self.open(url)
        known = {**hidden(page, "/sign-in"), "username": "anne", "password": PASSWORD}
        page = self.open(f"{self.origin}/sign-in", known)
        offered = re.findall(r'name="actor" value="(\d+)".*?@(\w+)</span>', page, re.S)
        chosen = {username: id for id, username in offered}[handle]
        allowed = {**hidden(page, "/oauth/authorize"), "actor": chosen, "answer": "allow"}
        page = self.open(f"{self.origin}/oauth/authorize", allowed)
        found = re.search(r'id="code">([^<]+)<', page)
        assert found is not None, page
        return found[1]


def hidden(page: str, action: str) -> dict[str, str]:
    form = re.search(rf'<form method="post" action="{action}".*?</form>', page, re.S)
    assert form is not None, page
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0])
    return {name: unescape(value) for name, value in fields}


@pytest.fixture
def origin(served: tuple[HouseOnDisk, str]) -> str:
    house, origin = served
    house.fedi("person", "password", "anne", "--password", PASSWORD)
    return origin


def test_mastodon_py_speaks_as_whom_was_chosen(origin: str) -> None:
    from mastodon import Mastodon
    from mastodon.errors import MastodonUnauthorizedError

    client_id, secret = Mastodon.create_app("Prøve", api_base_url=origin)
    tokens: dict[str, str] = {}
    for handle in ("anne", "ikt_teamet"):
        app: Any = Mastodon(client_id=client_id, client_secret=secret, api_base_url=origin)
        url = app.auth_request_url(force_login=True, allow_http=True)
        tokens[handle] = app.log_in(code=Person(origin).code(url, handle), allow_http=True)
        assert app.account_verify_credentials().acct == handle
        assert app.status_post(f"Hei fra {handle}").account.acct == handle
    first: Any = Mastodon(
        client_id=client_id,
        client_secret=secret,
        api_base_url=origin,
        access_token=tokens["anne"],
    )
    again: Any = Mastodon(access_token=tokens["anne"], api_base_url=origin)
    first.revoke_access_token(allow_http=True)
    with pytest.raises(MastodonUnauthorizedError, match="revoked"):
        again.account_verify_credentials()
    other: Any = Mastodon(access_token=tokens["ikt_teamet"], api_base_url=origin)
    assert other.account_verify_credentials().acct == "ikt_teamet"


class Terminal:
    """toot, asked and answered through a terminal."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.environment = {
            **os.environ, "XDG_CONFIG_HOME": str(folder), "COLUMNS": "3000", "BROWSER": "true",
        }  # fmt: skip
        ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [str(TOOT), *words], stdin=theirs, stdout=theirs, stderr=theirs, env=self.environment
        )
        os.close(theirs)
        self.ours, self.said = ours, b""

    def until(self, wanted: bytes) -> str:
        end = time.monotonic() + 30
        while wanted not in self.said and time.monotonic() < end:
            if select.select([self.ours], [], [], 0.2)[0]:
                self.said += os.read(self.ours, 65_536)
        assert wanted in self.said, self.said
        return self.said.decode()

    def answer(self, text: str) -> None:
        os.write(self.ours, f"{text}\n".encode())

    def close(self) -> None:
        self.process.wait(60)
        os.close(self.ours)


@pytest.mark.skipif(not TOOT.exists(), reason="toot is not installed")
def test_toot_speaks_as_whom_was_chosen(origin: str, tmp_path: Path) -> None:
    for handle in ("anne", "ikt_teamet"):
        toot = Terminal(tmp_path, "login", "--instance", origin)
        toot.until(b"[Y/n]")
        toot.answer("n")
        said = toot.until(b"Authorization code: ")
        url = re.search(rf"{re.escape(origin)}/oauth/authorize\S+", said)
        assert url is not None, said
        toot.answer(Person(origin).code(url[0], handle))
        toot.until(b"Successfully logged in")
        toot.close()
        who = subprocess.run(
            [str(TOOT), "whoami"], env=toot.environment, capture_output=True, text=True, check=True
        )
        assert f"@{handle}" in who.stdout
