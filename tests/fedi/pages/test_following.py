"""Following from an account elsewhere: the form, the look-up, and where one may be sent."""

from typing import Any
from urllib.parse import urlencode

import pytest

from actors import ids
from actors.handles import Handle
from fedi.pages.following import SUBSCRIBE, filled
from fedi.store.engine import Engine
from tests.fedi.pages.visiting import Visitor, document, words
from tests.fedi.town import HIDDEN, IT, URLS

WHOM = "ikt@nordvik.test"


def jrd(template: Any) -> dict[str, Any]:
    return {"links": [{"rel": "self"}, {"rel": SUBSCRIBE, "template": template}]}


def form(uri: str = WHOM, handle: str = "@kari@by.example") -> str:
    return urlencode({"uri": uri, "handle": handle})


@pytest.mark.parametrize(
    "uri", [WHOM, f"@{WHOM}", f"acct:{WHOM}", "ikt@sosial.nordvik.test", "ikt", IT.url, IT.uri]
)
def test_the_form_asks_where_the_reader_is(visitor: Visitor, uri: str) -> None:
    answered = visitor.open(f"/follow?{urlencode({'uri': uri})}")
    page = document(answered)
    assert "Du vil følge IKT-teamet." in words(page)
    field = page.find(".//input[@id='handle']")
    assert page.find(".//label[@for='handle']") is not None
    assert page.find(f".//*[@id='{field.get('aria-describedby')}']") is not None
    assert "form-action 'self' https:;" in answered.headers["content-security-policy"]


@pytest.mark.parametrize(
    "uri",
    ["", "ingen@nordvik.test", "ikt@elsewhere.example", HIDDEN.uri, HIDDEN.url, "beredskap",
     "https://elsewhere.example/@ikt", f"https://sosial.nordvik.test/posts/{ids.text(10)}", "@@@"],
)  # fmt: skip
def test_nobody_can_be_followed_who_is_not_to_be_found(visitor: Visitor, uri: str) -> None:
    assert visitor.open(f"/follow?{urlencode({'uri': uri})}").status == 404
    assert visitor.send("/follow", form(uri)).status == 404
    assert visitor.elsewhere.asked == []


def test_the_reader_is_sent_to_their_own_server(visitor: Visitor) -> None:
    visitor.elsewhere.answers["by.example"] = jrd("https://by.example/follow?acct={uri}")
    answered = visitor.send("/follow", form())
    assert answered.status == 303
    assert answered.headers["location"] == "https://by.example/follow?acct=ikt%40nordvik.test"
    assert answered.headers["cache-control"] == "no-store"
    assert visitor.elsewhere.asked == [Handle("kari", "by.example")]


def test_nobody_has_us_knock_elsewhere_without_end(visitor: Visitor) -> None:
    """S12, S32: whoever asks needn't be signed in, so what they can have us do is bounded."""
    visitor.elsewhere.answers["by.example"] = jrd("https://by.example/follow?acct={uri}")
    for number in range(30):
        answered = visitor.send("/follow", form(handle=f"@kari{number}@by.example"))
    assert answered.status == 429
    assert int(answered.headers["retry-after"]) >= 1
    assert len(visitor.elsewhere.asked) == 20
    assert visitor.send("/follow", form(handle="@ola@annen.example")).status != 429


@pytest.mark.parametrize("handle", ["", "kari", "@kari", "kari@", "@kari@by example", "a" * 5000])
def test_an_address_that_is_none_is_asked_for_again(visitor: Visitor, handle: str) -> None:
    answered = visitor.send("/follow", form(handle=handle))
    assert answered.status == 422
    problem = document(answered).find(".//*[@role='alert']")
    assert words(problem) == "Adressen må se ut som @kari@by.example. Sjekk skrivemåten."
    assert visitor.elsewhere.asked == []


def test_what_was_written_is_kept_and_is_only_text(visitor: Visitor) -> None:
    answered = visitor.send("/follow", form(handle='"><script>alert(1)</script>'))
    field = document(answered).find(".//input[@id='handle']")
    assert field.get("value") == '"><script>alert(1)</script>'


def test_somebody_unknown_elsewhere_is_said_to_be_so(visitor: Visitor) -> None:
    answered = visitor.send("/follow", form())
    assert answered.status == 422
    assert "Vi finner ingen @kari@by.example." in answered.text


def test_a_silent_server_is_said_to_be_so(visitor: Visitor) -> None:
    visitor.elsewhere.answers["by.example"] = "silent"
    answered = visitor.send("/follow", form())
    assert answered.status == 502
    assert "by.example svarer ikke nå." in answered.text


HOSTILE = [
    None,
    7,
    "",
    "https://by.example/no-place",
    "javascript:alert('{uri}')",
    "data:text/html,{uri}",
    "//by.example/{uri}",
    "/follow?{uri}",
    "http://by.example/{uri}",
    "https:///{uri}",
    "https://by.example/{uri}\r\nSet-Cookie: a=b",
    "https://by.example/{uri}\x00",
    "https://by.example/æ{uri}",
    "https://by.example/{uri}{other}",
    'https://by.example/{uri}"><script>',
    "https://by.example/{uri}" + "a" * 3000,
    "https://[::1/{uri}",
]


@pytest.mark.parametrize("template", HOSTILE)
def test_no_browser_is_sent_to_a_hostile_place(visitor: Visitor, template: Any) -> None:
    visitor.elsewhere.answers["by.example"] = jrd(template)
    answered = visitor.send("/follow", form())
    assert answered.status == 422
    assert "by.example tar ikke imot dette." in answered.text


@pytest.mark.parametrize("answer", [[], "x", 7, {"links": 1}, {"links": [1, None]}, {}])
def test_an_answer_of_no_shape_leads_nowhere(answer: Any) -> None:
    assert filled(answer, WHOM, lab=False) is None


def test_in_the_lab_plain_http_will_do(engine: Engine) -> None:
    visitor = Visitor(engine, lab=True)
    visitor.elsewhere.answers["by.example"] = jrd("http://by.example/{uri}")
    assert visitor.send("/follow", form()).status == 303


def test_a_huge_or_broken_form_is_refused(visitor: Visitor) -> None:
    assert visitor.send("/follow", "uri=" + "a" * 10_000).status == 413
    assert visitor.send("/follow", "&".join("a=1" for _ in range(100))).status == 400


def test_our_own_template_leads_to_what_to_search_for(visitor: Visitor) -> None:
    answered = visitor.open(f"/authorize_interaction?{urlencode({'uri': '@a@b.example<'})}")
    assert answered.status == 200
    assert "@a@b.example&lt;" in answered.text
    assert visitor.open("/authorize_interaction").status == 400
    assert URLS.page("authorize_interaction?uri={uri}").endswith("?uri={uri}")


@pytest.mark.parametrize("handle", ["@kari@nordvik.test", "kari@SOSIAL.nordvik.test"])
def test_an_address_of_ours_is_explained_and_nobody_is_asked(visitor: Visitor, handle: str) -> None:
    answered = visitor.send("/follow", form(handle=handle))
    assert answered.status == 422
    assert "er en adresse her hos oss" in words(document(answered))
    assert visitor.elsewhere.asked == []
