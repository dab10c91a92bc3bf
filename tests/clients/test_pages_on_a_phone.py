"""Our own pages on the narrowest phone, in a real browser: all fits, and a thumb hits it."""

from collections.abc import Iterator

import pytest

from tests.clients.chromium import Chromium, Page, chromium
from tests.clients.house import DEPARTMENT, ClientHouse

pytestmark = [pytest.mark.slow]

WIDTH = 320  # CSS pixels: WCAG 2.2, 1.4.10
LONG = "avdeling_for_samfunnsutvikling"  # as long as a handle may be
WIDE = """[...document.querySelectorAll('body *')]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5 && e.checkVisibility())
    .map((e) => `${e.tagName} ${e.innerText?.slice(0, 60)}`)"""
LOW = """[...document.querySelectorAll('nav a, .brand, .door, .button, input:not([type=hidden])')]
    .filter((e) => e.checkVisibility() && e.type !== 'radio')
    .filter((e) => e.getBoundingClientRect().height < 44 || e.getBoundingClientRect().width < 44)
    .map((e) => e.innerText || e.name)"""


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory, house: ClientHouse) -> Iterator[Page]:
    house.fedi("department", "add", LONG, "--name", "Samfunnsutviklingsavdelingen")
    house.fedi("post", "--as", LONG, "Lenke: https://nordvik.example/" + "saksdokument" * 12)
    with chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield narrow(browser, house.origin)


def narrow(browser: Chromium, origin: str) -> Page:
    page = browser.open(f"{origin}/")
    size = {"width": WIDTH, "height": 640, "deviceScaleFactor": 2, "mobile": True}
    browser.call("Emulation.setDeviceMetricsOverride", page.session, **size)
    return page


def visit(phone: Page, url: str) -> None:
    phone.browser.call("Page.navigate", phone.session, url=url)
    phone.comes_to(f"location.href === {url!r} && document.readyState === 'complete'")
    assert phone.run("innerWidth") == WIDTH


@pytest.mark.parametrize(
    "path",
    ["/", "/avdelinger", f"/@{LONG}", f"/@{DEPARTMENT}", f"/follow?uri=%40{LONG}", "/sign-in",
     "/sign-in/forgotten", "/nowhere", "/authorize_interaction?uri=" + "x" * 200],
)  # fmt: skip
def test_nothing_is_wider_than_the_phone_or_too_small_for_a_thumb(
    phone: Page, house: ClientHouse, path: str
) -> None:
    visit(phone, f"{house.origin}{path}")
    assert phone.run(WIDE) == []
    assert phone.run(LOW) == []


def test_the_name_above_stands_in_words_and_not_in_letters(phone: Page, house: ClientHouse) -> None:
    for path in ("/", "/sign-in"):
        visit(phone, f"{house.origin}{path}")
        assert phone.run("document.querySelector('.top').clientHeight") < 200
