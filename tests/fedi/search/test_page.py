"""What a page says of itself becomes text, whatever it says; no page takes long to read."""

import pytest

from fedi.search.page import card_of, is_page
from fedi.store.cards import Card

AT = "https://nrk.test/sak/1"


def read(html: str | bytes, content_type: str = "text/html; charset=utf-8") -> Card | None:
    body = html.encode() if isinstance(html, str) else html
    return card_of(AT, AT, content_type, body)


def card(html: str | bytes, content_type: str = "text/html; charset=utf-8") -> Card:
    found = read(html, content_type)
    assert found is not None
    return found


def test_opengraph_comes_before_title_and_description() -> None:
    found = card(
        """<!doctype html><html lang="nb-NO"><head><title>Nei</title>
        <meta name="description" content="Nei">
        <meta property="og:title" content="Broen &amp; elva">
        <meta property='og:description' content='Ny bro
          over elva'>
        <meta content=/bilde.jpg property=og:image>
        <meta property="og:image:width" content="1200"><meta property="og:image:height"
          content="630"><meta property="og:image:alt" content="En bro">
        <meta property="og:site_name" content="NRK"><meta name="author" content="Kari">
        <meta property="article:published_time" content="2026-03-01T10:00:00+01:00">"""
    )
    assert found == Card(
        url=AT,
        title="Broen & elva",
        description="Ny bro over elva",
        language="nb",
        author="Kari",
        provider="NRK",
        image="https://nrk.test/bilde.jpg",
        image_description="En bro",
        width=1200,
        height=630,
        published=1_772_355_600_000,
    )


def test_a_page_with_a_title_alone_has_a_card() -> None:
    found = card("<TITLE lang=x>Bare\n tittel</TITLE><p>og tekst")
    assert (found.title, found.description, found.provider) == ("Bare tittel", "", "nrk.test")
    assert (found.image, found.published) == ("", None)


@pytest.mark.parametrize(
    "html",
    ["", "<p>tekst", "<title></title>", "<title> \n</title>", "<!-- <title>x</title>",
     "<script><title>x</title></script>", "<style><meta property=og:title content=x>",
     "<meta property='og:title' content=''>", "\x00\x01", "<", "<title"],
)  # fmt: skip
def test_a_page_without_a_title_has_none(html: str) -> None:
    assert read(html) is None


def test_the_card_leads_where_the_post_does_whatever_the_page_calls_itself() -> None:
    found = card_of(
        "https://kort.test/x",
        "https://ond.test/lokke",
        "text/html",
        b'<title>Bank</title><meta property="og:url" content="https://bank.test/">'
        b'<link rel="canonical" href="https://bank.test/">',
    )
    assert found is not None
    assert found.url == "https://kort.test/x"
    assert found.provider == "ond.test"


@pytest.mark.parametrize(
    "image",
    ["javascript:alert(1)", "data:image/png;base64,AAAA", "file:///etc/passwd", "ftp://x/y",
     "https://x.test/a b", 'https://x.test/"onerror', "https://x.test/" + "a" * 3_000,
     "http://[::1", "\\\\x.test\\y"],
)  # fmt: skip
def test_a_picture_is_at_a_web_address_or_there_is_none(image: str) -> None:
    import html

    page = f'<title>T</title><meta property="og:image" content="{html.escape(image)}">'
    assert card(page).image == ""


def test_markup_in_values_is_text_and_controls_are_left_out() -> None:
    found = card(
        "<meta property='og:title' content='&lt;b&gt;Fet&lt;/b&gt; &lt;script&gt;x&lt;/script&gt;"
        " a&#8238;b&#0;c\u2066d'>"
    )
    assert found.title.startswith("<b>Fet</b> <script>x</script> ab")
    assert not {"\u202e", "\u2066", "\x00"} & set(found.title)


def test_what_is_long_is_cut() -> None:
    found = card(f"<title>{'å' * 5_000}</title><meta name=description content='{'b' * 9_000}'>")
    assert (len(found.title), len(found.description)) == (255, 1_000)
    assert found.title.endswith("…")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<title>Blåbær</title>".encode(), "text/html"),
        ("<title>Blåbær</title>".encode("latin-1"), "text/html; charset=ISO-8859-1"),
        ('<meta charset="windows-1252"><title>Blåbær</title>'.encode("cp1252"), "text/html"),
        ("<title>Blåbær</title>".encode(), 'text/html; charset="utf-8"; x=y'),
        ("<title>Blåbær</title>".encode(), "text/html; charset=punycode"),
        ("<title>Blåbær</title>".encode(), "text/html; charset=zlib"),
    ],
)
def test_a_page_is_read_in_the_writing_it_names(body: bytes, content_type: str) -> None:
    assert card(body, content_type).title == "Blåbær"


def test_a_wrong_writing_is_no_error() -> None:
    assert card(b"<title>\xff\xfe\x80</title>").title


@pytest.mark.parametrize(
    "unit",
    ["<", "<!", "<!--", "<a ", "<a b='", '<a b="', "<title>", "<script>", "</script", "<meta ",
     "<meta property=og:title content=", "<a a=b ", "&#", "<![CDATA[", "<?", "=", "'", "<a='\">",
     "<meta content='x' property='", "\x00", "<svg><title>"],
)  # fmt: skip
@pytest.mark.timeout(30)
def test_no_page_takes_longer_than_its_length(unit: str) -> None:
    """security.md S15: html.parser of some Python versions takes minutes for these."""
    found = read(unit * (1_000_000 // len(unit)))
    assert found is None or len(found.title) <= 255


def test_only_pages_are_read() -> None:
    assert is_page("text/html; charset=utf-8")
    assert is_page("Application/XHTML+xml")
    for other in ("application/pdf", "image/png", "text/plain", "application/json", ""):
        assert not is_page(other)
