"""Addresses, languages, caching, style sheet, and errors in plain words."""

import re
from urllib.parse import quote

import pytest

from actors.errors import Unavailable
from fedi.store.engine import Engine
from tests.fedi import town
from tests.fedi.asking import ask
from tests.fedi.pages.visiting import Visitor, document, words
from tests.fedi.town import HOUR, IT, put
from tests.running import run


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("", "nb"),
        ("no", "nb"),
        ("nn-NO,nn;q=0.9", "nn"),
        ("se-NO", "se"),
        ("en-GB,en;q=0.9,nb;q=0.8", "en"),
        ("de,fr", "nb"),
    ],
)
def test_a_page_is_in_the_language_asked_for(visitor: Visitor, wanted: str, language: str) -> None:
    page = visitor.open("/", accept_language=wanted)
    assert f'<html lang="{language}">' in page.text
    assert "Accept-Language" in page.headers["vary"]


def test_an_address_that_leads_nowhere_is_answered_in_the_readers_language(
    visitor: Visitor,
) -> None:
    page = visitor.open("/ingenting/her", accept_language="nn")
    assert page.status == 404
    assert '<html lang="nn">' in page.text
    page = visitor.open("/ingenting/her", accept_language="en", cookie="language=nn")
    assert '<html lang="nn">' in page.text


def test_words_of_another_language_are_marked(visitor: Visitor) -> None:
    page = visitor.open("/", accept_language="se")
    assert '<span lang="nb">Siste innlegg</span>' in page.text
    assert "Nordvik suohkan" in page.text


def test_a_chosen_language_is_remembered_and_leads_back(visitor: Visitor) -> None:
    chosen = visitor.open(f"/language/nn?back={quote('/@ikt?before=1', safe='')}")
    assert chosen.status == 303
    assert chosen.headers["location"] == "https://sosial.nordvik.test/@ikt?before=1"
    cookie = chosen.headers["set-cookie"]
    for part in ("language=nn", "Path=/", "SameSite=Lax", "HttpOnly", "Secure"):
        assert part in cookie
    page = visitor.open("/", accept_language="en", cookie="language=nn")
    assert '<html lang="nn">' in page.text


@pytest.mark.parametrize(
    "back",
    ["https://vond.example/", "//vond.example", "/\\vond.example", "\\\\vond.example", "vond",
     "javascript:alert(1)", "/a\r\nX: 1", "", "/" + "a" * 4000, "///vond.example", "//[", "x://["],
)  # fmt: skip
def test_a_language_link_never_leads_off_this_server(visitor: Visitor, back: str) -> None:
    answered = visitor.open(f"/language/nn?back={quote(back, safe='')}")
    if answered.status == 303:
        assert answered.headers["location"] == "https://sosial.nordvik.test/"
    else:
        assert answered.status == 400


def test_there_are_four_languages_and_no_fifth(visitor: Visitor) -> None:
    assert visitor.open("/language/de").status == 404
    for cookie in ("language=xx", "language=", "=;;", "language=nb;" * 500):
        assert '<html lang="nb">' in visitor.open("/", cookie=cookie).text


def test_the_language_links_name_each_language_in_itself(visitor: Visitor) -> None:
    nav = document(visitor.open("/@ikt")).find(".//footer//nav")
    assert [(words(e), e.get("lang")) for e in nav] == [
        ("Bokmål", "nb"), ("Nynorsk", "nn"), ("Davvisámegiella", "se"), ("English", "en"),
    ]  # fmt: skip


def test_landmarks_and_the_skip_link_are_there(visitor: Visitor) -> None:
    page = document(visitor.open("/"))
    skip = page.find("body/a")
    assert words(skip) == "Hopp til innholdet"
    assert page.find(f".//*[@id='{skip.get('href')[1:]}']").tag == "main"
    for landmark in ("header", "main", "footer"):
        assert len(page.findall(f"body/{landmark}")) == 1
    labels = [nav.get("aria-label") for nav in page.iter("nav")]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_every_page_says_where_to_log_in(visitor: Visitor) -> None:
    for path in ("/", "/@ikt", "/nowhere"):
        door = document(visitor.open(path)).find(".//header//a[@class='door']")
        assert (words(door), door.get("href")) == ("Logg inn", "/settings/security")


def test_the_page_one_is_on_is_marked_in_the_menu(visitor: Visitor) -> None:
    current = document(visitor.open("/avdelinger")).findall(".//*[@aria-current='page']")
    assert [words(link) for link in current] == ["Avdelinger"]


def test_the_style_sheet_is_kept_for_ever_under_the_name_of_its_content(visitor: Visitor) -> None:
    page = document(visitor.open("/"))
    href = page.find(".//link[@rel='stylesheet']").get("href")
    assert re.fullmatch(r"/assets/style\.[0-9a-f]{12}\.css", href)
    style = visitor.open(href)
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in style.headers["cache-control"]
    assert len(style.body) < 15_000
    assert "@import" not in style.text
    assert "url(" not in style.text
    icon = visitor.open(page.find(".//link[@rel='icon']").get("href"))
    assert icon.headers["content-type"] == "image/svg+xml"
    assert visitor.open("/assets/style.000000000000.css").status == 404
    assert visitor.open("/assets/..%2Fsite.py").status == 404


def test_a_page_held_already_is_not_sent_again(engine: Engine, visitor: Visitor) -> None:
    put(engine, town.post(IT, HOUR, "<p>Hei</p>"))
    first = visitor.open("/")
    again = visitor.open("/", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert visitor.open("/", if_none_match='"x"').status == 200


def test_head_says_the_same_without_a_body(visitor: Visitor) -> None:
    for target in ("/", "/@ikt", "/@ikt/feed.atom", "/finnes-ikke"):
        head = run(ask(visitor.table, target, "HEAD"))
        get = run(ask(visitor.table, target))
        assert head.body == b""
        assert (head.status, head.headers) == (get.status, get.headers)


def test_a_query_that_cannot_be_read_is_said_to_be_so(visitor: Visitor) -> None:
    for query in ("&".join(f"a{n}=" for n in range(50)), "a=" + "b" * 5000, "ø=1"):
        answered = visitor.open(f"/?{query}")
        assert answered.status == 400
        assert "Vi forstod ikke adressen." in answered.text


def test_a_wrong_method_is_a_page_too(visitor: Visitor) -> None:
    answered = visitor.send("/", "")
    assert (answered.status, answered.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    asked = run(ask(visitor.table, "/follow", "OPTIONS"))
    assert (asked.status, asked.body) == (204, b"")
    assert asked.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_what_goes_wrong_inside_tells_nothing_of_itself(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("hemmelig sti /srv/fedi")

    monkeypatch.setattr("fedi.store.directory.departments", broken)
    answered = visitor.open("/avdelinger")
    assert answered.status == 500
    assert "feilen er vår" in answered.text
    assert "hemmelig" not in answered.text


def test_a_house_that_is_too_busy_says_when_to_come_back(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> None:
        raise Unavailable("Full.", retry_after=7)

    monkeypatch.setattr("fedi.store.directory.departments", busy)
    answered = visitor.open("/avdelinger")
    assert (answered.status, answered.headers["retry-after"]) == (503, "7")
    assert "Mange leser her nå." in answered.text


def test_an_error_page_repeats_nothing_of_the_query(visitor: Visitor) -> None:
    assert "hemmelig" not in visitor.open("/finnes-ikke?token=hemmelig").text
