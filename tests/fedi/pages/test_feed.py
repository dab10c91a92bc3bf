"""The Atom feed of a department, byte for byte and as other readers take it."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import html5lib

from actors import ids
from actors.posts import Hashtag, Media, Visibility
from fedi.store.engine import Engine
from tests.fedi import town
from tests.fedi.pages.visiting import Visitor
from tests.fedi.town import DAY, HOUR, IT, NOW, OLA, SECRETARIAT, URLS, put

GOLDEN = Path(__file__).with_name("feed.atom")
ATOM = "{http://www.w3.org/2005/Atom}"


def settle_feed(engine: Engine) -> None:
    first = town.post(
        SECRETARIAT, 2 * DAY, '<p>Møtet er <a href="https://a.test/?a=1&amp;b=2">torsdag</a>.</p>'
    )
    picture = Media(url=URLS.media("a.png"), media_type="image/png", description='Kart "A" & B')
    second = town.post(
        SECRETARIAT,
        DAY,
        "<p>Se kartet ]]> &amp; kom</p>",
        language="nn",
        media=(picture,),
        edited=NOW - HOUR,
        edit_number=1,
    )
    warned = town.post(SECRETARIAT, HOUR, "<p>Hemmelig</p>", summary="Om <sykdom>", sensitive=True)
    put(engine, first, second, warned, Hashtag(post_id=first.id, name="åpenhet", shown="Åpenhet"))


def test_the_feed_is_what_it_was(engine: Engine, visitor: Visitor) -> None:
    settle_feed(engine)
    answered = visitor.open("/@sekretariatet/feed.atom")
    assert answered.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answered.text == GOLDEN.read_text(encoding="utf-8")


def test_the_feed_has_all_that_the_format_demands(engine: Engine, visitor: Visitor) -> None:
    settle_feed(engine)
    feed = ElementTree.fromstring(visitor.open("/@sekretariatet/feed.atom").body)
    for name in ("id", "title", "updated", "author"):
        assert len(feed.findall(ATOM + name)) == 1
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 3
    seen = set()
    for entry in entries:
        for name in ("id", "title", "updated", "published", "content", "link"):
            assert len(entry.findall(ATOM + name)) == 1, name
        seen.add(entry.findtext(f"{ATOM}id"))
    assert len(seen) == 3
    assert feed.findtext(f"{ATOM}updated") == max(
        entry.findtext(f"{ATOM}updated") or "" for entry in entries
    )
    rels = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert rels == {"self": URLS.feed("sekretariatet"), "alternate": SECRETARIAT.url}


def test_a_warning_keeps_what_it_warns_of_out_of_readers(engine: Engine, visitor: Visitor) -> None:
    settle_feed(engine)
    assert "Hemmelig" not in visitor.open("/@sekretariatet/feed.atom").text


def test_replies_shares_and_what_is_not_public_stay_out(engine: Engine, visitor: Visitor) -> None:
    root = town.post(OLA, DAY, "<p>Utenfra</p>")
    put(
        engine,
        root,
        town.reply(IT, root, 3 * HOUR, "<p>Et svar</p>"),
        town.post(IT, 2 * HOUR, "<p>Ukjent</p>", in_reply_to_uri="https://fjord.example/1"),
        town.boost(IT, root, HOUR),
        town.post(IT, 4 * HOUR, "<p>Stille</p>", visibility=Visibility.UNLISTED),
        town.post(IT, 5 * HOUR, "<p>Borte</p>", deleted=NOW),
    )
    assert "<entry" not in visitor.open("/@ikt/feed.atom").text


def test_who_has_it_already_is_told_so_until_it_changes(engine: Engine, visitor: Visitor) -> None:
    settle_feed(engine)
    first = visitor.open("/@sekretariatet/feed.atom")
    again = visitor.open("/@sekretariatet/feed.atom", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    put(engine, town.post(SECRETARIAT, 0, "<p>Nytt</p>"))
    changed = visitor.open("/@sekretariatet/feed.atom", if_none_match=first.headers["etag"])
    assert changed.status == 200


def test_what_xml_cannot_hold_is_left_out(engine: Engine, visitor: Visitor) -> None:
    odd = "\x08\x1b\ufffe"
    put(
        engine,
        replace(IT, name=f"IKT{odd}"),
        town.post(IT, HOUR, f"<p>Hei{odd}</p>", id=ids.at(NOW)),
    )
    feed = ElementTree.fromstring(visitor.open("/@ikt/feed.atom").body)
    words = "".join(feed.itertext())
    assert "IKT" in words
    assert "Hei" in words
    assert not set(odd) & set(words)


def test_pictures_come_along_with_their_words(engine: Engine, visitor: Visitor) -> None:
    settle_feed(engine)
    feed = ElementTree.fromstring(visitor.open("/@sekretariatet/feed.atom").body)
    content = feed.findall(f"{ATOM}entry/{ATOM}content")[1].text or ""
    picture = html5lib.parse(content, namespaceHTMLElements=False).find(".//img")
    assert picture.get("src") == URLS.media("a.png")
    assert picture.get("alt") == 'Kart "A" & B'


def test_the_feed_stays_the_same_feed_when_its_department_is_renamed(
    engine: Engine, visitor: Visitor
) -> None:
    put(engine, replace(IT, username="it_hjelp"))
    feed = ElementTree.fromstring(visitor.open("/@it_hjelp/feed.atom").body)
    assert feed.findtext(f"{ATOM}id") == IT.uri
