"""A web client in a real browser, at home on another origin: popup, PKCE, CORS, sockets.

It is our own (webapp/), since no complete one can be installed from a registry. The origins differ
in their site too (localhost and 127.0.0.1), as they do between a web client and its servers.
"""

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.clients.chromium import Chromium, Page, chromium
from tests.clients.house import DEPARTMENT, PASSWORD, ClientHouse
from tests.ports import free_port

WEBAPP = Path(__file__).parent / "webapp"

pytestmark = [pytest.mark.slow]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture(scope="module")
def app_origin() -> Iterator[str]:
    """Where the web client lives."""
    port = free_port()
    handler = functools.partial(Quiet, directory=str(WEBAPP))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{port}"
        server.shutdown()
        thread.join(10)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture(scope="module")
def client(browser: Chromium, house: ClientHouse, app_origin: str) -> Page:
    page = browser.open(f"{app_origin}/index.html?server={house.origin}")
    page.comes_to("window.app?.ready")
    return page


def fill(page: Page, **fields: str) -> None:
    """Type into the form of a page and press its first button."""
    for name, value in fields.items():
        page.run(f"document.querySelector('[name={name}]').value = {value!r}")
    page.run("document.querySelector('form [type=submit]').click()")


def choose(page: Page, handle: str) -> None:
    """Choose as whom the app shall speak, and allow it."""
    label = (
        f"[...document.querySelectorAll('label')].find((x) => x.innerText.includes('@{handle}'))"
    )
    page.comes_to(f"{label} && true")
    page.run(f"{label}.click()")
    page.run("document.querySelector('[name=answer][value=allow]').click()")


def test_the_popup_signs_in_and_the_person_uses_the_app(
    browser: Chromium, client: Page, house: ClientHouse
) -> None:
    client.run("document.querySelector('#sign-in').click()")
    popup = browser.popup(f"{house.origin}/")
    popup.comes_to("document.querySelector('[name=password]')?.form && true")
    fill(popup, username="anne", password=PASSWORD)
    choose(popup, "anne")
    _is_used_by(client, "anne", 1)


def test_another_account_is_added_which_is_the_department(
    browser: Chromium, client: Page, house: ClientHouse
) -> None:
    client.run("document.querySelector('#sign-in').click()")
    popup = browser.popup(f"{house.origin}/")
    choose(popup, DEPARTMENT)  # she is signed in already, and is asked for consent all the same
    _is_used_by(client, DEPARTMENT, 2)


def _is_used_by(client: Page, handle: str, accounts: int) -> None:
    client.comes_to(f"app.accounts.length === {accounts} || app.errors.length")
    assert client.run("app.errors") == []
    found = client.run("app.accounts.at(-1)")
    assert found["acct"] == handle
    assert found["posted"] == found["again"] == found["home"]
    assert "nettlesaren" in found["edited"]
    assert found["heard"], "neither the socket nor the event source told of the post"
    assert found["protocol"], "the token in the subprotocol was not given back"
    assert 'rel="next"' in found["link"]
    assert found["width"] > 0
    assert (found["missing"], list(found["error"])) == (404, ["error"])


def test_a_refusal_reaches_the_app_and_the_popup_closes(
    browser: Chromium, client: Page, house: ClientHouse
) -> None:
    client.run("document.querySelector('#sign-in').click()")
    popup = browser.popup(f"{house.origin}/")
    popup.comes_to("document.querySelector('[name=answer][value=deny]') && true")
    popup.run("document.querySelector('[name=answer][value=deny]').click()")
    client.comes_to("app.errors.length")
    assert client.run("app.errors") == ["Error: access_denied"]
