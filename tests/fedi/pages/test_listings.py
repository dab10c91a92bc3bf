"""The front page, the directory, a department's page and a hashtag's."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors import ids
from actors.people import Exposure, Field, Image
from actors.posts import Hashtag, Media, Option, Pin, Poll, Visibility, Vote
from fedi.store.engine import Engine
from tests.examples import examples
from tests.fedi import town
from tests.fedi.pages.visiting import Visitor, document, words
from tests.fedi.town import DAY, HOUR, IT, KARI, MINUTE, NOW, OLA, SECRETARIAT, URLS, put

LONG = "<p>" + "Sakspapirene ligger ute, og alle kan lese dem her. " * 90 + "</p>"


def test_an_empty_house_has_pages_too(visitor: Visitor) -> None:
    front = visitor.open("/")
    assert front.status == 200
    assert "Ingen innlegg ennå" in front.text
    assert visitor.open("/avdelinger").status == 200
    assert "Ingen innlegg ennå" in visitor.open("/@ikt").text


def test_the_front_page_shows_the_newest_public_posts_of_those_who_want_to_be_found(
    engine: Engine, visitor: Visitor
) -> None:
    put(
        engine,
        town.post(SECRETARIAT, HOUR, "<p>Først ute</p>"),
        town.post(IT, MINUTE, "<p>Nyest av alle</p>"),
        town.post(IT, 2 * HOUR, "<p>Bare for noen</p>", visibility=Visibility.UNLISTED),
        town.post(KARI, HOUR, "<p>Karis ord</p>"),
        town.post(OLA, HOUR, "<p>Utenfra</p>"),
    )
    text = visitor.open("/").text
    assert text.index("Nyest av alle") < text.index("Først ute")
    for absent in ("Bare for noen", "Karis ord", "Utenfra"):
        assert absent not in text


def test_the_departments_stand_beside_with_those_who_wrote_last_first(
    engine: Engine, visitor: Visitor
) -> None:
    put(engine, town.post(IT, DAY, "<p>Hei</p>"))
    aside = document(visitor.open("/")).find(".//aside")
    names = [words(strong) for strong in aside.iter("strong")]
    assert names == ["IKT-teamet", "Bystyrets sekretariat", "Komiteene"]


def test_the_directory_shows_departments_below_the_one_they_belong_to(visitor: Visitor) -> None:
    page = document(visitor.open("/avdelinger"))
    outer = page.find(".//main//ul")
    assert [words(li.find("a//strong")) for li in outer.findall("li")] == ["Bystyrets sekretariat"]
    inner = outer.find("li/ul")
    assert [words(li.find("a//strong")) for li in inner] == ["IKT-teamet", "Komiteene"]
    assert "Beredskapsrådet" not in words(page)


def test_a_department_whose_parent_is_hidden_stands_by_itself(
    engine: Engine, visitor: Visitor
) -> None:
    put(engine, replace(IT, parent_id=town.HIDDEN.id))
    outer = document(visitor.open("/avdelinger")).find(".//main//ul")
    assert "IKT-teamet" in [words(li.find("a//strong")) for li in outer.findall("li")]


def test_a_departments_page_tells_who_it_is(engine: Engine, visitor: Visitor) -> None:
    fields = (Field("Telefon", "22 33 44 55"), Field("Nett", '<a href="https://a.test">a</a>'))
    put(engine, replace(SECRETARIAT, fields=fields), town.follow(OLA, SECRETARIAT))
    page = document(visitor.open("/@sekretariatet"))
    assert words(page.find(".//h1")) == "Bystyrets sekretariat"
    text = words(page.find(".//main"))
    assert "@sekretariatet@nordvik.test" in text
    assert "1 følger" in text
    assert "Vi hjelper bystyret" in text
    assert "Telefon22 33 44 55" in text.replace(" 22", "22")
    assert "Offisiell konto for Nordvik kommune" in text
    hrefs = [a.get("href") for a in page.iter("a")]
    assert "/follow?uri=sekretariatet@nordvik.test" in hrefs
    assert "/@sekretariatet/feed.atom" in hrefs


def test_who_hides_the_number_of_followers_hides_it_here_too(
    engine: Engine, visitor: Visitor
) -> None:
    put(engine, town.follow(OLA, IT))
    assert "følger<" not in visitor.open("/@ikt").text


def test_machines_are_told_of_the_document_the_feed_and_what_to_preview(visitor: Visitor) -> None:
    page = document(visitor.open("/@sekretariatet"))
    links = {(link.get("rel"), link.get("type")): link.get("href") for link in page.iter("link")}
    assert links["alternate", "application/activity+json"] == SECRETARIAT.uri
    assert links["alternate", "application/atom+xml"] == URLS.feed("sekretariatet")
    assert links["canonical", None] == SECRETARIAT.url
    meta = {m.get("property") or m.get("name"): m.get("content") for m in page.iter("meta")}
    assert meta["og:title"] == "Bystyrets sekretariat"
    assert meta["og:type"] == "profile"
    assert meta["og:site_name"] == "Nordvik kommune"
    assert meta["description"].startswith("Vi hjelper bystyret")
    assert "robots" not in meta


def test_who_does_not_want_to_be_found_is_not_indexed(visitor: Visitor) -> None:
    assert '<meta name="robots" content="noindex">' in visitor.open("/@kari").text


def test_a_page_lists_posts_replies_and_what_was_shared(engine: Engine, visitor: Visitor) -> None:
    outside = town.post(OLA, 3 * HOUR, "<p>Spørsmål utenfra</p>")
    put(
        engine,
        outside,
        town.reply(IT, outside, 2 * HOUR, "<p>Svaret vårt</p>"),
        town.boost(IT, outside, HOUR),
    )
    page = document(visitor.open("/@ikt"))
    shared, answer = page.findall(".//article")
    assert "IKT-teamet delte dette" in words(shared)
    assert "Ekstern" in words(shared)
    assert "Fra fjord.example" in words(shared)
    assert "outside" in shared.get("class")
    assert shared.find(".//h3/a").get("href") == OLA.url
    assert "Svar til Ola Utenfra" in words(answer)


def test_a_pinned_post_stands_above_and_not_twice(engine: Engine, visitor: Visitor) -> None:
    pinned = town.post(IT, 9 * DAY, "<p>Les dette først</p>")
    put(
        engine,
        pinned,
        town.post(IT, HOUR, "<p>Nytt</p>"),
        Pin(actor_id=IT.id, post_id=pinned.id, created=NOW),
    )
    text = visitor.open("/@ikt").text
    assert text.index("Festet øverst") < text.index("Les dette først") < text.index("Nytt")
    assert text.count("Les dette først") == 1


def test_paging_goes_through_every_post_once(engine: Engine, visitor: Visitor) -> None:
    put(engine, *(town.post(IT, n * HOUR, f"<p>Sak nummer {n}.</p>") for n in range(1, 41)))
    seen: list[str] = []
    target = "/@ikt"
    while target:
        page = document(visitor.open(target))
        seen += [words(p) for p in page.iterfind(".//article/div/p")]
        older = [a.get("href") for a in page.iter("a") if words(a) == "Eldre innlegg"]
        target = older[0] if older else ""
    assert seen == [f"Sak nummer {n}." for n in range(1, 41)]


@pytest.mark.parametrize("path", ["/@ikt", "/", "/tags/bystyret"])
def test_many_long_posts_stay_below_the_size_and_none_is_lost(
    engine: Engine, visitor: Visitor, path: str
) -> None:
    posts = [town.post(IT, n * HOUR, LONG) for n in range(1, 31)]
    tags = [Hashtag(post_id=post.id, name="bystyret", shown="Bystyret") for post in posts]
    put(engine, *posts, *tags)
    seen: list[str] = []
    target = path
    while target:
        page = document(visitor.open(target))
        seen += [str(article.get("id")) for article in page.iter("article")]
        older = [a.get("href") for a in page.iter("a") if words(a) == "Eldre innlegg"]
        target = older[0] if older else ""
    assert seen == [f"p{ids.text(post.id)}" for post in posts]


def test_a_long_post_is_cut_and_leads_on(engine: Engine, visitor: Visitor) -> None:
    long = town.post(IT, HOUR, LONG)
    put(engine, long)
    page = document(visitor.open("/@ikt"))
    more = next(a for a in page.iter("a") if words(a) == "Les mer")
    assert more.get("href") == f"/posts/{ids.text(long.id)}"


def test_a_former_handle_leads_to_the_present_one(engine: Engine, visitor: Visitor) -> None:
    renamed = replace(IT, username="it_hjelp", url=URLS.profile("it_hjelp"))
    put(engine, renamed, town.handle("ikt", renamed, current=False))
    for old in ("/@ikt", "/@ikt/feed.atom"):
        moved = visitor.open(old)
        assert moved.status == 301
        assert moved.headers["location"] == URLS.origin + old.replace("ikt", "it_hjelp")
    assert visitor.open("/@it_hjelp").status == 200


def test_case_of_a_handle_is_put_right(visitor: Visitor) -> None:
    assert visitor.open("/@komiteene").headers["location"] == URLS.profile("Komiteene")


def test_an_actor_has_its_page_at_its_id_too(visitor: Visitor) -> None:
    page = visitor.open(f"/actors/{ids.text(IT.id)}")
    assert page.status == 200
    assert f'<link rel="canonical" href="{IT.url}">' in page.text


def test_a_server_that_asks_a_page_for_the_actor_is_sent_to_it(visitor: Visitor) -> None:
    answered = visitor.open("/@ikt", accept="application/activity+json")
    assert (answered.status, answered.headers["location"]) == (302, IT.uri)
    assert "Accept" in answered.headers["vary"]


@pytest.mark.parametrize(
    "target",
    [
        "/@beredskap",
        "/@samarbeid",
        "/@nedlagt",
        "/@ingen",
        "/@ola",
        "/@sosial.nordvik.test",
        "/@beredskap/feed.atom",
        f"/actors/{ids.text(town.HIDDEN.id)}",
        f"/actors/{ids.text(OLA.id)}",
        f"/actors/{ids.text(1)}",
        "/actors/999",
        "/actors/x",
        "/@ikt?before=x",
        "/tags/" + "a" * 200,
        "/finnes/ikke",
    ],
)
def test_what_is_not_for_everyone_is_the_same_as_what_is_not(visitor: Visitor, target: str) -> None:
    answered = visitor.open(target)
    assert answered.status == 404
    assert "Siden finnes ikke, eller den er ikke åpen for deg." in answered.text
    assert answered.headers["cache-control"] == "no-store"


def test_a_hashtag_gathers_our_public_posts_and_finds_norwegian_letters(
    engine: Engine, visitor: Visitor
) -> None:
    ours = town.post(IT, HOUR, "<p>Vårt</p>")
    theirs = town.post(OLA, HOUR, "<p>Deres</p>")
    quiet = town.post(IT, MINUTE, "<p>Stille</p>", visibility=Visibility.UNLISTED)
    put(
        engine,
        *(post for post in (ours, theirs, quiet)),
        *(Hashtag(post_id=p.id, name="åpenhet", shown="Åpenhet") for p in (ours, theirs, quiet)),
    )
    page = visitor.open("/tags/ÅPENHET")
    assert "Innlegg om #Åpenhet" in page.text
    assert "Vårt" in page.text
    assert "Deres" not in page.text
    assert "Stille" not in page.text


def test_what_one_wrote_with_a_hashtag_has_a_page_without_what_is_not_for_everyone(
    engine: Engine, visitor: Visitor
) -> None:
    shown = {
        Visibility.PUBLIC: "Vårt", Visibility.UNLISTED: "Stille",
        Visibility.INTERNAL: "Internt", Visibility.FOLLOWERS: "For noen",
    }  # fmt: skip
    posts = [
        town.post(IT, HOUR + n * MINUTE, f"<p>{text}</p>", visibility=visibility)
        for n, (visibility, text) in enumerate(shown.items())
    ]
    other = town.post(KARI, HOUR, "<p>Karis</p>")
    put(
        engine, *posts, other, town.post(IT, DAY, "<p>Uten</p>"),
        *(Hashtag(post_id=p.id, name="åpenhet", shown="Åpenhet") for p in (*posts, other)),
    )  # fmt: skip
    page = visitor.open("/@ikt/tagged/ÅPENHET")
    assert "IKT-teamet" in page.text
    assert "#Åpenhet" in page.text
    for text in ("Vårt", "Stille"):
        assert text in page.text
    for text in ("Internt", "For noen", "Karis", "Uten"):
        assert text not in page.text
    assert visitor.open("/@kari/tagged/åpenhet").status == visitor.open("/@kari").status
    for path in ("/@ingen/tagged/åpenhet", "/@ikt/tagged/" + "a" * 200):
        assert visitor.open(path).status == 404
    assert "Vårt" not in visitor.open("/@ikt/tagged/annet").text


def test_what_one_wrote_with_a_hashtag_is_paged(engine: Engine, visitor: Visitor) -> None:
    posts = [town.post(IT, HOUR + n, f"<p>Nr. {n}.</p>") for n in range(40)]
    others = [town.post(SECRETARIAT, HOUR + n, "<p>Annet</p>") for n in range(40)]
    tags = (Hashtag(post_id=p.id, name="sak", shown="sak") for p in (*posts, *others))
    put(engine, *posts, *others, *tags)
    path, found = "/@ikt/tagged/sak", list[str]()
    for _ in range(5):
        page = visitor.open(path)
        found += re.findall(r"Nr\. (\d+)\.", page.text)
        older = re.search(r'href="(/@ikt/tagged/sak\?before=\d+)"', page.text)
        if older is None:
            break
        path = older[1]
    assert sorted(found, key=int) == [str(n) for n in range(40)]
    assert "Annet" not in page.text


def test_pictures_of_ours_are_shown_with_words_and_others_are_links(
    engine: Engine, visitor: Visitor
) -> None:
    own = Media(url=URLS.media("kart.png"), media_type="image/png", description="Kart over parken")
    bare = Media(url=URLS.media("uten.jpg"), media_type="image/jpeg")
    theirs = Media(
        url="https://bilder.example/spor.gif", media_type="image/gif", description="Sporing"
    )
    film = Media(url=URLS.media("film.mp4"), media_type="video/mp4", description="Fra møtet")
    evil = Media(url="javascript:alert(1)", media_type="image/png", description="x")
    put(engine, town.post(IT, HOUR, "<p>Se</p>", media=(own, bare, theirs, film, evil)))
    page = document(visitor.open("/@ikt"))
    pictures = [(i.get("src"), i.get("alt")) for i in page.iterfind(".//article//img")]
    assert pictures == [
        ("/media/kart.png", "Kart over parken"),
        ("/media/uten.jpg", "Bilde uten beskrivelse"),
    ]
    files = [(words(a), a.get("href")) for a in page.iterfind(".//ul[@class='files']//a")]
    assert files == [
        ("Bilde: Sporing (hos bilder.example)", "https://bilder.example/spor.gif"),
        ("Film: Fra møtet", "/media/film.mp4"),
    ]


def test_nothing_at_all_is_loaded_from_another_server(engine: Engine, visitor: Visitor) -> None:
    spy = Image("https://spion.example/a.png", "image/png")
    outside = replace(OLA, icon=spy, image=spy)
    post = town.post(outside, 2 * HOUR, "<p>Hei</p>")
    put(engine, outside, replace(IT, icon=spy), post, town.boost(IT, post, HOUR))
    page = visitor.open("/@ikt")
    assert "spion.example" not in page.text
    for element in document(page).iter():
        source = element.get("src") if isinstance(element.tag, str) else None
        assert source is None or source.startswith("/media/")


def test_a_picture_of_an_actors_own_is_its_avatar(engine: Engine, visitor: Visitor) -> None:
    put(engine, replace(IT, icon=Image(URLS.media("ikt.png"), "image/png", "Logo")))
    page = document(visitor.open("/@ikt"))
    assert page.find(".//main//img").get("src") == "/media/ikt.png"


def test_a_warning_is_opened_before_what_it_warns_of(engine: Engine, visitor: Visitor) -> None:
    put(engine, town.post(IT, HOUR, "<p>Hemmeligheten</p>", summary="Om sykdom", sensitive=True))
    details = document(visitor.open("/@ikt")).find(".//article/details")
    assert "Om sykdom" in words(details.find("summary"))
    assert "Hemmeligheten" in words(details)


def test_a_poll_shows_shares_voters_and_when_it_ends(engine: Engine, visitor: Visitor) -> None:
    asked = town.post(IT, HOUR, "<p>Når?</p>", kind="Question")
    poll = Poll(post_id=asked.id, options=(Option("Tirsdag"), Option("Onsdag")), ends=NOW + 2 * DAY)
    votes = (Vote(post_id=asked.id, actor_id=n, choice=0 if n < 22 else 1) for n in range(20, 23))
    put(engine, asked, poll, *votes)
    text = words(document(visitor.open("/@ikt")).find(".//article"))
    assert "Tirsdag67" in text.replace(" ", "")
    assert "3 har stemt" in text
    assert "Avsluttes 19. mars 2026, 14:07" in text
    visitor.clock.moment += 3 * DAY
    assert "Avsluttet 19. mars 2026" in visitor.open("/@ikt").text.replace(
        '<time datetime="2026-03-19T13:07:00Z" title="19. mars 2026, 14:07">', ""
    )


def test_a_polls_numbers_from_elsewhere_cannot_break_the_page(
    engine: Engine, visitor: Visitor
) -> None:
    asked = town.post(OLA, HOUR, "<p>Når?</p>", kind="Question")
    options = (Option("<script>", -5), Option("", 10**15))
    put(engine, asked, Poll(post_id=asked.id, options=options, voters=0, multiple=True))
    put(engine, town.boost(IT, asked, MINUTE))
    assert "100 %" in visitor.open("/@ikt").text


def test_the_text_in_the_readers_language_is_chosen_where_there_is_one(
    engine: Engine, visitor: Visitor
) -> None:
    texts = {"nb": "<p>Et innlegg</p>", "nn": "<p>Eit innlegg</p>"}
    put(engine, town.post(IT, HOUR, texts["nb"], content_map=texts, language="nb"))
    page = visitor.open("/@ikt", accept_language="nn")
    assert '<div class="text" lang="nn"><p>Eit innlegg</p></div>' in page.text
    assert '<div class="text" lang="nb">' in visitor.open("/@ikt").text


def test_names_written_as_markup_are_text(engine: Engine, visitor: Visitor) -> None:
    hostile = replace(OLA, name='<script>alert("x")</script>"><img src=x onerror=alert(1)>')
    post = town.post(hostile, HOUR, "<p>Hei</p>", summary="</summary><script>", language='"><b')
    put(engine, hostile, post, town.boost(IT, post, MINUTE))
    text = visitor.open("/@ikt").text
    assert "<img src=x" not in text
    assert "&lt;script&gt;" in text


def test_a_link_that_is_no_web_address_is_no_link(engine: Engine, visitor: Visitor) -> None:
    odd = replace(OLA, url="javascript:alert(1)")
    post = town.post(
        odd, HOUR, "<p>Hei</p>", url="data:text/html,x", in_reply_to_uri="javascript:1"
    )
    put(engine, odd, post, town.boost(IT, post, MINUTE))
    page = document(visitor.open("/@ikt"))
    hrefs = [a.get("href") for a in page.iterfind(".//article//a")]
    assert all(href.startswith(("/", "https://")) for href in hrefs)


def test_posts_of_a_server_blocked_since_are_no_longer_shown(
    engine: Engine, visitor: Visitor
) -> None:
    post = town.post(OLA, HOUR, "<p>Fra blokkert sted</p>")
    put(engine, post, town.boost(IT, post, MINUTE))
    assert "Fra blokkert sted" in visitor.open("/@ikt").text
    block_domain(engine, "example")
    assert "Fra blokkert sted" not in visitor.open("/@ikt").text


def block_domain(engine: Engine, domain: str) -> None:
    from tests.running import run

    run(
        engine.write(
            lambda tx: tx.run(
                "INSERT INTO domain_rule (domain, kind, comment, created)"
                " VALUES (?, 'block', '', 0)",
                (domain,),
            )
        )
    )


SECRET = "Ikke for alle"
everywhere = (
    "/", "/@ikt", "/@kari", "/@ikt/feed.atom", "/@kari/feed.atom", "/tags/sak",
    "/@ikt/tagged/sak", "/@kari/tagged/sak",
)  # fmt: skip


@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    hidden=st.sampled_from(
        [Visibility.FOLLOWERS, Visibility.DIRECT, Visibility.INTERNAL, Visibility.GROUP]
    ),
    author=st.sampled_from([IT, KARI]),
    answers=st.booleans(),
    shared=st.booleans(),
    pinned=st.booleans(),
    number=st.integers(1, 10**6),
)
def test_what_is_not_for_everyone_is_on_no_page(
    engine: Engine,
    visitor: Visitor,
    hidden: Visibility,
    author: town.Actor,
    answers: bool,
    shared: bool,
    pinned: bool,
    number: int,
) -> None:
    root = town.post(IT, 2 * DAY, "<p>For alle</p>")
    secret = town.post(
        author,
        HOUR + number,
        f"<p>{SECRET}</p>",
        visibility=hidden,
        summary=SECRET,
        in_reply_to=root.id if answers else None,
    )
    put(engine, root, secret, Hashtag(post_id=secret.id, name="sak", shown="Sak"))
    if shared:
        put(engine, town.boost(IT, secret, MINUTE + number))
    if pinned:
        put(engine, Pin(actor_id=author.id, post_id=secret.id, created=NOW))
    answer = town.reply(SECRETARIAT, secret, MINUTE, "<p>Svar til det skjulte</p>")
    put(engine, answer)
    for target in (*everywhere, f"/posts/{ids.text(root.id)}", f"/posts/{ids.text(answer.id)}"):
        page = visitor.open(target)
        assert page.status == 200
        assert SECRET not in page.text
    for part in ("", "/history"):
        assert visitor.open(f"/posts/{ids.text(secret.id)}{part}").status == 404


def test_public_posts_of_an_actor_for_allowed_servers_are_on_no_page(
    engine: Engine, visitor: Visitor
) -> None:
    post = town.post(town.ALLOWED, HOUR, f"<p>{SECRET}</p>")
    put(engine, post, town.boost(IT, post, MINUTE))
    put(engine, Hashtag(post_id=post.id, name="sak", shown="Sak"))
    for target in everywhere:
        assert SECRET not in visitor.open(target).text
    assert visitor.open(f"/posts/{ids.text(post.id)}").status == 404
    assert town.ALLOWED.exposure is Exposure.ALLOWED
