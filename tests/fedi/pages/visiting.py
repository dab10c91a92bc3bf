"""Visits the pages of Nordvik: the real views over a real engine, asked as a browser would."""

from typing import Any

import html5lib
from starlette.applications import Starlette

from actors.errors import FetchAnswered, FetchTimeout
from actors.handles import Handle
from fedi.config.settings import Organisation
from fedi.net.answer import send_answer
from fedi.net.dispatch import Dispatch
from fedi.pages.routes import Pages
from fedi.pages.site import Site
from fedi.store.engine import Engine
from tests.fedi.asking import Answered, ask
from tests.fedi.town import URLS, FixedClock
from tests.running import run

SIZE_MAX = 30_000
ORGANISATION = Organisation(
    name="Nordvik kommune",
    names={"en": "Nordvik municipality", "se": "Nordvik suohkan"},
    number="999 888 777",
    contact="post@nordvik.test",
)


class Elsewhere:
    """Other servers' WebFinger, as told."""

    def __init__(self) -> None:
        self.asked: list[Handle] = []
        self.answers: dict[str, Any] = {}

    async def __call__(self, handle: Handle) -> Any:
        self.asked.append(handle)
        answer = self.answers.get(handle.domain or "")
        if answer == "silent":
            raise FetchTimeout("No answer.")
        if answer is None:
            raise FetchAnswered("Not found.", answered=404)
        return answer


class Visitor:
    """Opens pages and sees to it that each is valid, small, and forbids what it must."""

    def __init__(
        self,
        engine: Engine,
        *,
        organisation: Organisation = ORGANISATION,
        lab: bool = False,
        kept_ms: int = 0,
    ) -> None:
        self.clock = FixedClock()
        self.elsewhere = Elsewhere()
        self.pages = Pages(
            Site(
                engine=engine,
                urls=URLS,
                organisation=organisation,
                clock=self.clock,
                webfinger=self.elsewhere,
                lab=lab,
                kept_ms=kept_ms,
            )
        )
        error = self.pages.error
        app = Starlette(routes=self.pages.routes(), exception_handlers={404: error, 405: error})
        self.table = Dispatch(app)
        self.table.add("/posts/{id}", self._shared)
        self.table.add("/actors/{id}", self._shared)

    async def _shared(self, scope: Any, receive: Any, send: Any) -> None:
        await send_answer(send, await self.pages.html(scope))

    def open(self, target: str, **headers: str) -> Answered:
        """Open an address and check what holds for every page."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answered = run(ask(self.table, target, headers=named))
        if answered.headers.get("content-type", "").startswith("text/html"):
            check(answered)
        return answered

    def send(self, target: str, body: str, **headers: str) -> Answered:
        answered = run(ask(self.table, target, "POST", headers=headers, body=body.encode()))
        if answered.body:
            check(answered)
        return answered


def check(answered: Answered) -> None:
    """What holds for every page, whatever is on it."""
    assert len(answered.body) < SIZE_MAX, f"{len(answered.body)} bytes"
    html5lib.HTMLParser(strict=True).parse(answered.body, transport_encoding="utf-8")
    policy = answered.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert answered.headers["x-content-type-options"] == "nosniff"
    assert answered.headers["referrer-policy"] == "same-origin"
    assert "accept-language" in answered.headers["vary"].lower()
    for forbidden in ("<script", "style=", "onclick", "javascript:"):
        assert forbidden not in answered.text.lower()


def document(answered: Answered) -> Any:
    """The page as a tree of elements without a namespace."""
    return html5lib.parse(answered.body, transport_encoding="utf-8", namespaceHTMLElements=False)


def words(element: Any) -> str:
    """The text of an element, with single spaces."""
    return " ".join("".join(element.itertext()).split())
