"""A post with what it answers and what was answered, and all the texts it has had."""

from dataclasses import replace
from itertools import pairwise

import pytest

from actors import ids
from actors.posts import Media, Revision, Visibility
from fedi.store.engine import Engine
from tests.fedi import town
from tests.fedi.pages.visiting import Visitor, document, words
from tests.fedi.town import DAY, HOUR, IT, KARI, MINUTE, NOW, OLA, SECRETARIAT, SPAMMER, URLS, put

ROOT = town.post(SECRETARIAT, DAY, "<p>Møtet er torsdag.</p>")
LONG = "<p>" + "Et langt svar med mange ord om saken og møtet. " * 40 + "</p>"


def path(post: town.Post) -> str:
    return f"/posts/{ids.text(post.id)}"


def test_a_post_stands_with_its_date_and_its_author_as_heading(
    engine: Engine, visitor: Visitor
) -> None:
    put(engine, ROOT)
    page = document(visitor.open(path(ROOT)))
    assert words(page.find(".//h1")) == "Innlegg fra Bystyrets sekretariat"
    assert words(page.find(".//article//h2")) == "Bystyrets sekretariat"
    time = page.find(".//article//time")
    assert time.get("datetime") == "2026-03-16T13:07:00Z"
    assert words(time) == "16. mars 2026, 14:07"


def test_answers_stand_below_as_a_tree_oldest_first(engine: Engine, visitor: Visitor) -> None:
    one = town.reply(OLA, ROOT, 5 * HOUR, "<p>Når?</p>")
    two = town.reply(SECRETARIAT, one, 4 * HOUR, "<p>Klokka fem.</p>")
    three = town.reply(IT, ROOT, 3 * HOUR, "<p>Det sendes.</p>")
    put(engine, ROOT, one, two, three)
    page = document(visitor.open(path(ROOT)))
    tree = page.find(".//section/ol")
    assert [words(li.find("article/div")) for li in tree] == ["Når?", "Det sendes."]
    assert words(tree[0].find("ol/li/article/div")) == "Klokka fem."


def test_headings_follow_one_another_without_a_gap(engine: Engine, visitor: Visitor) -> None:
    answer = town.reply(OLA, ROOT, HOUR, "<p>Når?</p>")
    deeper = town.reply(IT, answer, MINUTE, "<p>Nå.</p>")
    put(engine, ROOT, answer, deeper)
    for target in (path(answer), path(deeper), path(ROOT), "/", "/@ikt", "/avdelinger"):
        opened = visitor.open(target)
        levels = [
            int(e.tag[1])
            for e in document(opened).iter()
            if isinstance(e.tag, str) and e.tag in ("h1", "h2", "h3", "h4")
        ]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b - a <= 1 for a, b in pairwise(levels)), target


def test_an_answer_from_outside_is_marked_and_leads_to_where_it_stands(
    engine: Engine, visitor: Visitor
) -> None:
    answer = town.reply(OLA, ROOT, HOUR, "<p>Når?</p>")
    put(engine, ROOT, answer)
    article = document(visitor.open(path(ROOT))).findall(".//article")[1]
    assert "Ekstern" in words(article)
    assert "Fra fjord.example" in words(article)
    link = next(a for a in article.iter("a") if words(a) == "Les hos fjord.example")
    assert link.get("href") == answer.url
    assert "noopener" in link.get("rel")


def test_a_post_from_outside_has_no_page_here(engine: Engine, visitor: Visitor) -> None:
    answer = town.reply(OLA, ROOT, HOUR, "<p>Når?</p>")
    put(engine, ROOT, answer)
    assert visitor.open(path(answer)).status == 404


def test_what_a_post_answers_stands_above_oldest_first(engine: Engine, visitor: Visitor) -> None:
    question = town.reply(OLA, ROOT, 5 * HOUR, "<p>Når?</p>")
    answer = town.reply(SECRETARIAT, question, 4 * HOUR, "<p>Klokka fem.</p>")
    put(engine, ROOT, question, answer)
    page = document(visitor.open(path(answer)))
    assert [words(div) for div in page.iterfind(".//article/div")] == [
        "Møtet er torsdag.", "Når?", "Klokka fem.",
    ]  # fmt: skip
    assert "Tidligere i samtalen" in words(page)


def test_the_way_up_ends_at_what_is_not_for_everyone(engine: Engine, visitor: Visitor) -> None:
    hidden = town.reply(KARI, ROOT, 5 * HOUR, "<p>Skjult</p>", visibility=Visibility.INTERNAL)
    answer = town.reply(SECRETARIAT, hidden, 4 * HOUR, "<p>Svaret.</p>")
    put(engine, ROOT, hidden, answer)
    text = visitor.open(path(answer)).text
    assert "Svaret." in text
    assert "Skjult" not in text
    assert "Møtet er torsdag." not in text
    assert "Svar til" not in text


