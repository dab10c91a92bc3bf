"""A person in a browser without scripts: opens the address an app gives, signs in, consents.

Forms are read with an HTML parser and sent as a browser sends them, hidden fields and all.
"""

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPMessage
from typing import IO, Any

from bs4 import BeautifulSoup, Tag

from tests.clients.house import PASSWORD


@dataclass
class Form:
    """A form of a page: where it goes, what is in it, and the words of its radio buttons."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)


class Leaves(Exception):
    """The server sent the browser to an address that isn't its own: the app's."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows redirections within the server, and tells of the first that leads out."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def redirect_request(
        self, req: Any, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Any:
        if not newurl.startswith(f"{self.origin}/"):
            fp.close()
            raise Leaves(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)

    def http_error_303(
        self, req: Any, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> Any:
        place = urllib.parse.urljoin(req.full_url, headers["location"])
        if urllib.parse.urlsplit(place).scheme not in ("http", "https"):
            fp.close()
            raise Leaves(place)  # a scheme of the app's own, which the library would refuse
        return super().http_error_303(req, fp, code, msg, headers)

    http_error_302 = http_error_303


class Browser:
    """One person's browser, with its cookies."""

    def __init__(self, origin: str, username: str = "anne") -> None:
        self.origin, self.username = origin, username
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
            _StayHere(origin),
        )

    def open(self, url: str, fields: dict[str, str] | None = None) -> BeautifulSoup:
        """The page at a URL, or the answer to a form; AssertionError with what it says if bad."""
        body = urllib.parse.urlencode(fields).encode() if fields is not None else None
        headers = {"Origin": self.origin} if fields is not None else {}
        try:
            with self.opener.open(urllib.request.Request(url, body, headers), timeout=20) as answer:
                return BeautifulSoup(answer.read(), "html.parser")
        except urllib.error.HTTPError as error:
            with error:
                text = BeautifulSoup(error.read(), "html.parser").get_text(" ", strip=True)
            raise AssertionError(f"{url}: {error.code} {text[:500]}") from None

    def send(self, form: Form, **fields: str) -> BeautifulSoup:
        return self.open(f"{self.origin}{form.action}", {**form.fields, **fields})

    def asked(self, url: str) -> BeautifulSoup:
        """Open an app's address to authorize at, and sign in if that is asked first."""
        page = self.open(url)
        if page.find("input", {"name": "password"}):
            page = self.send(form(page, "/sign-in"), username=self.username, password=PASSWORD)
        return page

    def allow(self, url: str, handle: str) -> str:
        """Let the app speak as `handle`: the code that is shown, or the address one is sent to."""
        consent = form(self.asked(url), "/oauth/authorize")
        names = {value: words.split("@")[-1].split() for value, words in consent.choices.items()}
        chosen = {found[0]: value for value, found in names.items()}
        try:
            page = self.send(consent, actor=chosen[handle], answer="allow")
        except Leaves as leaves:
            return leaves.address
        shown = page.find(id="code")
        assert isinstance(shown, Tag), page.get_text(" ", strip=True)
        return shown.get_text(strip=True)

    def deny(self, url: str) -> str:
        """Say no; the address one is sent to."""
        consent = form(self.asked(url), "/oauth/authorize")
        try:
            page = self.send(consent, answer="deny")
        except Leaves as leaves:
            return leaves.address
        raise AssertionError(page.get_text(" ", strip=True))


def form(page: BeautifulSoup, action: str) -> Form:
    """The form of a page that goes to `action`."""
    found = page.find("form", {"action": action})
    assert isinstance(found, Tag), page.get_text(" ", strip=True)[:500]
    result = Form(action)
    for entry in found.find_all("input"):
        assert isinstance(entry, Tag)
        name, value = str(entry.get("name", "")), str(entry.get("value", ""))
        if entry.get("type") == "hidden":
            result.fields[name] = value
        elif entry.get("type") == "radio":
            label = entry.find_parent("label")
            result.choices[value] = label.get_text(" ", strip=True) if label else ""
    return result
