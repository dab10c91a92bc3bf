"""From typed text to the HTML that leaves (trial 37 for the limits)."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.handles import Handle
from actors.html import LINK_REL, clean, plain
from outbox.compose import (
    HASHTAGS_MAX,
    MENTIONS_MAX,
    SPANS_MAX,
    Mentioned,
    Rendered,
    hashtag_key,
    length,
    render,
    scan,
)

KARI = Mentioned("https://by.example/@kari", "https://by.example/ap/1", "kari")
OLA = Mentioned("https://a.example/@ola", "https://a.example/u/9", "ola", "a.example")
OTHER_KARI = Mentioned("https://a.example/@kari", "https://a.example/u/1", "kari", "a.example")
EVERYBODY = {
    Handle("kari"): KARI,
    Handle("Kari"): KARI,
    Handle("ola", "a.example"): OLA,
    Handle("kari", "a.example"): OTHER_KARI,
}
REL = f'rel="{LINK_REL}"'


def tag_url(key: str) -> str:
    return f"https://by.example/tags/{quote(key)}"


def write(text: str) -> Rendered:
    return render(scan(text), EVERYBODY, tag_url)


def handles(text: str) -> list[str]:
    return [str(handle) for handle in scan(text).handles]


# --- mentions ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@kari", ["@kari"]),
        ("Hei @kari!", ["@kari"]),
        ("(@kari)", ["@kari"]),
        (".@kari sa det", ["@kari"]),
        ("@kari@a.example", ["@kari@a.example"]),
        ("@kari@a.example.", ["@kari@a.example"]),
        ("@kari@a.example, @ola", ["@kari@a.example", "@ola"]),
        ("@Ola.Nord-Mann_1@A.Example:", ["@Ola.Nord-Mann_1@a.example"]),
        ("@kari.", ["@kari"]),
        ("@kari@tromsø.example", ["@kari@xn--troms-zua.example"]),
        ("@kari@127.0.0.1:8000 ser", ["@kari@127.0.0.1:8000"]),
        ("@kari@a.example: hei", ["@kari@a.example"]),
        ("@kari @kari @ola", ["@kari", "@ola"]),
        ("@a@a.example@b.example", ["@a@a.example"]),
        ("skriv til post@a.example", []),
        ("post.mottak@a.example", []),
        ("mailto:post@a.example", []),
        ("https://a.example/@kari", []),
        ("https://a.example/@kari@b.example", []),
        ("a/@kari =@kari", []),
        ("@", []),
        ("@ kari", []),
        ("@@kari", []),
        ("@kari@a..example", []),
        ("@kari@1.2.3.999", []),
    ],
)
def test_handles_are_found_and_email_addresses_are_not(text: str, found: list[str]) -> None:
    assert handles(text) == found


def test_a_mention_is_marked_up_as_apps_expect() -> None:
    assert write("@kari").html == (
        '<p><span class="h-card" translate="no"><a href="https://by.example/@kari" '
        f'class="u-url mention" {REL}>@<span>kari</span></a></span></p>'
    )


def test_a_handle_that_was_not_resolved_stays_text() -> None:
    rendered = write("Hei @nobody og @x@nowhere.example")
    assert rendered.html == "<p>Hei @nobody og @x@nowhere.example</p>"
    assert rendered.mentions == ()


def test_an_actor_mentioned_twice_is_mentioned_once() -> None:
    rendered = write("@kari @Kari @ola@a.example @kari")
    assert rendered.mentions == (KARI, OLA)
    assert rendered.html.count("u-url mention") == 4


def test_namesakes_show_their_domain() -> None:
    html = write("@kari og @kari@a.example").html
    assert "@<span>kari</span>" in html
    assert "@<span>kari@a.example</span>" in html


# --- hashtags ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#vei", ["vei"]),
        ("#Ærø #Østby #Ås", ["Ærø", "Østby", "Ås"]),
        ("#čáppa #ŋuolla #đ #ŧ", ["čáppa", "ŋuolla", "đ", "ŧ"]),
        ("#c\u030ca\u0301ppa", ["čáppa"]),
        ("#vei.", ["vei"]),
        ("(#vei), #sti", ["vei", "sti"]),
        ("#Bystyret2026", ["Bystyret2026"]),
        ("#2026 #1_2 #_", []),
        ("#2026budsjett", ["2026budsjett"]),
        ("#col·lecció", ["col·lecció"]),
        ("#vei· #·vei", ["vei"]),
        ("#हिन्दी #日本語", ["हिन्दी", "日本語"]),
        ("＃vei", ["vei"]),
        ("#vei #Vei #VEI", ["vei"]),
        ("C# a#b &#39; ##x #", []),
        ("https://a.example/#vei", []),
        ("#" + "a" * 101, []),
    ],
)
def test_hashtags_take_letters_of_any_alphabet(text: str, found: list[str]) -> None:
    assert list(scan(text).hashtags) == found


def test_a_hashtag_is_marked_up_as_apps_expect() -> None:
    rendered = write("#Čáppa")
    assert rendered.html == (
        '<p><a href="https://by.example/tags/%C4%8D%C3%A1ppa" class="mention hashtag" '
        f'rel="tag {LINK_REL}">#<span>Čáppa</span></a></p>'
    )
    assert rendered.hashtags == ("Čáppa",)
    assert hashtag_key("ČÁPPA") == hashtag_key("čáppa")


# --- links ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://a.example", ["https://a.example"]),
        ("Se http://a.example/x?y=1&z=2#d.", ["http://a.example/x?y=1&z=2#d"]),
        ("(https://a.example/x)", ["https://a.example/x"]),
        ("https://a.example/Troms_(fylke)", ["https://a.example/Troms_(fylke)"]),
        ("(se https://a.example/Troms_(fylke)).", ["https://a.example/Troms_(fylke)"]),
        ("[https://a.example/?a[]=1]", ["https://a.example/?a[]=1"]),
        ("«https://a.example/x»", ["https://a.example/x"]),
        ("<https://a.example/x>", ["https://a.example/x"]),
        ('"https://a.example/x"', ["https://a.example/x"]),
        ("https://a.example/x, https://a.example/y!?", ["https://a.example/x",
                                                        "https://a.example/y"]),
        ("https://a.example/x…", ["https://a.example/x"]),
        ("https://TROMSØ.example/Å?ø#æ", ["https://xn--troms-zua.example/%C3%85?%C3%B8#%C3%A6"]),
        ("https://a.example:443/x", ["https://a.example/x"]),
        ("http://127.0.0.1:8000/@kari", ["http://127.0.0.1:8000/@kari"]),
        ("HTTPS://A.Example/X", ["https://a.example/X"]),
        ("https://a.example/%C3%85", ["https://a.example/%C3%85"]),
        ("https://a.example/x https://a.example/x", ["https://a.example/x"]),
        ("https://", []),
        ("https://...", []),
        ("https://kari:x@a.example/", []),
        ("https://a.example\\@b.example/", []),
        ("javascript:alert(1)", []),
        ("a.example www.a.example", []),
        ("xhttps://a.example", []),
        ("https://a.example/" + "x" * 5000, []),
    ],
)  # fmt: skip
def test_links_end_where_the_sentence_goes_on(text: str, found: list[str]) -> None:
    assert list(scan(text).links) == found


def test_a_long_link_hides_its_ends() -> None:
    assert write("https://www.a.example/sak/2026/14/vedlegg/1").html == (
        f'<p><a href="https://www.a.example/sak/2026/14/vedlegg/1" {REL} translate="no">'
        '<span class="invisible">https://www.</span>'
        '<span class="ellipsis">a.example/sak/2026/14/vedlegg/</span>'
        '<span class="invisible">1</span></a></p>'
    )


def test_a_short_link_hides_its_scheme_only() -> None:
    assert write("https://a.example/x").html == (
        f'<p><a href="https://a.example/x" {REL} translate="no">'
        '<span class="invisible">https://</span><span>a.example/x</span></a></p>'
    )


# --- lines ---


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        (" \n ", ""),
        ("Hei", "<p>Hei</p>"),
        ("En\nTo", "<p>En<br>To</p>"),
        ("En\r\nTo\rTre", "<p>En<br>To<br>Tre</p>"),
        ("En\n\nTo", "<p>En</p><p>To</p>"),
        ("En\n \t\n\n\n  To\n", "<p>En</p><p>To</p>"),
        ("1 < 2 && 3 > 2 \"'", "<p>1 &lt; 2 &amp;&amp; 3 &gt; 2 \"'</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("1\u00a0234 kr", "<p>1&nbsp;234 kr</p>"),
        ("a\u202eb\x00c\ud800", "<p>abc</p>"),
        ("a\u030as", "<p>ås</p>"),
    ],
)
def test_lines_become_breaks_and_blank_lines_paragraphs(text: str, html: str) -> None:
    assert write(text).html == html


# --- length ---


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("  Hei  ", 3),
        ("blåbær", 6),
        ("bla\u030aba\u0308r", 6),
        ("https://a.example/x", 23),
        ("https://a.example/" + "x" * 500, 23),
        ("Se https://a.example/x.", 27),
        ("@kari@a.example", 5),
        ("@kari@a.example hei", 9),
        ("@kari", 5),
        ("#vei", 4),
        ("👩\u200d🔧", 1),
        ("🇳🇴🇸🇪", 2),
        ("👍🏽", 1),
        ("☎\ufe0f", 1),
        ("En\r\nTo", 5),
    ],
)
def test_length_counts_what_readers_see(text: str, count: int) -> None:
    assert length(text) == count


# --- laws ---

PIECES = [
    "@kari", "@Kari", "@ola@a.example", "@kari@a.example", "@x@y.example", "#vei", "#Čáppa",
    "https://a.example/x_(y)", "https://tromsø.example/å/æ/ø/og/en/lang/sti?x=1&y='",
    "http://127.0.0.1:8000/", "post@a.example", "<b>", "&amp;", "\n", "\n\n", " ", "\u00a0",
    "(", ")", ".", ",", "«", "»", "'", '"', "#", "@", "://",
]  # fmt: skip
WRITING = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=40).map(
    "".join
)


@given(WRITING)
def test_cleaning_what_was_rendered_changes_nothing(text: str) -> None:
    html = write(text).html
    assert clean(html) == html


@given(WRITING)
def test_the_words_survive(text: str) -> None:
    found = scan(text)
    html = render(found, {}, tag_url).html
    assert plain(html).split() == found.text.split()


@given(WRITING)
def test_spans_are_in_order_and_scanning_again_finds_the_same(text: str) -> None:
    found = scan(text)
    ends = [0, *[span.end for span in found.spans]]
    assert all(end <= span.start < span.end for end, span in zip(ends, found.spans, strict=False))
    assert scan(found.text) == found


@given(WRITING)
def test_a_text_is_never_longer_than_its_characters_but_for_short_links(text: str) -> None:
    found = scan(text)
    assert length(text) <= len(found.text) + 23 * len(found.links) + 23 * len(found.spans)


# --- trial 37 ---


def test_five_thousand_mentions_are_bounded() -> None:
    found = scan(" ".join(f"@u{n}@a.example" for n in range(5_000)))
    assert len(found.handles) == MENTIONS_MAX
    assert found.text.endswith("@u4999@a.example")


def test_a_hundred_thousand_hashtags_are_bounded() -> None:
    rendered = write(" ".join(f"#t{n}" for n in range(100_000)))
    assert len(rendered.hashtags) == HASHTAGS_MAX
    assert rendered.html.count("<a ") == HASHTAGS_MAX
    assert rendered.html.endswith(" #t99999</p>")


def test_one_hashtag_a_hundred_thousand_times_is_bounded() -> None:
    assert len(scan("#vei " * 100_000).spans) == SPANS_MAX


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    ["@", "#", "@a@", "@a@b.", "#a·", "·", "https://", "https://a.example/(", ")", "a\n \t", " ",
     "https://x.example/ ", "👩\u200d🔧", "\u0301", "@u@127.0.0.1:8 ", "&", "://@#"],
)  # fmt: skip
def test_half_a_megabyte_of_spite_is_scanned_in_one_pass(text: str) -> None:
    spite = "#a" + text * (500_000 // len(text)) + "b"
    found = scan(spite)
    assert len(found.spans) <= SPANS_MAX
    assert length(spite) <= len(found.text) + 23 * 50_000
    assert len(render(found, {}, tag_url).html) < 10 * len(spite)
