"""The first link of a post that leads to a page."""

import pytest

from fedi.search.links import first_link, links

LINK = '<a href="https://nrk.test/sak" rel="nofollow noopener noreferrer">nrk.test/sak</a>'
MENTION = '<a href="https://m.test/@a" class="u-url mention" rel="nofollow">@<span>a</span></a>'
TAG = '<a class="mention hashtag" href="https://m.test/tags/x" rel="tag">#<span>x</span></a>'
QUOTE = '<p class="quote-inline">RE: <a href="https://m.test/1" rel="x">https://m.test/1</a></p>'


@pytest.mark.parametrize(
    ("html", "link"),
    [
        ("", ""),
        ("<p>https://nrk.test/</p>", ""),
        (f"<p>Se {LINK}</p>", "https://nrk.test/sak"),
        (f"<p>{MENTION} {TAG} {LINK}</p>", "https://nrk.test/sak"),
        (f"<p>{MENTION} {TAG}</p>", ""),
        (f"{QUOTE}<p>{LINK}</p>", "https://nrk.test/sak"),
        (f'<p><span class="quote-inline">RE: {LINK}</span></p>', ""),
        ('<p><a href="mailto:a@b.test">a</a></p>', ""),
        ('<p><a href="https://a.test/?b=1&amp;c=2">a</a></p>', "https://a.test/?b=1&c=2"),
        ('<p><a href="https://m.test/@b">@b</a> <a href="https://m.test/t">#t</a></p>', ""),
        (f'<p><a href="https://a.test/{"x" * 5_000}">a</a></p>', ""),
    ],
)
def test_the_first_link_is_neither_a_mention_nor_a_hashtag(html: str, link: str) -> None:
    assert first_link(html) == link


def test_links_come_in_order() -> None:
    html = "".join(f'<a href="https://{n}.test/">x</a>' for n in range(3))
    assert list(links(html)) == ["https://0.test/", "https://1.test/", "https://2.test/"]
