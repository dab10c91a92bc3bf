"""What comes through the HTML allow-list, and what does not (security.md S15, S16, trial 34)."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import html5lib  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.html import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_CLASS_PREFIXES,
    ALLOWED_CLASSES,
    ALLOWED_SCHEMES,
    ALLOWED_TAGS,
    BECOME_PARAGRAPHS,
    BECOME_STRONG,
    DEPTH_MAX,
    HTML_MAX,
    LINK_REL,
    REMOVED_WITH_CONTENT,
    clean,
    escape,
    first_words,
    plain,
)
from tests.actors.xss import VECTORS

REL = f'rel="{LINK_REL}"'


def elements(html: str) -> Iterator[tuple[str, dict[str, str], int]]:
    """Name, attributes and depth of each element, as an independent parser builds the tree."""
    tree = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    waiting = [(child, 1) for child in tree]
    while waiting:
        element, depth = waiting.pop()
        assert isinstance(element.tag, str), "a comment or processing instruction came through"
        yield element.tag, dict(element.attrib), depth
        waiting.extend((child, depth + 1) for child in element)


def assert_harmless(html: str) -> None:
    for tag, attributes, _ in elements(html):
        assert tag in ALLOWED_TAGS
        assert attributes.keys() <= ALLOWED_ATTRIBUTES.get(tag, frozenset())
        if "href" in attributes:
            assert urlsplit(attributes["href"]).scheme in ALLOWED_SCHEMES
        for name in attributes.get("class", "").split():
            assert name in ALLOWED_CLASSES or name.startswith(ALLOWED_CLASS_PREFIXES)
        if tag == "a":
            assert attributes["rel"].removeprefix("tag ") == LINK_REL
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)


# --- what stays ---


@pytest.mark.parametrize(
    "html",
    [
        "<p>Hei<br>der</p>",
        "<p>a</p><blockquote><p>b</p></blockquote><pre><code>c\n  d</code></pre>",
        "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>",
        '<ol start="3" reversed=""><li value="3">a</li></ol>',
        "<p><em>a</em><strong>b</strong><b>c</b><i>d</i><u>e</u><del>f</del><s>g</s></p>",
        "<p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby></p>",
        '<p lang="se">Bures, čáppa!</p><p><span lang="nn" translate="no">eg</span></p>',
        '<p class="quote-inline">RE: x</p>',
        f'<p><span class="h-card" translate="no"><a href="https://by.example/@kari" '
        f'class="u-url mention" {REL}>@<span>kari</span></a></span></p>',
        f'<p><a href="https://by.example/tags/vei" class="mention hashtag" '
        f'rel="tag {LINK_REL}">#<span>vei</span></a></p>',
        f'<p><a href="https://by.example/sak?a=1&amp;b=2" {REL}><span class="invisible">https://'
        '</span><span class="ellipsis">by.example/sak</span></a></p>',
        "<p>1 &lt; 2 &amp;&amp; 3 &gt; 2 \u00ab\u00bb \u200f\u05d0</p>".replace("\u200f", ""),
        "<p>🏴\U000e0067\U000e0062\U000e007f 👩\u200d🔧</p>",
    ],
)
def test_what_is_allowed_comes_through_unchanged(html: str) -> None:
    assert clean(html) == html


@pytest.mark.parametrize("scheme", sorted(ALLOWED_SCHEMES))
def test_a_link_of_an_allowed_scheme_stays_a_link(scheme: str) -> None:
    assert f'href="{scheme}:x' in clean(f'<a href="{scheme}:x">x</a>') or scheme in (
        "http",
        "https",
    )
    assert f'href="{scheme}://x.example/' in clean(f'<a href="{scheme}://x.example/">x</a>')


# --- what changes its form ---


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<h1>Sak 1</h1>tekst", "<p><strong>Sak 1</strong></p>tekst"),
        ("<h2>a <em>b</em></h2><h6>c</h6>",
         "<p><strong>a <em>b</em></strong></p><p><strong>c</strong></p>"),
        ("<div>a</div><div>b</div>", "<p>a</p><p>b</p>"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "<p></p><p>ab</p>"),
        ('<img src="https://x.example/a.png" alt="En > båt">',
         f'<a href="https://x.example/a.png" {REL}>En &gt; båt</a>'),
        ("<img src='https://x.example/a.png'>",
         f'<a href="https://x.example/a.png" {REL}>https://x.example/a.png</a>'),
        ("<img alt=x>", ""),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<b>a", "<b>a</b>"),
        ("<custom>a</custom>", "a"),
        ("<script>x</script>y<style>z</style>", "y"),
        ("<video>Kan ikke vises</video>a", "a"),
        ("a<!-- b -->c", "ac"),
        ('<a href="https://x.example/" rel="me" target="_blank" title="t">x</a>',
         f'<a href="https://x.example/" {REL}>x</a>'),
        ('<a href="/here">x</a>', f"<a {REL}>x</a>"),
        ("<p class='p-x nope mention dt-y'>a", '<p class="p-x mention dt-y">a</p>'),
        ("<p class=nope lang='x y'>a", "<p>a</p>"),
        ("<span translate=maybe>a", "<span>a</span>"),
        ("<ol start=x><li value=1e9>a", "<ol><li>a</li></ol>"),
        ("\u202eab\u202c \u2067cd\u2069 &#x202e;", "ab cd "),
        ("a\x00b\x1b[31mc\x9bd&#1;", "ab[31mcd"),
        ("\ud83da", "a"),
        ("<pre>\n\n\na</pre>", "<pre>a</pre>"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_rewritten_or_left_out(html: str, cleaned: str) -> None:
    assert clean(html) == cleaned


def test_a_huge_attribute_is_left_out_and_its_element_stays() -> None:
    assert clean(f'<a href="https://x.example/{"a" * 5000}">x</a>') == f"<a {REL}>x</a>"
    assert clean(f'<p class="{"h-x " * 50_000}">x</p>') == "<p>x</p>"


def test_the_lists_do_not_contradict_one_another() -> None:
    lists = [ALLOWED_TAGS, REMOVED_WITH_CONTENT, BECOME_PARAGRAPHS, BECOME_STRONG]
    assert len(frozenset().union(*lists)) == sum(map(len, lists))
    assert set(ALLOWED_ATTRIBUTES) <= ALLOWED_TAGS
    allowed = frozenset().union(*ALLOWED_ATTRIBUTES.values())
    assert not any(name.startswith("on") for name in allowed)
    assert not allowed & {"style", "id", "name", "src", "target"}


# --- trial 34 ---


def test_there_are_two_hundred_vectors() -> None:
    assert len(set(VECTORS)) >= 200


@pytest.mark.parametrize("html", VECTORS)
def test_no_script_comes_through(html: str) -> None:
    for disguise in (html, html + " " * 5_000, f"<div>{html}</div>", f"<p>{html}", f"<pre>{html}"):
        cleaned = clean(disguise)
        assert_harmless(cleaned)
        assert clean(cleaned) == cleaned


PIECES = [
    *ALLOWED_TAGS, "div", "h1", "img", "table", "td", "tr", "svg", "math", "style", "script",
    "title", "select", "form", "template", "frameset", "caption",
]  # fmt: skip
MARKUP = st.lists(
    st.one_of(
        st.sampled_from(PIECES).map(lambda tag: f"<{tag}>"),
        st.sampled_from(PIECES).map(lambda tag: f"</{tag}>"),
        st.sampled_from(
            ["<!--", "-->", "<![CDATA[", "]]>", "&lt;", "&amp;", "&#x202e;", "\n", " "]
        ),
        st.sampled_from(
            ['<a href="https://x.example/">', "<a href=", '"', "'", "<", ">", "=", "/"]
        ),
        st.text(max_size=3),
    ),
    max_size=30,
).map("".join)


@given(MARKUP)
def test_any_markup_comes_out_harmless_and_cleaning_again_changes_nothing(html: str) -> None:
    cleaned = clean(html)
    assert_harmless(cleaned)
    assert clean(cleaned) == cleaned
    long = clean(html + "x" * 5_000)
    assert_harmless(long)
    assert clean(long) == long


@given(st.text())
def test_text_of_any_kind_is_taken_and_escaped_text_comes_back(text: str) -> None:
    clean(text)
    plain(text)
    shown = plain(f"<pre>{clean(escape(text))}</pre>")
    assert (
        shown.split()
        == re.sub(
            "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]",
            "",
            text,
        ).split()
    )


# --- S15, S16: a megabyte of spite; quadratic work would run into the time limit ---

MEGABYTES = {
    "deep_inline": "<b>" * 300_000,
    "deep_blocks": "<div>" * 200_000,
    "deep_lists": "<ul><li>x" * 110_000,
    "paragraphs_with_open_formatting": "<p><b><i>x" * 100_000,
    "misnested": "<a><b><p></a></b>" * 60_000,
    "tables": "<table><tr><td>" * 66_000,
    "stray_ends": "</b>" * 250_000,
    "many_attributes": "<a " + " ".join(f"x{n}=1" for n in range(110_000)) + ">",
    "many_long_tags": ("<a " + " ".join(f"x{n}=1" for n in range(1000)) + ">") * 150,
    "long_attribute_names": ("<a " + "a" * 16_000 + ">") * 60,
    "one_attribute": f'<a href="{"x" * 1_000_000}">x</a>',
    "one_tag_name": "<" + "a" * 1_000_000,
    "ampersands": "&" * 1_000_000,
    "angles": "<" * 1_000_000,
    "open_comments": "<!--" * 250_000,
    "open_scripts": "<script>" * 125_000,
    "paired_scripts": "<script></script>" * 60_000,
    "open_quotes": '<a ="' * 200_000,
    "mixed_quotes": "<a b='\"'" * 120_000,
    "equals": "<a =" * 250_000,
    "pictures": "<img src=https://x.example/ alt=x>" * 30_000,
    "links": "<a href=https://x.example/>" * 37_000,
    "entities": "&CounterClockwiseContourIntegral;" * 30_000,
    "numbers": "&#x41;" * 160_000,
    "foreign": "<svg><math>" * 90_000,
    "spaces": " \n" * 500_000,
    "words": "sak " * 250_000,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("html", MEGABYTES.values(), ids=MEGABYTES.keys())
def test_a_megabyte_of_spite_is_cleaned_within_the_limits(html: str) -> None:
    cleaned = clean(html)
    assert len(cleaned) <= 2 * HTML_MAX
    assert len(plain(html)) <= HTML_MAX
    assert clean(cleaned) == cleaned
    names = re.findall("<([a-z]+)", cleaned)
    assert set(names) <= ALLOWED_TAGS


@pytest.mark.parametrize("html", ["<b>" * 5_000, "<blockquote>" * 400, "<ul><li>" * 50])
def test_nesting_ends_at_the_limit_and_the_text_stays(html: str) -> None:
    cleaned = clean(html + "innerst")
    assert max(depth for _, _, depth in elements(cleaned)) <= DEPTH_MAX
    assert "innerst" in cleaned


# --- plain text ---


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hei<br>der</p><p>To</p>", "Hei\nder\n\nTo"),
        ("<p>a  \n b</p>", "a b"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<h1>Sak</h1><div>x</div>", "Sak\n\nx"),
        ("&lt;b&gt; &amp; &aring;", "<b> & å"),
        ("a<script>b</script>c", "ac"),
        ('<a href="https://x.example/"><span class="invisible">https://</span>x.example</a>',
         "https://x.example"),
        ("<p></p><p></p><p>a</p>", "a"),
        ("a\u202eb", "ab"),
        ("", ""),
    ],
)  # fmt: skip
def test_plain_text_keeps_the_words_and_the_lines(html: str, text: str) -> None:
    assert plain(html) == text


def test_the_first_words_end_at_a_word() -> None:
    html = "<p>Formannskapet møtes,</p><p>torsdag klokka ni</p>"
    assert first_words(html, 100) == "Formannskapet møtes, torsdag klokka ni"
    assert first_words(html, 25) == "Formannskapet møtes…"
    assert first_words(html, 21) == "Formannskapet møtes…"
    assert first_words("<p>" + "a" * 50, 10) == "a" * 9 + "…"
    assert first_words(html, 0) == ""


@given(MARKUP, st.integers(0, 40))
def test_the_first_words_are_never_more_than_asked_for(html: str, length: int) -> None:
    words = first_words(html, length)
    assert len(words) <= length
    assert "\n" not in words
