"""A headless Chromium, steered through its DevTools protocol on a WebSocket.

Only what a test does in a page is here: open one, run a script in it, wait for what it opens.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.lacking import lacking
from tests.peers.lab import eventually

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--remote-debugging-port=0", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)  # fmt: skip


@dataclass
class Page:
    """A page that is open in the browser: a tab or a popup."""

    browser: "Chromium"
    session: str

    def run(self, script: str) -> Any:
        """The value of a script, awaited; a click in it counts as the person's own."""
        answer = self.browser.call(
            "Runtime.evaluate", self.session,
            expression=script, awaitPromise=True, returnByValue=True, userGesture=True,
        )  # fmt: skip
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def comes_to(self, script: str, seconds: float = 30.0) -> Any:
        """Wait until a script has a true value, which may take other pages in between."""
        try:
            return eventually(lambda: self._try(script), script, seconds)
        except AssertionError:
            text = self._try("location.href + ' ' + document.body.innerText")
            raise AssertionError(f"never came to {script}: {text}") from None

    def _try(self, script: str) -> Any:
        try:
            return self.run(script)
        except Failed:  # the page is just being left for another one
            return None


class Failed(Exception):
    """The browser could not do what was asked."""


@dataclass
class Chromium:
    """The browser and its pages."""

    line: ClientConnection
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def call(self, method: str, session: str = "", **params: Any) -> Any:
        """Ask for something and wait for the answer."""
        number = next(self.numbers)
        order = {"id": number, "method": method, "params": params}
        self.line.send(json.dumps(order | ({"sessionId": session} if session else {})))
        while True:
            said = json.loads(self.line.recv(timeout=60))
            if said.get("id") == number:
                if "error" in said:
                    raise Failed(f"{method}: {said['error']}")
                return said["result"]

    def _attach(self, target: str) -> Page:
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Page(self, session)

    def _targets(self) -> list[dict[str, Any]]:
        found = self.call("Target.getTargets")["targetInfos"]
        return [one for one in found if one["type"] == "page"]

    def open(self, url: str) -> Page:
        """A tab of its own with a page in it."""
        return self._attach(self.call("Target.createTarget", url=url)["targetId"])

    def popup(self, url: str) -> Page:
        """Wait for the window that a page opens at a URL that begins so."""

        def found() -> list[str]:
            opened = [one for one in self._targets() if one.get("openerId")]
            return [one["targetId"] for one in opened if one["url"].startswith(url)]

        return self._attach(eventually(found, f"a window at {url}")[0])

    def windows(self) -> int:
        return len(self._targets())


@contextmanager
def chromium(folder: Path) -> Iterator[Chromium]:
    """A browser with a profile of its own; ended afterwards with all that it started."""
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        lacking("Chromium isn't installed")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, *_OPTIONS, f"--user-data-dir={folder / 'profile'}", "about:blank"],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        with connect(_address(process, folder), max_size=None, proxy=None) as line:
            browser = Chromium(line)
            yield browser
            browser.call("Browser.close")
    finally:
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: "subprocess.Popen[bytes]", folder: Path) -> str:
    """Where the browser listens, as it notes in its profile once it does."""
    file, end = folder / "profile" / "DevToolsActivePort", time.monotonic() + 40
    while time.monotonic() < end and process.poll() is None:
        lines = file.read_text().splitlines() if file.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.05)
    log = (folder / "log").read_text(errors="replace")[-2000:]
    raise AssertionError(f"Chromium does not start: {log}")
