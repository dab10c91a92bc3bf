"""The real Accept headers of servers, browsers and tools get the form they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.net.negotiate import ACTIVITY_ONLY, MAX_ACCEPT, PAGE_FIRST, Form, accept_of, negotiate

P = '"https://www.w3.org/ns/activitystreams"'
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
    "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
)

SERVERS = {
    "Mastodon": f"application/activity+json, application/ld+json; profile={P}",
    "Mastodon looking up a URL": f"application/activity+json, application/ld+json; profile={P}, "
    "text/html;q=0.1",
    "old Mastodon": "application/activity+json, application/ld+json",
    "Misskey": f"application/activity+json, application/ld+json; profile={P}",
    "GoToSocial": f"application/activity+json,application/ld+json;profile={P}",
    "Lemmy": "application/activity+json",
    "Pleroma": "application/activity+json",
    "PeerTube": "application/activity+json, application/ld+json",
    "Pixelfed": f"application/ld+json; profile={P}, application/activity+json;q=0.9",
    "one that asks for JSON": "application/json",
    "JSON with anything": "application/json, text/plain, */*",
}


@pytest.mark.parametrize("accept", SERVERS.values(), ids=SERVERS.keys())
@pytest.mark.parametrize("offers", [ACTIVITY_ONLY, PAGE_FIRST])
def test_other_servers_get_activitypub_on_every_address(
    accept: str, offers: tuple[Form, ...]
) -> None:
    if accept.endswith("*/*") and offers is PAGE_FIRST:
        return  # axios in a browser: it says it takes anything
    form = negotiate(accept, offers)
    assert form in (Form.ACTIVITY, Form.LD)


@pytest.mark.parametrize("accept", [FIREFOX, CHROME, "text/html", "text/*", "*/*", None, "", " "])
def test_people_and_tools_get_the_page(accept: str | None) -> None:
    assert negotiate(accept, PAGE_FIRST) is Form.HTML


@pytest.mark.parametrize("accept", [FIREFOX, CHROME, "*/*", None, "application/*", "*/*;q=0.1"])
def test_where_there_is_no_page_they_get_activitypub(accept: str | None) -> None:
    assert negotiate(accept, ACTIVITY_ONLY) is Form.ACTIVITY


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "image/png",
        "text/turtle, application/rdf+xml",
        "application/activity+json;q=0",
        "application/activity+json;q=0, application/ld+json;q=0",
        "*/*;q=0",
        "application/activity+json;q=2",
        "application/activity+json;q=x",
        "nonsense",
        ",,,",
    ],
)
def test_none_of_the_forms_will_do(accept: str) -> None:
    assert negotiate(accept, ACTIVITY_ONLY) is None


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (f"application/ld+json; profile={P}", Form.LD),
        (f"application/ld+json;profile={P};q=0.5, application/activity+json;q=0.4", Form.LD),
        (f"application/ld+json; profile={P}, application/activity+json", Form.ACTIVITY),
        ("application/ld+json", Form.LD),
        ('application/ld+json; profile="https://example.org/"', None),
        (f'application/ld+json; profile="https://example.org/ {P[1:]}', Form.LD),
        ("APPLICATION/ACTIVITY+JSON", Form.ACTIVITY),
        ("application/activity+json;q=0, */*", Form.LD),
        ("application/activity+json ; Q=0.3 , application/ld+json;q=0.2", Form.ACTIVITY),
    ],
)
def test_the_two_names_of_activitypub_are_told_apart(accept: str, form: Form | None) -> None:
    assert negotiate(accept, ACTIVITY_ONLY) is form


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/html;q=0.5, application/activity+json", Form.ACTIVITY),
        ("text/html, application/activity+json;q=0.5", Form.HTML),
        ("text/html, application/activity+json", Form.HTML),
        ("text/html;q=0.9, */*;q=1", Form.ACTIVITY),
        ('text/html;x="a,b;q=0", application/activity+json;q=0.9', Form.HTML),
        ("text/html;q=0, */*", Form.ACTIVITY),
    ],
)
def test_quality_decides_and_the_more_specific_range_wins(accept: str, form: Form) -> None:
    assert negotiate(accept, PAGE_FIRST) is form


def test_other_forms_can_be_offered() -> None:
    offers = (Form.JRD, Form.JSON)
    assert negotiate("application/jrd+json,application/json;q=0.9", offers) is Form.JRD
    assert negotiate("application/json", offers) is Form.JSON
    assert negotiate("*/*", offers) is Form.JRD


def test_an_absurdly_long_header_is_like_none() -> None:
    assert negotiate("application/activity+json," + "x" * MAX_ACCEPT, PAGE_FIRST) is Form.HTML


def test_several_accept_headers_count_as_one() -> None:
    scope = {"headers": [(b"accept", b"text/html;q=0.1"), (b"host", b"a"), (b"accept", b"*/*")]}
    assert accept_of(scope) == "text/html;q=0.1, */*"
    assert accept_of({"headers": []}) is None


@given(st.text(alphabet='abc/*;,=q".0123456789 ', max_size=80))
def test_any_header_is_read_without_failing(accept: str) -> None:
    assert negotiate(accept, PAGE_FIRST) in (*PAGE_FIRST, None)
    assert negotiate(accept, PAGE_FIRST[:1]) in (PAGE_FIRST[0], None)