def test_an_answer_to_something_unknown_says_where_it_is(engine: Engine, visitor: Visitor) -> None:
    answer = town.post(IT, HOUR, "<p>Ja.</p>", in_reply_to_uri="https://fjord.example/notes/1")
    put(engine, answer)
    assert "Svar til et innlegg hos" in visitor.open(path(answer)).text


def test_posts_that_answer_in_a_circle_end_somewhere(engine: Engine, visitor: Visitor) -> None:
    one = town.reply(OLA, ROOT, 3 * HOUR, "<p>En</p>")
    two = town.reply(OLA, one, 2 * HOUR, "<p>To</p>")
    three = town.reply(IT, two, HOUR, "<p>Tre</p>")
    put(engine, ROOT, replace(one, in_reply_to=two.id), two, three)
    assert visitor.open(path(three)).text.count("<p>En</p>") == 1
    own = replace(ROOT, in_reply_to=ROOT.id)
    put(engine, own)
    assert visitor.open(path(own)).status == 200


def test_who_is_blocked_by_the_author_does_not_stand_below(
    engine: Engine, visitor: Visitor
) -> None:
    advert = town.reply(SPAMMER, ROOT, HOUR, "<p>Kjøp nå</p>")
    under = town.reply(IT, advert, MINUTE, "<p>Under reklamen</p>")
    put(engine, ROOT, advert, under, town.block(SECRETARIAT, SPAMMER))
    text = visitor.open(path(ROOT)).text
    assert "Kjøp nå" not in text
    assert "Under reklamen" not in text


def test_a_deep_conversation_goes_on_at_the_page_of_its_last_post(
    engine: Engine, visitor: Visitor
) -> None:
    chain = [ROOT]
    for number in range(1, 13):
        chain.append(town.reply(IT, chain[-1], DAY - number * MINUTE, f"<p>Svar {number}</p>"))
    put(engine, *chain)
    page = document(visitor.open(path(ROOT)))
    more = [a.get("href") for a in page.iter("a") if words(a) == "Les mer av samtalen"]
    assert more == [path(chain[5])]
    assert "Svar 6" in visitor.open(more[0]).text


@pytest.mark.parametrize("content", [LONG, "<p>Kort svar.</p>"])
def test_many_answers_come_in_pages_below_the_size_and_none_is_lost(
    engine: Engine, visitor: Visitor, content: str
) -> None:
    answers = [town.reply(OLA, ROOT, DAY - n * MINUTE, content) for n in range(1, 76)]
    put(engine, ROOT, *answers)
    seen: list[str] = []
    target = path(ROOT)
    while target:
        page = document(visitor.open(target))
        seen += [str(a.get("id")) for a in page.iterfind(".//ol/li/article")]
        more = [a.get("href") for a in page.iter("a") if words(a) == "Vis flere svar"]
        target = more[0] if more else ""
    assert seen == [f"p{ids.text(answer.id)}" for answer in answers]


def test_a_later_page_of_answers_leads_back_to_the_whole(engine: Engine, visitor: Visitor) -> None:
    answer = town.reply(OLA, ROOT, HOUR, "<p>Når?</p>")
    put(engine, ROOT, answer)
    page = document(visitor.open(f"{path(ROOT)}?after={ids.text(answer.id)}"))
    back = next(a for a in page.iter("a") if words(a) == "Vis hele samtalen")
    assert back.get("href") == path(ROOT)


def test_the_longest_post_we_let_be_written_fits_with_answers(
    engine: Engine, visitor: Visitor
) -> None:
    long = replace(ROOT, content="<p>" + "ordene " * 715 + "</p>")
    above = [town.post(IT, 2 * DAY, LONG)]
    for number in range(1, 12):
        above.append(town.reply(IT, above[-1], 2 * DAY - number * MINUTE, LONG))
    put(engine, *above, replace(long, in_reply_to=above[-1].id))
    put(engine, *(town.reply(OLA, long, HOUR - n * MINUTE, LONG) for n in range(40)))
    page = visitor.open(path(long))
    assert page.text.count("<article") > 6


def test_counts_are_of_what_everyone_may_see(engine: Engine, visitor: Visitor) -> None:
    put(
        engine,
        ROOT,
        town.reply(OLA, ROOT, HOUR, "<p>Når?</p>"),
        town.reply(KARI, ROOT, HOUR, "<p>Internt</p>", visibility=Visibility.INTERNAL),
        town.like(OLA, ROOT),
        town.like(KARI, ROOT),
        town.boost(IT, ROOT, MINUTE),
    )
    foot = words(document(visitor.open(path(ROOT))).find(".//article/footer"))
    assert foot == "1 svar2 liker dette1 har delt dette"


