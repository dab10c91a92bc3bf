"""Handles and domains: one spelling, and both ends agreeing (security.md S10, S11)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import Invalid
from actors.handles import (
    AskAgain,
    Disagreement,
    Handle,
    Jrd,
    acct,
    both_ends_agree,
    canonical_domain,
    domain_of,
    local_key,
    parse_handle,
    read_jrd,
    valid_local_username,
)

ACTIVITY = "application/activity+json"
KARI_ID = "https://social.by.example/ap/1"


# --- S10: one canonical form everywhere ---


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("by.example", "by.example"),
        ("BY.Example", "by.example"),
        ("by.example.", "by.example"),
        ("by%2eexample", "by.example"),
        ("b%79.example", "by.example"),
        ("ｂｙ.example", "by.example"),
        ("by\u3002example", "by.example"),
        ("by\uff0eexample", "by.example"),
        ("by\uff61example", "by.example"),
        ("b\u00ady.example", "by.example"),
        ("by.example:443", "by.example"),
        ("by.example:", "by.example"),
        ("by.example.:443", "by.example"),
        ("by.example:8443", "by.example:8443"),
        ("by.example:08443", "by.example:8443"),
        ("Tromsø.example", "xn--troms-zua.example"),
        ("TROMSØ.example", "xn--troms-zua.example"),
        ("troms%C3%B8.example", "xn--troms-zua.example"),
        ("XN--TROMS-ZUA.example", "xn--troms-zua.example"),
        ("a\u030as.example", "xn--s-1fa.example"),
        ("kárášjohka.example", "xn--krjohka-hwab49j.example"),
        ("xn--i-7iq.ws", "xn--i-7iq.ws"),
        ("a_b.example", "a_b.example"),
        ("r3---sn.example", "r3---sn.example"),
        ("localhost", "localhost"),
        ("localhost:8000", "localhost:8000"),
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("１２７.0.0.1", "127.0.0.1"),
        ("[::1]:8000", "[::1]:8000"),
        ("[0:0:0:0:0:0:0:1]", "[::1]"),
        ("[2001:DB8::00A]:443", "[2001:db8::a]"),
        ("[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
        ("[::FFFF:7F00:1]", "[::ffff:7f00:1]"),
    ],
)
def test_a_domain_has_one_canonical_form(written: str, canonical: str) -> None:
    assert canonical_domain(written) == canonical
    assert canonical_domain(canonical) == canonical


@pytest.mark.parametrize(
    "written",
    [
        "",
        ".",
        "by..example",
        ".example",
        "by.example..",
        "kari@by.example",
        "good.example@evil.example",
        "good.example%40evil.example",
        "by.example%00",
        "by.example%2f.evil.example",
        "by.example/x",
        "by.example?x",
        "by.example#x",
        "by.example\\evil.example",
        "by.example\uff0fevil",
        "by.example\uff20evil",
        "by example",
        "by.example\n",
        "b%2579.example",
        "by%zz.example",
        "-by.example",
        "by-.example",
        "x" * 64 + ".example",
        ".".join(["x" * 60] * 5),
        "x" * 100_000,
        "xn--0.example",
        "xn--abc-.example",
        "b\u200dy.example",
        "i❤.ws",
        "by.example:0",
        "by.example:65536",
        "by.example:https",
        "by.example:443:443",
        "by.example:\uff14\uff14\uff13",
        "0x7f.0.0.1",
        "127.1",
        "2130706433",
        "0177.0.0.1",
        "127.0.0.1.0x0",
        "1.2.3.256",
        "[::1%25eth0]",
        "[fe80::1%eth0]",
        "[::1",
        "[::1]x",
        "[127.0.0.1]",
        "::1",
        "\ud800.example",
        "a%ff.example",
    ],
)
def test_what_has_no_canonical_form_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        canonical_domain(written)


@given(st.text(max_size=40))
def test_a_canonical_domain_is_its_own_canonical_form(text: str) -> None:
    try:
        once = canonical_domain(text)
    except Invalid:
        return
    assert canonical_domain(once) == once
    assert once.isascii()
    assert once == once.lower()


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://By.Example/users/kari", "by.example"),
        ("https://by.example:443/", "by.example"),
        ("http://by.example:80/", "by.example"),
        ("http://by.example:443/", "by.example:443"),
        ("http://127.0.0.1:8000/ap/1", "127.0.0.1:8000"),
        ("HTTPS://by.example.#main-key", "by.example"),
        ("https://[::1]:8000/x", "[::1]:8000"),
    ],
)
def test_the_domain_of_a_url_leaves_out_the_port_of_its_own_scheme(url: str, domain: str) -> None:
    assert domain_of(url) == domain


@pytest.mark.parametrize(
    "url",
    [
        "ftp://by.example/",
        "by.example",
        "https:///x",
        "https://kari@by.example/",
        "https://by.example\\@evil.example/",
        "https://by.ex\tample/",
        " https://by.example/",
        "https://[::1/",
        "javascript:alert(1)",
        "",
    ],
)
def test_a_url_without_a_plain_host_has_no_domain(url: str) -> None:
    with pytest.raises(Invalid):
        domain_of(url)


# --- handles ---


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("@kari@by.example", Handle("kari", "by.example")),
        ("acct:kari@by.example", Handle("kari", "by.example")),
        ("ACCT:kari@BY.example.", Handle("kari", "by.example")),
        ("kari@by.example", Handle("kari", "by.example")),
        (" @kari ", Handle("kari")),
        ("kari", Handle("kari")),
        ("@Kari.N-1@by.example", Handle("Kari.N-1", "by.example")),
        ("kari@127.0.0.1:8000", Handle("kari", "127.0.0.1:8000")),
        ("acct:by.example@by.example", Handle("by.example", "by.example")),
        ("acct:bj%C3%B8rn@by.example", Handle("bjørn", "by.example")),
        ("@kari@tromsø.example", Handle("kari", "xn--troms-zua.example")),
    ],
)
def test_every_way_to_write_a_handle_is_read(text: str, handle: Handle) -> None:
    assert parse_handle(text) == handle


@pytest.mark.parametrize(
    "text",
    ["", "@", "@@", "@@by.example", "kari@", "a b@by.example", "acct:a%40b@by.example", "a/b@c.d",
     "<b>@by.example", "kari@by.example@evil.example", "kari\u202e@by.example", "a\0b", "x" * 3000],
)  # fmt: skip
def test_what_is_no_handle_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_handle(text)


@given(st.text(max_size=20), st.sampled_from(["by.example", "127.0.0.1:8000", "tromsø.no"]))
def test_a_handle_survives_being_written_as_an_acct_uri(user: str, domain: str) -> None:
    try:
        handle = parse_handle(f"@{user}@{domain}")
    except Invalid:
        return
    assert acct(handle).isascii()
    assert parse_handle(acct(handle)) == handle
    assert parse_handle(str(handle)) == handle


def test_a_local_handle_gets_its_domain_only_when_told() -> None:
    assert Handle("kari").at("by.example") == Handle("kari", "by.example")
    assert Handle("kari", "a.example").at("by.example").domain == "a.example"
    assert str(Handle("kari")) == "@kari"
    with pytest.raises(ValueError, match="domain"):
        acct(Handle("kari"))


@pytest.mark.parametrize("name", ["kari", "Kari_N", "1", "a" * 30, "ordforerens_kontor"])
def test_a_plain_name_may_be_given_to_a_local_actor(name: str) -> None:
    assert valid_local_username(name)


@pytest.mark.parametrize(
    "name", ["", "a" * 31, "kåre", "a-b", "a.b", "a b", "admin", "Inbox", "ROOT", "kari\n", "１"]
)
def test_other_names_may_not(name: str) -> None:
    assert not valid_local_username(name)


def test_local_names_are_compared_without_case() -> None:
    assert local_key("Kari") == local_key("kARI")


# --- JRD ---


def jrd_document(subject: str, href: str = KARI_ID, kind: str = ACTIVITY) -> dict[str, object]:
    return {
        "subject": subject,
        "aliases": ["https://by.example/@kari", 7],
        "links": [
            "not a link",
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": "x"},
            {"rel": "self", "type": "text/html", "href": "https://elsewhere.example/"},
            {"rel": "self", "type": kind, "href": href},
        ],
    }


@pytest.mark.parametrize(
    "kind",
    [
        "application/activity+json",
        "Application/Activity+JSON; charset=utf-8",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        'application/ld+json;profile="https://www.w3.org/ns/activitystreams https://x.example/"',
        "application/ld+json; profile=https://www.w3.org/ns/activitystreams",
    ],
)
def test_the_self_link_may_have_either_media_type(kind: str) -> None:
    jrd = read_jrd(jrd_document("acct:kari@by.example", kind=kind))
    assert jrd == Jrd("acct:kari@by.example", ("https://by.example/@kari",), KARI_ID)


@pytest.mark.parametrize(
    "kind", ["application/ld+json", "application/json", 'application/ld+json; profile="x"', ""]
)
def test_a_self_link_of_another_type_is_none(kind: str) -> None:
    assert read_jrd(jrd_document("acct:kari@by.example", kind=kind)).self_link is None


@pytest.mark.parametrize("document", [None, [], "x", {}, {"subject": 1}, {"links": []}])
def test_an_answer_without_a_subject_is_refused(document: object) -> None:
    with pytest.raises(Invalid):
        read_jrd(document)


def test_odd_members_of_an_answer_are_passed_over() -> None:
    assert read_jrd({"subject": "acct:a@b.c", "aliases": "x", "links": {"rel": "self"}}) == Jrd(
        "acct:a@b.c", (), None
    )


# --- S11: both ends agree ---


def jrd(subject: str, self_link: str | None = KARI_ID) -> Jrd:
    return Jrd(subject, (), self_link)


def test_an_actor_on_its_own_host_has_the_handle_that_the_host_names() -> None:
    verdict = both_ends_agree(KARI_ID, "kari", None, jrd("acct:kari@social.by.example"))
    assert verdict == Handle("kari", "social.by.example")


def test_the_host_decides_the_spelling_of_the_name() -> None:
    verdict = both_ends_agree(KARI_ID, "Kari", None, jrd("acct:kari@SOCIAL.by.example"))
    assert verdict == Handle("kari", "social.by.example")


def test_a_split_domain_needs_one_confirming_lookup_there() -> None:
    first = jrd("acct:kari@by.example")
    verdict = both_ends_agree(KARI_ID, "kari", None, first)
    assert verdict == AskAgain(Handle("kari", "by.example"))
    assert verdict.domain == "by.example"
    assert both_ends_agree(KARI_ID, "kari", None, first, jrd("acct:kari@by.example")) == Handle(
        "kari", "by.example"
    )


def test_a_claim_of_the_actor_is_asked_for_at_the_claimed_domain() -> None:
    own_host = jrd("acct:kari@social.by.example")
    verdict = both_ends_agree(KARI_ID, "kari", "kari@by.example", own_host)
    assert verdict == AskAgain(Handle("kari", "by.example"))
    confirmed = both_ends_agree(
        KARI_ID, "kari", "acct:kari@by.example", None, jrd("acct:kari@by.example")
    )
    assert confirmed == Handle("kari", "by.example")


def test_a_claim_on_the_own_host_needs_no_second_lookup() -> None:
    own_host = jrd("acct:kari.n@social.by.example")
    verdict = both_ends_agree(KARI_ID, "kari", "kari.n@social.by.example", own_host)
    assert verdict == Handle("kari.n", "social.by.example")


@pytest.mark.parametrize(
    ("claim", "first", "confirming", "reason"),
    [
        # the domain names another actor: mallory wants kari's handle
        (None, jrd("acct:kari@by.example"), jrd("acct:kari@by.example", "https://x.example/1"),
         "other_actor"),
        ("kari@by.example", None, jrd("acct:kari@by.example", None), "other_actor"),
        # a second hop is not made
        (None, jrd("acct:kari@a.example"), jrd("acct:kari@b.example"), "other_subject"),
        # the domain names the actor, but under a name that it did not ask for
        (None, jrd("acct:kari@by.example"), jrd("acct:ola@by.example"), "other_subject"),
        (None, jrd("acct:ola@social.by.example"), None, "other_username"),
        (None, jrd("acct:ola@by.example"), jrd("acct:ola@by.example"), "other_username"),
        ("kari@social.by.example", jrd("acct:ola@social.by.example"), None, "other_subject"),
        # the own host names somebody else, or nobody
        (None, jrd("acct:kari@social.by.example", "https://x.example/1"), None, "other_actor"),
        (None, jrd("acct:kari@social.by.example", None), None, "other_actor"),
        (None, None, None, "no_webfinger"),
        ("kari@social.by.example", None, None, "no_webfinger"),
        # nonsense
        ("@@", jrd("acct:kari@social.by.example"), None, "unreadable_handle"),
        (None, jrd("https://social.by.example/@kari"), None, "unreadable_handle"),
        (None, jrd("acct:kari@by.example"), jrd("mailto:kari@by.example"), "unreadable_handle"),
        (None, jrd("acct:kari@by.example"), jrd("kari"), "other_subject"),
    ],
)  # fmt: skip
def test_a_one_sided_handle_is_refused(
    claim: str | None, first: Jrd | None, confirming: Jrd | None, reason: str
) -> None:
    assert both_ends_agree(KARI_ID, "kari", claim, first, confirming) == Disagreement(reason)


def test_an_id_that_is_no_url_agrees_with_nobody() -> None:
    verdict = both_ends_agree("did:x:1", "kari", None, jrd("acct:kari@by.example"))
    assert verdict == Disagreement("unreadable_handle")