def test_previews_tell_the_text_and_the_first_picture(engine: Engine, visitor: Visitor) -> None:
    picture = Media(url=URLS.media("a.png"), media_type="image/png", description="Kart")
    put(engine, replace(ROOT, media=(picture,)))
    page = document(visitor.open(path(ROOT)))
    meta = {m.get("property") or m.get("name"): m.get("content") for m in page.iter("meta")}
    assert meta["og:title"] == "Innlegg fra Bystyrets sekretariat"
    assert meta["og:description"] == "Møtet er torsdag."
    assert meta["og:url"] == ROOT.uri
    assert meta["og:image"] == URLS.media("a.png")
    assert meta["og:image:alt"] == "Kart"
    assert meta["og:locale"] == "nb_NO"
    assert meta["article:published_time"] == "2026-03-16T13:07:00Z"
    links = {link.get("rel"): link.get("href") for link in page.iter("link")}
    assert links["alternate"] == ROOT.uri
    assert links["canonical"] == ROOT.uri


def test_previews_of_a_post_with_a_warning_tell_the_warning_alone(
    engine: Engine, visitor: Visitor
) -> None:
    picture = Media(url=URLS.media("a.png"), media_type="image/png", description="Kart")
    put(engine, replace(ROOT, summary="Om sykdom", sensitive=True, media=(picture,)))
    head = visitor.open(path(ROOT)).text.partition("</head>")[0]
    assert "Om sykdom" in head
    assert "Møtet er torsdag." not in head
    assert "og:image" not in head


@pytest.mark.parametrize("shown", [Visibility.PUBLIC, Visibility.UNLISTED])
def test_a_deleted_post_that_all_could_see_is_gone(
    engine: Engine, visitor: Visitor, shown: Visibility
) -> None:
    put(engine, replace(ROOT, visibility=shown, content="", deleted=NOW))
    answered = visitor.open(path(ROOT))
    assert answered.status == 410
    assert "Innlegget er slettet." in answered.text


def test_a_deleted_post_that_not_all_could_see_was_never_there(
    engine: Engine, visitor: Visitor
) -> None:
    put(engine, replace(ROOT, visibility=Visibility.INTERNAL, content="", deleted=NOW))
    never = visitor.open("/posts/000000000000000777")
    assert visitor.open(path(ROOT)).body.replace(
        ids.text(ROOT.id).encode(), b"000000000000000777"
    ) == (never.body)


def test_an_edited_post_leads_to_all_its_texts(engine: Engine, visitor: Visitor) -> None:
    edited = replace(ROOT, content="<p>Møtet er fredag.</p>", edited=NOW - HOUR, edit_number=2)
    put(
        engine,
        edited,
        revision(0, "<p>Møtet er onsdag.</p>", ROOT.published),
        revision(1, "<p>Møtet er torsdag.</p>", NOW - 2 * HOUR),
    )
    page = document(visitor.open(path(ROOT)))
    link = next(a for a in page.iter("a") if words(a).startswith("Endret"))
    assert link.get("href") == f"{path(ROOT)}/history"
    history = visitor.open(link.get("href"))
    text = history.text
    assert text.index("fredag") < text.index("torsdag") < text.index("onsdag")
    assert "Tidligere tekst, fra" in text
    assert '<meta name="robots" content="noindex">' in text


def revision(number: int, content: str, created: int) -> Revision:
    return Revision(
        post_id=ROOT.id,
        number=number,
        content=content,
        summary="",
        sensitive=False,
        media=(),
        question=None,
        created=created,
    )


def test_the_history_of_what_is_not_for_everyone_is_nowhere(
    engine: Engine, visitor: Visitor
) -> None:
    put(engine, revision(0, "<p>Gammelt</p>", NOW))
    for hidden in (
        replace(ROOT, visibility=Visibility.INTERNAL),
        replace(ROOT, visibility=Visibility.FOLLOWERS),
        replace(ROOT, deleted=NOW),
    ):
        put(engine, hidden)
        assert visitor.open(f"{path(ROOT)}/history").status == 404


def test_a_post_never_edited_has_no_history(engine: Engine, visitor: Visitor) -> None:
    put(engine, ROOT)
    assert visitor.open(f"{path(ROOT)}/history").status == 404


def test_each_reader_gets_their_own_language(engine: Engine, visitor: Visitor) -> None:
    put(engine, ROOT)
    assert '<html lang="nn">' in visitor.open(path(ROOT), accept_language="nn-NO").text
    assert '<html lang="en">' in visitor.open(path(ROOT), accept_language="en").text
